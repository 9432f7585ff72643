// A dossier that is closed, merged or transferred while its educator goes on writing out of reach.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string open_case(Desk& desk, const Family& family) {
  const json::object reply = desk.call({{"command", "record.save"},
                                        {"type", "case"},
                                        {"dossier", family.dossier},
                                        {"fields",
                                         {{"household", family.household},
                                          {"state", "segnalato"},
                                          {"opened_on", "2024-01-01"}}}});
  return text(part(reply, "record"), "id");
}

/// Bruno coordinates, Anna is in the field.
struct Dossier : TwoDesks {
  Family family;
  std::string taken;  ///< the case

  Dossier() {
    office.server.sections_of_new = {"core", "education", "health"};
    office.reviewers = {"bruno"};
    enrol();
    family = make_family(anna);
    taken = open_case(anna, family);
    anna.sync();
    share(family.dossier, {"core", "education", "health"});
    meet();
  }
  static void close(Desk& desk, const std::string& record) {
    desk.save(record, {{"state", "chiuso"},
                       {"closed_on", "2024-02-01"},
                       {"closure_reason", "4"},
                       {"closure_situation", "1"}});
  }
  void write(Desk& desk, const char* field, const char* what) {
    desk.save(family.visit, {{field, what}});
  }
  static json::array late(Desk& desk) {
    return list(desk.call({{"command", "review.list"}, {"kind", "edited_after_closure"}}), "items");
  }
  /// The questions are the same for both; their number.
  std::size_t asked() {
    const json::array one = late(anna);
    const json::array other = late(bruno);
    std::set<std::string> ids;
    std::set<std::string> others;
    for (const json::value& item : one) ids.insert(text(item.as_object(), "id"));
    for (const json::value& item : other) others.insert(text(item.as_object(), "id"));
    CHECK(ids == others);
    return one.size();
  }
  void settle(Desk& desk) {
    for (const json::value& item : late(desk)) {
      desk.call({{"command", "review.resolve"},
                 {"item", text(item.as_object(), "id")},
                 {"dismiss", true},
                 {"reason", "va bene così"}});
    }
  }
};

}  // namespace

TEST_CASE("closed dossier: what was written in any section without knowing is asked about",
          "[commands][P4][P5]") {
  Dossier at;
  const bool health = GENERATE(false, true);
  const char* field = health ? "health_notes" : "observations";
  Dossier::close(at.bruno, at.taken);
  CHECK(Dossier::late(at.bruno).empty());
  at.write(at.anna, field, "Scritto in autobus.");
  at.meet();
  REQUIRE(at.asked() == 1);
  const json::array items = Dossier::late(at.bruno);
  const json::object& item = items[0].as_object();
  CHECK(text(item, "record") == at.family.visit);
  CHECK(text(item, "section") == (health ? "health" : "education"));
  CHECK(text(item, "kind_text") == "scritto senza sapere che il fascicolo era stato chiuso");
  CHECK(list(item, "reasons") == json::array{"closed"});
  std::set<std::string> authors;
  for (const json::value& one : list(item, "alternatives")) {
    authors.insert(text(one.as_object(), "author"));
  }
  CHECK(authors == std::set<std::string>{"anna", "bruno"});
  at.settle(at.bruno);
  at.meet();
  CHECK(at.asked() == 0);
  CHECK(at.bruno.shown(at.family.visit, field) == "Scritto in autobus.");
  // From here on both know.
  at.write(at.anna, "observations", "Ultima telefonata.");
  at.write(at.bruno, "next_step", "Nessuno.");
  at.meet();
  CHECK(at.asked() == 0);
  // It is no record that people see.
  const json::object all = at.bruno.call({{"command", "record.list"}, {"limit", 1000}});
  for (const json::value& line : list(all, "records")) {
    CHECK(text(line.as_object(), "type").front() != '_');
  }
  const json::object shown = at.bruno.get(at.family.visit);
  for (const auto& [name, value] : part(shown, "fields")) CHECK(name.front() != '_');
}

TEST_CASE("closed dossier: a form from before, a new record, and one of a type unknown here",
          "[commands][P4]") {
  Dossier at;
  SECTION("a form that was open before the closure arrived") {
    const std::string open = text(at.anna.get(at.family.visit), "version");
    Dossier::close(at.bruno, at.taken);
    at.meet();
    at.anna.save(at.family.visit, {{"observations", "Dal modulo di ieri."}}, open);
    at.meet();
    CHECK(at.asked() == 1);
  }
  SECTION("a new record") {
    Dossier::close(at.bruno, at.taken);
    at.anna.call({{"command", "record.save"},
                  {"type", "note"},
                  {"dossier", at.family.dossier},
                  {"fields", {{"title", "Nuova nota"}, {"body", "Di oggi."}}}});
    at.meet();
    CHECK(at.asked() == 1);
  }
  SECTION("a record of a later bundle's type") {
    Dossier::close(at.bruno, at.taken);
    const DocumentId document{sync::id_from_text<DossierId>(at.family.dossier).value(),
                              "education"};
    client::Store& store = at.anna.engine->store();
    const auto written =
        store.once("later", 1, [&](client::Writer& writer) -> Result<std::string> {
          INSIEME_TRY(writer.add(document, {{sync::id_from_text<sync::RecordId>(
                                                 "018bcfe5-6805-7103-a974-f0ba103e6871")
                                                 .value(),
                                             "of_tomorrow",
                                             "words",
                                             sync::WriteOp{sync::Value{std::string("x")}},
                                             {}}}));
          return std::string("done");
        });
    REQUIRE(written.ok());
    at.meet();
    CHECK(at.asked() == 1);
  }
}

TEST_CASE("closed dossier: a case that is open opens it again", "[commands][P4]") {
  Dossier at;
  SECTION("another one, when the family comes back") {
    Dossier::close(at.bruno, at.taken);
    at.write(at.anna, "observations", "Scritto in autobus.");
    at.meet();
    REQUIRE(at.asked() == 1);
    open_case(at.anna, at.family);
    at.meet();
    CHECK(at.asked() == 0);
    at.write(at.bruno, "next_step", "Si riparte.");
    at.meet();
    CHECK(at.asked() == 0);
  }
  SECTION("nor is it closed while another stays open") {
    const std::string second = open_case(at.anna, at.family);
    at.meet();
    Dossier::close(at.bruno, at.taken);
    at.write(at.anna, "observations", "Scritto in autobus.");
    at.meet();
    CHECK(at.asked() == 0);
    Dossier::close(at.bruno, second);
    at.write(at.anna, "observations", "E ancora.");
    at.meet();
    CHECK(at.asked() == 1);
  }
  SECTION("the decision that it stays open") {
    Dossier::close(at.bruno, at.taken);
    at.anna.save(at.taken, {{"state", "accolto"}});
    at.write(at.anna, "observations", "Scritto in autobus.");
    at.meet();
    CHECK(at.asked() == 2);  // the case itself, and the visit
    const json::array items = list(
        at.bruno.call({{"command", "review.list"}, {"kind", "concurrent_values"}}), "items");
    REQUIRE(items.size() == 1);
    int number = 0;
    for (const json::value& one : list(items[0].as_object(), "alternatives")) {
      if (text(one.as_object(), "author") == "anna") {
        number = std::stoi(json::serialize(one.at("number")));
      }
    }
    at.bruno.call({{"command", "review.resolve"},
                   {"item", text(items[0].as_object(), "id")},
                   {"choose", number},
                   {"reason", "va avanti"}});
    at.meet();
    CHECK(at.asked() == 0);
  }
}

TEST_CASE("closed dossier: a section that who closed it may not write gets the mark from who may",
          "[commands][P4]") {
  TwoDesks two;
  two.office.server.sections_of_new = {"core", "education", "health"};
  two.office.reviewers = {"bruno"};
  Desk carla{two.folder, "carla", two.office};
  two.enrol();
  carla.enrol();
  const Family family = make_family(two.anna);
  two.anna.save(family.visit, {{"health_notes", "Di prima."}});
  const std::string taken = open_case(two.anna, family);
  two.anna.sync();
  const auto dossier = sync::id_from_text<DossierId>(family.dossier).value();
  two.share(family.dossier, {"core", "education", "health"});
  two.office.server.grant("carla", dossier, {"core", "education"});
  const auto meet = [&] {
    for (int i = 0; i < 3; ++i) {
      for (Desk* desk : {&two.anna, &two.bruno, &carla}) desk->sync();
    }
  };
  meet();
  const auto late = [](Desk& desk) { return Dossier::late(desk); };
  Dossier::close(carla, taken);
  carla.sync();
  two.anna.save(family.visit, {{"health_notes", "Scritto in autobus."}});
  meet();
  for (Desk* desk : {&two.anna, &two.bruno}) {
    const json::array items = late(*desk);
    REQUIRE(items.size() == 1);
    CHECK(text(items[0].as_object(), "section") == "health");
  }
  CHECK(late(carla).empty());
  // Nothing is left to do, and nobody goes on writing marks.
  CHECK(two.bruno.unsent() == 0);
  const std::size_t log = two.office.server.state.log.size();
  meet();
  CHECK(two.office.server.state.log.size() == log);
  // Opened again by who may not write there either: it is taken back there, too.
  open_case(carla, family);
  meet();
  for (Desk* desk : {&two.anna, &two.bruno, &carla}) CHECK(late(*desk).empty());
}

TEST_CASE("merged dossiers: what was written in either unknowing is asked about, until parted",
          "[commands][P4][P5]") {
  Dossier at;
  const Family other = make_family(at.anna);
  at.anna.sync();
  at.share(other.dossier, {"core", "education", "health"});
  at.meet();
  at.bruno.call(
      {{"command", "same.mark"}, {"record", at.family.household}, {"other", other.household}});
  at.anna.save(other.visit, {{"observations", "Scritto in autobus."}});
  at.write(at.anna, "health_notes", "E qui.");
  at.meet();
  REQUIRE(at.asked() == 2);
  for (const json::value& item : Dossier::late(at.bruno)) {
    CHECK(text(item.as_object(), "kind_text") ==
          "scritto senza sapere che il fascicolo era stato unito a un altro");
  }
  at.write(at.anna, "next_step", "Sapendolo.");
  at.bruno.call(
      {{"command", "same.undo"}, {"record", at.family.household}, {"other", other.household}});
  at.meet();
  CHECK(at.asked() == 0);
}

TEST_CASE("transferred dossier: its marks come with the record that says so, and go with it",
          "[commands][P4][S085]") {
  Dossier at;
  const json::object made = at.bruno.call({{"command", "record.save"},
                                           {"type", "case_transfer"},
                                           {"dossier", at.family.dossier},
                                           {"fields",
                                            {{"case_id", at.taken},
                                             {"from_organization", "Coop. Aurora"},
                                             {"to_organization", "ATS Val d'Enza"},
                                             {"transferred_on", "2024-02-01"},
                                             {"reason", "cambio di residenza"}}}});
  at.write(at.anna, "observations", "Scritto in autobus.");
  at.meet();
  REQUIRE(at.asked() == 1);
  const json::array items = Dossier::late(at.anna);
  CHECK(list(items[0].as_object(), "reasons") == json::array{"transferred"});
  at.bruno.call(
      {{"command", "record.retract"}, {"record", text(part(made, "record"), "id")}});
  at.meet();
  CHECK(at.asked() == 0);
  at.bruno.call(
      {{"command", "record.restore"}, {"record", text(part(made, "record"), "id")}});
  at.meet();
  // Whoever says it again has seen what there is.
  CHECK(at.asked() == 0);
}

}  // namespace insieme::testing
