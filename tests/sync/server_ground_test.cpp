// Work of a device that was given up, and whose person lost the dossier meanwhile.
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Anna's tablet has seen the first change; what bruno wrote since is folded everywhere else.
struct GivenUp : ServerWorld {
  MemoryDevice bruno{"bruno"};
  Change late;

  GivenUp() {
    enrol(server, bruno);
    push(anna, {anna.write(kCore, {set_op("reg", "1"), splice_op("note", {{0, 0, "uno due"}})})},
         {secret()});
    anna.unsent.clear();
    server.grant("user-bruno", kFamily, {"core"});
    REQUIRE(bruno.sync(server).done);
    bruno.write(kCore, {set_op("reg", "2")});
    REQUIRE(bruno.sync(server).done);
    server.state.stable[kCore] = ends().version();
    late = anna.write(kCore, {set_op("reg", "3"), splice_op("note", {{3, 0, " e mezzo"}})});
  }

  [[nodiscard]] const Frontier& ends() const { return server.state.frontiers.at(kCore); }

  /// The late change on the ground that was told, as another replica of anna's device.
  [[nodiscard]] Change again(const Ground& ground, const std::string& base) const {
    std::map<ReplicaId, Head> heads;
    for (const VouchedHead& head : ground.heads) heads[head.replica] = {head.seq, head.id, {}, {}};
    const Frontier frontier = Frontier::from_parts(std::move(heads), {});
    Change change = late;
    change.header.origin = Origin{late.header.replica, late.header.seq};
    frontier.fill_next(change.header, rep("late"));
    VersionVector seen;
    seen.set(rep("anna"), 1);
    for (Operation& op : *change.ops) op.context = seen;
    std::get<SpliceOp>((*change.ops)[1].action).base = base;
    complete(change, anna.dossier_keys.at(kFamily));
    return change;
  }
  SyncReply push_as(std::uint32_t protocol, const std::vector<Change>& changes) {
    SyncRequest request;
    request.protocol = protocol;
    request.device = anna.id();
    request.replica = rep("anna");
    request.changes = changes;
    request.signature = sign(anna.secret_key(), manifest_of(anna.id(), changes).bytes);
    auto reply = server.turn(anna.id(), encode_message(request));
    REQUIRE(reply.ok());
    return std::get<SyncReply>(*decode_message(*reply));
  }
};

}  // namespace

TEST_CASE("ground: late work of who has lost the dossier is held once it stands on what is there",
          "[sync][server][P2][P8]") {
  GivenUp w;
  w.server.revoke("user-anna", kFamily, "passaggio");
  const SyncReply told = w.push(w.anna, {w.late});
  CHECK(verdicts(told) == Verdicts{Verdict::forked});
  REQUIRE(told.grounds.size() == 1);
  const Ground& ground = told.grounds.front();
  CHECK(ground.document == kCore);
  CHECK_FALSE(ground.may_write);
  REQUIRE(ground.heads.size() == 2);
  for (const VouchedHead& head : ground.heads) {
    CHECK(w.ends().head(head.replica)->id == head.id);
  }
  const Change again = w.again(ground, "uno due");
  const SyncReply reply = w.push(w.anna, {again});
  CHECK(verdicts(reply) == Verdicts{Verdict::held});
  CHECK(reply.grounds.empty());
  // A reply that was lost: the same is heard again, and it is there once.
  CHECK(verdicts(w.push(w.anna, {again})) == Verdicts{Verdict::held});
  CHECK(w.ends().version()[rep("late")] == 1);
}

TEST_CASE("ground: an older program is told none, and keeps the work", "[sync][server][P2]") {
  GivenUp w;
  w.server.revoke("user-anna", kFamily, "passaggio");
  const SyncReply told = w.push_as(4, {w.late});
  CHECK(verdicts(told) == Verdicts{Verdict::forked});
  CHECK(told.grounds.empty());
}

TEST_CASE("ground: who has the dossier is told that the rest comes anyway", "[sync][server]") {
  GivenUp w;
  const SyncReply told = w.push(w.anna, {w.late});
  REQUIRE(told.grounds.size() == 1);
  CHECK(told.grounds.front().may_write);
}

TEST_CASE("ground: of a document that somebody never had nothing is told", "[sync][server][P7]") {
  GivenUp w;
  MemoryDevice stranger("stranger");
  enrol(w.server, stranger);
  stranger.dossier_keys[kFamily] = w.anna.dossier_keys.at(kFamily);
  const SyncReply told = w.push(stranger, {stranger.write(kCore, {set_op("reg", "x")})});
  CHECK(verdicts(told) == Verdicts{Verdict::forked});
  CHECK(told.grounds.empty());
}

TEST_CASE("ground: the other parts of an act are told theirs, too", "[sync][server][P8]") {
  GivenUp w;
  w.push(w.anna, {w.anna.write(kHealth, {set_op("reg", "1")})});
  w.server.revoke("user-anna", kFamily, "passaggio");
  const Change first = w.anna.write(kCore, {set_op("reg", "4")}, act(2));
  const Change second = w.anna.write(kHealth, {set_op("reg", "4")}, act(2));
  const SyncReply told = w.push(w.anna, {w.late, first, second});
  CHECK(verdicts(told) == Verdicts{Verdict::forked, Verdict::deferred, Verdict::deferred});
  CHECK(told.grounds.size() == 2);
}

TEST_CASE("late splice: it waits for a decision, whoever may write there", "[sync][server][P8]") {
  GivenUp w;
  const SyncReply told = w.push(w.anna, {w.late});
  const SyncReply reply = w.push(w.anna, {w.again(told.grounds.front(), "uno due")});
  REQUIRE(verdicts(reply) == Verdicts{Verdict::held});
  CHECK(reply.results.front().code == ErrorCode::expired);
}

TEST_CASE("late splice: applied, it has no effect", "[sync][P3]") {
  Operation op = splice_op("note", {{0, 0, "x"}});
  std::get<SpliceOp>(op.action).base = "uno due";
  Document document(kCore, {});
  REQUIRE(document.author(rep("x"), Stamp{1, 0}, "x", 1, {op}).ok());
  for (const auto& [id, record] : document.records()) {
    const FieldState* field = record.field("note");
    CHECK((field == nullptr || field->text.text().empty()));
  }
}

TEST_CASE("late splice: it is the same work as the splice that it was", "[sync][P2]") {
  GivenUp w;
  const Change again = w.again({kCore, false, {}}, "uno due");
  CHECK(digest_of_work(again) == digest_of_work(w.late));
  CHECK(is_late(*again.ops));
  CHECK_FALSE(is_late(*w.late.ops));
}
