// Hand-overs that people agreed on, decided by the order of the server's log [P8].
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");

Operation said(std::string field, std::string_view value) {
  return {rec("h1"), "hand_over", std::move(field), WriteOp{text(value)}, {}};
}

/// Anna follows the dossier; Luca works in it, too; Carla coordinates.
struct Agreement : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};
  MemoryDevice dario{"dario"};

  Agreement() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    add(dario);
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    run_all();
    for (const char* who : {"user-luca", "user-dario"}) {
      REQUIRE(repository->assign(who, dossier("d1"), {"core"}).ok());
    }
    run_all();
  }
  void run(MemoryDevice& tablet) {
    const RunResult result = sync(tablet);
    CAPTURE(tablet.name(), result.error.detail);
    REQUIRE(result.done);
    CHECK(tablet.delivery_errors.empty());
  }
  void run_all() {
    for (int round = 0; round < 2; ++round) {
      for (MemoryDevice* tablet : {&anna, &luca, &carla, &dario}) run(*tablet);
    }
  }
  void propose(MemoryDevice& by, const char* from = "user-anna") {
    by.write(kCore, {said("from", from), said("to", "user-luca"), said("state", "proposta"),
                     said("reason", "moved")});
    run_all();
  }
  [[nodiscard]] std::vector<std::string> sections_of(const MemoryDevice& tablet) {
    const auto standing = repository->standing("user-" + tablet.name(), dossier("d1"));
    REQUIRE(standing.ok());
    return server::decide(*standing).sections;
  }
  [[nodiscard]] std::size_t idle() {
    std::size_t count = 0;
    for (const server::AuditRow& row : repository->audit(1'000)) {
      if (row.action == "handover.idle") ++count;
    }
    return count;
  }
};

}  // namespace

TEST_CASE("hand-over: accepted by who takes it, the dossier passes on with all that was seen",
          "[server][held]") {
  Agreement w;
  const std::vector<std::string> before = w.sections_of(w.anna);
  REQUIRE(before.size() > 1);
  const bool by_coordinator = GENERATE(false, true);
  w.propose(w.anna);
  MemoryDevice& by = by_coordinator ? w.carla : w.luca;
  by.write(kCore, {said("state", "accettata")});
  w.run(by);
  CHECK(w.sections_of(w.anna).empty());
  CHECK(w.sections_of(w.luca) == before);
  // What the old holder writes late waits for the coordinator, and she is told why.
  w.anna.write(kCore, {set_op("note", "late")});
  w.run_all();
  REQUIRE(w.anna.fates.size() == 1);
  CHECK(w.anna.fates[0].verdict == Verdict::held);
  CHECK(w.anna.revoked.count(dossier("d1")) == 1);
  CHECK(w.repository->counts().held_waiting == 1);
  CHECK(w.luca.document(kCore).state_digest() == w.carla.document(kCore).state_digest());
  // Said again, by an older tablet, nothing happens twice.
  w.luca.write(kCore, {said("state", "accettata")});
  w.run_all();
  CHECK(w.idle() == 1);
  CHECK(w.sections_of(w.luca) == before);
}

TEST_CASE("hand-over: the first answer in the log counts", "[server][held]") {
  Agreement w;
  w.propose(w.anna);
  w.luca.write(kCore, {said("state", "accettata")});
  w.anna.write(kCore, {said("state", "revocata")});
  SECTION("revoked first") {
    w.run(w.anna);
    w.run(w.luca);
    CHECK_FALSE(w.sections_of(w.anna).empty());
    CHECK(w.idle() == 1);
  }
  SECTION("accepted first: the revocation is late work of who lost it") {
    w.run(w.luca);
    w.run(w.anna);
    CHECK(w.sections_of(w.anna).empty());
    REQUIRE(w.anna.fates.size() == 1);
    CHECK(w.anna.fates[0].verdict == Verdict::held);
  }
}

TEST_CASE("hand-over: what is not theirs to say changes nothing", "[server][held]") {
  Agreement w;
  const auto nothing_changed = [&w] {
    return !w.sections_of(w.anna).empty() && w.sections_of(w.luca).size() == 1 && w.idle() == 1;
  };
  SECTION("accepted by a third") {
    w.propose(w.anna);
    w.dario.write(kCore, {said("state", "accettata")});
    w.run_all();
    CHECK(nothing_changed());
  }
  SECTION("proposed by who does not have it, accepted by their friend") {
    w.propose(w.dario);
    w.luca.write(kCore, {said("state", "accettata")});
    w.run_all();
    CHECK(nothing_changed());
  }
  SECTION("of somebody who is not there") {
    w.propose(w.carla, "user-nobody");
    w.luca.write(kCore, {said("state", "accettata")});
    w.run_all();
    CHECK(nothing_changed());
  }
}
