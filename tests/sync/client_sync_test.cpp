// The client's machine: every step of a run that goes well.
#include "client_machine.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("client: with nothing new a run is one turn", "[sync][client][P10]") {
  Sent sent;
  CHECK(sent.body.size() < 250);
  const auto apply = expect<ApplyAction>(sent.reply(reply_at(0)));
  CHECK(apply.reply == reply_at(0));
  const auto done = expect<DoneAction>(sent.machine.resume(ApplyDone{false}));
  CHECK(done.summary.turns == 1);
  CHECK(done.summary.bytes_out == sent.body.size());
  CHECK(done.summary.bytes_in > 0);
}

TEST_CASE("client: the request says who, from where and what, signed", "[sync][client]") {
  Gathered gathered = with_changes(2);
  gathered.cursor = Cursor{3, 9, {}};
  gathered.backfill = Backfill{dossier("d"), 10, 4};
  gathered.device_ms = 77;
  gathered.unsent_left = 5;
  gathered.seen = {Seen{document_of("d"), vv({{"A", 1}}), "u"}};
  const Sent sent(gathered);
  const auto message = decode_message(sent.body);
  REQUIRE(message.ok());
  const auto& request = std::get<SyncRequest>(*message);
  CHECK(request.device == device("tablet"));
  CHECK(request.replica == rep("A"));
  CHECK(request.schema_version == 3);
  CHECK(request.cursor == gathered.cursor);
  CHECK(request.backfill == gathered.backfill);
  CHECK(request.device_ms == 77);
  CHECK(request.unsent_left == 5);
  CHECK(request.seen == gathered.seen);
  CHECK(request.changes.size() == 2);
  const Digest manifest = manifest_of(device("tablet"), gathered.changes);
  CHECK(verify(make_key_pair({7}).public_key, manifest.bytes, request.signature));
}

TEST_CASE("client: a store that has moved to a new replica says so", "[sync][client]") {
  Gathered gathered;
  gathered.replica = rep("B");
  const Sent sent(gathered);
  CHECK(std::get<SyncRequest>(*decode_message(sent.body)).replica == rep("B"));
}

TEST_CASE("client: results that do not answer what was sent are not applied",
          "[sync][client][P2]") {
  const Gathered gathered = with_changes(2);
  SyncReply reply = reply_at(1);
  for (const Change& change : gathered.changes) {
    reply.results.push_back(result_for(change, Verdict::accepted));
  }
  expect<ApplyAction>(Sent(gathered).reply(reply));
  const auto code = [&](auto edit) {
    SyncReply wrong = reply;
    edit(wrong.results);
    return given_up(Sent(gathered).reply(wrong));
  };
  using Results = std::vector<PushResult>;
  CHECK(code([](Results& r) { r.pop_back(); }) == ErrorCode::malformed);
  CHECK(code([](Results& r) { r.push_back(r[0]); }) == ErrorCode::malformed);
  CHECK(code([](Results& r) { std::swap(r[0], r[1]); }) == ErrorCode::malformed);
  CHECK(code([](Results& r) { r[0].replica = rep("X"); }) == ErrorCode::malformed);
  CHECK(code([](Results& r) { r[0].document.section = "x"; }) == ErrorCode::malformed);
}

TEST_CASE("client: an unknown cursor resets once, then gives up", "[sync][client][P2]") {
  Sent sent;
  SyncReply unknown;
  unknown.status = ReplyStatus::cursor_unknown;
  expect<ResetAction>(sent.reply(unknown));
  expect<GatherAction>(sent.machine.resume(ApplyDone{true}));
  expect<SendAction>(sent.machine.resume(GatherDone{{}}));
  CHECK(given_up(sent.reply(unknown)) == ErrorCode::conflict);
}

TEST_CASE("client: goes on while the server has more or something is left to send",
          "[sync][client][P10]") {
  const Gathered gathered = with_changes(1);
  Sent sent(gathered);
  SyncReply reply = reply_at(0);
  reply.results = {result_for(gathered.changes[0], Verdict::accepted)};
  expect<ApplyAction>(sent.reply(reply));
  expect<GatherAction>(sent.machine.resume(ApplyDone{true}));
  expect<SendAction>(sent.machine.resume(GatherDone{{}}));
  expect<ApplyAction>(sent.reply(reply_at(5, true)));
  expect<GatherAction>(sent.machine.resume(ApplyDone{false}));
  Gathered later;
  later.cursor = reply_at(5).cursor;
  expect<SendAction>(sent.machine.resume(GatherDone{later}));
  expect<ApplyAction>(sent.reply(reply_at(6)));
  const auto done = expect<DoneAction>(sent.machine.resume(ApplyDone{false}));
  CHECK(done.summary.turns == 3);
  CHECK(done.summary.sent == 1);
  CHECK(done.summary.accepted == 1);
}

TEST_CASE("client: what is only deferred waits for the next run", "[sync][client]") {
  const Gathered gathered = with_changes(1);
  Sent sent(gathered);
  SyncReply reply = reply_at(0);
  reply.results = {result_for(gathered.changes[0], Verdict::deferred)};
  expect<ApplyAction>(sent.reply(reply));
  expect<DoneAction>(sent.machine.resume(ApplyDone{true}));
}

TEST_CASE("client: counts what became of its changes", "[sync][client][P6]") {
  const Gathered gathered = with_changes(6);
  Sent sent(gathered);
  SyncReply reply = reply_at(0);
  for (std::uint8_t i = 0; i < 6; ++i) {
    reply.results.push_back(result_for(gathered.changes[i], static_cast<Verdict>(i + 1)));
  }
  expect<ApplyAction>(sent.reply(reply));
  const auto summary = expect<DoneAction>(sent.machine.resume(ApplyDone{false})).summary;
  CHECK(summary.sent == 6);
  CHECK(summary.accepted == 2);
  CHECK(summary.held == 1);
  CHECK(summary.refused == 1);
}

TEST_CASE("client: a server that promises more and does not move is left", "[sync][client][P1]") {
  CHECK(given_up(Sent().reply(reply_at(0, true))) == ErrorCode::conflict);
  Gathered gathered;
  gathered.cursor = reply_at(9).cursor;
  CHECK(given_up(Sent(gathered).reply(reply_at(9, true))) == ErrorCode::conflict);
  expect<ApplyAction>(Sent(gathered).reply(reply_at(9)));
}

TEST_CASE("client: a cursor never goes back", "[sync][client][P1]") {
  Gathered gathered;
  gathered.cursor = reply_at(9).cursor;
  CHECK(given_up(Sent(gathered).reply(reply_at(8))) == ErrorCode::conflict);
  gathered.backfill = Backfill{dossier("d"), 10, 5};
  SyncReply reply = reply_at(9, true);
  reply.backfill = Backfill{dossier("d"), 10, 5};
  CHECK(given_up(Sent(gathered).reply(reply)) == ErrorCode::conflict);
  reply.backfill->next_position = 6;
  expect<ApplyAction>(Sent(gathered).reply(reply));
  expect<ApplyAction>(Sent(gathered).reply(reply_at(10, true)));
}

TEST_CASE("client: a server that always has more is left after many turns, what came is kept",
          "[sync][client][P1]") {
  Sent sent;
  for (std::uint64_t turn = 1;; ++turn) {
    expect<ApplyAction>(sent.reply(reply_at(turn, true)));
    ClientAction next = sent.machine.resume(ApplyDone{false});
    if (turn == kTurnsPerRunMax) {
      CHECK(given_up(std::move(next)) == ErrorCode::busy);
      break;
    }
    REQUIRE(std::holds_alternative<GatherAction>(next));
    Gathered gathered;
    gathered.cursor = reply_at(turn).cursor;
    REQUIRE(std::holds_alternative<SendAction>(sent.machine.resume(GatherDone{gathered})));
  }
}

TEST_CASE("client: more than a request may hold is not sent", "[sync][client][P2]") {
  const auto code = [](const Gathered& gathered) {
    ClientSync machine(identity());
    expect<GatherAction>(machine.resume(StartSync{}));
    return given_up(machine.resume(GatherDone{gathered}));
  };
  Gathered gathered;
  gathered.changes.assign(kChangesPerMessageMax + 1, Change{});
  CHECK(code(gathered) == ErrorCode::limit_exceeded);
  gathered = {};
  gathered.secrets.resize(kSecretsPerMessageMax + 1);
  CHECK(code(gathered) == ErrorCode::limit_exceeded);
  gathered = {};
  Change change = sample_change();
  change.ops = std::vector<Operation>{};
  for (int i = 0; i < 11; ++i) {
    change.ops->push_back(set_op("f" + std::to_string(i), std::string(kStringBytesMax, 'a')));
  }
  gathered.changes.assign(7, change);  // small once compressed, too large once unpacked
  CHECK(code(gathered) == ErrorCode::limit_exceeded);
}
