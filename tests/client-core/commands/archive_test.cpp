// Archives: everything that a device holds, or what concerns a person, in a file that anybody can
// read, and taken back the same.
#include <algorithm>

#include "client-core/commands/report_desk.hpp"
#include "client-core/commands/two_desks.hpp"
#include "exports/archive.hpp"
#include "insieme/sync/dossier_mark.hpp"

namespace insieme::testing {
namespace {

/// A household with a bit of everything, and a project.
struct Full : Household {
  std::string member_id = member("Anna");
  std::string other_id = member("Ugo");
  std::string voucher;
  std::string note_of_other;

  Full() {
    voucher = add(family.dossier, "voucher",
                  {{"number", "VS-1"},
                   {"service", "Doposcuola"},
                   {"units", 10},
                   {"beneficiary", member_id},
                   {"from_date", "2024-01-01"},
                   {"to_date", "2024-06-30"},
                   {"state", "in_uso"}});
    add(family.dossier, "redemption",
        {{"voucher", voucher}, {"units", 3}, {"redeemed_on", "2024-03-12"}, {"provider", "Arci"}});
    add(family.dossier, "household_budget_line",
        {{"month", "2024-02"},
         {"direction", "entrata"},
         {"category", "lavoro"},
         {"amount", "850,50"}});
    // Keys within keys: a rating's id derives from that of its assessment, and both from the
    // dossier.
    const std::string pact = add(family.dossier, "pact",
                                 {{"case_id", case_id},
                                  {"version", 1},
                                  {"state", "bozza"},
                                  {"purpose", "Riga uno\nriga due «è»"}});
    add(family.dossier, "commitment",
        {{"pact", pact}, {"member", other_id}, {"text", "Cercare lavoro"}, {"status", "in_corso"}});
    note_of_other = add(family.dossier, "placement",
                        {{"member", other_id}, {"host", "Officina"}, {"from_date", "2024-02-01"}});
    add(family.dossier, "placement",
        {{"member", member_id},
         {"host", "Biblioteca"},
         {"from_date", "2024-02-01"},
         {"hours_week", 12}});
    desk.call({{"command", "record.retract"}, {"record", family.visit}});
    const auto [project, root] = create("project", {{"title", "PaIS"}, {"admitted", "100,00"}});
    add(project, "action_line",
        {{"code", "B"}, {"title", "B"}, {"project", root}, {"budget", "100,00"}});
  }
  json::object exported(json::object with = {}) {
    with["command"] = "archive.export";
    return desk.call(std::move(with));
  }
};

/// A new, empty device.
struct Empty {
  Folder folder;
  Office office;
  Desk desk{folder, "bruno", office};
  json::object take(const std::string& content, const char* request = "r-take") {
    return desk.raw({{"command", "archive.import"}, {"request_id", request}, {"content", content}});
  }
  std::string content() { return text(desk.call({{"command", "archive.export"}}), "content"); }
  std::size_t dossiers() {
    return list(desk.call({{"command", "dossier.list"}}), "dossiers").size();
  }
};

TEST_CASE("archive: what was exported and taken back is exported again, byte for byte",
          "[commands][archive]") {
  Full full;
  const std::string content = text(full.exported(), "content");
  Empty other;
  const json::object taken = other.take(content);
  INFO(json::serialize(taken));
  REQUIRE(taken.at("ok").as_bool());
  CHECK(text(taken, "dossiers") == "2");
  CHECK(list(taken, "contested").empty());
  CHECK(other.content() == content);
  // What is left of a voucher is left, and no more.
  const json::object rights =
      other.desk.call({{"command", "rights.list"}, {"record", full.voucher}});
  CHECK(text(rights, "left") == "7");
  CHECK(text(rights, "granted") == "10");
  // The same figures, and a record that derives from its dossier is found under its key.
  const auto report = [](Desk& desk) {
    return json::serialize(
        desk.call({{"command", "report.run"}, {"report", "R8"}, {"full", true}}).at("tables"));
  };
  CHECK(report(other.desk) == report(full.desk));
  const std::string dossier = text(other.desk.get(full.case_id), "dossier");
  const json::object twice = other.desk.refused(
      {{"command", "record.save"},
       {"type", "pact"},
       {"dossier", dossier},
       {"fields", {{"case_id", full.case_id}, {"version", 1}, {"state", "bozza"}}}});
  CHECK(text(twice, "code") == "already_exists");
}

TEST_CASE("archive: what was closed is closed where it is taken back, with nothing to ask about",
          "[commands][archive][P4]") {
  Household home;
  home.desk.save(home.family.visit, {{"state", "confermata"}});
  home.desk.save(home.family.visit, {{"state", "validata"}});
  home.desk.save(home.case_id, {{"state", "chiuso"},
                                {"closed_on", "2024-02-01"},
                                {"closure_reason", "4"},
                                {"closure_situation", "1"}});
  const std::string content = text(home.desk.call({{"command", "archive.export"}}), "content");
  CHECK(content.find("\"_marks\"") == std::string::npos);
  Empty other;
  REQUIRE(other.take(content).at("ok").as_bool());
  REQUIRE(other.take(content).at("ok").as_bool());  // repeated, it does nothing twice
  CHECK(other.content() == content);
  CHECK(other.desk.items().empty());
  const json::object refused =
      other.desk.refused({{"command", "record.save"},
                          {"record", home.family.visit},
                          {"fields", {{"next_step", "Ancora"}}}});
  CHECK(text(refused, "code") == "invalid_record");
  client::Store& store = other.desk.engine->store();
  const auto dossier =
      sync::id_from_text<sync::DossierId>(text(other.desk.get(home.case_id), "dossier")).value();
  for (const char* section : {"core", "education"}) {
    const auto marks = store.record(
        {{dossier, section}, std::string(sync::kMarksType), sync::marks_record(dossier)});
    REQUIRE(marks.ok());
    REQUIRE(sync::marks_in(&marks->state).groups.size() == 1);
    CHECK(sync::marks_in(&marks->state).groups[0].seen == marks->version);
  }
}

TEST_CASE("archive: repeated it goes on, and a dossier that is here is not touched",
          "[commands][archive][P2]") {
  Full full;
  const std::string content = text(full.exported(), "content");
  Empty other;
  REQUIRE(other.take(content).at("ok").as_bool());
  // The answer was lost: the same request again.
  const json::object again = other.take(content);
  REQUIRE(again.at("ok").as_bool());
  CHECK(other.dossiers() == 2);
  CHECK(other.content() == content);
  // Another request: everything is here already.
  const json::object later = other.take(content, "r-later");
  REQUIRE(later.at("ok").as_bool());
  CHECK(text(later, "dossiers") == "0");
  CHECK(list(later, "already_here").size() == 2);
  CHECK(other.dossiers() == 2);
  CHECK(other.content() == content);
}

TEST_CASE("archive: altered, cut short or of no sense, it is refused and nothing is written",
          "[commands][archive]") {
  Full full;
  const std::string content = text(full.exported(), "content");
  const auto refused = [&](std::string bad, const char* code) {
    Empty other;
    const json::object reply = other.take(bad);
    REQUIRE_FALSE(reply.at("ok").as_bool());
    CHECK(text(part(reply, "error"), "code") == code);
    CHECK(other.dossiers() == 0);
  };
  refused(content.substr(0, content.size() / 2), "malformed");
  refused(content.substr(0, content.rfind("{\"end\"")), "checksum");
  std::string altered = content;
  altered[altered.find("Biblioteca")] = 'b';
  refused(altered, "checksum");
  refused(content + content, "checksum");
  refused("", "checksum");
  refused("Rossi;Anna\n", "malformed");
  std::vector<json::object> lines = client::exports::opened_lines(content).value();
  const auto of_voucher = std::find_if(lines.begin(), lines.end(), [&](const json::object& line) {
    return line.contains("record") && text(line, "record") == full.voucher;
  });
  REQUIRE(of_voucher != lines.end());
  lines.insert(of_voucher, json::object(*of_voucher));  // it would write its fields twice
  refused(client::exports::sealed_lines(lines), "malformed");
}

TEST_CASE("archive: who asks for their data gets theirs, and nobody else's",
          "[commands][archive]") {
  Full full;
  const json::object reply = full.exported({{"person", full.member_id}});
  CHECK(text(reply, "scope") == "person");
  const std::string content = text(reply, "content");
  CHECK(content.find(full.member_id) != std::string::npos);
  CHECK(content.find("Biblioteca") != std::string::npos);
  CHECK(content.find("VS-1") != std::string::npos);
  CHECK(content.find("85050") != std::string::npos);  // cents
  for (const char* others : {"Officina", "\"Ugo\"", "Cercare lavoro", "PaIS"}) {
    CHECK(content.find(others) == std::string::npos);
  }
  Empty other;
  const json::object taken = other.take(content);
  INFO(json::serialize(taken));
  REQUIRE(taken.at("ok").as_bool());
  CHECK(other.dossiers() == 1);
  CHECK(text(other.desk.call({{"command", "archive.export"}, {"person", full.member_id}}),
             "content") == content);
  const json::object error =
      full.desk.refused({{"command", "archive.export"}, {"person", full.voucher}});
  CHECK(text(error, "code") == "invalid_argument");
}

TEST_CASE("archive: where people disagree every value is in it, and the shown one is taken back",
          "[commands][archive][P4]") {
  Two two;
  two.anna.save(two.family.visit, {{"next_step", "Telefonare"}});
  two.bruno.save(two.family.visit, {{"next_step", "Passare a casa"}});
  two.exchange();
  const std::string content = text(two.anna.call({{"command", "archive.export"}}), "content");
  CHECK(content.find("Telefonare") != std::string::npos);
  CHECK(content.find("Passare a casa") != std::string::npos);
  Empty other;
  const json::object taken = other.take(content);
  INFO(json::serialize(taken));
  REQUIRE(taken.at("ok").as_bool());
  REQUIRE(list(taken, "contested").size() == 1);
  CHECK(text(list(taken, "contested")[0].as_object(), "field") == "next_step");
  CHECK(other.desk.shown(two.family.visit, "next_step") ==
        two.anna.shown(two.family.visit, "next_step"));
}

}  // namespace
}  // namespace insieme::testing
