// A visit that a coordinator validates while its educator goes on writing it, out of reach.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

struct Pair : TwoDesks {
  Family family;

  Pair() {
    office.server.sections_of_new = {"core", "education", "health"};
    enrol();
    family = make_family(anna);
    anna.sync();
    share(family.dossier, {"core", "education", "health"});
    meet();
  }
  void validate(Desk& desk, const std::string& version = {}) {
    desk.save(family.visit, {{"state", "confermata"}});
    desk.save(family.visit, {{"state", "validata"}}, version);
  }
  static json::array late(Desk& desk) {
    return list(desk.call({{"command", "review.list"}, {"kind", "edited_after_closure"}}), "items");
  }
};

}  // namespace

TEST_CASE("closed records: what was written while they were closed is asked about, on both tablets",
          "[commands][P4][P5]") {
  Pair pair;
  pair.validate(pair.bruno);
  const bool health = GENERATE(false, true);
  pair.anna.save(pair.family.visit,
                 {{health ? "health_notes" : "observations", "Scritto in autobus."}});
  CHECK(Pair::late(pair.bruno).empty());
  pair.meet();
  for (Desk* desk : {&pair.anna, &pair.bruno}) {
    const json::array items = Pair::late(*desk);
    REQUIRE(items.size() == 1);
    const json::object& item = items[0].as_object();
    CHECK(text(item, "kind_text") == "modificata mentre veniva chiusa");
    CHECK(text(item, "section") == (health ? "health" : "education"));
    // Who wrote what, beside who closed it.
    std::set<std::string> authors;
    for (const json::value& one : list(item, "alternatives")) {
      authors.insert(text(one.as_object(), "author"));
    }
    CHECK(authors.count("anna") == 1);
    CHECK(authors.count("bruno") == 1);
  }
  const std::string id = text(Pair::late(pair.bruno)[0].as_object(), "id");
  const json::object refused = pair.bruno.refused(
      {{"command", "review.resolve"}, {"item", id}, {"choose", 1}, {"reason", "?"}});
  CHECK(text(refused, "code") == "invalid_argument");
  pair.bruno.call({{"command", "review.resolve"},
                   {"item", id},
                   {"dismiss", true},
                   {"reason", "concordato al telefono"}});
  pair.meet();
  CHECK(Pair::late(pair.anna).empty());
  CHECK(pair.anna.shown(pair.family.visit, health ? "health_notes" : "observations") ==
        "Scritto in autobus.");
}

TEST_CASE("closed records: what was in the form of whoever closed it is not asked about",
          "[commands][P4]") {
  Pair pair;
  SECTION("all that is here") {
    pair.anna.save(pair.family.visit, {{"observations", "Prima."}});
    pair.meet();
    pair.validate(pair.bruno);
    pair.meet();
    CHECK(Pair::late(pair.anna).empty());
    CHECK(Pair::late(pair.bruno).empty());
  }
  SECTION("but what came while the form was open") {
    pair.bruno.save(pair.family.visit, {{"state", "confermata"}});
    pair.meet();
    const std::string open = text(pair.bruno.get(pair.family.visit), "version");
    pair.anna.save(pair.family.visit, {{"observations", "Arrivato a modulo aperto."}});
    pair.meet();
    pair.bruno.save(pair.family.visit, {{"state", "validata"}}, open);
    CHECK(Pair::late(pair.bruno).size() == 1);
    pair.meet();
    CHECK(Pair::late(pair.anna).size() == 1);
  }
}

TEST_CASE("closed records: who decides that the record stays open has taken the closure back",
          "[commands][P4][P5]") {
  Pair pair;
  pair.bruno.save(pair.family.visit, {{"state", "confermata"}});
  pair.meet();
  pair.bruno.save(pair.family.visit, {{"state", "validata"}});
  pair.anna.save(pair.family.visit, {{"state", "bozza"}});
  pair.meet();
  // Two states, and an edit that did not know of the closure.
  CHECK(Pair::late(pair.bruno).size() == 1);
  const json::array items = list(
      pair.bruno.call({{"command", "review.list"}, {"kind", "concurrent_values"}}), "items");
  REQUIRE(items.size() == 1);
  std::string number;
  for (const json::value& one : list(items[0].as_object(), "alternatives")) {
    if (text(one.as_object(), "author") == "anna") number = json::serialize(one.at("number"));
  }
  pair.bruno.call({{"command", "review.resolve"},
                   {"item", text(items[0].as_object(), "id")},
                   {"choose", std::stoi(number)},
                   {"reason", "va rivista"}});
  CHECK(Pair::late(pair.bruno).empty());
  pair.anna.save(pair.family.visit, {{"observations", "Si continua."}});
  pair.meet();
  CHECK(Pair::late(pair.anna).empty());
  // Nobody reads of the mark in the history.
  const json::object history =
      pair.anna.call({{"command", "history"}, {"record", pair.family.visit}});
  for (const json::value& line : list(history, "lines")) {
    CHECK(text(line.as_object(), "label").find("_closure") == std::string::npos);
  }
}

}  // namespace insieme::testing
