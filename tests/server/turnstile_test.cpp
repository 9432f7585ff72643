// Who gets the next thread: lines, turns and bounds, without a clock.
#include "net/turnstile.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "fixture.hpp"
#include "insieme/server/server.hpp"
#include "net/certificates.hpp"
#include "support/catch.hpp"
#include "support/server_process.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::Turnstile;
using Standing = server::Turnstile::Standing;

namespace {

/// Requests as they come and go, and in which order they came in.
struct Crowd {
  explicit Crowd(const Turnstile::Limits& limits) : turnstile(limits) {}

  /// How it stands at once.
  Standing come(const std::string& line) {
    auto turn = std::make_unique<Turnstile::Turn>(turnstile, line);
    const Standing standing = turn->standing();
    if (standing == Standing::inside) inside.push_back(line);
    if (standing == Standing::waiting) {
      turn->on_call([this, line] { inside.push_back(line); });
    }
    if (standing != Standing::turned_away) turns[line].push_back(std::move(turn));
    return standing;
  }
  /// The first of the line that is inside is answered.
  void answer(const std::string& line) {
    auto& own = turns.at(line);
    REQUIRE(own.front()->standing() == Standing::inside);
    own.erase(own.begin());
  }
  /// All that came are answered one after the other.
  std::string order() {
    for (std::size_t next = 0; next < inside.size(); ++next) answer(inside[next]);
    std::string all;
    for (const std::string& line : inside) all += line;
    return all;
  }

  Turnstile turnstile;
  std::vector<std::string> inside;
  std::map<std::string, std::vector<std::unique_ptr<Turnstile::Turn>>> turns;
};

}  // namespace

TEST_CASE("turnstile: after 64 of one, the one of another is second", "[server][turnstile]") {
  Crowd crowd({1, 2, 64});
  for (int i = 0; i < 64; ++i) REQUIRE(crowd.come("a") != Standing::turned_away);
  REQUIRE(crowd.come("b") == Standing::waiting);
  const std::string order = crowd.order();
  CHECK(order == "ab" + std::string(63, 'a'));
  CHECK(crowd.turnstile.inside() == 0);
  CHECK(crowd.turnstile.waiting() == 0);
  CHECK(crowd.turnstile.lines() == 0);
}

TEST_CASE("turnstile: lines take turns, whoever brings how much", "[server][turnstile]") {
  Crowd crowd({1, 1, 64});
  for (int i = 0; i < 6; ++i) static_cast<void>(crowd.come("a"));
  for (int i = 0; i < 3; ++i) static_cast<void>(crowd.come("b"));
  for (int i = 0; i < 2; ++i) static_cast<void>(crowd.come("c"));
  CHECK(crowd.order() == "abcabcabaaa");
}

TEST_CASE("turnstile: a line leaves threads to others, also when nobody else is there",
          "[server][turnstile]") {
  Crowd crowd({4, 2, 64});
  for (int i = 0; i < 10; ++i) static_cast<void>(crowd.come("a"));
  CHECK(crowd.turnstile.inside() == 2);
  CHECK(crowd.come("b") == Standing::inside);
  CHECK(crowd.come("c") == Standing::inside);
  CHECK(crowd.come("d") == Standing::waiting);  // all four are taken
  crowd.answer("a");
  CHECK(crowd.inside.back() == "d");  // and not the next of a
  crowd.answer("b");
  CHECK(crowd.inside.back() == "a");
  CHECK(crowd.turnstile.inside() == 4);
}

TEST_CASE("turnstile: a full line turns away, and only its own", "[server][turnstile]") {
  Crowd crowd({1, 1, 3});
  for (int i = 0; i < 4; ++i) REQUIRE(crowd.come("a") != Standing::turned_away);
  CHECK(crowd.come("a") == Standing::turned_away);
  CHECK(crowd.come("b") == Standing::waiting);
  crowd.answer("a");
  CHECK(crowd.inside.back() == "b");
  CHECK(crowd.come("a") == Standing::turned_away);  // three still wait
  crowd.answer("b");
  CHECK(crowd.come("a") == Standing::waiting);
}

TEST_CASE("turnstile: whoever goes away while waiting is not called", "[server][turnstile]") {
  Crowd crowd({1, 1, 8});
  static_cast<void>(crowd.come("a"));
  static_cast<void>(crowd.come("b"));
  static_cast<void>(crowd.come("c"));
  crowd.turns.erase("b");
  CHECK(crowd.turnstile.waiting() == 1);
  crowd.answer("a");
  CHECK(crowd.inside.back() == "c");
  static_cast<void>(crowd.come("d"));
  crowd.turnstile.close();
  crowd.answer("c");
  CHECK(crowd.inside.back() == "c");
}

TEST_CASE("turnstile: those that nobody can tell apart are not held back as one",
          "[server][turnstile]") {
  Crowd crowd({4, 1, 0});
  for (int i = 0; i < 10; ++i) CHECK(crowd.come("") != Standing::turned_away);
  CHECK(crowd.turnstile.inside() == 4);
  CHECK(crowd.come("a") == Standing::turned_away);  // no thread is free, and nobody may wait
}

namespace {

/// Holds whoever draws a nonce until it is let through.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return permits_ > 0; });
    --permits_;
  }
  void let(int count) {
    const std::lock_guard lock(mutex_);
    permits_ += count;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  int permits_ = 0;
};

/// A server on loopback, whose handler of challenges stands still at a gate.
struct GatedServer : World {
  explicit GatedServer(std::uint32_t workers, std::uint32_t waiting_max = 64) {
    config.dev = true;
    config.listen_port = 0;
    config.workers = workers;
    config.device_waiting_max = waiting_max;
    server::Services services{*repository, tokens, metrics, config, [this] { return now_ms; },
                              keys.public_key, {}};
    services.random = [this](std::span<std::uint8_t> out) {
      gate.pass();
      server::fill_random(out);
    };
    gated = std::make_unique<server::Api>(services);
    tokens.put_token(id_of<DeviceId>("heavy"), "heavy-token", INT64_MAX);
    tokens.put_token(id_of<DeviceId>("other"), "other-token", INT64_MAX);
    running = std::make_unique<server::Server>(*gated, metrics, config, certificates);
    thread = std::thread([this] { running->run(); });
  }
  ~GatedServer() {
    gate.let(1'000);
    running->stop();
    thread.join();
  }
  GatedServer(const GatedServer&) = delete;
  GatedServer& operator=(const GatedServer&) = delete;

  /// Until so many requests wait for a thread. A test that hangs is ended by ctest.
  void wait_for_waiting(int count) const {
    const std::string wanted = "\ninsieme_requests_waiting " + std::to_string(count) + "\n";
    while (metrics.text({}).find(wanted) == std::string::npos) std::this_thread::yield();
  }

  Gate gate;
  server::Certificates certificates{config};
  std::unique_ptr<server::Api> gated;
  std::unique_ptr<server::Server> running;
  std::thread thread;
};

std::string asking(const std::string& token) {
  return http_request("POST", "/v1/challenge",
                      "{\"device\":\"" + to_text(id_of<DeviceId>("x")) + "\"}",
                      "Content-Type: application/json\r\nAuthorization: Bearer " + token + "\r\n");
}

struct Connections {
  Connections(std::uint16_t port, std::size_t count, const std::string& request) {
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(std::make_unique<RawClient>(port));
      REQUIRE(all.back()->send(request));
    }
  }
  std::vector<std::unique_ptr<RawClient>> all;
};

}  // namespace

TEST_CASE("turnstile: one tablet with 64 connections, and another is answered second",
          "[server][turnstile]") {
  GatedServer at(1);
  const Connections heavy(at.running->port(), 64, asking("heavy-token"));
  at.wait_for_waiting(63);
  RawClient other(at.running->port());
  REQUIRE(other.send(asking("other-token")));
  at.wait_for_waiting(64);
  at.gate.let(2);
  CHECK(other.read_answer().status == 200);
  // The other permit was for the one that came first; 63 are still there.
  at.wait_for_waiting(62);
  at.gate.let(63);
  for (const auto& client : heavy.all) CHECK(client->read_answer().status == 200);
}

TEST_CASE("turnstile: while a tablet fills its share, whoever asks is answered at once",
          "[server][turnstile]") {
  GatedServer at(4);
  const Connections heavy(at.running->port(), 64, asking("heavy-token"));
  at.wait_for_waiting(62);  // two of four threads are its own
  CHECK(http_once(at.running->port(), http_request("GET", "/status")).status == 200);
  CHECK(http_once(at.running->port(), http_request("GET", "/status", "",
                                                   "Authorization: Bearer other-token\r\n"))
            .status == 200);
}

TEST_CASE("turnstile: a full line is answered 429, in words and with a time",
          "[server][turnstile]") {
  GatedServer at(1, 3);
  const Connections heavy(at.running->port(), 4, asking("heavy-token"));
  at.wait_for_waiting(3);
  RawClient client(at.running->port());
  REQUIRE(client.send(asking("heavy-token") + asking("heavy-token")));
  for (int i = 0; i < 2; ++i) {  // the connection stays
    const HttpAnswer refused = client.read_answer();
    CHECK(refused.status == 429);
    CHECK(refused.headers.at("retry-after") == "1");
    CHECK(refused.body.find("Riprovare") != std::string::npos);
  }
  CHECK(at.metrics.text({}).find("\ninsieme_requests_turned_away_total 2\n") !=
        std::string::npos);
  at.gate.let(4);
  for (const auto& one : heavy.all) CHECK(one->read_answer().status == 200);
}
