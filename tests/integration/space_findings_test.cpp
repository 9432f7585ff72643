// What is found over all dossiers of a space: a real server, real stores, the real command lines.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

Finished refused_by(const OfficeServer& server, Words words) {
  words.insert(words.begin(), {"--data", server.data()});
  return run_program("insieme-server", words, server.environment);
}

json::array found_by(const OfficeServer& server, Words more = {}) {
  Words words{"findings", "--decided"};
  words.insert(words.end(), more.begin(), more.end());
  return server.admin_json(words).as_object().at("findings").as_array();
}

/// Id, name, state, evidence and records of each: what two sides have to agree on.
std::set<std::string> essence(const json::array& findings, const char* name) {
  std::set<std::string> out;
  for (const json::value& one : findings) {
    const json::object& finding = one.as_object();
    std::string line = member(finding, "id") + " " + member(finding, name) +
                       (finding.at("open").as_bool() ? " open" : " dismissed");
    for (const json::value& word : finding.at("evidence").as_array()) {
      line += " " + member(word.as_object(), "code");
    }
    for (const json::value& record : finding.at("records").as_array()) {
      line += " " + member(record.as_object(), "id") + "/" + member(record.as_object(), "dossier");
    }
    out.insert(line);
  }
  return out;
}

std::set<std::string> on_tablet(Tablet& tablet) {
  const json::object reply = tablet.ok("review.list", {{"kind", "finding"}, {"decided", true}});
  return essence(reply.at("findings").as_array(), "rule");
}

/// Tells only what one side has and the other has not.
void check_same(const std::set<std::string>& tablet, const std::set<std::string>& server) {
  std::vector<std::string> tablet_only;
  std::vector<std::string> server_only;
  std::set_difference(tablet.begin(), tablet.end(), server.begin(), server.end(),
                      std::back_inserter(tablet_only));
  std::set_difference(server.begin(), server.end(), tablet.begin(), tablet.end(),
                      std::back_inserter(server_only));
  CHECK(tablet_only.empty());
  CHECK(server_only.empty());
  for (const std::string& one : tablet_only) FAIL_CHECK("only the tablet: " << one);
  for (const std::string& one : server_only) FAIL_CHECK("only the server: " << one);
}

/// What is open on the tablet, and what the running server tells it, are the same.
void check_asked(Tablet& tablet) {
  const json::object open = tablet.ok("review.list", {{"kind", "finding"}});
  const json::object told = tablet.ok("finding.fetch", {});
  check_same(essence(open.at("findings").as_array(), "rule"),
             essence(told.at("findings").as_array(), "rule"));
  CHECK(member(told, "only_there") == "0");
}

std::string saved(const json::object& reply) {
  return member(reply.at("record").as_object(), "id");
}

/// People out of few names and days, so that many are alike; visits that meet; supports.
class Scribe {
 public:
  Scribe(Tablet& tablet, std::mt19937_64& chance) : tablet_(tablet), chance_(chance) {}

  void household() {
    const json::object reply = tablet_.ok(
        "dossier.create",
        {{"type", "household"},
         {"fields", {{"name", pick({"Rossi", "Neri", "Bassi"})}, {"commune", "Bibbiano"}}}});
    dossier_ = member(reply, "dossier");
    const std::size_t people = 1 + below(4);
    for (std::size_t i = 0; i < people; ++i) person();
    for (std::size_t i = 0; i < below(4); ++i) visit();
    for (std::size_t i = 0; i < below(4); ++i) support();
    if (below(3) == 0 && members.size() > 1) same();
  }
  std::vector<std::string> members;

 private:
  std::size_t below(std::size_t limit) { return chance_() % limit; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }
  json::object save(const char* type, json::object fields) {
    return tablet_.ok("record.save", {{"type", type}, {"dossier", dossier_}, {"fields", fields}});
  }
  void person() {
    json::object fields{{"surname", pick({"Rossi", "Rosi", "Cattaneo", "Cataneo", "El Amrani"})},
                        {"given_names", pick({"Mario", "Maria", "Chiara", "Kiara", "Mohamed"})},
                        {"relation", "6"}};
    if (below(5) != 0) {
      fields["birth_date"] = pick({"1980-03-04", "1980-04-03", "1980-03-05", "2012-11-30"});
    }
    if (below(4) == 0) {
      fields["codice_fiscale"] = pick({"RSSMRA80A01H501U", "RSSMRA80A01H50MV"});
    }
    if (below(3) == 0) fields["phones"] = json::array{pick({"0522 111111", "+39 0522111111"})};
    const std::string id = saved(save("member", std::move(fields)));
    members.push_back(id);
    here_.push_back(id);
  }
  void visit() {
    save("visit", {{"start_at", pick({"12/03/2024 15:30", "12/03/2024 16:00", "13/03/2024 9:00"})},
                   {"minutes", pick({"20", "60"})},
                   {"place", "casa"},
                   {"educator", "anna"}});
  }
  void support() {
    json::object fields{{"kind", pick({"a", "b"})},
                        {"members", json::array{here_[below(here_.size())]}},
                        {"provider", pick({"Alfa", "Beta", "ALFA"})},
                        {"from_date", pick({"2024-01-01", "2024-02-01"})},
                        {"status", "attivo"}};
    if (below(2) == 0) fields["to_date"] = "2024-01-31";
    // What a rule of the bundle refuses is not written: there are enough others.
    static_cast<void>(tablet_.ask(
        "record.save", {{"type", "support"}, {"dossier", dossier_}, {"fields", fields}}));
  }
  void same() {
    static_cast<void>(tablet_.ask("same.mark", {{"record", members[below(members.size())]},
                                                {"other", members[below(members.size())]},
                                                {"reason", "visti insieme"}}));
  }

  Tablet& tablet_;
  std::mt19937_64& chance_;
  std::string dossier_;
  std::vector<std::string> here_;
};

json::array told(const Terminal& who) { return who.ask({"findings"}).at("findings").as_array(); }

/// The one who may know asks from her tablet, and reads whom to ask; the other learns nothing.
void check_told_whom_to_ask(const Ambito& here) {
  const json::array hers = told(here.anna);
  REQUIRE(hers.size() == 1);
  CHECK(member(hers[0].as_object(), "body") == "ASL 4");
  const Finished page = here.anna.run({"findings", "--only-there"});
  CHECK(page.out.find("chiedere a ASL 4, Consultorio, tel. 0522 000000") != std::string::npos);
  CHECK(page.out.find("Fumagalli") != std::string::npos);  // her own record, by its title
  CHECK(told(here.bruno).empty());
}

}  // namespace

TEST_CASE("findings on the server: what a tablet finds that holds the same records, word by word",
          "[integration][S129][S038][P3]") {
  const std::uint64_t seed = seed_or(28);
  std::cout << "findings: seed " << seed << "\n";
  CAPTURE(seed);
  std::mt19937_64 chance(seed);
  Ambito at;
  Tablet anna(at.anna);
  Tablet bruno(at.bruno);
  Tablet carla(at.carla);
  std::size_t most = 0;
  std::size_t dismissed = 0;
  for (int round = 0; round < 4; ++round) {
    for (Tablet* by : {&anna, &bruno}) {
      Scribe scribe(*by, chance);
      for (int i = 0; i < 3; ++i) scribe.household();
    }
    for (Tablet* one : {&anna, &bruno, &carla}) REQUIRE(one->sync());
    const std::set<std::string> here = on_tablet(carla);
    check_same(here, essence(found_by(at.server), "name"));
    // And each person is told what that person's own tablet finds, no more.
    check_same(on_tablet(anna), essence(found_by(at.server, {"--for", "anna"}), "name"));
    check_same(on_tablet(bruno), essence(found_by(at.server, {"--for", "bruno"}), "name"));
    for (Tablet* one : {&anna, &bruno, &carla}) check_asked(*one);
    most = std::max(most, here.size());
    // One that is dismissed by the coordinator is dismissed there, too.
    if (here.empty()) continue;
    const std::string first = here.begin()->substr(0, 16);
    const json::object reply = carla.ask(
        "finding.decide", {{"finding", first}, {"outcome", "dismiss"}, {"reason", "verificato"}});
    if (!reply.at("ok").as_bool()) continue;
    REQUIRE(carla.sync());
    ++dismissed;
    check_same(on_tablet(carla), essence(found_by(at.server), "name"));
  }
  CHECK(most > 20);
  CHECK(dismissed > 0);
}

TEST_CASE("findings on the server: lists say ids and who may know, and never a name",
          "[integration][S129][S025]") {
  Ambito at;
  for (const Terminal* who : {&at.anna, &at.bruno}) {
    const json::object made =
        who->ask({"add", "household", "name=Famiglia Fumagalli", "commune=Bibbiano"});
    who->ok({"add", "member", "--dossier", member(made, "dossier"), "surname=Fumagalli",
             "given_names=Ottavia", "birth_date=14/02/1981", "relation=6"});
    who->ok({"sync"});
  }
  const json::array all = found_by(at.server);
  REQUIRE(all.size() == 1);
  const json::object& one = all[0].as_object();
  CHECK(member(one, "kind") == "persona_doppia");
  CHECK(one.at("may_know") == json::array{"carla"});
  CHECK(found_by(at.server, {"--for", "anna"}).empty());
  const json::array hers = found_by(at.server, {"--for", "carla"});
  REQUIRE(hers.size() == 1);
  CHECK_FALSE(hers[0].as_object().contains("may_know"));
  for (const Words& words : {Words{"findings"}, Words{"findings", "--format", "csv"},
                             Words{"findings", "--json"}, Words{"findings", "--lang", "en"}}) {
    const std::string said = at.server.admin(words);
    CHECK(said.find("persona") + said.find("person") != std::string::npos);
    CHECK(said.find("Fumagalli") == std::string::npos);
    CHECK(said.find("Ottavia") == std::string::npos);
  }
  CHECK(at.server.admin({"report", "run", "R9S"}).find("Fumagalli") == std::string::npos);
  CHECK(refused_by(at.server, {"findings", "--for", "nessuno"}).code == 4);
}

TEST_CASE("blind index: two servers learn whom both know, from files alone",
          "[integration][S129][S025]") {
  Ambito here;
  TestFolder folder;
  OfficeServer there(folder.path());
  there.admin({"users", "add", "dina", "--name", "Dina Gialli", "--role", "coordinator"});
  const Terminal dina(folder.path(), "dina");
  dina.ok({"init"});
  dina.ok({"enrol", there.invitation("dina"), "--name", "tablet di dina"});
  const auto person = [](const Terminal& who, const char* surname) {
    const json::object made = who.ask({"add", "household", "name=Famiglia", "commune=Bibbiano"});
    who.ok({"add", "member", "--dossier", member(made, "dossier"),
            std::string("surname=") + surname, "given_names=Ottavia", "birth_date=14/02/1981",
            "relation=6"});
    who.ok({"sync"});
  };
  person(here.anna, "Fumagalli");
  person(here.anna, "Brambilla");
  person(dina, "Fumagali");
  const std::string file = folder.file("asl.index");
  there.admin({"blind-index", "agree", "asl-4"});
  there.admin({"blind-index", "export", "asl-4", "--as", "ASL 4", "--ask",
               "Consultorio, tel. 0522 000000", "--output", file});
  const Finished early = refused_by(here.server, {"blind-index", "import", "asl-4", file});
  CHECK(early.code == 4);
  CHECK(early.err.find("there is no agreement") != std::string::npos);
  const std::string its_key = there.data() + "/agreements/asl-4.key";
  here.server.admin({"blind-index", "agree", "asl-4", "--key-file", its_key});
  const json::object taken =
      here.server.admin_json({"blind-index", "import", "asl-4", file}).as_object();
  CHECK(taken.at("matches").to_number<int>() == 1);
  const json::array found = found_by(here.server, {"--kind", "nota_altrove"});
  REQUIRE(found.size() == 1);
  const json::object& one = found[0].as_object();
  CHECK(member(one, "ask") == "ASL 4: Consultorio, tel. 0522 000000");
  CHECK(one.at("may_know") == json::array{"anna", "carla"});
  CHECK(member(one.at("evidence").as_array()[0].as_object(), "text") ==
        "cognome, nome e data di nascita simili");
  check_told_whom_to_ask(here);
  // Decided by somebody who may know, with the reason; by nobody else.
  const std::string id = member(one, "id");
  CHECK(refused_by(here.server, {"findings", "dismiss", id, "--by", "bruno", "--reason", "no"})
            .code == 4);
  here.server.admin({"findings", "dismiss", id, "--by", "carla", "--reason", "omonima"});
  CHECK(here.server.admin_json({"findings", "--kind", "nota_altrove"})
            .as_object()
            .at("findings")
            .as_array()
            .empty());
  CHECK(told(here.anna).empty());
  here.server.admin({"findings", "reopen", id, "--by", "carla", "--reason", "riparlarne"});
  CHECK(found_by(here.server, {"--kind", "nota_altrove"}).size() == 1);
  // One's own index would find everybody.
  const std::string own = folder.file("own.index");
  here.server.admin(
      {"blind-index", "export", "asl-4", "--as", "Comune", "--ask", "Ufficio", "--output", own});
  CHECK(refused_by(here.server, {"blind-index", "import", "asl-4", own}).code == 4);
  CHECK(refused_by(here.server, {"blind-index", "export", "asl-4", "--as", "Comune", "--ask",
                                 "Ufficio", "--output", own})
            .code == 4);
  std::ofstream(file, std::ios::app) << "x\n";
  const Finished changed = refused_by(here.server, {"blind-index", "import", "asl-4", file});
  CHECK(changed.code == 4);
  CHECK(changed.err.find("line ") != std::string::npos);
  here.server.admin({"blind-index", "forget", "asl-4"});
  CHECK(found_by(here.server, {"--kind", "nota_altrove"}).empty());
}

}  // namespace insieme::testing
