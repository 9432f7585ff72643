// What had spread from tablet to tablet when the server says something else of it.
#include "simulation/acts.hpp"
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// A household that both tablets have, and permits for it.
struct Shared : Story {
  Tablet& anna = tablet(0);
  Tablet& bruno = tablet(1);
  std::string record = household(anna);

  Shared() { sync_all(); }
  void sync_all() {
    for (Tablet* one : {&anna, &bruno, &anna, &bruno}) world.synchronise(*one);
  }
  std::string receipt(Tablet& on) { return text_of(world.get(on, record), "receipt"); }
};

}  // namespace

TEST_CASE("scenario: what a colleague brings counts once, whoever synchronises first",
          "[simulation][exchange][P2][P6]") {
  Shared story;
  story.rename(story.anna, story.record, "Verdi");
  exchange_between(story.world, story.anna, story.bruno);
  CHECK(story.name(story.bruno, story.record) == "Verdi");
  CHECK(story.receipt(story.anna) == "with_colleague");
  CHECK(story.receipt(story.bruno) == "with_colleague");
  // What is written on top of it waits for nothing: the letter goes first.
  story.rename(story.bruno, story.record, "Verdi Neri");
  SECTION("the colleague") { story.world.synchronise(story.bruno); }
  SECTION("the author") { story.world.synchronise(story.anna); }
  story.sync_all();
  CHECK(story.name(story.anna, story.record) == "Verdi Neri");
  CHECK(story.receipt(story.anna) != "with_colleague");
  story.rest();
}

TEST_CASE("scenario: a copied store hands out one branch, and the server takes the other",
          "[simulation][exchange][P2]") {
  Shared story;
  Tablet& copy = story.clone(story.anna);
  story.rename(story.anna, story.record, "Verdi");
  story.rename(copy, story.record, "Neri");
  exchange_between(story.world, story.anna, story.bruno);
  CHECK(story.name(story.bruno, story.record) == "Verdi");
  SECTION("nothing was written on top of it") {}
  SECTION("the colleague wrote on top of it") {
    story.rename(story.bruno, story.record, "Verdi Bruni");
  }
  SECTION("the colleague wrote on top of it, and handed that back") {
    story.rename(story.bruno, story.record, "Verdi Bruni");
    exchange_between(story.world, story.bruno, story.anna);
    CHECK(story.name(story.anna, story.record) == "Verdi Bruni");
  }
  story.world.synchronise(copy);
  story.sync_all();
  story.rest();
}

TEST_CASE("scenario: a copied store whose accepted work stands on what a colleague handed over",
          "[simulation][exchange][P2]") {
  Shared story;
  story.rename(story.bruno, story.record, "Verdi");
  exchange_between(story.world, story.bruno, story.anna);
  story.rename(story.anna, story.record, "Verdi Neri");
  Tablet& copy = story.clone(story.anna);
  story.rename(story.anna, story.record, "Bruni");
  story.rename(copy, story.record, "Gialli");
  story.world.synchronise(story.anna);
  // Of the copy's work the first half is there already, the second belongs to another branch. The
  // colleague's has not come back from the server yet.
  CHECK(is_ok(story.world.synchronise(copy)));
  story.sync_all();
  CHECK(story.anna.store().open_items({})->total == 1);
  story.rest();
}

TEST_CASE("scenario: what waits where it was handed to is not applied once its author is given up",
          "[simulation][exchange][P2]") {
  Shared story;
  Tablet& copy = story.clone(story.bruno);
  story.rename(story.bruno, story.record, "Verdi");
  story.world.synchronise(story.bruno);
  story.world.synchronise(story.anna);
  // It stands on what the copy has not received yet.
  story.rename(story.anna, story.record, "Neri");
  exchange_between(story.world, story.anna, copy);
  CHECK(story.name(copy, story.record) == "Rossi");
  const auto device = story.anna.store().identity().device;
  REQUIRE(story.world.office().repository().give_up_device(device).ok());
  for (const char* name : {"Bruni", "Gialli"}) {
    story.rename(story.bruno, story.record, name);
    for (int time = 0; time < 2; ++time) story.world.synchronise(story.bruno);
  }
  story.world.synchronise(copy);
  story.sync_all();
  story.world.synchronise(copy);
  story.rest();
}

TEST_CASE("scenario: a tablet that was given up had handed out its work, which comes once",
          "[simulation][exchange][P2]") {
  Shared story;
  story.rename(story.bruno, story.record, "Neri");
  exchange_between(story.world, story.bruno, story.anna);
  REQUIRE(
      story.world.office().repository().give_up_device(story.bruno.store().identity().device).ok());
  for (int i = 0; i < 4; ++i) {
    story.must(story.anna, {{"command", "record.save"},
                            {"type", "note"},
                            {"dossier", sync::to_text(story.anna.store().dossier_ids()->front())},
                            {"fields", {{"title", "nota " + std::to_string(i)}}}});
    if (i % 2 == 1) story.world.synchronise(story.anna);
  }
  SECTION("the colleague brings it first") { story.world.synchronise(story.anna); }
  SECTION("the author comes back first") { story.world.synchronise(story.bruno); }
  story.sync_all();
  CHECK(story.name(story.anna, story.record) == "Neri");
  story.rest();
}

TEST_CASE("scenario: what was replaced stays replaced where the value that was chosen is held",
          "[simulation][exchange][P3][P5][P8]") {
  Story story(people(3));
  Tablet& anna = story.tablet(0);
  Tablet& bruno = story.tablet(1);
  Tablet& carla = story.tablet(2);
  server::Repository& office = story.world.office().repository();
  const std::string record = story.household(anna);
  const sync::DossierId dossier = anna.store().dossier_ids()->front();
  story.world.synchronise(anna);
  REQUIRE(office.assign("carla", dossier, {}).ok());
  for (Tablet* one : {&bruno, &carla, &anna, &bruno, &carla}) story.world.synchronise(*one);
  story.rename(bruno, record, "di Bruno");
  story.rename(anna, record, "di Anna");
  REQUIRE(office.unassign("carla", dossier, "passaggio").ok());
  exchange_between(story.world, anna, carla);
  // Carla does not know yet. She has seen what Anna wrote, and corrects it.
  story.rename(carla, record, "di Carla");
  if (GENERATE(false, true)) story.rename(carla, record, "di Carla, due");
  const std::string last = story.name(carla, record);
  exchange_between(story.world, carla, bruno);
  const auto open = [&](Tablet& on) {
    return story.must(on, {{"command", "review.list"}}).at("items").as_array();
  };
  const auto alternatives = [&] {
    std::set<std::string> texts;
    const json::array items = open(bruno);
    for (const json::value& one : items.at(0).as_object().at("alternatives").as_array()) {
      texts.insert(text_of(one.as_object(), "text"));
    }
    return texts;
  };
  CHECK(alternatives() == std::set<std::string>{"di Bruno", last});
  story.must(bruno, {{"command", "review.resolve"},
                     {"item", record + "/name"},
                     {"write", last},
                     {"reason", "ha ragione Carla"}});
  CHECK(open(bruno).empty());
  SECTION("held, and the decision stands") {
    for (Tablet* one : {&anna, &carla, &bruno, &anna}) story.world.synchronise(*one);
    CHECK_FALSE(office.held().empty());
    CHECK(story.name(anna, record) == last);
    CHECK(open(bruno).empty());
    CHECK(open(anna).empty());
  }
  SECTION("a contest brings back what was open, and no more") {
    story.must(bruno, {{"command", "review.contest"},
                       {"record", record},
                       {"field", "name"},
                       {"reason", "ho sbagliato"}});
    CHECK(alternatives() == std::set<std::string>{"di Bruno", last});
  }
  story.rest();
}
