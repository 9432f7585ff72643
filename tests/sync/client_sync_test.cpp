// The client's machine: every step, and everything that may go wrong at every step.
#include "insieme/sync/client_sync.hpp"
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

ClientIdentity identity() {
  ClientIdentity who;
  who.space = id_of<SpaceId>("space");
  who.device = device("tablet");
  who.replica = rep("A");
  who.schema_version = 3;
  who.key = make_key_pair({7}).secret_key;
  return who;
}

Change pushed_change(std::uint64_t seq = 1) {
  Change change = sample_change();
  change.header.seq = seq;
  return change;
}

Gathered with_changes(std::size_t count) {
  Gathered gathered;
  for (std::size_t i = 0; i < count; ++i) gathered.changes.push_back(pushed_change(i + 1));
  return gathered;
}

PushResult result_for(const Change& change, Verdict verdict) {
  PushResult result;
  result.document = change.header.document;
  result.replica = change.header.replica;
  result.seq = change.header.seq;
  result.verdict = verdict;
  return result;
}

SyncReply reply_at(std::uint64_t position, bool more = false) {
  SyncReply reply;
  reply.cursor.epoch = 1;
  reply.cursor.position = position;
  reply.more = more;
  return reply;
}

ReplyArrived arrived(const SyncReply& reply) { return ReplyArrived{encode_message(reply)}; }

template <class T>
T expect(ClientAction action) {
  INFO("action " << action.index());
  REQUIRE(std::holds_alternative<T>(action));
  return std::get<T>(std::move(action));
}

ErrorCode given_up(ClientAction action) {
  return expect<GiveUpAction>(std::move(action)).error.code;
}

/// A machine that has sent `gathered`.
struct Sent {
  ClientSync machine{identity()};
  std::vector<std::uint8_t> body;
  explicit Sent(const Gathered& gathered = {}) {
    expect<GatherAction>(machine.resume(StartSync{}));
    body = expect<SendAction>(machine.resume(GatherDone{gathered})).body;
  }
  ClientAction reply(const SyncReply& reply) { return machine.resume(arrived(reply)); }
  ClientAction fail(int status, std::uint32_t retry_after = 0) {
    return machine.resume(SendFailed{status, "why", retry_after});
  }
};

}  // namespace

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

TEST_CASE("client: every answer that does not fit the last action ends the run",
          "[sync][client][failure]") {
  // The inputs of a run that sends, is refused a token, waits, resets, applies and ends.
  SyncReply unknown;
  unknown.status = ReplyStatus::cursor_unknown;
  const std::vector<ClientInput> good{
      StartSync{},          GatherDone{{}},        SendFailed{401, "", 0}, TokenReady{},
      SendFailed{503, "", 0}, WaitOver{},          arrived(unknown),       ApplyDone{true},
      GatherDone{{}},       arrived(reply_at(0)),  ApplyDone{false}};
  const std::vector<ClientInput> all{StartSync{},    GatherDone{{}}, TokenReady{},
                                     TokenFailed{{ErrorCode::expired, ""}},
                                     arrived(reply_at(0)), SendFailed{0, "", 0}, WaitOver{},
                                     ApplyDone{false}};
  for (std::size_t step = 0; step <= good.size(); ++step) {
    for (const ClientInput& input : all) {
      ClientSync machine(identity());
      for (std::size_t i = 0; i < step; ++i) static_cast<void>(machine.resume(good[i]));
      const bool fits = step < good.size() && good[step].index() == input.index();
      const bool also = step < good.size() &&
                        ((std::holds_alternative<TokenReady>(good[step]) &&
                          std::holds_alternative<TokenFailed>(input)) ||
                         (std::holds_alternative<ReplyArrived>(good[step]) &&
                          std::holds_alternative<SendFailed>(input)) ||
                         (std::holds_alternative<SendFailed>(good[step]) &&
                          std::holds_alternative<ReplyArrived>(input)));
      INFO("step " << step << " input " << input.index());
      ClientAction action = machine.resume(input);
      if (fits || also) continue;
      CHECK(given_up(std::move(action)) == ErrorCode::internal);
      CHECK(given_up(machine.resume(StartSync{})) == ErrorCode::internal);
    }
  }
}

TEST_CASE("client: a store that fails at any step ends the run with its error",
          "[sync][client][failure]") {
  const std::vector<ClientInput> good{StartSync{}, GatherDone{{}}, SendFailed{401, "", 0},
                                      TokenReady{}, SendFailed{503, "", 0}, WaitOver{},
                                      arrived(reply_at(0)), ApplyDone{false}};
  for (std::size_t step = 0; step < good.size(); ++step) {
    ClientSync machine(identity());
    for (std::size_t i = 0; i < step; ++i) static_cast<void>(machine.resume(good[i]));
    CHECK(given_up(machine.resume(StoreFailed{{ErrorCode::storage_full, "disk"}})) ==
          ErrorCode::storage_full);
  }
}

TEST_CASE("client: what may pass is tried again with the same bytes, waiting longer each time",
          "[sync][client][P1]") {
  for (const int status : {0, 408, 429, 500, 502, 503, 504}) {
    Sent sent(with_changes(1));
    std::uint32_t last = 0;
    for (int attempt = 1; attempt < 6; ++attempt) {
      const auto wait = expect<WaitAction>(sent.fail(status));
      CHECK_FALSE(wait.exact);
      CHECK(wait.ms > last);
      CHECK(wait.ms <= 60'000);
      last = wait.ms;
      CHECK(expect<SendAction>(sent.machine.resume(WaitOver{})).body == sent.body);
    }
    CHECK(given_up(sent.fail(status)) == ErrorCode::unavailable);
  }
}

TEST_CASE("client: a server that names a time gets that time, within reason", "[sync][client]") {
  Sent sent;
  auto wait = expect<WaitAction>(sent.fail(429, 7));
  CHECK(wait.exact);
  CHECK(wait.ms == 7'000);
  expect<SendAction>(sent.machine.resume(WaitOver{}));
  wait = expect<WaitAction>(sent.fail(503, UINT32_MAX));
  CHECK(wait.ms == 60'000);
}

TEST_CASE("client: what cannot pass ends the run at once, with a reason", "[sync][client]") {
  const auto code = [](int status) {
    Sent sent;
    return given_up(sent.fail(status));
  };
  CHECK(code(403) == ErrorCode::not_allowed);
  CHECK(code(409) == ErrorCode::conflict);
  CHECK(code(413) == ErrorCode::limit_exceeded);
  CHECK(code(400) == ErrorCode::unavailable);
  CHECK(code(404) == ErrorCode::unavailable);
}

TEST_CASE("client: a server without room is asked for the news alone, and the run says so",
          "[sync][client][P1][P2]") {
  Sent sent(with_changes(2));
  CHECK(expect<GatherAction>(sent.fail(507)).changes_max == 0);
  // Whatever a store hands out then, nothing of it is pushed.
  const auto send = expect<SendAction>(sent.machine.resume(GatherDone{with_changes(2)}));
  const auto message = decode_message(send.body);
  REQUIRE(message.ok());
  const auto& request = std::get<SyncRequest>(*message);
  CHECK(request.changes.empty());
  CHECK(request.unsent_left == 2);
  expect<ApplyAction>(sent.machine.resume(arrived(reply_at(5, true))));
  CHECK(expect<GatherAction>(sent.machine.resume(ApplyDone{true})).changes_max == 0);
  expect<SendAction>(sent.machine.resume(GatherDone{{}}));
  expect<ApplyAction>(sent.machine.resume(arrived(reply_at(9))));
  CHECK(given_up(sent.machine.resume(ApplyDone{true})) == ErrorCode::quota);
  // Not even that: the run ends.
  Sent other(with_changes(1));
  expect<GatherAction>(other.fail(507));
  expect<SendAction>(other.machine.resume(GatherDone{{}}));
  CHECK(given_up(other.fail(507)) == ErrorCode::quota);
}

TEST_CASE("client: an expired token is renewed, twice in a row at most", "[sync][client][P1]") {
  Sent sent;
  for (int i = 0; i < 2; ++i) {
    expect<TokenAction>(sent.fail(401));
    CHECK(expect<SendAction>(sent.machine.resume(TokenReady{})).body == sent.body);
  }
  CHECK(given_up(sent.fail(401)) == ErrorCode::unauthenticated);
  Sent other;
  expect<TokenAction>(other.fail(401));
  CHECK(given_up(other.machine.resume(TokenFailed{{ErrorCode::not_allowed, "revoked"}})) ==
        ErrorCode::not_allowed);
}

TEST_CASE("client: a token that expires again in a later turn is renewed again", "[sync][client]") {
  Sent sent;
  for (std::uint64_t turn = 1; turn < 5; ++turn) {
    for (int i = 0; i < 2; ++i) {
      expect<TokenAction>(sent.fail(401));
      expect<SendAction>(sent.machine.resume(TokenReady{}));
    }
    expect<ApplyAction>(sent.reply(reply_at(turn, true)));
    expect<GatherAction>(sent.machine.resume(ApplyDone{false}));
    Gathered gathered;
    gathered.cursor = reply_at(turn).cursor;
    expect<SendAction>(sent.machine.resume(GatherDone{gathered}));
  }
}

TEST_CASE("client: a reply that is none counts as a cut connection", "[sync][client]") {
  const std::vector<std::uint8_t> reply = encode_message(reply_at(0));
  const std::string page = "<html>502 Bad Gateway</html>";
  Sent sent;
  for (const std::vector<std::uint8_t>& garbage :
       {std::vector<std::uint8_t>{}, std::vector<std::uint8_t>(page.begin(), page.end()),
        std::vector<std::uint8_t>(reply.begin(), reply.end() - 1), sent.body}) {
    expect<WaitAction>(sent.machine.resume(ReplyArrived{garbage}));
    expect<SendAction>(sent.machine.resume(WaitOver{}));
  }
  expect<ApplyAction>(sent.reply(reply_at(0)));
}

TEST_CASE("client: a newer protocol or engine is told in words", "[sync][client]") {
  SyncReply newer = reply_at(0);
  newer.protocol = 3;
  CHECK(given_up(Sent().reply(newer)) == ErrorCode::wrong_version);
  newer = reply_at(0);
  newer.engine_min = kEngineVersion + 1;
  CHECK(given_up(Sent().reply(newer)) == ErrorCode::wrong_version);
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
