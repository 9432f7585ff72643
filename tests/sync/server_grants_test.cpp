// Who mints rights, and that two who do it at once do not mint more than there is.
#include "insieme/sync/reasons.hpp"
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Anna and Luca hold the family; ten units of `r1` are minted for Anna.
struct VoucherWorld : ServerWorld {
  MemoryDevice luca{"luca"};

  VoucherWorld() {
    enrol(server, luca);
    write(anna, 10, 10);
    REQUIRE(anna.sync(server).done);
    server.grant("user-luca", kFamily, {"core"});
    REQUIRE(luca.sync(server).done);
  }
  static Change write(MemoryDevice& by, std::int64_t units, std::uint64_t more) {
    return by.write(kCore, {set_op("units", units), grant_op("rights", by.name(), more)});
  }
  static std::uint64_t minted(MemoryDevice& tablet) {
    const auto& escrow =
        tablet.document(kCore).records().at(rec("r1")).field("rights")->escrow;
    return escrow.left() + escrow.spent();
  }
};

}  // namespace

TEST_CASE("grants: of two that do not know of each other the server takes the first",
          "[sync][server][P11]") {
  VoucherWorld w;
  MemoryDevice& first = GENERATE(false, true) ? w.anna : w.luca;
  MemoryDevice& second = &first == &w.anna ? w.luca : w.anna;
  const Change a = VoucherWorld::write(first, 12, 2);
  const Change b = VoucherWorld::write(second, 15, 5);
  CHECK(verdicts(w.push(first, {a})) == Verdicts{Verdict::accepted});
  const auto reply = w.push(second, {b});
  CHECK(verdicts(reply) == Verdicts{Verdict::refused});
  CHECK(reply.results[0].code == ErrorCode::conflict);
  CHECK(reply.results[0].reason == reasons::kGrantedMeanwhile);
  // Whoever has seen it grants on top of it.
  MemoryDevice carla("carla");
  enrol(w.server, carla);
  w.server.grant("user-carla", kFamily, {"core"});
  REQUIRE(carla.sync(w.server).done);
  CHECK(VoucherWorld::minted(carla) == 12);
  VoucherWorld::write(carla, 15, 3);
  REQUIRE(carla.sync(w.server).done);
  CHECK(carla.fates.empty());
  CHECK(VoucherWorld::minted(carla) == 15);
}

TEST_CASE("grants: work authored again goes by what its author had seen", "[sync][server][P11]") {
  VoucherWorld w;
  const VersionVector before = w.luca.document(kCore).frontier().version();
  CHECK(verdicts(w.push(w.anna, {VoucherWorld::write(w.anna, 12, 2)})) ==
        Verdicts{Verdict::accepted});
  REQUIRE(w.luca.sync(w.server).done);
  const Change again = w.luca.write(
      kCore, {with_context(set_op("units", 15), before),
              with_context(grant_op("rights", "luca", 5), before)});
  CHECK(w.push(w.luca, {again}).results[0].reason == reasons::kGrantedMeanwhile);
}

TEST_CASE("grants: other fields, records and hollow changes are no rivals", "[sync][server][P11]") {
  VoucherWorld w;
  Change refused = VoucherWorld::write(w.anna, 12, 2);
  refused.ops.reset();
  CHECK(verdicts(w.push(w.anna, {refused})) == Verdicts{Verdict::accepted});
  Operation elsewhere = grant_op("rights", "luca", 5);
  elsewhere.record = rec("r2");
  const Change mine = w.luca.write(kCore, {grant_op("points", "luca", 5), elsewhere,
                                           grant_op("rights", "luca", 2)});
  CHECK(verdicts(w.push(w.luca, {mine})) == Verdicts{Verdict::accepted});
}

TEST_CASE("grants: a role that may not mint is told so, its other work is taken",
          "[sync][server][P2][P11]") {
  VoucherWorld w;
  w.server.devices.at(w.luca.id()).may_grant = false;
  const auto reply = w.push(w.luca, {VoucherWorld::write(w.luca, 12, 2),
                                     w.luca.write(kCore, {spend_op("rights", 1, false)})});
  CHECK(verdicts(reply) == Verdicts{Verdict::refused, Verdict::accepted});
  CHECK(reply.results[0].code == ErrorCode::not_allowed);
  CHECK(reply.results[0].reason == reasons::kMayNotGrant);
}
