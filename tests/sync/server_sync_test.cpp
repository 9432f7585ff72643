// The server's machine: what it asks for, how it judges, what it answers.
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/memory_device.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DossierId kFamily = dossier("family");
const DocumentId kCore{kFamily, "core"};
const DocumentId kHealth{kFamily, "health"};

/// A server that knows one family, and an educator who is assigned to it.
struct World {
  MemoryServer server;
  MemoryDevice anna{"anna"};
  MemoryDevice boss{"boss"};

  World() {
    enrol(server, anna);
    enrol(server, boss, true);
    anna.create(kFamily);
  }

  /// Sends changes as `from`; the reply's results.
  SyncReply push(const MemoryDevice& from, const std::vector<Change>& changes,
                 std::vector<DossierSecret> secrets = {}) {
    auto reply = server.turn(from.id(), request(from, changes, std::move(secrets)));
    REQUIRE(reply.ok());
    return std::get<SyncReply>(*decode_message(*reply));
  }

  static std::vector<std::uint8_t> request(const MemoryDevice& from,
                                           const std::vector<Change>& changes,
                                           std::vector<DossierSecret> secrets = {}) {
    SyncRequest request;
    request.device = from.id();
    request.replica = rep(from.name());
    request.changes = changes;
    request.secrets = std::move(secrets);
    request.signature = sign(from.secret_key(), manifest_of(from.id(), changes).bytes);
    return encode_message(request);
  }

  [[nodiscard]] DossierSecret secret() const { return {kFamily, anna.dossier_keys.at(kFamily)}; }
};

std::vector<Verdict> verdicts(const SyncReply& reply) {
  std::vector<Verdict> all;
  for (const PushResult& result : reply.results) all.push_back(result.verdict);
  return all;
}

Transaction act(std::uint32_t count) { return Transaction{id_of<TransactionId>("act"), count}; }

using Verdicts = std::vector<Verdict>;

}  // namespace

TEST_CASE("server: a new dossier comes with its key, its changes get consecutive positions",
          "[sync][server]") {
  World w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")});
  const Change two = w.anna.write(kCore, {set_op("reg", "2")});
  const auto reply = w.push(w.anna, {one, two}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts{Verdict::accepted, Verdict::accepted});
  CHECK(reply.results[1].position == reply.results[0].position + 1);
  CHECK(w.server.state.frontiers.at(kCore) == w.anna.document(kCore).frontier());
}

TEST_CASE(
    "server: a request repeated is answered with the same positions, nothing is written twice",
    "[sync][server][P2]") {
  World w;
  const Change one = w.anna.write(kCore, {inc_op("n", 5)});
  const auto first = w.push(w.anna, {one}, {w.secret()});
  const std::size_t entries = w.server.state.log.size();
  const auto again = w.push(w.anna, {one}, {w.secret()});
  CHECK(verdicts(again) == Verdicts{Verdict::duplicate});
  CHECK(again.results[0].position == first.results[0].position);
  CHECK(w.server.state.log.size() == entries);
}

TEST_CASE("server: a step that fails leaves nothing, and the request may be repeated",
          "[sync][server][failure][P2]") {
  for (int step = 1; step <= 4; ++step) {
    World w;
    const Change one = w.anna.write(kCore, {inc_op("n", 5)});
    w.server.fail_at = step;
    const auto failed = w.server.turn(w.anna.id(), World::request(w.anna, {one}, {w.secret()}));
    CHECK_FALSE(failed.ok());
    CHECK((w.server.state.changes.size() == 1) == (step > 2));
    const auto reply = w.push(w.anna, {one}, {w.secret()});
    CHECK(verdicts(reply) == Verdicts{step > 2 ? Verdict::duplicate : Verdict::accepted});
    CHECK(w.server.state.changes.size() == 1);
    CHECK(w.server.visible("user-anna").size() == 1);
  }
}

TEST_CASE("server: inputs out of order are rejected", "[sync][server][failure]") {
  const std::vector<ServerInput> all{RequestArrived{}, Loaded{}, Committed{}, PageRead{}};
  World w;
  RequestArrived good;
  good.frame = World::request(w.anna, {});
  good.authenticated = w.anna.id();
  good.device_key = w.anna.public_key();
  const std::vector<ServerInput> order{good, Loaded{}, Committed{}, PageRead{}};
  for (std::size_t step = 0; step <= order.size(); ++step) {
    for (std::size_t input = 0; input < all.size(); ++input) {
      ServerSync machine;
      for (std::size_t i = 0; i < step; ++i) static_cast<void>(machine.resume(order[i]));
      if (input == step) continue;
      const auto action = machine.resume(all[input]);
      INFO(step << " " << input);
      REQUIRE(std::holds_alternative<RejectAction>(action));
      CHECK(std::get<RejectAction>(action).error.code == ErrorCode::internal);
    }
  }
}

TEST_CASE("server: a repository that tells the wrong number of positions is noticed",
          "[sync][server][failure]") {
  World w;
  ServerSync machine;
  RequestArrived good;
  good.frame = World::request(w.anna, {});
  good.authenticated = w.anna.id();
  good.device_key = w.anna.public_key();
  static_cast<void>(machine.resume(good));
  static_cast<void>(machine.resume(Loaded{}));
  const auto action = machine.resume(Committed{{1, 2}});
  CHECK(std::get<RejectAction>(action).error.code == ErrorCode::internal);
}

TEST_CASE("server: requests that cannot be served are rejected and write nothing",
          "[sync][server]") {
  World w;
  const auto code = [&](const std::vector<std::uint8_t>& frame, const DeviceId& device) {
    const auto reply = w.server.turn(device, frame);
    return reply.ok() ? ErrorCode::ok : reply.error().code;
  };
  CHECK(code({}, w.anna.id()) == ErrorCode::truncated);
  CHECK(code(encode_message(SyncReply{}), w.anna.id()) == ErrorCode::malformed);
  CHECK(code(World::request(w.anna, {}), w.boss.id()) == ErrorCode::not_allowed);
  SyncRequest newer;
  newer.protocol = 3;
  newer.device = w.anna.id();
  CHECK(code(encode_message(newer), w.anna.id()) == ErrorCode::wrong_version);
  CHECK(w.server.state.log.empty());
}

TEST_CASE("server: nothing enters without the device's signature", "[sync][server][P12]") {
  World w;
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
  World w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  MemoryDevice thief("thief");
  enrol(w.server, thief);
  w.server.grant("user-thief", kFamily, {"core"});
  REQUIRE(thief.sync(w.server).done);
  thief.set_replica("anna");
  const Change forged = thief.write(kCore, {set_op("reg", "2")});
  CHECK(forged.header.seq == 2);
  const auto reply = w.server.turn(thief.id(), World::request(thief, {forged}));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::not_allowed);
}

TEST_CASE("server: an unknown dossier defers everything, its own changes by name",
          "[sync][server][P2]") {
  World w;
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
  World w;
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
  World w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.grant("user-anna", kFamily, {"core"});
  const auto reply = w.push(w.anna, {w.anna.write(kHealth, {set_op("reg", "x")}),
                                     w.anna.write(kCore, {set_op("reg", "2")})});
  CHECK(verdicts(reply) == Verdicts{Verdict::held, Verdict::accepted});
}

TEST_CASE("server: what cannot be merged is refused, the chain goes on after it",
          "[sync][server][P2]") {
  World w;
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
  World w;
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
  World w;
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
  World w;
  w.anna.write(kCore, {set_op("reg", "1")});
  const Change second = w.anna.write(kCore, {set_op("reg", "2")});
  const auto reply = w.push(w.anna, {second}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts{Verdict::deferred});
  CHECK(reply.results[0].code == ErrorCode::not_yet);
}

TEST_CASE("transaction: taken whole, at consecutive positions, over documents", "[sync][server]") {
  World w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")}, act(3));
  const Change two = w.anna.write(kHealth, {set_op("reg", "1")}, act(3));
  const Change three = w.anna.write(kCore, {set_op("reg", "2")}, act(3));
  const auto reply = w.push(w.anna, {one, two, three}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts(3, Verdict::accepted));
  CHECK(reply.results[2].position == reply.results[0].position + 2);
}

TEST_CASE("transaction: one that is not whole is deferred and leaves no trace", "[sync][server]") {
  World w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")}, act(2));
  const Change two = w.anna.write(kHealth, {set_op("reg", "1")}, act(2));
  const Change after = w.anna.write(kCore, {set_op("reg", "2")});
  const auto cut = w.push(w.anna, {one}, {w.secret()});
  CHECK(verdicts(cut) == Verdicts{Verdict::deferred});
  CHECK(cut.results[0].code == ErrorCode::not_yet);
  // Torn apart by another change: neither part is whole, and what follows them waits.
  const Change between = w.anna.write(DocumentId{kFamily, "education"}, {set_op("reg", "1")});
  const auto torn = w.push(w.anna, {one, between, two, after}, {w.secret()});
  CHECK(verdicts(torn) == Verdicts{Verdict::deferred, Verdict::held, Verdict::deferred,
                                   Verdict::deferred});
  CHECK(w.server.state.frontiers.count(kCore) == 0);
  const auto whole = w.push(w.anna, {one, two, after});
  CHECK(verdicts(whole) == Verdicts(3, Verdict::accepted));
}

TEST_CASE("transaction: one part held holds all", "[sync][server][P8]") {
  World w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.grant("user-anna", kFamily, {"core"});
  const Change one = w.anna.write(kCore, {set_op("reg", "2")}, act(2));
  const Change two = w.anna.write(kHealth, {set_op("reg", "1")}, act(2));
  const auto reply = w.push(w.anna, {one, two});
  CHECK(verdicts(reply) == Verdicts{Verdict::held, Verdict::held});
  CHECK_FALSE(reply.results[0].reason.empty());
  CHECK(w.server.state.held.size() == 2);
  CHECK(verdicts(w.push(w.anna, {one, two})) == Verdicts{Verdict::held, Verdict::held});
}

TEST_CASE("transaction: one part refused refuses all, and refused is stronger than held",
          "[sync][server][P2]") {
  World w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.grant("user-anna", kFamily, {"core"});
  const Change one = w.anna.write(kHealth, {set_op("reg", "1")}, act(2));
  Change two = w.anna.write(kCore, {set_op("reg", "2")}, act(2));
  (*two.ops)[0].context = vv({{"nobody", 1}});
  complete(two, w.anna.dossier_keys.at(kFamily));
  const auto reply = w.push(w.anna, {one, two});
  CHECK(verdicts(reply) == Verdicts{Verdict::refused, Verdict::refused});
  CHECK(reply.results[0].code == ErrorCode::conflict);
  CHECK(reply.results[1].code == ErrorCode::malformed);
  CHECK(w.server.state.held.empty());
}

TEST_CASE("transaction: one that no reply could carry is refused", "[sync][server][P2]") {
  World w;
  std::vector<Change> changes;
  for (int part = 0; part < 4; ++part) {
    std::vector<Operation> ops;
    for (int i = 0; i < 9; ++i) {
      ops.push_back(set_op("f" + std::to_string(i), std::string(kStringBytesMax, 'a')));
    }
    changes.push_back(w.anna.write(kCore, std::move(ops), act(4)));
  }
  const auto reply = w.push(w.anna, changes, {w.secret()});
  CHECK(verdicts(reply) == Verdicts(4, Verdict::refused));
  CHECK(reply.results[0].code == ErrorCode::limit_exceeded);
  CHECK(verdicts(w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})})) ==
        Verdicts{Verdict::accepted});
}

TEST_CASE("server: only who may decide closes what is held", "[sync][server][P8]") {
  World w;
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
  World w;
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

TEST_CASE("server: a cursor from another log is told, nothing is judged", "[sync][server][P2]") {
  World w;
  SyncRequest request;
  request.device = w.anna.id();
  request.replica = rep("anna");
  request.cursor = Cursor{1, 5, {}};
  request.changes = {w.anna.write(kCore, {set_op("reg", "1")})};
  const auto reply = w.server.turn(w.anna.id(), encode_message(request));
  REQUIRE(reply.ok());
  const auto message = decode_message(*reply);
  const auto& answer = std::get<SyncReply>(*message);
  CHECK(answer.status == ReplyStatus::cursor_unknown);
  CHECK(answer.results.empty());
  CHECK(w.server.state.log.empty());
}

TEST_CASE("server: what somebody has looked at is noted beside an unknown dossier too",
          "[sync][server][P6]") {
  World w;
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
