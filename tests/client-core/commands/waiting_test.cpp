// How a host waits for news: what it asks, and what every kind of answer means.
#include "client-core/commands/desk.hpp"
#include "insieme/sync/log_place.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// Anna's desk has synchronised: it has a token and a cursor.
struct Listening {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  json::object state;

  Listening() {
    anna.enrol();
    make_family(anna);
    anna.sync();
  }
  json::object wait() {
    json::object asked{{"command", "sync.wait"}};
    if (!state.empty()) asked["state"] = state;
    json::object reply = anna.call(asked);
    state = part(reply, "state");
    return reply;
  }
  json::object waited(int status, const std::string& body = {}, int retry_after_s = 0) {
    json::object told{{"command", "sync.waited"}, {"state", state}, {"status", status},
                      {"body", body}};
    if (retry_after_s != 0) told["retry_after_s"] = retry_after_s;
    json::object reply = anna.call(told);
    state = part(reply, "state");
    return reply;
  }
  [[nodiscard]] static std::string answer(bool news, const std::string& seen) {
    return json::serialize(json::object{{"news", news}, {"seen", seen}});
  }
  std::string seen_of(const json::object& asked) {
    const std::string url = text(asked, "url");
    return url.substr(url.find("?seen=") + 6);
  }
  /// Something of Anna's own, so that her cursor moves.
  void move_on() {
    make_family(anna);
    anna.sync();
  }
};

std::int64_t in_ms(const json::object& reply) { return reply.at("in_ms").as_int64(); }
bool news(const json::object& reply) { return reply.at("news").as_bool(); }

}  // namespace

TEST_CASE("waiting: asks with the token and from the place that the store has",
          "[commands][waiting]") {
  Listening at;
  const json::object asked = at.wait();
  CHECK(asked.at("ready").as_bool());
  CHECK(text(asked, "url").find("/v1/wait?seen=") != std::string::npos);
  CHECK(list(asked, "headers").at(0).at(0).as_string() == "Authorization");
  const auto place = sync::parse_cursor(at.seen_of(asked));
  REQUIRE(place.ok());
  CHECK(place->position > 0);
  CHECK(place->log_hash != Digest());
  // Nothing of it comes from the disk: a program that begins anew has no token yet.
  at.anna.reopen();
  const json::object later = at.wait();
  CHECK_FALSE(later.at("ready").as_bool());
  CHECK(in_ms(later) > 0);
}

TEST_CASE("waiting: goes on from where nothing was, until the store itself has moved",
          "[commands][waiting]") {
  Listening at;
  const std::string own = at.seen_of(at.wait());
  auto further = sync::parse_cursor(own).value();
  further.position += 7;
  further.log_hash.bytes[0] ^= 1;
  CHECK_FALSE(news(at.waited(200, at.answer(false, to_text(further)))));
  CHECK(at.seen_of(at.wait()) == to_text(further));
  at.move_on();
  const std::string moved = at.seen_of(at.wait());
  CHECK(moved != own);
  CHECK(moved != to_text(further));
  // A place that is none is not taken over.
  CHECK_FALSE(news(at.waited(200, at.answer(false, "1.2.x"))));
  CHECK(at.seen_of(at.wait()) == moved);
}

TEST_CASE("waiting: news is fetched once, and not what a synchronisation brought meanwhile",
          "[commands][waiting]") {
  Listening at;
  const std::string seen = at.seen_of(at.wait());
  CHECK(news(at.waited(200, at.answer(true, seen))));
  // It did not work: told again, it is tried again, more and more seldom.
  at.wait();
  const json::object again = at.waited(200, at.answer(true, seen));
  CHECK(news(again));
  CHECK(in_ms(again) >= 5'000);
  at.wait();
  at.move_on();
  const json::object late = at.waited(200, at.answer(true, seen));
  CHECK_FALSE(news(late));
  CHECK(in_ms(late) == 1'000);
}

TEST_CASE("waiting: what each answer means", "[commands][waiting]") {
  Listening at;
  at.wait();
  const json::object expired = at.waited(401);
  CHECK(news(expired));  // a synchronisation brings a token
  for (const int status : {403, 404, 405}) {
    at.wait();
    const json::object older = at.waited(status);
    CHECK_FALSE(news(older));
    CHECK(in_ms(older) == 3'600'000);
  }
  at.wait();
  CHECK(in_ms(at.waited(409)) == 300'000);
  at.wait();
  CHECK(in_ms(at.waited(503, "", 1'800)) == 1'800'000);
  // No answer, or one that is none: longer and longer, and never beyond five minutes.
  std::int64_t longest = 0;
  for (int i = 0; i < 30; ++i) {
    at.wait();
    const json::object failed = at.waited(i % 2 == 0 ? 0 : 200, i % 3 == 0 ? "{" : "");
    CHECK_FALSE(news(failed));
    CHECK(in_ms(failed) >= 2'500);
    longest = std::max(longest, in_ms(failed));
  }
  CHECK(longest <= 300'000);
  CHECK(longest >= 150'000);
  // A state that somebody made up is no state.
  at.state = {{"own", "x"}, {"seen", "y"}, {"failures", 9'000'000}};
  CHECK(at.wait().at("ready").as_bool());
  at.waited(0);
}

TEST_CASE("waiting: only a device that is somebody's has anything to wait for",
          "[commands][waiting]") {
  Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  CHECK(text(anna.refused({{"command", "sync.wait"}}), "code") == "not_enrolled");
}

}  // namespace insieme::testing
