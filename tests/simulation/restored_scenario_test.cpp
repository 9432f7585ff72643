// A server that was put back from an old backup, while others went on without somebody's device.
#include "simulation/acts.hpp"
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// A household that everybody has, a server that was backed up then, and tablets that fold early.
struct Restored : Story {
  Tablet& anna = tablet(0);
  Tablet& bruno = tablet(1);
  std::string record = household(anna);
  std::string dossier = sync::to_text(anna.store().dossier_ids()->front());
  std::string note = text_of(must(anna, {{"command", "record.save"},
                                         {"type", "note"},
                                         {"dossier", dossier},
                                         {"fields", {{"title", "Visita"}}}})
                                 .at("record")
                                 .as_object(),
                             "id");

  static Script folding(Script script) {
    script.settings.fold_from = 2;
    script.settings.waits_for_backup = true;
    return script;
  }
  explicit Restored(std::size_t count = 2) : Story(folding(people(count))) {
    everybody();
    if (count > 2) {
      const auto id = anna.store().dossier_ids()->front();
      if (!world.office().repository().assign("carla", id, {}).ok()) FAIL("not assigned");
    }
    everybody();
    world.office().back_up();
  }
  void everybody() {
    for (int round = 0; round < 2; ++round) {
      for (const auto& one : world.tablets()) {
        if (!one->revoked) world.synchronise(*one);
      }
    }
  }
  void roll_back() {
    world.office().restore_backup();
    world.rolled_back = true;
  }
  /// Nobody waits for `late` any more, and from a backup on the others fold what it holds. Then it
  /// is back.
  void go_on_without(Tablet& late) {
    const auto device = late.store().identity().device;
    REQUIRE(world.office().repository().give_up_device(device).ok());
    world.synchronise(anna);
    world.office().back_up();
    for (int time = 0; time < 3; ++time) world.synchronise(anna);
    REQUIRE(anna.store().verify()->folded > 4);
    CHECK(is_ok(world.synchronise(late)));
    everybody();
  }
  void write(Tablet& on, const std::string& text) {
    must(on, {{"command", "record.save"}, {"record", note}, {"fields", {{"body", text}}}});
  }
  std::string text(Tablet& on) {
    return text_of(world.get(on, note).at("fields").at("body").as_object(), "text");
  }
};

}  // namespace

TEST_CASE("scenario: who was given up brings what a restored server lost, after the others folded",
          "[simulation][P2][P3]") {
  Restored story;
  story.rename(story.bruno, story.record, "Verdi");
  story.write(story.bruno, "due");
  story.world.synchronise(story.bruno);
  for (const char* name : {"A", "B", "C"}) story.rename(story.anna, story.record, name);
  story.roll_back();
  story.go_on_without(story.bruno);
  CHECK(story.text(story.anna) == "due");
  // Neither had seen the other's name.
  CHECK(story.anna.store().open_items({})->total == 1);
  story.rest();
}

TEST_CASE("scenario: who was given up brings what a colleague wrote whose device is gone",
          "[simulation][P2][P3]") {
  Restored story(3);
  Tablet& carla = story.tablet(2);
  story.write(carla, "Carla");
  story.world.synchronise(carla);
  story.world.synchronise(story.bruno);
  REQUIRE(story.text(story.bruno) == "Carla");
  SECTION("and wrote nothing there") {}
  SECTION("and wrote on top of it") { story.write(story.bruno, "Carla, e Bruno"); }
  for (const char* name : {"A", "B", "C"}) story.rename(story.anna, story.record, name);
  story.roll_back();
  const auto device = carla.store().identity().device;
  REQUIRE(story.world.office().repository().revoke_device(device, "smarrito").ok());
  carla.revoked = true;
  story.go_on_without(story.bruno);
  CHECK(story.text(story.anna).substr(0, 5) == "Carla");
  CHECK(story.text(story.anna) == story.text(story.bruno));
  story.rest();
}

TEST_CASE("scenario: what a colleague brings back to a restored server after its author lost the "
          "dossier is held, and its author is told so",
          "[simulation][exchange][P2][P5]") {
  Restored story(3);
  Tablet& carla = story.tablet(2);
  story.write(carla, "Carla");
  exchange_between(story.world, carla, story.bruno);
  story.world.synchronise(carla);
  story.roll_back();
  const auto dossier = sync::id_from_text<sync::DossierId>(story.dossier).value();
  auto& office = story.world.office().repository();
  REQUIRE(office.unassign("carla", dossier, "passaggio").ok());
  story.world.synchronise(story.bruno);
  story.everybody();
  CHECK(carla.store().status()->held == 1);
  CHECK(story.bruno.store().status()->open_held == 1);
  story.rest();
}

TEST_CASE("scenario: what the server had confirmed comes back by the colleague who was given it, "
          "whole, when its author's device is gone",
          "[simulation][exchange][P2][P4]") {
  Restored story(3);
  Tablet& carla = story.tablet(2);
  // An act in two documents, and one in a document that stands between these.
  const json::object visit{{"start_at", "2026-09-10 15:30"},
                           {"place", "casa"},
                           {"educator", "carla"},
                           {"observations", "Da Carla"}};
  story.must(carla,
             {{"command", "record.save"},
              {"records",
               {{{"record", story.record}, {"fields", {{"name", "Verdi"}}}},
                {{"type", "visit"}, {"dossier", story.dossier}, {"fields", visit}}}}});
  story.must(carla, {{"command", "record.save"},
                     {"type", "emporium_card"},
                     {"dossier", story.dossier},
                     {"fields",
                      {{"number", "T-1"},
                       {"household", story.record},
                       {"state", "attiva"},
                       {"points", "3000"},
                       {"valid_from", "2026-01-01"},
                       {"valid_to", "2026-12-31"},
                       {"emporium", "Emporio"}}}});
  story.world.synchronise(carla);
  exchange_between(story.world, carla, story.bruno);
  REQUIRE(story.name(story.bruno, story.record) == "Verdi");
  SECTION("its device is lost") {
    const auto device = carla.store().identity().device;
    story.roll_back();
    REQUIRE(story.world.office().repository().revoke_device(device, "smarrito").ok());
    carla.revoked = true;
    story.everybody();
    // It is late work of a device that is not trusted any more: whoever decides sees all of it.
    CHECK(story.bruno.store().status()->open_held == 3);
    CHECK(story.name(story.bruno, story.record) != "Verdi");
  }
  SECTION("its device is only away") {
    story.roll_back();
    story.world.synchronise(story.bruno);
    story.world.synchronise(story.anna);
    CHECK(story.name(story.anna, story.record) == "Verdi");
  }
  story.rest();
}

TEST_CASE("scenario: a colleague carries no letter about what a backup of the server holds",
          "[simulation][exchange][P2]") {
  Restored story(3);
  Tablet& carla = story.tablet(2);
  story.write(carla, "Carla");
  story.world.synchronise(carla);
  const bool covered = GENERATE(false, true);
  CAPTURE(covered);
  if (covered) {
    story.world.office().back_up();
    story.world.synchronise(carla);
  }
  exchange_between(story.world, carla, story.bruno);
  CHECK(story.text(story.bruno) == "Carla");
  CHECK(story.bruno.store().status()->letters == (covered ? 0 : 1));
  story.rest();
}

TEST_CASE("scenario: a dossier that came after the backup is brought back by whoever carries it",
          "[simulation][exchange][P2]") {
  Restored story(3);
  Tablet& carla = story.tablet(2);
  const std::string record = story.household(carla);
  story.write(carla, "Carla");  // in a dossier that the backup has, in the same letter
  story.world.synchronise(carla);
  exchange_between(story.world, carla, story.bruno);
  story.roll_back();
  auto& office = story.world.office().repository();
  REQUIRE(office.dossiers().size() == 1);
  const bool is_lost = GENERATE(false, true);
  CAPTURE(is_lost);
  if (is_lost) {
    REQUIRE(office.revoke_device(carla.store().identity().device, "smarrito").ok());
    carla.revoked = true;
  }
  story.everybody();
  CHECK(story.bruno.store().status()->letters == 0);
  CHECK(office.dossiers().size() == 2);
  if (!is_lost) CHECK(story.name(carla, record) == "Rossi");
  story.rest();
}

TEST_CASE("scenario: a restored server hears of a refusal again once it holds the work again",
          "[simulation][P2][P5]") {
  Restored story(3);
  Tablet& carla = story.tablet(2);
  const auto dossier = sync::id_from_text<sync::DossierId>(story.dossier).value();
  REQUIRE(story.world.office().repository().unassign("carla", dossier, "passaggio").ok());
  story.world.office().back_up();
  story.write(carla, "tardi");
  story.world.synchronise(carla);
  story.world.synchronise(story.bruno);
  REQUIRE(story.bruno.store().status()->open_held == 1);
  const json::object inbox = story.must(story.bruno, {{"command", "inbox.list"}});
  const json::value& entry = inbox.at("entries").as_array().at(0).as_object().at("id");
  story.must(story.bruno, {{"command", "inbox.decide"},
                           {"entry", entry},
                           {"accept", false},
                           {"reason", "non più"}});
  story.roll_back();
  story.world.synchronise(story.bruno);  // tells of what the server does not know
  story.world.synchronise(carla);        // brings it again
  story.everybody();
  const auto held = story.world.office().repository().held();
  REQUIRE(held.size() == 1);
  CHECK(held.front().state == server::HeldState::refused);
  CHECK(story.bruno.store().status()->open_held == 0);
  story.rest();
}
