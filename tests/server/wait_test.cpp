// Who is told that there is something to fetch, and how a wait ends.
#include <future>

#include "fixture.hpp"
#include "insieme/server/news_watch.hpp"
#include "insieme/sync/log_place.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::WaitEnd;
using server::WaitRoom;

namespace {

const DocumentId kCore = document_of("d1");

Cursor end_of(World& w) {
  const server::SpaceInfo space = w.repository->space();
  return {space.epoch, space.position, space.log_hash};
}

std::set<std::string> told_since(World& w, const Cursor& since) {
  const auto news = w.repository->news_since(since, 1'000);
  REQUIRE(news.has_value());
  CHECK(news->end == end_of(w));
  CHECK_FALSE(news->everybody);
  return news->of;
}

/// Three tablets and a dossier of Anna's; everybody has what there is.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};

  Office() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    all_sync();
  }
  void all_sync() {
    for (MemoryDevice* tablet : {&anna, &luca, &carla, &carla}) REQUIRE(sync(*tablet).done);
  }
  /// That whoever gets something out of the log after `since` was told that there is something.
  void check_nobody_missed(const Cursor& since, const std::set<std::string>& told) {
    for (MemoryDevice* tablet : {&anna, &luca, &carla}) {
      CAPTURE(tablet->name());
      CHECK(tablet->cursor == since);
      const RunResult run = sync(*tablet);
      REQUIRE(run.done);
      if (run.summary.received > 0) CHECK(told.contains("user-" + tablet->name()));
    }
    all_sync();
  }
};

struct WaitingOffice : Office {
  explicit WaitingOffice(server::WaitLimits limits = {}) : room(limits) {
    server::Services services{*repository, tokens, metrics, config, [this] { return now_ms; },
                              keys.public_key, {}};
    services.waits = &room;
    waiting_api = std::make_unique<server::Api>(services);
  }
  [[nodiscard]] server::Response ask(const MemoryDevice& tablet, const std::string& query,
                                     const std::string& from = {}) const {
    server::Request request;
    request.method = "POST";
    request.path = "/v1/wait";
    request.query = query;
    request.client = from;
    request.authorization = "Bearer token-" + tablet.name();
    return waiting_api->handle(request);
  }
  [[nodiscard]] server::Response wait(const MemoryDevice& tablet, const std::string& from = {}) {
    return ask(tablet, "seen=" + to_text(end_of(*this)), from);
  }
  /// The answer once something else has ended the wait; at the latest after ten seconds.
  [[nodiscard]] std::string answer_of(const server::Response& held) const {
    std::promise<void> ended;
    held.waiting.wait->on_end([&ended] { ended.set_value(); });
    const auto state = ended.get_future().wait_for(std::chrono::seconds(10));
    if (state != std::future_status::ready) return "it is never told";
    return body_text(waiting_api->end_wait(held.waiting, WaitEnd::time));
  }

  WaitRoom room;
  std::unique_ptr<server::Api> waiting_api;
};

}  // namespace

TEST_CASE("wait: news is for those who may have it, and never too little", "[server][wait]") {
  Office w;
  // Whose dossier it is, and who has all of them; Luca has nothing to do with it.
  Cursor before = end_of(w);
  w.anna.write(kCore, {set_op("note", "second")});
  REQUIRE(w.sync(w.anna).done);
  CHECK(told_since(w, before) == std::set<std::string>{"user-anna", "user-carla"});
  w.all_sync();
  // A grant concerns whoever gets it, and from then on all that is written there does.
  before = end_of(w);
  REQUIRE(w.repository->assign("user-luca", dossier("d1"), {}).ok());
  CHECK(told_since(w, before) == std::set<std::string>{"user-luca"});
  w.check_nobody_missed(before, told_since(w, before));
  before = end_of(w);
  w.luca.write(kCore, {set_op("phone", "1")});
  REQUIRE(w.sync(w.luca).done);
  CHECK(told_since(w, before) ==
        std::set<std::string>{"user-anna", "user-carla", "user-luca"});
  w.all_sync();
  CHECK(w.anna.document(kCore).state_digest() == w.luca.document(kCore).state_digest());
  // A hand-over: both, and late work: who decides.
  before = end_of(w);
  REQUIRE(
      w.repository->hand_over(dossier("d1"), "user-anna", "user-luca", "moved").ok());
  CHECK(told_since(w, before).contains("user-anna"));
  w.check_nobody_missed(before, told_since(w, before));
}

TEST_CASE("wait: late work tells who decides, and its decision who wrote it [P8]",
          "[server][wait]") {
  Office w;
  REQUIRE(w.repository->assign("user-luca", dossier("d1"), {}).ok());
  w.all_sync();
  REQUIRE(w.repository->unassign("user-anna", dossier("d1"), "moved").ok());
  Cursor before = end_of(w);
  w.anna.write(kCore, {set_op("note", "late")});
  REQUIRE(w.sync(w.anna).done);
  std::set<std::string> told = told_since(w, before);
  CHECK(told.contains("user-carla"));
  CHECK_FALSE(told.contains("user-anna"));
  w.all_sync();
  before = end_of(w);
  w.carla.decisions.push_back({kCore, rep("anna"), 2, false, "no", {}});
  REQUIRE(w.sync(w.carla).done);
  told = told_since(w, before);
  CHECK(told.contains("user-anna"));
  CHECK(told.contains("user-luca"));
}

TEST_CASE("wait: a log that is another one, and one that is too long", "[server][wait]") {
  Office w;
  Cursor other = end_of(w);
  other.log_hash.bytes[3] ^= 1;
  CHECK_FALSE(w.repository->news_since(other, 1'000).has_value());
  other = end_of(w);
  ++other.position;
  CHECK_FALSE(w.repository->news_since(other, 1'000).has_value());
  other = end_of(w);
  ++other.epoch;
  CHECK_FALSE(w.repository->news_since(other, 1'000).has_value());
  Cursor first;
  first.epoch = 1;
  const auto all = w.repository->news_since(first, 1);
  REQUIRE(all.has_value());
  CHECK(all->everybody);
  CHECK(all->has("user-luca"));
}

TEST_CASE("wait: held until a push, whose author is told nothing of others", "[server][wait]") {
  WaitingOffice w;
  const server::NewsWatch watch(*w.repository, w.room, {60'000, 1});
  const server::Response luca = w.wait(w.luca);
  const server::Response carla = w.wait(w.carla);
  REQUIRE(luca.waiting.wait);
  REQUIRE(carla.waiting.wait);
  CHECK(carla.device == to_text(w.carla.id()));
  w.anna.write(kCore, {set_op("note", "second")});
  REQUIRE(w.sync(w.anna).done);
  CHECK(w.answer_of(carla) == "{\"news\":true,\"seen\":\"" + to_text(end_of(w)) + "\"}");
  CHECK_FALSE(luca.waiting.wait->outcome().has_value());
  // Luca's time is up: nothing for him up to the log's end, and he goes on from there.
  const std::string nothing =
      body_text(w.waiting_api->end_wait(luca.waiting, WaitEnd::time));
  CHECK(nothing == "{\"news\":false,\"seen\":\"" + to_text(end_of(w)) + "\"}");
  CHECK(w.room.size() == 0);
}

TEST_CASE("wait: what was committed before is told at once", "[server][wait]") {
  WaitingOffice w;
  const Cursor before = end_of(w);
  w.anna.write(kCore, {set_op("note", "second")});
  REQUIRE(w.sync(w.anna).done);
  const server::Response carla = w.ask(w.carla, "seen=" + to_text(before));
  CHECK_FALSE(carla.waiting.wait);
  CHECK(carla.status == 200);
  CHECK(body_text(carla).find("\"news\":true") != std::string::npos);
  CHECK(w.ask(w.luca, "seen=" + to_text(before)).waiting.wait);
  Cursor other = before;
  other.log_hash.bytes[0] ^= 1;
  CHECK(body_text(w.ask(w.luca, "seen=" + to_text(other))).find("\"news\":true") !=
        std::string::npos);
}

TEST_CASE("wait: a second one ends the first, and limits are told", "[server][wait]") {
  WaitingOffice w({2, 1});
  const server::Response first = w.wait(w.luca, "192.0.2.1");
  const server::Response second = w.wait(w.luca, "192.0.2.1");
  REQUIRE(second.waiting.wait);
  REQUIRE(first.waiting.wait->outcome().has_value());
  const server::Response told = w.waiting_api->end_wait(first.waiting, WaitEnd::time);
  CHECK(told.status == 409);
  CHECK(body_text(told).find("/problems/another-wait") != std::string::npos);
  CHECK_FALSE(second.waiting.wait->outcome().has_value());
  // One address, and all.
  const server::Response here = w.wait(w.anna, "192.0.2.1");
  CHECK(here.status == 503);
  CHECK(body_text(here).find("/problems/no-room-to-wait") != std::string::npos);
  CHECK(w.wait(w.anna, "192.0.2.2").waiting.wait);
  CHECK(w.wait(w.carla, "192.0.2.3").status == 503);
  static_cast<void>(w.waiting_api->end_wait(second.waiting, WaitEnd::left));
  CHECK(w.wait(w.carla, "192.0.2.1").waiting.wait);
  w.waiting_api->end_waits();
  CHECK(w.room.size() == 0);
  CHECK(w.wait(w.luca).status == 503);
  CHECK(w.room.ended()[static_cast<std::size_t>(WaitEnd::closing)] == 2);
  CHECK(w.room.ended()[static_cast<std::size_t>(WaitEnd::replaced)] == 1);
}

TEST_CASE("wait: who is not served any more does not wait", "[server][wait]") {
  WaitingOffice w;
  const server::Response anna = w.wait(w.anna);
  const server::Response luca = w.wait(w.luca);
  const server::Response carla = w.wait(w.carla);
  REQUIRE(w.repository->revoke_device(w.anna.id(), "lost").ok());
  REQUIRE(w.repository->set_disabled("user-luca", true).ok());
  // Another process did that: it is found by looking.
  const server::NewsWatch watch(*w.repository, w.room, {20, 1});
  CHECK(w.answer_of(anna).find("\"news\":false") != std::string::npos);
  CHECK(w.answer_of(luca).find("\"news\":false") != std::string::npos);
  CHECK_FALSE(carla.waiting.wait->outcome().has_value());
  CHECK(w.wait(w.anna).status == 403);
}

TEST_CASE("wait: never longer than the token, and not where it is turned off", "[server][wait]") {
  WaitingOffice w;
  const server::Response held = w.wait(w.anna);
  CHECK(held.waiting.ms <= 50'000);
  CHECK(held.waiting.ms >= 40'000);
  w.tokens.put_token(w.anna.id(), "short", w.now_ms + 1'234);
  server::Request request;
  request.method = "GET";
  request.path = "/v1/wait";
  request.query = "seen=" + to_text(end_of(w));
  request.authorization = "Bearer short";
  CHECK(w.waiting_api->handle(request).waiting.ms == 1'234);
  for (const std::string& query :
       {std::string(), std::string("seen="), std::string("seen=1.2.3"), std::string("after=1"),
        "seen=1.18446744073709551616." + std::string(64, '0'),
        "seen=" + to_text(end_of(w)) + "&seen=x", "seen=-1.2." + std::string(64, '0')}) {
    CAPTURE(query);
    CHECK(w.ask(w.anna, query).status == 400);
  }
  w.config.wait_s = 0;
  const server::Response off = w.wait(w.anna);
  CHECK(off.status == 503);
  CHECK(off.headers.front() == std::pair<std::string, std::string>("Retry-After", "3600"));
}
