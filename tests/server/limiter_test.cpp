#include "insieme/server/limiter.hpp"

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::Limiter;

TEST_CASE("limiter: so many at once, then as fast as they come back", "[server][limiter]") {
  Limiter limiter(60);
  std::int64_t now = 1'000'000;
  for (int i = 0; i < 60; ++i) REQUIRE(limiter.take("anna", now).allowed);
  const auto refused = limiter.take("anna", now);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.limit == 60);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_s == 1);
  CHECK(refused.reset_s == 60);
  CHECK(limiter.take("bruno", now).remaining == 59);  // others are others
  now += 999;
  CHECK_FALSE(limiter.take("anna", now).allowed);
  now += 1;
  CHECK(limiter.take("anna", now).allowed);
  CHECK_FALSE(limiter.take("anna", now).allowed);
  // A clock that is set back takes nothing from anybody, and gives nothing.
  CHECK_FALSE(limiter.take("anna", now - 3'600'000).allowed);
  CHECK(limiter.take("anna", now + 3'600'000).remaining == 59);
}

TEST_CASE("limiter: 0 is no limit, and looking takes nothing", "[server][limiter]") {
  Limiter none(0);
  for (int i = 0; i < 10'000; ++i) REQUIRE(none.take("anna", 0).allowed);
  CHECK(none.size() == 0);
  Limiter one(1);
  CHECK(one.look("anna", 0).remaining == 1);
  CHECK(one.look("anna", 0).remaining == 1);
  CHECK(one.take("anna", 0).allowed);
  const auto after = one.look("anna", 0);
  CHECK(after.remaining == 0);
  CHECK(after.retry_s == 60);
}

TEST_CASE("limiter: a million names take the room of some thousand", "[server][limiter]") {
  Limiter limiter(60);
  for (int i = 0; i < 1'000'000; ++i) {
    REQUIRE(limiter.take("name " + std::to_string(i), i / 1'000).allowed);
  }
  CHECK(limiter.size() <= Limiter::kNamesMax);
}

TEST_CASE("limiter: who an address counts as", "[server][limiter]") {
  CHECK(server::counted_address("192.0.2.7") == "192.0.2.7");
  CHECK(server::counted_address("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(server::counted_address("2001:db8:1:2::1") == server::counted_address("2001:db8:1:2::2"));
  for (const char* here : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", "x", "unix"}) {
    CAPTURE(here);
    CHECK(server::counted_address(here).empty());
  }
  CHECK(server::is_own_address("::ffff:127.0.0.1"));
  CHECK_FALSE(server::is_own_address("::ffff:192.0.2.7"));
  CHECK_FALSE(server::is_own_address("x"));
}

TEST_CASE("api: a device that asks too often waits, and is told how long", "[server][api][P1]") {
  World world;
  MemoryDevice anna("anna");
  MemoryDevice bruno("bruno");
  world.add(anna);
  world.add(bruno);
  Limiter devices(3);
  server::Services services{*world.repository, world.tokens, world.metrics, world.config,
                            [&] { return world.now_ms; }, world.keys.public_key, {}};
  services.devices = &devices;
  server::Api api(services);
  const auto ask = [&](const MemoryDevice& tablet) {
    server::Request request;
    request.method = "GET";
    request.path = "/v1/digests";
    request.authorization = "Bearer token-" + tablet.name();
    return api.handle(request);
  };
  const auto header = [](const server::Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return std::string();
  };
  for (const char* remaining : {"2", "1", "0"}) {
    const auto answered = ask(anna);
    CHECK(answered.status == 200);
    CHECK(header(answered, "X-RateLimit-Limit") == "3");
    CHECK(header(answered, "X-RateLimit-Remaining") == remaining);
  }
  const auto refused = ask(anna);
  CHECK(refused.status == 429);
  CHECK(header(refused, "Retry-After") == "20");
  CHECK(header(refused, "X-RateLimit-Reset") == "60");
  CHECK(body_text(refused).find("too-many-requests") != std::string::npos);
  CHECK(ask(bruno).status == 200);
  world.now_ms += 20'000;
  CHECK(ask(anna).status == 200);
}
