// Work that arrives after its author lost the dossier [P8], and a dossier that comes back.
#include "fixture.hpp"
#include "insieme/server/verify.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");

template <class T>
std::vector<T> events_of(const MemoryDevice& tablet) {
  std::vector<T> found;
  for (const Event& event : tablet.events) {
    if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
  }
  return found;
}

/// Anna's dossier was handed to Luca while her tablet was offline with an edit.
struct HandOver : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};
  Change late;

  HandOver() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    run_all();
    REQUIRE(repository->hand_over(dossier("d1"), "user-anna", "user-luca", "moved").ok());
    late = anna.write(kCore, {set_op("note", "late")});
    run_all();
  }
  void run_all() {
    for (MemoryDevice* tablet : {&anna, &luca, &carla}) {
      const RunResult run = sync(*tablet);
      CAPTURE(tablet->name(), run.error.detail);
      REQUIRE(run.done);
      CHECK(tablet->delivery_errors.empty());
    }
  }
};

}  // namespace

TEST_CASE("held: a late edit waits for the coordinator, hollow for everybody else",
          "[server][held]") {
  HandOver w;
  REQUIRE(w.anna.fates.size() == 1);
  CHECK(w.anna.fates[0].verdict == Verdict::held);
  CHECK(w.anna.revoked.count(dossier("d1")) == 1);
  CHECK(events_of<RevokeEvent>(w.anna).front().reason == "moved");

  REQUIRE(events_of<HeldEvent>(w.carla).size() == 1);
  Change shown = events_of<HeldEvent>(w.carla).front().change;
  complete(shown, w.carla.dossier_keys.at(dossier("d1")));
  CHECK(shown == w.late);
  CHECK(events_of<HeldEvent>(w.luca).empty());
  const Change* hollow = w.luca.document(kCore).find(rep("anna"), 2);
  REQUIRE(hollow != nullptr);
  CHECK(hollow->is_hollow());
  CHECK(w.luca.document(kCore).state_digest() == w.carla.document(kCore).state_digest());

  const auto held = w.repository->held();
  REQUIRE(held.size() == 1);
  CHECK(held[0].author == "user-anna");
  CHECK(held[0].state == server::HeldState::waiting);
  CHECK(w.repository->counts().held_waiting == 1);
}

TEST_CASE("held: repeated, it is held again and logged once", "[server][held]") {
  HandOver w;
  w.anna.unsent.push_back(w.late);
  const std::uint64_t position = w.repository->space().position;
  REQUIRE(w.sync(w.anna).done);
  CHECK(w.repository->space().position == position);
  CHECK(w.anna.fates.back().verdict == Verdict::held);
}

TEST_CASE("held: accepted by authoring it again, the author hears it [P5]", "[server][held]") {
  HandOver w;
  w.carla.write(kCore, {set_op("note", "late")}, {}, Origin{rep("anna"), 2});
  w.run_all();
  w.run_all();
  const auto closed = events_of<HeldClosedEvent>(w.anna);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].decision.accepted);
  CHECK(closed[0].decision.by == "user-carla");
  CHECK(closed[0].decision.replica == rep("anna"));
  CHECK(closed[0].decision.seq == 2);
  CHECK(w.repository->held()[0].state == server::HeldState::accepted);
  CHECK(w.luca.document(kCore).state_digest() == w.carla.document(kCore).state_digest());
  CHECK(server::verify_repository(*w.repository, {}).faults == std::vector<std::string>{});
}

TEST_CASE("held: decided once; who accepts it later is refused, nothing counts twice [P8]",
          "[server][held]") {
  HandOver w;
  MemoryDevice dora{"dora"};
  w.add(dora, "coordinator");
  REQUIRE(w.repository->assign("user-dora", dossier("d1"), {}).ok());
  REQUIRE(w.sync(dora).done);
  REQUIRE(events_of<HeldEvent>(dora).size() == 1);
  const Origin origin{rep("anna"), 2};
  w.carla.write(kCore, {set_op("note", "late")}, {}, origin);
  dora.write(kCore, {set_op("note", "late")}, {}, origin);
  REQUIRE(w.sync(w.carla).done);
  REQUIRE(w.sync(dora).done);
  CHECK(w.carla.fates.empty());
  CHECK(dora.fates.back().verdict == Verdict::refused);
  CHECK(dora.fates.back().code == ErrorCode::conflict);
  CHECK(w.repository->held()[0].state == server::HeldState::accepted);
}

TEST_CASE("held: refused with a reason, once, by those who may", "[server][held]") {
  HandOver w;
  const HeldDecision refusal{kCore, rep("anna"), 2, false, "already told by Luca", "x"};
  w.luca.decisions.push_back(refusal);
  w.run_all();
  CHECK(w.repository->held()[0].state == server::HeldState::waiting);
  w.carla.decisions.push_back(refusal);
  w.run_all();
  w.carla.decisions.push_back(refusal);
  w.run_all();
  w.run_all();
  const auto closed = events_of<HeldClosedEvent>(w.anna);
  REQUIRE(closed.size() == 1);
  CHECK_FALSE(closed[0].decision.accepted);
  CHECK(closed[0].decision.reason == "already told by Luca");
  CHECK(closed[0].decision.by == "user-carla");
  CHECK(w.repository->held()[0].state == server::HeldState::refused);
}

TEST_CASE("held: a coordinator who comes later finds what still waits", "[server][held]") {
  HandOver w;
  MemoryDevice dario("dario");
  w.add(dario, "coordinator");
  REQUIRE(w.sync(dario).done);
  CHECK(events_of<HeldEvent>(dario).size() == 1);
  w.carla.decisions.push_back({kCore, rep("anna"), 2, false, "no", {}});
  w.run_all();
  MemoryDevice elena("elena");
  w.add(elena, "coordinator");
  REQUIRE(w.sync(elena).done);
  CHECK(events_of<HeldEvent>(elena).empty());
}

TEST_CASE("held: a dossier that comes back brings one's own changes again", "[server][held]") {
  HandOver w;
  w.anna.documents.clear();  // as a store does when it drops a dossier
  w.anna.dossier_keys.clear();
  w.anna.own.clear();
  REQUIRE(w.repository->hand_over(dossier("d1"), "user-luca", "user-anna", "back").ok());
  w.run_all();
  CHECK(w.anna.document(kCore).state_digest() == w.carla.document(kCore).state_digest());
  w.anna.write(kCore, {set_op("note", "goes on")});
  w.run_all();
  CHECK(w.anna.unsent.empty());
  CHECK(w.anna.document(kCore).state_digest() == w.carla.document(kCore).state_digest());
  CHECK(w.repository->frontier(kCore).head(rep("anna"))->seq == 3);
}
