// Orders, and what they make of changes on the wire; what the server's machine does with them. The
// laws are in tests/property/erasure_property_test.cpp.
#include "insieme/sync/erasure.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/reasons.hpp"
#include "server_world.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

ErasureOrder order_of(std::vector<ErasureTarget> targets) {
  return {id_of<ErasureId>("order"), dossier("d1"), std::move(targets), "art. 17 GDPR"};
}

Change two_records() {
  Change change{sample_header(),
                std::vector<Operation>{set_op("reg", "kept"), set_op("reg", "secret words", "r2"),
                                       splice_op("note", {{0, 0, "also secret"}}, "r2")}};
  change.header.document = document_of("d1");
  complete(change, key_of("key"));
  return change;
}

bool contains(const std::vector<std::uint8_t>& bytes, std::string_view words) {
  return std::search(bytes.begin(), bytes.end(), words.begin(), words.end()) != bytes.end();
}

Redaction of(std::string_view record) {
  Redaction redaction;
  redaction.add(rec(record));
  return redaction;
}

}  // namespace

TEST_CASE("erasure: an order takes records, sections or all of a dossier", "[sync][P9]") {
  Redaction core;
  CHECK(add_order(core, order_of({{"core", rec("r1")}, {"health", {}}}), "core"));
  CHECK(core.covers(rec("r1")));
  CHECK_FALSE(core.covers(rec("r2")));
  CHECK_FALSE(add_order(core, order_of({{"core", rec("r1")}}), "core"));
  Redaction health;
  CHECK(add_order(health, order_of({{"core", rec("r1")}, {"health", {}}}), "health"));
  CHECK(health.whole());
  Redaction any;
  CHECK(add_order(any, order_of({{{}, rec("r1")}}), "education"));
  CHECK(any.covers(rec("r1")));
  CHECK_FALSE(order_of({{{}, rec("r1")}}).is_whole_dossier());
  CHECK(order_of({{{}, {}}}).is_whole_dossier());
  CHECK(order_of({{"core", {}}}).touches("core"));
  CHECK_FALSE(order_of({{"core", {}}}).touches("health"));
}

TEST_CASE("erasure: an order that cannot be one is said so", "[sync][P9]") {
  CHECK(check_order(order_of({{"core", rec("r1")}})).ok());
  CHECK(check_order(order_of({})).code() == ErrorCode::malformed);
  CHECK(check_order(order_of({{"Core!", {}}})).code() == ErrorCode::malformed);
  ErasureOrder order = order_of({{{}, {}}});
  order.id = {};
  CHECK(check_order(order).code() == ErrorCode::malformed);
  order = order_of({{{}, {}}});
  order.reason.assign(kReasonBytesMax + 1, 'x');
  CHECK(check_order(order).code() == ErrorCode::limit_exceeded);
  order.reason = "\xff";
  CHECK(check_order(order).code() == ErrorCode::malformed);
  order = order_of(std::vector<ErasureTarget>(kErasureTargetsMax + 1, {"core", rec("r1")}));
  CHECK(check_order(order).code() == ErrorCode::limit_exceeded);
  CHECK(decode_order(encode_order(order)).error().code == ErrorCode::limit_exceeded);
  order = order_of({{"core", rec("r1")}, {{}, {}}});
  const auto bytes = encode_order(order);
  CHECK(*decode_order(bytes) == order);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_order(std::span(bytes).first(size)).ok());
  }
}

TEST_CASE("erasure: of a body the rest stays at its place, or the change is hollow",
          "[sync][P9]") {
  Change change = two_records();
  const ChangeHeader header = change.header;
  CHECK_FALSE(redact(change, of("elsewhere")));
  CHECK(redact(change, of("r2")));
  CHECK(change.header == header);
  REQUIRE(change.ops);
  REQUIRE(change.ops->size() == 3);
  CHECK(std::holds_alternative<ErasedOp>((*change.ops)[1].action));
  CHECK(check_ops(*change.ops).ok());
  const auto body = encode_body(*change.ops);
  CHECK_FALSE(contains(body, "secret"));
  CHECK(contains(body, "kept"));
  CHECK(*decode_body(body) == *change.ops);
  CHECK_FALSE(redact(change, of("r2")));
  CHECK(redact(change, of("r1")));
  CHECK(change.is_hollow());
}

TEST_CASE("erasure: a redacted change travels with the digest of the body that it had",
          "[sync][wire][P9]") {
  Change change = two_records();
  redact(change, of("r2"));
  SyncReply reply;
  reply.items = {{3, change}, {4, Event(EraseEvent{order_of({{"core", rec("r2")}})})}};
  reply.erasures = {{id_of<ErasureId>("order"), ErrorCode::not_allowed, "a hold"}};
  auto decoded = std::get<SyncReply>(*decode_message(encode_message(reply)));
  CHECK(decoded == reply);
  complete(std::get<Change>(decoded.items[0].content), key_of("key"));
  CHECK(decoded == reply);  // its digest is not that of what is left
  SyncRequest request;
  request.changes = {change};
  request.erased = {id_of<ErasureId>("done")};
  request.erase = {order_of({{"core", rec("r2")}})};
  CHECK(std::get<SyncRequest>(*decode_message(encode_message(request))) == request);
}

TEST_CASE("erasure: operations that pretend to be erased are malformed", "[sync][wire][P9]") {
  Operation op = op_on("r1", "reg", ErasedOp{});
  CHECK(check_operation(op).code() == ErrorCode::malformed);
  op = Operation{{}, {}, {}, ErasedOp{}, {}};
  CHECK(check_operation(op).ok());
  CHECK(check_ops({op, op}).code() == ErrorCode::malformed);  // such a change is hollow
  RecordState record;
  record.id = rec("r1");
  const VersionVector deps;
  apply(record, op, {dot("A", 1), {}, "anna", deps});
  CHECK(record.last_edits.empty());
}

namespace {

/// One turn of the machine over what the server knows of one dossier.
struct Turn {
  ServerWorld w;
  Loaded loaded;
  bool may_review = true;
  SyncReply reply;

  Turn() {
    DossierAccess access;
    access.known = true;
    access.key = w.secret().key;
    access.sections = {"core"};
    loaded.dossiers[kCore.dossier] = access;
  }
  CommitAction run(std::vector<Change> changes, std::vector<ErasureOrder> orders = {}) {
    SyncRequest request;
    request.device = w.anna.id();
    request.replica = rep("anna");
    request.changes = std::move(changes);
    request.erase = std::move(orders);
    request.erased = {id_of<ErasureId>("before")};
    request.signature =
        sign(w.anna.secret_key(), manifest_of(w.anna.id(), request.changes).bytes);
    RequestArrived arrived;
    arrived.frame = encode_message(request);
    arrived.authenticated = w.anna.id();
    arrived.device_key = w.anna.public_key();
    arrived.may_review = may_review;
    arrived.account = "anna";
    ServerSync machine;
    REQUIRE(std::holds_alternative<LoadAction>(machine.resume(std::move(arrived))));
    auto action = machine.resume(loaded);
    REQUIRE(std::holds_alternative<CommitAction>(action));
    auto commit = std::get<CommitAction>(action);
    Committed committed;
    for (std::size_t i = 0; i < commit.changes.size(); ++i) committed.positions.push_back(i + 1);
    REQUIRE(std::holds_alternative<ReadAction>(machine.resume(committed)));
    const auto answer = machine.resume(PageRead{});
    reply = std::get<SyncReply>(*decode_message(std::get<AnswerAction>(answer).frame));
    return commit;
  }
  ErrorCode ask(std::vector<ErasureTarget> targets) {
    const auto commit =
        run({}, {{id_of<ErasureId>("order"), kCore.dossier, std::move(targets), "why"}});
    REQUIRE(reply.erasures.size() == 1);
    CHECK(commit.erasures.size() == (reply.erasures[0].code == ErrorCode::ok ? 1 : 0));
    return reply.erasures[0].code;
  }
};

}  // namespace

TEST_CASE("erasure: what a stale device brings of an erased record never enters the log",
          "[sync][server][P9]") {
  Turn turn;
  turn.loaded.redactions[kCore].add(rec("r1"));
  const Change only = turn.w.anna.write(kCore, {set_op("reg", "back again")});
  const Change both = turn.w.anna.write(kCore, {set_op("reg", "back"), set_op("reg", "new", "r9")});
  const auto commit = turn.run({only, both});
  REQUIRE(commit.changes.size() == 2);
  CHECK(commit.changes[0].verdict == Verdict::accepted);
  CHECK(commit.changes[0].change.is_hollow());
  CHECK(commit.changes[1].verdict == Verdict::accepted);
  CHECK(is_redacted(commit.changes[1].change));
  CHECK(commit.erased == std::vector{id_of<ErasureId>("before")});
}

TEST_CASE("erasure: a late edit that nobody may see any more waits for nobody",
          "[sync][server][P8][P9]") {
  Turn turn;
  turn.loaded.dossiers[kCore.dossier].sections.clear();
  turn.loaded.redactions[kCore].add_whole();
  const auto commit = turn.run({turn.w.anna.write(kCore, {set_op("reg", "late")})});
  REQUIRE(commit.changes.size() == 1);
  CHECK(commit.changes[0].verdict == Verdict::accepted);
  CHECK(commit.changes[0].change.is_hollow());
}

TEST_CASE("erasure: where the key was destroyed a header still enters the log, a body does not",
          "[sync][server][P2][P9]") {
  Turn turn;
  turn.loaded.dossiers[kCore.dossier] = {};
  turn.loaded.dossiers[kCore.dossier].known = true;
  turn.loaded.dossiers[kCore.dossier].key_destroyed = true;
  turn.loaded.redactions[kCore].add_whole();
  Change change = turn.w.anna.write(kCore, {set_op("reg", "late")});
  CHECK(turn.run({change}).changes.empty());
  CHECK(turn.reply.results.at(0).verdict == Verdict::deferred);
  change.ops.reset();
  REQUIRE(turn.run({change}).changes.size() == 1);
  CHECK(turn.reply.results.at(0).verdict == Verdict::accepted);
}

TEST_CASE("erasure: a device may have records erased where its user decides, nothing larger",
          "[sync][server][P9]") {
  CHECK(Turn().ask({{"core", rec("r1")}}) == ErrorCode::ok);
  CHECK(Turn().ask({{"core", {}}}) == ErrorCode::not_allowed);
  CHECK(Turn().ask({{{}, rec("r1")}}) == ErrorCode::not_allowed);
  CHECK(Turn().ask({{"health", rec("r1")}}) == ErrorCode::not_allowed);
  CHECK(Turn().ask({}) == ErrorCode::malformed);
  Turn held;
  held.loaded.dossiers[kCore.dossier].on_hold = true;
  CHECK(held.ask({{"core", rec("r1")}}) == ErrorCode::not_allowed);
  CHECK(held.reply.erasures[0].reason == reasons::kOnHold);
  Turn educator;
  educator.may_review = false;
  CHECK(educator.ask({{"core", rec("r1")}}) == ErrorCode::not_allowed);
}

TEST_CASE("erasure: a request that is repeated after a lost reply hears the same",
          "[sync][server][P9]") {
  Turn turn;
  turn.loaded.erasures = {id_of<ErasureId>("order")};
  const auto commit =
      turn.run({}, {{id_of<ErasureId>("order"), kCore.dossier, {{"core", rec("r1")}}, "why"}});
  CHECK(commit.erasures.empty());
  REQUIRE(turn.reply.erasures.size() == 1);
  CHECK(turn.reply.erasures[0].code == ErrorCode::ok);
}
