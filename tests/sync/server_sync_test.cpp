// The server's machine: what it asks for, what it answers, what it rejects.
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE(
    "server: a request repeated is answered with the same positions, nothing is written twice",
    "[sync][server][P2]") {
  ServerWorld w;
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
    ServerWorld w;
    const Change one = w.anna.write(kCore, {inc_op("n", 5)});
    w.server.fail_at = step;
    const auto request = ServerWorld::request(w.anna, {one}, {w.secret()});
    const auto failed = w.server.turn(w.anna.id(), request);
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
  ServerWorld w;
  RequestArrived good;
  good.frame = ServerWorld::request(w.anna, {});
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
  ServerWorld w;
  ServerSync machine;
  RequestArrived good;
  good.frame = ServerWorld::request(w.anna, {});
  good.authenticated = w.anna.id();
  good.device_key = w.anna.public_key();
  static_cast<void>(machine.resume(good));
  static_cast<void>(machine.resume(Loaded{}));
  const auto action = machine.resume(Committed{{1, 2}});
  CHECK(std::get<RejectAction>(action).error.code == ErrorCode::internal);
}

TEST_CASE("server: requests that cannot be served are rejected and write nothing",
          "[sync][server]") {
  ServerWorld w;
  const auto code = [&](const std::vector<std::uint8_t>& frame, const DeviceId& device) {
    const auto reply = w.server.turn(device, frame);
    return reply.ok() ? ErrorCode::ok : reply.error().code;
  };
  CHECK(code({}, w.anna.id()) == ErrorCode::truncated);
  CHECK(code(encode_message(SyncReply{}), w.anna.id()) == ErrorCode::malformed);
  CHECK(code(ServerWorld::request(w.anna, {}), w.boss.id()) == ErrorCode::not_allowed);
  SyncRequest newer;
  newer.protocol = kProtocolVersion + 1;
  newer.device = w.anna.id();
  CHECK(code(encode_message(newer), w.anna.id()) == ErrorCode::wrong_version);
  CHECK(w.server.state.log.empty());
}

TEST_CASE("server: a cursor from another log is told, nothing is judged", "[sync][server][P2]") {
  ServerWorld w;
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
