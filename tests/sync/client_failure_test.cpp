// The client's machine: everything that may go wrong at every step.
#include "client_machine.hpp"

using namespace insieme;
using namespace insieme::testing;

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
  CHECK(code(404) == ErrorCode::unavailable);
}

TEST_CASE("client: a request that is not understood is tried in each version that is spoken",
          "[sync][client][wire]") {
  Sent sent(with_changes(1));
  ClientAction action = sent.fail(400);
  for (std::uint32_t version = kProtocolVersion; version > kProtocolVersionSpoken; --version) {
    CHECK(expect<GatherAction>(std::move(action)).protocol == version - 1);
    const auto send = expect<SendAction>(sent.machine.resume(GatherDone{with_changes(1)}));
    CHECK(std::get<SyncRequest>(*decode_message(send.body)).protocol == version - 1);
    action = sent.machine.resume(SendFailed{400, "bytes after the end", 0});
  }
  CHECK(given_up(std::move(action)) == ErrorCode::wrong_version);
}

TEST_CASE("client: a request that was damaged on its way is sent again as it was",
          "[sync][client][wire]") {
  Sent sent(with_changes(1));
  const SendFailed damaged{400, "damaged on the way", 0, true};
  ClientAction action = sent.machine.resume(damaged);
  REQUIRE(std::holds_alternative<WaitAction>(action));
  while (std::holds_alternative<WaitAction>(action)) {
    CHECK(expect<SendAction>(sent.machine.resume(WaitOver{})).body == sent.body);
    action = sent.machine.resume(damaged);
  }
  CHECK(given_up(std::move(action)) == ErrorCode::unavailable);
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
  newer.protocol = kProtocolVersion + 1;
  CHECK(given_up(Sent().reply(newer)) == ErrorCode::wrong_version);
  newer = reply_at(0);
  newer.engine_min = kEngineVersion + 1;
  CHECK(given_up(Sent().reply(newer)) == ErrorCode::wrong_version);
}
