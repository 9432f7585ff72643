// Decisions about a passage that two people rewrote: nothing else of the note is lost by them.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

constexpr const char* kField = "observations";

/// Two educators and a coordinator around one visit whose observations begin with a sentence.
struct Note {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  Desk carla{folder, "carla", office};
  Family family;

  explicit Note(const std::string& begin) {
    office.reviewers.insert("carla");
    for (Desk* desk : all()) desk->enrol();
    family = make_family(anna);
    anna.sync();
    for (const char* who : {"anna", "bruno", "carla"}) {
      office.server.grant(who, sync::id_from_text<DossierId>(family.dossier).value(),
                          {"core", "education", "economic"});
    }
    exchange();
    write(anna, begin);
    exchange();
  }
  [[nodiscard]] std::vector<Desk*> all() { return {&anna, &bruno, &carla}; }
  void exchange() {
    for (int round = 0; round < 2; ++round) {
      for (Desk* desk : all()) desk->sync();
    }
  }
  void write(Desk& desk, const std::string& body) { desk.save(family.visit, {{kField, body}}); }
  void disagree(const std::string& one, const std::string& other) {
    write(anna, one);
    write(bruno, other);
    exchange();
    REQUIRE(carla.items().size() == 1);
  }
  /// The alternative of this author, as text.
  std::string of(const std::string& author) {
    const json::array items = carla.items();
    for (const json::value& one : list(items.at(0).as_object(), "alternatives")) {
      if (text(one.as_object(), "author") == author) return text(one.as_object(), "text");
    }
    return "none";
  }
  void choose(const std::string& author) { choose(author, carla); }
  void choose(const std::string& author, Desk& by) {
    const json::array items = by.items();
    for (const json::value& one : list(items.at(0).as_object(), "alternatives")) {
      if (text(one.as_object(), "author") != author) continue;
      by.call({{"command", "review.resolve"},
                  {"item", text(items.at(0).as_object(), "id")},
                  {"choose", text(one.as_object(), "dot")},
                  {"reason", "sentita la madre"}});
    }
    exchange();
  }
  void contest(Desk& desk, const std::string& decision = "") {
    desk.call({{"command", "review.contest"},
               {"record", family.visit},
               {"field", kField},
               {"reason", "non è andata così"},
               {"decision", decision}});
    exchange();
  }
  void expect_everywhere(const std::string& body) {
    for (Desk* desk : all()) CHECK(desk->shown(family.visit, kField) == body);
  }
};

TEST_CASE("review of a text: a sentence written while the item is open outlives the decision",
          "[commands][P2][P4]") {
  Note note("Incontro il martedì alle 10.");
  note.disagree("Incontro il giovedì alle 10.", "Incontro il venerdì alle 10.");
  note.write(note.bruno, note.bruno.shown(note.family.visit, kField) + " La nonna non mangia.");
  note.exchange();
  // What is shown is what choosing makes.
  CHECK(note.of("anna") == "Incontro il giovedì alle 10. La nonna non mangia.");
  CHECK(note.of("bruno") == "Incontro il venerdì alle 10. La nonna non mangia.");
  note.choose("anna");
  note.expect_everywhere("Incontro il giovedì alle 10. La nonna non mangia.");
  for (Desk* desk : note.all()) CHECK(desk->items().empty());
}

TEST_CASE("review of a text: the next disagreement is about itself only", "[commands][P4][P5]") {
  Note note("Incontro il martedì alle 10.");
  note.disagree("Incontro il giovedì alle 10.", "Incontro il venerdì alle 10.");
  note.choose("anna");
  note.expect_everywhere("Incontro il giovedì alle 10.");
  note.disagree("Incontro il lunedì alle 10.", "Incontro il sabato alle 10.");
  const json::array items = note.carla.items();
  const json::object& item = items[0].as_object();
  CHECK(list(item, "alternatives").size() == 2);
  CHECK(text(item, "base") == "Incontro il giovedì alle 10.");
  CHECK(note.of("anna") == "Incontro il lunedì alle 10.");
  CHECK(note.of("bruno") == "Incontro il sabato alle 10.");
  note.choose("bruno");
  note.expect_everywhere("Incontro il sabato alle 10.");
}

TEST_CASE("review of a text: a contested decision can be turned round", "[commands][P5]") {
  Note note("Incontro il martedì alle 10.");
  note.disagree("Incontro il giovedì alle 10.", "Incontro il venerdì alle 10.");
  note.choose("anna");
  note.contest(note.bruno);
  note.expect_everywhere("Incontro il giovedì alle 10.");
  REQUIRE(note.carla.items().size() == 1);
  CHECK(note.carla.items()[0].as_object().at("contested").as_bool());
  CHECK(note.of("anna") == "Incontro il giovedì alle 10.");
  CHECK(note.of("bruno") == "Incontro il venerdì alle 10.");
  note.choose("bruno");
  note.expect_everywhere("Incontro il venerdì alle 10.");
  for (Desk* desk : note.all()) CHECK(desk->items().empty());
}

TEST_CASE("review of a text: who takes back a decision of their own takes back nobody else's",
          "[commands][P5]") {
  const auto body = [](const std::string& day, const std::string& colour) {
    return "Incontro il " + day + ". Poi si va insieme a scuola. Portare i documenti " + colour;
  };
  Note note(body("martedì", "verdi"));
  note.disagree(body("giovedì", "verdi"), body("venerdì", "verdi"));
  note.choose("anna");
  note.disagree(body("giovedì", "rossi"), body("giovedì", "gialli"));
  note.choose("anna", note.bruno);
  REQUIRE(note.carla.items().empty());
  const auto decided = [&] {
    std::map<std::string, std::string> by;  // whose decision, its dot
    const json::object record = note.carla.get(note.family.visit);
    for (const json::value& one : list(record, "decisions")) {
      const json::object& made = one.as_object();
      if (text(made, "outcome") != "contest") by[text(made, "author")] = text(made, "dot");
    }
    return by;
  };
  const auto contested = [&] {
    const json::object record = note.carla.get(note.family.visit);
    const json::array& all = list(record, "decisions");
    return std::count_if(all.begin(), all.end(), [](const json::value& one) {
      return text(one.as_object(), "outcome") == "contest";
    });
  };
  REQUIRE(decided().size() == 2);
  const std::string of_carla = decided().at("carla");
  note.contest(note.bruno, "own");
  CHECK(contested() == 1);
  CHECK(note.carla.items().size() == 1);
  CHECK(decided().at("carla") == of_carla);
  note.contest(note.bruno, of_carla);
  CHECK(contested() == 2);
}

TEST_CASE("review of a text: a decided passage is not shown as open", "[commands][P5]") {
  Note note("Incontro il martedì alle 10.");
  note.disagree("Incontro il giovedì alle 10.", "Incontro il venerdì alle 10.");
  const auto overlaps = [&] {
    const json::object record = note.carla.get(note.family.visit);
    return part(part(record, "fields"), kField).at("overlaps").as_bool();
  };
  CHECK(overlaps());
  note.choose("bruno");
  CHECK(!overlaps());
}

}  // namespace
}  // namespace insieme::testing
