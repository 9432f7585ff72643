// A tablet whose program is one or two versions of the protocol behind its server: a whole story,
// and nothing of it is lost or cut off.
#include "simulation/acts.hpp"
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// Dora's tablet speaks an older protocol from its first day on; Bruno, who coordinates, and Carla
/// have today's.
struct OldTablet : Story {
  Tablet& bruno = tablet(1);
  Tablet& carla = tablet(2);
  Tablet& dora;
  std::string record;
  sync::DossierId dossier;

  explicit OldTablet(std::uint32_t protocol, std::size_t fold_from = 0)
      : Story(three(fold_from)), dora(add("dora", protocol)), record(household(dora)) {
    dossier = dora.store().dossier_ids()->front();
    sync_all();
  }
  static Script three(std::size_t fold_from) {
    Script script = people(3);
    script.settings.fold_from = fold_from;
    script.settings.ages.assign(3, Age::whole);  // hand-overs are no part of the smaller bundle
    return script;
  }
  Tablet& add(const std::string& account, std::uint32_t protocol) {
    const Status added =
        office().add_user({account, "Signora " + account, "educator", false, 0});
    REQUIRE(added.ok());
    Tablet& fresh = world.add_tablet({account, "educator"});
    fresh.age = Age::whole;
    fresh.protocol_max = protocol;
    REQUIRE(world.enrol(fresh));
    return fresh;
  }
  server::Repository& office() { return world.office().repository(); }
  void sync_all() {
    for (int time = 0; time < 2; ++time) {
      for (Tablet* one : {&dora, &bruno, &carla}) CHECK(is_ok(world.synchronise(*one)));
    }
  }
  std::string create(Tablet& on, const std::string& type, json::object fields) {
    return text_of(must(on, {{"command", "record.save"},
                             {"type", type},
                             {"dossier", sync::to_text(dossier)},
                             {"fields", std::move(fields)}})
                       .at("record")
                       .as_object(),
                   "id");
  }
  void write(Tablet& on, const std::string& note, const std::string& text) {
    must(on, {{"command", "record.save"}, {"record", note}, {"fields", {{"body", text}}}});
  }
  std::string body(Tablet& on, const std::string& note) {
    const json::object shown = world.get(on, note);
    if (shown.empty()) return {};
    return text_of(shown.at("fields").at("body").as_object(), "text");
  }
  json::array waiting() {
    return must(bruno, {{"command", "inbox.list"}}).at("entries").as_array();
  }
  void accept_all() {
    while (!waiting().empty()) {
      must(bruno, {{"command", "inbox.decide"},
                   {"entry", text_of(waiting().front().as_object(), "id")},
                   {"accept", true},
                   {"reason", "va bene"}});
    }
  }
  std::size_t open_items(Tablet& on) {
    return must(on, {{"command", "review.list"}}).at("items").as_array().size();
  }
  /// What the server knows of Dora's tablet.
  server::Device device() {
    for (const server::Device& one : office().devices()) {
      if (one.id == dora.store().identity().device) return one;
    }
    FAIL("the device is gone");
    return {};
  }
  /// Both have the same document, history and all.
  void check_equal(Tablet& on) {
    const auto here = dora.store().verify();
    const auto there = on.store().verify();
    REQUIRE((here.ok() && there.ok()));
    std::size_t compared = 0;
    for (const auto& one : here->states) {
      for (const auto& other : there->states) {
        if (!(one.document == other.document) || one.count == 0) continue;
        CHECK(one.state == other.state);
        ++compared;
      }
    }
    CHECK(compared > 0);
  }
};

constexpr std::uint32_t kNow = sync::kProtocolVersion;

}  // namespace

TEST_CASE("scenario: a tablet one or two versions of the protocol behind writes, merges, hands"
          " over, erases and brings late work, and ends equal", "[simulation][P2][P3][P8][P9]") {
  const std::uint32_t protocol = GENERATE(kNow - 1, kNow - 2);
  CAPTURE(protocol);
  OldTablet story(protocol);
  Tablet& dora = story.dora;
  Tablet& bruno = story.bruno;
  CHECK(story.device().protocol == protocol);

  // Both write in one text, and something else where they disagree.
  const std::string note =
      story.create(dora, "note", {{"title", "Visita"}, {"body", "uno due tre"}});
  const std::string wrong = story.create(dora, "note", {{"title", "PAROLA-SEGRETA"}});
  story.sync_all();
  story.write(dora, note, "zero uno due tre");
  story.write(bruno, note, "uno due tre quattro");
  story.rename(dora, story.record, "Rossi di Dora");
  story.rename(bruno, story.record, "Rossi di Bruno");
  story.sync_all();
  for (Tablet* one : {&dora, &bruno}) {
    CHECK(story.body(*one, note) == "zero uno due tre quattro");
    CHECK(story.open_items(*one) == 1);
  }
  story.check_equal(bruno);

  // What is erased goes from it, and it says so.
  sync::ErasureOrder order;
  order.id.bytes[0] = 1;
  order.dossier = story.dossier;
  order.targets = {{{}, sync::id_from_text<sync::RecordId>(wrong).value()}};
  order.reason = "art. 17 GDPR";
  REQUIRE(story.office().propose_erasure(order, "dora").ok());
  REQUIRE(story.office().confirm_erasure(order.id, "bruno").ok());
  story.sync_all();
  CHECK(story.world.get(dora, wrong).empty());
  for (const auto& device : story.office().erasure_devices(order.id)) {
    if (device.device == dora.store().identity().device) CHECK(device.confirmed_ms.has_value());
  }
  story.check_equal(bruno);

  // She hands the dossier over; what she writes before she hears that it has gone is late work.
  story.must(dora, {{"command", "handover.propose"},
                    {"dossier", sync::to_text(story.dossier)},
                    {"to", "carla"},
                    {"reason", "cambio di zona"}});
  story.sync_all();
  const json::array proposed =
      story.must(bruno, {{"command", "handover.list"}}).at("hand_overs").as_array();
  REQUIRE(proposed.size() == 1);
  story.must(bruno, {{"command", "handover.accept"},
                     {"record", text_of(proposed[0].as_object(), "id")}});
  story.world.synchronise(bruno);
  story.world.synchronise(story.carla);
  story.write(dora, note, "zero uno due tre quattro, e cinque");
  story.sync_all();
  CHECK(dora.store().status()->unsent == 0);
  CHECK(story.world.get(dora, note).empty());
  CHECK(story.waiting().size() == 1);
  story.accept_all();
  story.sync_all();
  for (Tablet* one : {&bruno, &story.carla}) {
    CHECK(story.body(*one, note) == "zero uno due tre quattro, e cinque");
  }
  CHECK(story.device().protocol == protocol);
  story.rest();
  CHECK(is_ok(story.world.synchronise(dora)));  // its program was updated
  CHECK(story.device().protocol == kNow);
}

TEST_CASE("scenario: late work for which a tablet's protocol has no words waits on it until its"
          " program is of today", "[simulation][P2][P8]") {
  OldTablet story(kNow - 2, 2);
  Tablet& dora = story.dora;
  const std::string note =
      story.create(dora, "note", {{"title", "Visita"}, {"body", "uno due tre"}});
  story.sync_all();
  story.write(dora, note, "uno due tre, e quattro");
  // Nobody waits for her any more, and the dossier is somebody else's.
  REQUIRE(story.office().give_up_device(dora.store().identity().device).ok());
  for (const char* name : {"A", "B", "C"}) story.rename(story.bruno, story.record, name);
  for (int time = 0; time < 3; ++time) story.world.synchronise(story.bruno);
  REQUIRE(story.office().unassign("dora", story.dossier, "passaggio").ok());
  story.sync_all();
  CHECK(story.device().protocol == kNow - 2);
  CHECK(story.waiting().empty());
  dora.protocol_max = kNow;
  story.sync_all();
  CHECK(story.waiting().size() == 1);
  story.accept_all();
  CHECK(story.body(story.bruno, note) == "uno due tre, e quattro");
  CHECK(dora.store().status()->unsent == 0);
  story.rest();
}
