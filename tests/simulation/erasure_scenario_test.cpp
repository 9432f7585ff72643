// What was erased, and tablets that hear of it from one another, late, or from a restored server.
#include "simulation/acts.hpp"
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// A household with a note that both tablets have.
struct TwoWithANote : Story {
  Tablet& anna = tablet(0);
  Tablet& bruno = tablet(1);
  std::string record = household(anna);
  std::string dossier = sync::to_text(anna.store().dossier_ids()->front());
  std::string note = add_note("PAROLA-SEGRETA");

  TwoWithANote() { sync_all(); }
  std::string add_note(const std::string& title) {
    return text_of(must(anna, {{"command", "record.save"},
                               {"type", "note"},
                               {"dossier", dossier},
                               {"fields", {{"title", title}}}})
                       .at("record")
                       .as_object(),
                   "id");
  }
  void sync_all() {
    for (Tablet* one : {&anna, &bruno, &anna, &bruno}) world.synchronise(*one);
  }
  void order(std::vector<sync::ErasureTarget> targets) {
    sync::ErasureOrder order;
    order.id.bytes[0] = 1;
    order.dossier = sync::id_from_text<sync::DossierId>(dossier).value();
    order.targets = std::move(targets);
    order.reason = "art. 17 GDPR";
    auto& repository = world.office().repository();
    REQUIRE(repository.propose_erasure(order, "anna").ok());
    REQUIRE(repository.confirm_erasure(order.id, "bruno").ok());
  }
  sync::ErasureTarget the_note() {
    return {{}, sync::id_from_text<sync::RecordId>(note).value()};
  }
  std::size_t confirmed() {
    std::size_t count = 0;
    const auto erasures = world.office().repository().erasures();
    for (const auto& device :
         world.office().repository().erasure_devices(erasures.front().order.id)) {
      count += device.confirmed_ms ? 1U : 0U;
    }
    return count;
  }
};

}  // namespace

TEST_CASE("scenario: an order to erase reaches a tablet through a colleague's, without a server",
          "[simulation][exchange][P9]") {
  TwoWithANote story;
  story.order({story.the_note()});
  story.world.synchronise(story.bruno);
  REQUIRE(story.world.get(story.bruno, story.note).empty());
  REQUIRE_FALSE(story.world.get(story.anna, story.note).empty());
  SECTION("over a connection") { exchange_between(story.world, story.bruno, story.anna); }
  SECTION("over a stick") {
    const std::string stick = story.world.folder().path() + "/stick";
    story.must(story.bruno, {{"command", "exchange.export"}, {"path", stick}});
    story.must(story.anna, {{"command", "exchange.import"}, {"path", stick}});
  }
  CHECK(story.world.get(story.anna, story.note).empty());
  CHECK(story.name(story.anna, story.record) == "Rossi");
  CHECK(story.confirmed() == 1);
  story.sync_all();
  CHECK(story.confirmed() == 2);
  story.rest();
}

TEST_CASE("scenario: who carries an order and may not read it passes it on",
          "[simulation][exchange][P9]") {
  TwoWithANote story;
  Tablet& elena = story.world.add_tablet({"elena", "educator"});
  REQUIRE(story.world.office()
              .repository()
              .add_user({"elena", "Signora elena", "educator", false, 0})
              .ok());
  REQUIRE(story.world.enrol(elena));
  const std::string own = story.household(elena);
  story.world.synchronise(elena);
  story.order({story.the_note()});
  story.world.synchronise(story.bruno);
  exchange_between(story.world, story.bruno, elena);
  CHECK_FALSE(story.world.get(story.anna, story.note).empty());
  exchange_between(story.world, elena, story.anna);
  CHECK(story.world.get(story.anna, story.note).empty());
  CHECK(story.name(elena, own) == "Rossi");
  story.rest();
}

TEST_CASE("scenario: who was given up and comes back to a dossier that was erased comes to rest",
          "[simulation][P9]") {
  TwoWithANote story;
  story.rename(story.anna, story.record, "Verdi");
  SECTION("with work that she has alone") {}
  SECTION("with work that a colleague carries") {
    exchange_between(story.world, story.anna, story.bruno);
  }
  REQUIRE(
      story.world.office().repository().give_up_device(story.anna.store().identity().device).ok());
  story.order({{}});
  story.rest();
  CHECK(story.world.get(story.anna, story.record).empty());
  CHECK(story.anna.store().status()->unsent == 0);
}

TEST_CASE("scenario: a partly erased change that a restored server got back without its content",
          "[simulation][P2][P9]") {
  TwoWithANote story;
  story.must(story.anna,
             {{"command", "record.save"},
              {"records", json::array{json::object{{"record", story.record},
                                                   {"fields", {{"name", "Verdi"}}}},
                                      json::object{{"record", story.note},
                                                   {"fields", {{"title", "ALTRA"}}}}}}});
  story.world.office().back_up();
  story.sync_all();
  story.order({story.the_note()});
  story.sync_all();
  story.world.office().restore_backup();
  story.world.rolled_back = true;
  SECTION("given back by whoever wrote it") { story.world.synchronise(story.anna); }
  SECTION("given back by a colleague: all have it without content, its author knows") {
    story.world.synchronise(story.bruno);
    story.sync_all();
    CHECK(story.anna.store().quarantine()->size() == 1);
    CHECK(story.name(story.bruno, story.record) == story.name(story.anna, story.record));
  }
  story.sync_all();
  story.rest();
}

TEST_CASE("scenario: a copied store with work that an erasure holds up learns what its twin wrote",
          "[simulation][P2][P3][P9]") {
  TwoWithANote story;
  story.rename(story.anna, story.record, "Verdi");
  const std::string other = story.household(story.anna);
  const std::string stick = story.world.folder().path() + "/stick";
  story.must(story.anna, {{"command", "exchange.export"}, {"path", stick}});
  Tablet& copy = story.clone(story.anna);
  story.rename(story.anna, other, "Neri");
  story.order({{}});
  story.sync_all();
  story.world.synchronise(copy);
  story.rest();
  CHECK(story.name(copy, other) == "Neri");
}

TEST_CASE("scenario: a record that a coordinator erases is erased where a part of it comes later",
          "[simulation][P9]") {
  TwoWithANote story;
  const std::string visit = text_of(story
                                        .must(story.anna, {{"command", "record.save"},
                                                           {"type", "visit"},
                                                           {"dossier", story.dossier},
                                                           {"fields",
                                                            {{"start_at", "2026-09-14 15:30"},
                                                             {"place", "casa"},
                                                             {"educator", "anna"}}}})
                                        .at("record")
                                        .as_object(),
                                    "id");
  story.sync_all();
  // Of what is about health nobody knows yet: it is in a section of its own.
  story.must(story.anna, {{"command", "record.save"},
                          {"record", visit},
                          {"fields", {{"health_notes", "PAROLA-SEGRETA"}}}});
  story.must(story.bruno, {{"command", "record.erase"},
                           {"record", visit},
                           {"reason", "scritta nel fascicolo sbagliato"}});
  story.world.synchronise(story.bruno);
  story.sync_all();
  for (Tablet* one : {&story.anna, &story.bruno}) CHECK(story.world.get(*one, visit).empty());
  story.rest();
}
