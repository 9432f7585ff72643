// Two devices over a stream that can be cut after any byte.
#include "exchange_devices.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("session: each gets what it lacks, and hears that the other has it",
          "[sync][exchange][P6]") {
  TwoDevices t;
  const Ends ends = talk(t.anna, t.bruno, 1);
  REQUIRE(ends.done());
  CHECK(t.disk_a.whole == t.disk_b.whole);
  CHECK(t.disk_a.whole.size() == 3);
  CHECK(t.disk_a.handed.size() == 2);
  CHECK(t.disk_b.handed.size() == 1);
  const auto& summary = std::get<ExchangeDone>(ends.first).summary;
  CHECK(summary.given == 2);
  CHECK(summary.taken == 1);
  CHECK(summary.documents == 1);
  CHECK(summary.not_let == 0);
  // What each has of the document that both may read; of the other one nothing is told.
  REQUIRE(t.bruno.peer.documents.size() == 1);
  CHECK(t.bruno.peer.documents[0].document == kCore);
  CHECK(t.bruno.peer.documents[0].version == vv({{"anna", 3}}));
  CHECK(t.bruno.peer.documents[0].device == device("anna"));

  const Ends again = talk(t.anna, t.bruno, 2);
  REQUIRE(again.done());
  CHECK(std::get<ExchangeDone>(again.first).summary.given == 0);
  CHECK(again.bytes < 1'500);  // only what both hold is told
}

TEST_CASE("session: cut after every byte nothing is lost, and the next one goes on",
          "[sync][exchange][P2]") {
  const std::uint64_t all = [] {
    TwoDevices t;
    return talk(t.anna, t.bruno, 1).bytes;
  }();
  REQUIRE(all > 3 * kExchangePieceBytesMax);
  // Every byte of a frame behaves as its last one: a frame is whole or not there.
  for (std::uint64_t cut = 0; cut <= all; cut += 997) {
    CAPTURE(cut);
    TwoDevices t;
    static_cast<void>(talk(t.anna, t.bruno, 1, cut));
    const std::uint64_t pieces = t.disk_a.pieces + t.disk_b.pieces;
    const Ends ends = talk(t.anna, t.bruno, 2);
    REQUIRE(ends.done());
    REQUIRE(t.disk_a.whole == t.disk_b.whole);
    REQUIRE(t.disk_a.partial.empty());
    REQUIRE(t.disk_b.partial.empty());
    // What had arrived was not sent again.
    TwoDevices fresh;
    static_cast<void>(talk(fresh.anna, fresh.bruno, 1));
    REQUIRE(t.disk_a.pieces + t.disk_b.pieces == fresh.disk_a.pieces + fresh.disk_b.pieces);
    REQUIRE(pieces <= t.disk_a.pieces + t.disk_b.pieces);
  }
}

TEST_CASE("session: cut again and again at every k-th byte it ends all the same",
          "[sync][exchange][P2]") {
  for (const std::uint64_t k : {70'000U, 90'000U, 131'000U}) {
    TwoDevices t;
    int sessions = 0;
    while (!talk(t.anna, t.bruno, static_cast<std::uint8_t>(sessions), k).done()) {
      REQUIRE(++sessions < 20);
    }
    CHECK(sessions > 0);
    CHECK(t.disk_a.whole == t.disk_b.whole);
  }
}

TEST_CASE("session: of what is not for the other one it learns nothing", "[sync][exchange][P7]") {
  TwoDevices t;
  t.anna.documents = {t.anna.held(kHealth, vv({{"anna", 9}}))};
  t.bruno.documents = {t.bruno.held(kCore, vv({{"bruno", 9}}))};
  const Ends ends = talk(t.anna, t.bruno, 1);
  REQUIRE(ends.done());
  CHECK(t.anna.peer.documents.empty());
  CHECK(t.bruno.peer.documents.empty());
}

TEST_CASE("session: who has the key but no good grant any more is not let in",
          "[sync][exchange][P7]") {
  TwoDevices t;
  SECTION("it has expired") {
    t.anna.documents[0].grant.expires_ms = kSampleNow - 1;
    sign_grant(t.anna.documents[0].grant, t.s.server.secret_key);
  }
  SECTION("it is another device's, shown again") {
    t.anna.documents[0].grant = t.s.grant("carla", kCore.dossier);
  }
  SECTION("it is for another section") {
    t.anna.documents[0].grant = t.s.grant("anna", kCore.dossier, {"health"});
  }
  SECTION("the server did not sign it") {
    sign_grant(t.anna.documents[0].grant, pair_of("mallory").secret_key);
  }
  const Ends ends = talk(t.anna, t.bruno, 1);
  REQUIRE(ends.done());
  CHECK(t.bruno.peer.documents.empty());
  CHECK(std::get<ExchangeDone>(ends.second).summary.not_let == 1);
}

TEST_CASE("session: a device of another space is told so", "[sync][exchange]") {
  TwoDevices t;
  t.anna.space = id_of<SpaceId>("elsewhere");
  const Ends ends = talk(t.anna, t.bruno, 1);
  CHECK(std::get<ExchangeGiveUp>(ends.second).error.code == ErrorCode::conflict);
  CHECK(t.disk_b.whole.size() == 1);
}

TEST_CASE("session: what is no frame, or not the one that comes now, ends it",
          "[sync][exchange][damage]") {
  TwoDevices t;
  ExchangeSession connects(ExchangeRole::connects);
  const auto hello = std::get<SendFrame>(connects.resume(StartExchange{t.anna.holdings(1)})).frame;
  const auto heard = [&](const ByteList& frame) {
    ExchangeSession session(ExchangeRole::listens);
    const auto begun = session.resume(StartExchange{t.bruno.holdings(1)});
    REQUIRE(std::holds_alternative<ReceiveFrame>(begun));
    const auto action = session.resume(FrameArrived{frame});
    const auto* given_up = std::get_if<ExchangeGiveUp>(&action);
    return given_up == nullptr ? ErrorCode::ok : given_up->error.code;
  };
  CHECK(heard(hello) == ErrorCode::ok);
  for (std::size_t at = 0; at < hello.size(); ++at) {
    ByteList bad = hello;
    bad[at] ^= 0x01;
    CHECK(heard(bad) != ErrorCode::ok);
  }
  for (std::size_t size = 0; size < hello.size(); ++size) {
    CHECK(heard({hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(size)}) !=
          ErrorCode::ok);
  }
  CHECK(exchange_rest_length(ByteList{0xff, 0xff, 0xff, 0xff}).error().code ==
        ErrorCode::limit_exceeded);
  CHECK(exchange_rest_length(ByteList{1, 0, 0, 0}).error().code == ErrorCode::malformed);
  ExchangeSession fed(ExchangeRole::connects);
  CHECK(std::holds_alternative<ExchangeGiveUp>(fed.resume(PieceKept{})));
  CHECK(std::holds_alternative<ExchangeGiveUp>(fed.resume(FrameSent{})));
}
