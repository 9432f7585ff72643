// What becomes of the changes that a device pushes.
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("server: a new dossier comes with its key, its changes get consecutive positions",
          "[sync][server]") {
  ServerWorld w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")});
  const Change two = w.anna.write(kCore, {set_op("reg", "2")});
  const auto reply = w.push(w.anna, {one, two}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts{Verdict::accepted, Verdict::accepted});
  CHECK(reply.results[1].position == reply.results[0].position + 1);
  CHECK(w.server.state.frontiers.at(kCore) == w.anna.document(kCore).frontier());
}

TEST_CASE("server: nothing enters without the device's signature", "[sync][server][P12]") {
  ServerWorld w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")});
  SyncRequest request;
  request.device = w.anna.id();
  request.replica = rep("anna");
  request.changes = {one};
  request.secrets = {w.secret()};
  request.signature = sign(w.boss.secret_key(), manifest_of(w.anna.id(), {one}).bytes);
  const auto reply = w.server.turn(w.anna.id(), encode_message(request));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::bad_signature);
  CHECK(w.server.state.log.empty());
  // Content that was changed on the way does not fit the signed digest either.
  Change forged = one;
  (*forged.ops)[0] = set_op("reg", "2");
  request.changes = {forged};
  request.signature = sign(w.anna.secret_key(), manifest_of(w.anna.id(), {one}).bytes);
  CHECK(w.server.turn(w.anna.id(), encode_message(request)).error().code ==
        ErrorCode::bad_signature);
}

TEST_CASE("server: nobody writes under another device's replica id", "[sync][server][P12]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  MemoryDevice thief("thief");
  enrol(w.server, thief);
  w.server.grant("user-thief", kFamily, {"core"});
  REQUIRE(thief.sync(w.server).done);
  thief.set_replica("anna");
  const Change forged = thief.write(kCore, {set_op("reg", "2")});
  CHECK(forged.header.seq == 2);
  const auto reply = w.server.turn(thief.id(), ServerWorld::request(thief, {forged}));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::not_allowed);
}

TEST_CASE("server: an unknown dossier defers everything, its own changes by name",
          "[sync][server][P2]") {
  ServerWorld w;
  const Change known = w.anna.write(kCore, {set_op("reg", "1")});
  w.push(w.anna, {known}, {w.secret()});
  const DocumentId lost{dossier("lost"), "core"};
  w.anna.create(lost.dossier);
  const Change next = w.anna.write(kCore, {set_op("reg", "2")});
  const Change unknown = w.anna.write(lost, {set_op("reg", "1")});
  const auto reply = w.push(w.anna, {next, unknown});
  CHECK(verdicts(reply) == Verdicts{Verdict::deferred, Verdict::deferred});
  CHECK(reply.results[0].code == ErrorCode::not_yet);
  CHECK(reply.results[1].code == ErrorCode::not_found);
  CHECK_FALSE(reply.results[1].reason.empty());
  // Without the culprit the rest passes.
  CHECK(verdicts(w.push(w.anna, {next})) == Verdicts{Verdict::accepted});
  // A hollow change cannot slip into a dossier that nobody has introduced.
  Change hollow = unknown;
  hollow.ops.reset();
  CHECK(w.push(w.anna, {hollow}).results[0].code == ErrorCode::not_found);
}

TEST_CASE("server: work on a dossier that was handed over is held, the log has it hollow",
          "[sync][server][P8]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.revoke("user-anna", kFamily, "handed over");
  const Change late = w.anna.write(kCore, {set_op("reg", "late")});
  const auto reply = w.push(w.anna, {late});
  REQUIRE(verdicts(reply) == Verdicts{Verdict::held});
  CHECK_FALSE(reply.results[0].reason.empty());
  CHECK(w.server.visible("user-boss").back()->is_hollow());
  CHECK(w.server.state.held.size() == 1);
  CHECK(w.server.state.held.begin()->second == late);
  // The reply was lost: the device must not hear that it was accepted.
  const auto again = w.push(w.anna, {late});
  CHECK(verdicts(again) == Verdicts{Verdict::held});
  CHECK(again.results[0].position == reply.results[0].position);
  CHECK(w.server.state.held.size() == 1);
}

TEST_CASE("server: a section that is not assigned is held, the others are taken",
          "[sync][server][P7]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.grant("user-anna", kFamily, {"core"});
  const auto reply = w.push(w.anna, {w.anna.write(kHealth, {set_op("reg", "x")}),
                                     w.anna.write(kCore, {set_op("reg", "2")})});
  CHECK(verdicts(reply) == Verdicts{Verdict::held, Verdict::accepted});
}

TEST_CASE("server: what cannot be merged is refused, the chain goes on after it",
          "[sync][server][P2]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  Change bad = w.anna.write(kCore, {set_op("reg", "2")});
  Frontier before = w.server.state.frontiers.at(kCore);
  (*bad.ops)[0].context = vv({{"nobody", 1}});
  complete(bad, w.anna.dossier_keys.at(kFamily));
  const auto admission = before.admit(bad.header, nullptr);
  REQUIRE(admission.ok());
  before.advance(bad.header, *admission);
  Change next{bad.header, std::vector<Operation>{set_op("reg", "3")}};
  before.fill_next(next.header, bad.header.replica);
  complete(next, w.anna.dossier_keys.at(kFamily));
  const auto reply = w.push(w.anna, {bad, next});
  REQUIRE(verdicts(reply) == Verdicts{Verdict::refused, Verdict::accepted});
  CHECK(reply.results[0].code == ErrorCode::malformed);
  CHECK(reply.results[0].position != 0);
  const auto again = w.push(w.anna, {bad, next});
  CHECK(verdicts(again) == Verdicts{Verdict::refused, Verdict::duplicate});
  CHECK(again.results[0].code == ErrorCode::malformed);
}

TEST_CASE("server: a header that is none is deferred and blocks only what follows it",
          "[sync][server]") {
  ServerWorld w;
  Change bad = w.anna.write(kCore, {set_op("reg", "1")});
  bad.header.author = "\xff";
  complete(bad, w.anna.dossier_keys.at(kFamily));
  const Change other = w.anna.write(kHealth, {set_op("reg", "1")});
  const auto reply = w.push(w.anna, {bad, other}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts{Verdict::deferred, Verdict::accepted});
  CHECK(reply.results[0].code == ErrorCode::malformed);
}

TEST_CASE("server: the branch that came first is the replica's, the other one is told",
          "[sync][server][P12]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  MemoryDevice restored = w.anna;
  const Change ours = w.anna.write(kCore, {set_op("reg", "2")});
  CHECK(verdicts(w.push(w.anna, {ours})) == Verdicts{Verdict::accepted});
  const Change fork = restored.write(kCore, {set_op("reg", "other 2")});
  const Change after = restored.write(kCore, {set_op("reg", "other 3")});
  CHECK(verdicts(w.push(restored, {fork, after})) == Verdicts{Verdict::forked, Verdict::forked});
  CHECK(verdicts(w.push(restored, {after})) == Verdicts{Verdict::forked});
}

TEST_CASE("server: a change whose past is missing is deferred", "[sync][server]") {
  ServerWorld w;
  w.anna.write(kCore, {set_op("reg", "1")});
  const Change second = w.anna.write(kCore, {set_op("reg", "2")});
  const auto reply = w.push(w.anna, {second}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts{Verdict::deferred});
  CHECK(reply.results[0].code == ErrorCode::not_yet);
}

TEST_CASE("server: only who may decide closes what is held", "[sync][server][P8]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  MemoryDevice carla("carla");
  enrol(w.server, carla);
  w.server.grant("user-carla", kFamily, {"core"});
  w.server.revoke("user-anna", kFamily, "handed over");
  const Change late = w.anna.write(kCore, {set_op("reg", "late")});
  w.push(w.anna, {late});
  REQUIRE(w.boss.sync(w.server).done);
  REQUIRE(carla.sync(w.server).done);
  const Origin origin{late.header.replica, late.header.seq};
  carla.decisions = {HeldDecision{kCore, origin.replica, origin.seq, false, "mine", ""}};
  carla.write(kCore, {set_op("other", "x")}, {}, origin);
  REQUIRE(carla.sync(w.server).done);
  CHECK(w.server.state.held.size() == 1);
  REQUIRE(w.boss.sync(w.server).done);
  w.boss.write(kCore, {set_op("reg", "late")}, {}, origin);
  REQUIRE(w.boss.sync(w.server).done);
  CHECK(w.server.state.held.empty());
}

TEST_CASE("server: what is held is decided once, a second acceptance is refused",
          "[sync][server][P8]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {inc_op("n", 1)})}, {w.secret()});
  MemoryDevice other("other");
  enrol(w.server, other, true);
  w.server.grant("user-other", kFamily, {"core"});
  w.server.revoke("user-anna", kFamily, "handed over");
  const Change late = w.anna.write(kCore, {inc_op("n", 5)});
  w.push(w.anna, {late});
  REQUIRE(w.boss.sync(w.server).done);
  REQUIRE(other.sync(w.server).done);
  const Origin origin{late.header.replica, late.header.seq};
  // Both accept it without a network; one of them twice.
  w.boss.write(kCore, *late.ops, {}, origin);
  other.write(kCore, *late.ops, {}, origin);
  w.boss.write(kCore, *late.ops, {}, origin);
  REQUIRE(w.boss.sync(w.server).done);
  CHECK(w.boss.fates.back().verdict == Verdict::refused);
  REQUIRE(other.sync(w.server).done);
  CHECK(other.fates.back().verdict == Verdict::refused);
  CHECK(other.fates.back().code == ErrorCode::conflict);
  MemoryDevice reader("reader");
  enrol(w.server, reader, true);
  w.server.grant("user-reader", kFamily, {"core"});
  REQUIRE(reader.sync(w.server).done);
  CHECK(counter_total(*reader.document(kCore).records().at(rec("r1")).field("n")) == 6);
}

TEST_CASE("server: what somebody has looked at is noted beside an unknown dossier too",
          "[sync][server][P6]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  REQUIRE(w.boss.sync(w.server).done);
  const DocumentId lost{dossier("lost"), "core"};
  w.boss.create(lost.dossier);
  w.boss.created.clear();  // its key was told to a server that is no more
  w.boss.write(lost, {set_op("reg", "1")});
  w.boss.seen = {Seen{kCore, vv({{"anna", 1}}), "somebody else"}};
  REQUIRE(w.boss.sync(w.server).done);
  REQUIRE(w.server.state.seen.size() == 1);
  CHECK(w.server.state.seen.begin()->first.second == "user-boss");
}
