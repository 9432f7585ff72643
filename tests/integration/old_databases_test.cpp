// Databases that older programs of this repository wrote: the present one opens them, misses
// nothing of what the older one said was in them, and goes on working with them.
#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "database_file.hpp"
#include "old_world.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string all_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// What a program may tell otherwise than the one before it, of the same database.
void drop_lawful(const std::string& command, json::object& reply, bool is_first) {
  if (command == "status") {
    reply.erase("bytes");
    reply.erase("schema_version");
  }
  for (const char* list : {"changes", "entries"}) {  // of the server, in the words of the time
    if (command != "quarantine.list" && command != "inbox.list") break;
    if (!reply.contains(list)) continue;
    for (json::value& one : reply.at(list).as_array()) one.as_object().erase("reason");
  }
  if (command == "history") {
    for (json::value& line : reply.at("lines").as_array()) {
      line.as_object().erase("clock_suspect");  // by the clock of this machine
      // Of a passage, with more or less of what stands around it.
      if (member(line.as_object(), "action") == "splice") line.as_object().erase("to");
    }
  }
  if (command == "verify" && is_first) {  // its digests were of another canonical form
    for (json::value& one : reply.at("states").as_array()) one.as_object().erase("state");
  }
}

json::object lawful(const std::string& command, json::object reply, bool is_first) {
  drop_lawful(command, reply, is_first);
  return reply;
}

void check_said(const OldWorld& at, const Terminal& who, bool is_first) {
  const json::object& then = at.said_of(who.store() == at.anna.store() ? "anna" : "bruno");
  Tablet tablet(who);
  std::vector<std::string> differences;
  std::size_t asked = 0;
  const auto ask = [&](const std::string& command, const json::object& arguments,
                       const json::object& reply) {
    ++asked;
    compare(lawful(command, reply, is_first),
            lawful(command, tablet.ok(command, arguments), is_first), command, differences);
  };
  for (const json::value& one : then.at("said").as_array()) {
    const json::object& call = one.as_object();
    ask(member(call, "command"), call.at("arguments").as_object(), call.at("reply").as_object());
  }
  ask("verify", {}, then.at("verify").as_object());
  INFO(all_of(differences));
  CHECK(differences.empty());
  CHECK(asked > 20);
  CHECK(tablet.ok("verify").at("sound").as_bool());
}

Words words_in(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// How many lines of a record's history wrote this, on this tablet.
int times(const OldWorld& at, Tablet& tablet, const std::string& record,
          const std::string& words) {
  const json::object history = tablet.ok("history", {{"record", at.id(record)}});
  int found = 0;
  for (const json::value& one : history.at("lines").as_array()) {
    const json::object& line = one.as_object();
    found += ends_with(member(line, "to"), words) ? 1 : 0;
  }
  return found;
}

std::string number(Tablet& tablet, const char* name) { return member(tablet.ok("status"), name); }

/// What neither had sent when they were put away.
void check_unsent_arrived(const OldWorld& at) {
  for (const Terminal* who : {&at.anna, &at.bruno}) {
    CAPTURE(who->store());
    Tablet tablet(*who);
    CHECK(number(tablet, "unsent") == "0");
    CHECK(at.shown(tablet, "visit0", "place") == "Presso il servizio");
    CHECK(at.shown(tablet, "visit0", "minutes") == "45");
    CHECK(at.shown(tablet, "visit1", "next_step") == "Moduli portati");
    CHECK(at.shown(tablet, "note", "title") == "Colloquio con la madre");
    CHECK(at.shown(tablet, "note", "body") ==
          "C'era anche la nonna. La madre è disponibile. Fine. Si riparla lunedì: perché no? 😀 "
          "Aggiunto senza rete.");
    CHECK(at.shown(tablet, "member", "given_names") == "Marco Aurelio");
    const json::object visits = 
        tablet.ok("record.list", {{"type", "visit"}, {"dossier", at.id("home")}});
    CHECK(visits.at("records").as_array().size() == 3);
    CHECK(times(at, tablet, "visit1", "Moduli portati") == 1);
    CHECK(times(at, tablet, "member", "Marco Aurelio") == 1);
    CHECK(times(at, tablet, "note", "Aggiunto senza rete.") == 1);
  }
  Tablet tablet(at.anna);
  CHECK(number(tablet, "held") == "1");
  CHECK(number(tablet, "refused") == "1");
  CHECK(says(at.anna.ok({"status", "--quarantine"}), "durata non verificata"));
}

/// The id of the first open item of this kind.
std::string item(const Terminal& who, const std::string& kind) {
  const json::object review = who.ask({"review"});
  for (const json::value& one : review.at("items").as_array()) {
    if (member(one.as_object(), "kind") == kind) return member(one.as_object(), "id");
  }
  return {};
}

/// What was begun with the older program is ended with this one.
void finish_what_was_begun(const OldWorld& at) {
  const json::object inbox = at.bruno.ask({"inbox"});
  const json::array& late = inbox.at("entries").as_array();
  REQUIRE(late.size() == 1);
  at.bruno.ok({"decide", member(late[0].as_object(), "id"), "--accept"});
  at.bruno.ok({"resolve", item(at.bruno, "concurrent_values"), "--write", "Sentire tutti e due",
               "--reason", "ne hanno parlato"});
  const std::string spend = item(at.bruno, "provisional_spend");
  if (!spend.empty()) at.bruno.ok({"resolve", spend, "--confirm", "--reason", "visto"});
  const json::object drafts = at.anna.ask({"draft", "list"});
  const std::string draft = member(drafts.at("drafts").as_array().at(0).as_object(), "id");
  at.anna.ok({"draft", "save", draft, "next_step=Scritto a metà, poi finito"});
  at.anna.ok({"draft", "commit", draft});
  at.exchange();
  Tablet anna(at.anna);
  Tablet bruno(at.bruno);
  CHECK(at.shown(bruno, "visit3", "next_step") == "Il CAF è chiuso");
  CHECK(at.shown(anna, "visit0", "next_step") == "Sentire tutti e due");
  CHECK(number(anna, "held") == "0");
  CHECK(number(anna, "drafts") == "0");
  // The form had been opened before the other's value came: both stay.
  for (Tablet* tablet : {&anna, &bruno}) {
    const json::object review = tablet->ok("review.list");
    const json::array& items = review.at("items").as_array();
    REQUIRE(items.size() == 1);
    const json::array& values = items[0].as_object().at("alternatives").as_array();
    std::set<std::string> texts;
    for (const json::value& one : values) texts.insert(member(one.as_object(), "text"));
    CHECK(texts == std::set<std::string>{"Moduli portati", "Scritto a metà, poi finito"});
  }
}

}  // namespace

TEST_CASE("old databases: a tablet's store says what the program that wrote it said",
          "[integration][P2]") {
  const auto worlds = old_worlds();
  REQUIRE(worlds.size() >= 3);
  for (const std::string& name : worlds) {
    CAPTURE(name);
    const OldWorld at(name);
    for (const Terminal* who : {&at.anna, &at.bruno}) {
      const std::int64_t version = at.version_of(*who);
      CHECK(name.rfind("store-v" + std::to_string(version) + "-", 0) == 0);
      check_said(at, *who, name == worlds.front());
      CHECK(at.version_of(*who) >= version);
      check_said(at, *who, name == worlds.front());  // and what was migrated opens again
    }
  }
}

TEST_CASE("old databases: a server keeps every row, and finds its log whole",
          "[integration][P2]") {
  for (const std::string& name : old_worlds()) {
    CAPTURE(name);
    const OldWorld at(name);
    const bool is_first = name == old_worlds().front();
    std::vector<std::string> differences;
    for (const auto& [words, reply] : at.said().at("server").as_object()) {
      json::value then = reply;
      json::value now = at.admin(words_in(std::string(words)));
      if (words == "verify") {
        CHECK(now.as_object().at("ok").as_bool());
        for (json::value* side : {&then, &now}) {
          if (!is_first) break;
          for (auto& document : side->as_object().at("documents").as_object()) {
            document.value().as_object().erase("state");
          }
        }
      }
      compare(then, now, std::string(words), differences);
    }
    INFO(all_of(differences));
    CHECK(differences.empty());
    const auto before = at.server_rows_then();
    const auto after = at.server_rows_now();
    CHECK(before.size() > 100);
    std::vector<std::string> lost;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(lost));
    INFO(all_of(lost));
    CHECK(lost.empty());
  }
}

TEST_CASE("old databases: of every table that a server has today an older one left rows",
          "[integration][P2]") {
  std::set<std::string> filled;
  for (const std::string& name : old_worlds()) {
    const auto tables = OldWorld(name).filled_tables();
    filled.insert(tables.begin(), tables.end());
  }
  const auto today = tables_of_today();
  CHECK(today.size() > 30);
  for (const std::string& table : today) {
    INFO(table << ": tests/fixtures/README.md says how a fixture is added that has it");
    CHECK(filled.count(table) == 1);
  }
}

TEST_CASE("old databases: what a newer program wrote is refused in words and not touched",
          "[integration][P2]") {
  const OldWorld at(old_worlds().back());
  at.make_newer();
  const std::string store = file_text(at.anna.store());
  const std::string database = file_text(at.data() + "/server.db");
  const std::string told = at.anna.refused(3, {"status"});
  CHECK(says(told, "versione"));
  CHECK(at.anna.run({"edit", at.id("visit0"), "minutes=1"}).code == 3);
  const Finished server = run_program("insieme-server", {"--data", at.data(), "status"}, {});
  CHECK(server.code == 5);
  CHECK(says(server.err, "has version 99, this program knows versions up to"));
  CHECK(file_text(at.anna.store()) == store);
  CHECK(file_text(at.data() + "/server.db") == database);
}

TEST_CASE("old databases: tablets and server, brought up to date, lose nothing of each other",
          "[integration][P2][P7]") {
  for (const std::string& name : old_worlds()) {
    CAPTURE(name);
    OldWorld at(name);
    at.start();
    at.exchange();
    check_unsent_arrived(at);
    at.check_agreement();
    finish_what_was_begun(at);
    at.check_agreement();
    const auto before = at.server_rows_then();
    const auto after = at.server_rows_now();
    for (const std::string& row : before) {
      if (row.rfind("audit ", 0) != 0) continue;
      CAPTURE(row);
      CHECK(std::binary_search(after.begin(), after.end(), row));
    }
  }
}

}  // namespace insieme::testing
