// Tablets and a server, both machines, real bytes in between, and a network that does its worst.
#include <random>

#include "support/catch.hpp"
#include "support/memory_device.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DossierId kFamily = dossier("family");
const DocumentId kCore{kFamily, "core"};
const DocumentId kHealth{kFamily, "health"};

/// Two educators and a coordinator on one family.
struct World {
  MemoryServer server;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  MemoryDevice boss{"boss"};
  std::vector<MemoryDevice*> all{&anna, &bruno, &boss};

  World() {
    enrol(server, anna);
    enrol(server, bruno);
    enrol(server, boss, true);
    anna.create(kFamily);
    anna.write(kCore, {set_op("name", "Rossi"), inc_op("n", 1)});
    REQUIRE(anna.sync(server).done);
    server.grant("user-bruno", kFamily, {"core", "health"});
    for (MemoryDevice* device : all) REQUIRE(device->sync(server).done);
  }
  void settle() {
    for (int round = 0; round < 3; ++round) {
      for (MemoryDevice* device : all) REQUIRE(device->sync(server).done);
    }
  }
  void check_equal(const DocumentId& id = kCore) {
    const Digest digest = anna.document(id).state_digest();
    for (MemoryDevice* device : all) {
      CHECK(device->document(id).state_digest() == digest);
      CHECK(device->document(id).frontier() == server.state.frontiers.at(id));
      CHECK(device->unsent.empty());
      CHECK(device->delivery_errors.empty());
    }
  }
  std::int64_t total(MemoryDevice& device, const char* field = "n") {
    return counter_total(*device.document(kCore).records().at(rec("r1")).field(field));
  }
};

/// Draws what a request meets, from a seed.
class BadNetwork {
 public:
  BadNetwork(MemoryDevice& device, MemoryServer& server, std::uint32_t seed)
      : device_(device), server_(server), random_(seed) {}

  SendResult operator()(const std::vector<std::uint8_t>& request) {
    const auto nothing = SendFailed{0, "cut", 0};
    switch (random_() % 10) {
      case 0: return nothing;  // the request is lost
      case 1: {                // the reply is lost
        static_cast<void>(server_.turn(device_.id(), request));
        return nothing;
      }
      case 2: {  // the request arrives twice, and an older one after it
        static_cast<void>(server_.turn(device_.id(), request));
        if (!older_.empty()) static_cast<void>(server_.turn(device_.id(), older_));
        break;
      }
      case 3: {  // the request is cut
        const std::size_t size = random_() % (request.size() + 1);
        static_cast<void>(server_.turn(device_.id(), std::span(request).first(size)));
        return nothing;
      }
      case 4: return SendFailed{401, "expired", 0};
      case 5: return SendFailed{429, "slow down", 1};
      case 6: server_.fail_at = static_cast<int>(1 + random_() % 4); break;
      default: break;
    }
    older_ = request;
    auto reply = server_.turn(device_.id(), request);
    if (!reply.ok()) return SendFailed{503, reply.error().detail, 0};
    if (random_() % 8 == 0) reply->resize(random_() % reply->size());
    if (random_() % 8 == 0 && !reply->empty()) (*reply)[random_() % reply->size()] ^= 0x20;
    return ReplyArrived{std::move(*reply)};
  }

 private:
  MemoryDevice& device_;
  MemoryServer& server_;
  std::mt19937 random_;
  std::vector<std::uint8_t> older_;
};

}  // namespace

TEST_CASE("end to end: edits on three tablets meet and are seen by all", "[sync][e2e][P4]") {
  World w;
  w.anna.write(kCore, {set_op("name", "Rossi-Bianchi"), inc_op("n", 2)});
  w.bruno.write(kCore, {set_op("name", "Bianchi"), set_op("phone", "1")});
  w.bruno.write(kHealth, {set_op("note", "x")});
  w.settle();
  w.check_equal();
  w.check_equal(kHealth);
  CHECK(w.total(w.boss) == 3);
  const auto items = w.boss.document(kCore).review_items(nullptr);
  REQUIRE(items.size() == 1);
  w.boss.write(kCore, {resolve_op(items[0], Outcome::choose, text("Bianchi"), "asked")});
  w.settle();
  w.check_equal();
  CHECK(w.anna.document(kCore).review_items(nullptr).empty());
}

TEST_CASE("end to end: nothing new costs one turn and few bytes", "[sync][e2e][P10]") {
  World w;
  w.settle();
  const RunResult run = w.anna.sync(w.server);
  REQUIRE(run.done);
  CHECK(run.summary.turns == 1);
  CHECK(run.summary.bytes_out + run.summary.bytes_in < 500);
  CHECK(run.summary.received == 0);
}

TEST_CASE("end to end: lost, cut, repeated and reordered messages change nothing",
          "[sync][e2e][P2][P3]") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    World w;
    std::mt19937 random(seed);
    std::vector<BadNetwork> networks;
    for (MemoryDevice* device : w.all) networks.emplace_back(*device, w.server, seed);
    w.server.page_bytes_max = 200 + random() % 2'000;
    std::int64_t sum = 1;
    for (int round = 0; round < 12; ++round) {
      const std::size_t who = random() % w.all.size();
      MemoryDevice& device = *w.all[who];
      device.changes_per_request = 1 + random() % 5;
      for (std::size_t n = random() % 4; n > 0; --n) {
        const std::int64_t delta = static_cast<std::int64_t>(random() % 9);
        sum += delta;
        device.write(kCore, {inc_op("n", delta), set_op("f" + std::to_string(random() % 3),
                                                        static_cast<std::int64_t>(random() % 3))});
      }
      static_cast<void>(device.run(networks[who]));  // may give up; what it has is kept
    }
    w.server.fail_at = 0;
    w.settle();
    w.check_equal();
    CHECK(w.total(w.boss) == sum);
  }
}

TEST_CASE("end to end: a store that fails at the n-th step loses nothing",
          "[sync][e2e][failure][P2]") {
  for (std::uint64_t step = 1; step <= 12; ++step) {
    World w;
    w.bruno.write(kCore, {inc_op("n", 10)});
    REQUIRE(w.bruno.sync(w.server).done);
    w.anna.write(kCore, {inc_op("n", 100)});
    w.anna.write(kCore, {set_op("x", "y")});
    w.anna.changes_per_request = 1;
    w.anna.fail_at_step = step;
    const RunResult run = w.anna.sync(w.server);
    if (!run.done) CHECK(run.error.code == ErrorCode::storage_failure);
    w.anna.fail_at_step = 0;
    w.settle();
    w.check_equal();
    CHECK(w.total(w.anna) == 111);
  }
}

TEST_CASE("end to end: a server that fails at any step is tried again",
          "[sync][e2e][failure][P2]") {
  for (int step = 1; step <= 4; ++step) {
    World w;
    w.anna.write(kCore, {inc_op("n", 100)});
    w.server.fail_at = step;
    const RunResult run = w.anna.sync(w.server);
    CHECK(run.done);
    CHECK(run.waits == 1);
    w.settle();
    w.check_equal();
    CHECK(w.total(w.bruno) == 101);
  }
}

TEST_CASE("end to end: an expired token stops sync, not work", "[sync][e2e][P1]") {
  World w;
  w.anna.write(kCore, {inc_op("n", 1)});
  const Network direct = w.anna.direct(w.server);
  int refusals = 0;
  RunResult run = w.anna.run([&](const std::vector<std::uint8_t>& request) -> SendResult {
    if (refusals++ < 1) return SendFailed{401, "expired", 0};
    return direct(request);
  });
  CHECK(run.done);
  CHECK(run.tokens == 1);
  w.anna.write(kCore, {inc_op("n", 1)});
  run = w.anna.run([](const auto&) -> SendResult { return SendFailed{401, "revoked", 0}; });
  CHECK(run.error.code == ErrorCode::unauthenticated);
  CHECK(w.anna.unsent.size() == 1);
}

TEST_CASE("end to end: who gets a dossier late receives all of it, page by page",
          "[sync][e2e][P10]") {
  World w;
  for (int i = 0; i < 40; ++i) {
    w.anna.write(kCore, {set_op("f" + std::to_string(i % 7), number(i))});
    if (i % 5 == 0) w.anna.write(kHealth, {inc_op("n", 1)});
  }
  REQUIRE(w.anna.sync(w.server).done);
  MemoryDevice dora("dora");
  enrol(w.server, dora);
  w.server.page_bytes_max = 300;
  REQUIRE(dora.sync(w.server).done);
  CHECK(dora.documents.empty());
  w.server.grant("user-dora", kFamily, {"core"});
  w.anna.write(kCore, {inc_op("n", 1)});
  REQUIRE(w.anna.sync(w.server).done);
  // The first run is cut after each turn, and goes on where it was.
  for (int run = 0; run < 200; ++run) {
    int turns = 0;
    const Network direct = dora.direct(w.server);
    const RunResult result = dora.run([&](const std::vector<std::uint8_t>& request) -> SendResult {
      if (turns++ > 0) return SendFailed{404, "cut for good", 0};
      return direct(request);
    });
    if (result.done) break;
  }
  CHECK(dora.document(kCore).state_digest() == w.anna.document(kCore).state_digest());
  CHECK(dora.documents.count(kHealth) == 0);
  CHECK(dora.delivery_errors.empty());
}

TEST_CASE("end to end: a transaction reaches others whole, however small the pages",
          "[sync][e2e]") {
  World w;
  const Transaction act{id_of<TransactionId>("act"), 3};
  w.anna.write(kCore, {set_op("a", "1")}, act);
  w.anna.write(kHealth, {set_op("b", "1")}, act);
  w.anna.write(kCore, {set_op("c", "1")}, act);
  w.anna.changes_per_request = 1;
  REQUIRE(w.anna.sync(w.server).done);
  w.server.page_bytes_max = 1;
  const Network direct = w.bruno.direct(w.server);
  std::size_t largest = 0;
  REQUIRE(w.bruno
              .run([&](const std::vector<std::uint8_t>& request) -> SendResult {
                auto result = direct(request);
                const auto message = decode_message(std::get<ReplyArrived>(result).body);
                const auto& reply = std::get<SyncReply>(*message);
                std::size_t parts = 0;
                for (const StreamItem& item : reply.items) {
                  const auto* change = std::get_if<Change>(&item.content);
                  if (change != nullptr && change->header.transaction) ++parts;
                }
                CHECK((parts == 0 || parts == 3));
                largest = std::max(largest, parts);
                return result;
              })
              .done);
  CHECK(largest == 3);
}

TEST_CASE("end to end: a late edit after a hand-over waits for the coordinator, then counts once",
          "[sync][e2e][P8]") {
  World w;
  w.server.revoke("user-anna", kFamily, "handed over to bruno");
  const Change late = w.anna.write(kCore, {inc_op("n", 5)});
  REQUIRE(w.anna.sync(w.server).done);
  REQUIRE(w.anna.fates.size() == 1);
  CHECK(w.anna.fates[0].verdict == Verdict::held);
  CHECK(w.anna.revoked.count(kFamily) == 1);
  REQUIRE(w.boss.sync(w.server).done);
  const auto held = std::find_if(w.boss.events.begin(), w.boss.events.end(), [](const Event& e) {
    return std::holds_alternative<HeldEvent>(e);
  });
  REQUIRE(held != w.boss.events.end());
  Change inbox = std::get<HeldEvent>(*held).change;
  complete(inbox, w.boss.dossier_keys.at(kFamily));
  CHECK(inbox == late);
  w.boss.write(kCore, *inbox.ops, {}, Origin{late.header.replica, late.header.seq});
  REQUIRE(w.boss.sync(w.server).done);
  REQUIRE(w.bruno.sync(w.server).done);
  CHECK(w.total(w.bruno) == 6);
  REQUIRE(w.anna.sync(w.server).done);
  const auto* closed = std::get_if<HeldClosedEvent>(&w.anna.events.back());
  REQUIRE(closed != nullptr);
  CHECK(closed->decision.accepted);
}

TEST_CASE("end to end: a server set back to an old backup is healed by its devices",
          "[sync][e2e][P2]") {
  World w;
  const ServerState backup = w.server.state;
  w.anna.write(kCore, {inc_op("n", 5)});
  w.bruno.write(kCore, {inc_op("n", 7)});
  w.settle();
  w.server.state = backup;  // nobody raised its epoch
  w.boss.write(kCore, {inc_op("n", 9)});
  const RunResult run = w.anna.sync(w.server);
  CHECK(run.done);
  CHECK(run.resets == 1);
  w.settle();
  w.check_equal();
  CHECK(w.total(w.boss) == 22);
}

TEST_CASE("end to end: a store copied and used twice is told so, its first branch stands",
          "[sync][e2e][P12]") {
  World w;
  MemoryDevice copy = w.anna;
  w.anna.write(kCore, {inc_op("n", 5)});
  REQUIRE(w.anna.sync(w.server).done);
  copy.write(kCore, {inc_op("n", 50)});
  copy.write(kCore, {inc_op("n", 500)});
  REQUIRE(copy.sync(w.server).done);
  REQUIRE(copy.fates.size() == 2);
  CHECK(copy.fates[0].verdict == Verdict::forked);
  CHECK(copy.fates[1].verdict == Verdict::forked);
  w.settle();
  w.check_equal();
  CHECK(w.total(w.boss) == 6);
}

TEST_CASE("end to end: digests in a reply are those of what was received", "[sync][e2e][P3]") {
  World w;
  w.anna.write(kCore, {inc_op("n", 5)});
  REQUIRE(w.anna.sync(w.server).done);
  const Network direct = w.bruno.direct(w.server);
  std::vector<DocumentDigest> digests;
  REQUIRE(w.bruno
              .run([&](const std::vector<std::uint8_t>& request) -> SendResult {
                auto result = direct(request);
                digests = std::get<SyncReply>(*decode_message(std::get<ReplyArrived>(result).body))
                              .digests;
                return result;
              })
              .done);
  REQUIRE(digests.size() == 1);
  CHECK(digests[0].document == kCore);
  CHECK(digests[0].history == w.bruno.document(kCore).frontier().history());
  CHECK(digests[0].count == w.bruno.document(kCore).frontier().count());
}
