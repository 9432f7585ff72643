// Tablets in memory against the handlers and the SQLite repository.
#include "fixture.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sqlite/connection.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

template <class T>
std::size_t count_events(const MemoryDevice& tablet) {
  return static_cast<std::size_t>(
      std::count_if(tablet.events.begin(), tablet.events.end(),
                    [](const Event& event) { return std::holds_alternative<T>(event); }));
}

const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");

/// Anna opened a dossier, Luca was given its core section, Carla coordinates.
struct Family : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};

  Family() {
    add(anna);
    add(luca, "em_member");
    add(carla, "coordinator");
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    REQUIRE(sync(anna).done);
    REQUIRE(repository->assign("user-luca", dossier("d1"), {"core"}).ok());
  }
  void sync_all() {
    for (MemoryDevice* tablet : {&anna, &luca, &carla, &anna, &luca, &carla}) {
      const RunResult run = sync(*tablet);
      CAPTURE(tablet->name(), run.error.detail);
      REQUIRE(run.done);
      CHECK(tablet->delivery_errors.empty());
    }
  }
};

}  // namespace

TEST_CASE("sync: what one writes the others read [P3]", "[server][sync]") {
  Family f;
  f.sync_all();
  f.luca.write(kCore, {set_op("note", "luca's")});
  f.anna.write(kCore, {set_op("note", "anna's")});
  f.anna.write(kHealth, {set_op("note", "reserved")});
  f.sync_all();
  const Digest state = f.anna.document(kCore).state_digest();
  CHECK(f.luca.document(kCore).state_digest() == state);
  CHECK(f.carla.document(kCore).state_digest() == state);
  CHECK(f.carla.document(kHealth).state_digest() == f.anna.document(kHealth).state_digest());
  CHECK(f.luca.documents.count(kHealth) == 0);  // [P7]
  CHECK(f.repository->frontier(kCore) == f.anna.document(kCore).frontier());
  CHECK(f.carla.document(kCore).review_items([](auto, auto) { return RegisterPolicy::review; })
            .size() == 1);
}

TEST_CASE("sync: an idle turn writes nothing and says nothing", "[server][sync]") {
  Family f;
  f.sync_all();
  const server::SpaceInfo before = f.repository->space();
  const RunResult run = f.sync(f.anna);
  CHECK(run.summary.turns == 1);
  CHECK(run.summary.received == 0);
  CHECK(run.summary.bytes_out + run.summary.bytes_in < 500);
  CHECK(f.repository->space().position == before.position);
}

TEST_CASE("sync: lost replies and repeated requests change nothing [P2]", "[server][sync]") {
  Family f;
  f.anna.write(kCore, {set_op("note", "again")});
  f.anna.write(kHealth, {set_op("note", "again")});
  int lost = 0;
  const Network direct = f.network(f.anna);
  const RunResult run = f.anna.run([&](const std::vector<std::uint8_t>& frame) -> SendResult {
    SendResult result = direct(frame);
    if (++lost <= 2) return SendFailed{0, "cut", 0};
    return result;
  });
  CHECK(run.done);
  CHECK(run.summary.accepted == 2);
  CHECK(f.anna.unsent.empty());
  CHECK(f.repository->counts().changes == 3);
  f.sync_all();
  CHECK(f.luca.document(kCore).state_digest() == f.anna.document(kCore).state_digest());
}

TEST_CASE("sync: a reply names positions, the same ones when repeated", "[server][sync]") {
  Family f;
  const Change change = f.anna.write(kCore, {set_op("note", "again")});
  std::vector<std::uint8_t> frame;
  const Network direct = f.network(f.anna);
  const RunResult run = f.anna.run([&](const std::vector<std::uint8_t>& sent) {
    frame = sent;
    return direct(sent);
  });
  REQUIRE(run.done);
  const std::uint64_t position = f.repository->space().position;
  const auto reply = decode_message(f.post_sync(f.anna, frame).body);
  REQUIRE(reply.ok());
  const auto& results = std::get<SyncReply>(*reply).results;
  REQUIRE(results.size() == 1);
  CHECK(results[0].verdict == Verdict::duplicate);
  CHECK(results[0].position == position);
}

TEST_CASE("sync: a second tablet of one person gets the first one's work", "[server][sync]") {
  Family f;
  MemoryDevice second("anna2");
  f.enrol(second, "user-anna");
  f.anna.write(kHealth, {set_op("note", "from the first")});
  REQUIRE(f.sync(f.anna).done);
  REQUIRE(f.sync(second).done);
  CHECK(second.document(kCore).state_digest() == f.anna.document(kCore).state_digest());
  CHECK(second.document(kHealth).state_digest() == f.anna.document(kHealth).state_digest());
}

TEST_CASE("sync: a coordinator who comes later gets everything [P10]", "[server][sync]") {
  Family f;
  for (int i = 0; i < 20; ++i) f.anna.write(kCore, {set_op("note", std::int64_t{i})});
  f.sync_all();
  MemoryDevice dario("dario");
  f.add(dario, "coordinator");
  REQUIRE(f.sync(dario).done);
  CHECK(dario.delivery_errors.empty());
  CHECK(count_events<GrantEvent>(dario) == 1);
  CHECK(dario.document(kCore).state_digest() == f.anna.document(kCore).state_digest());
}

TEST_CASE("sync: transactions are accepted whole, at consecutive positions", "[server][sync]") {
  Family f;
  const Transaction act{id_of<TransactionId>("act"), 2};
  f.anna.write(kCore, {set_op("note", "visit")}, act);
  f.anna.write(kHealth, {set_op("note", "of the same act")}, act);
  f.anna.changes_per_request = 1;
  f.sync_all();
  std::vector<std::uint64_t> positions;
  f.repository->visit_log([&](const server::LogEntry& entry) {
    if (entry.seq != 0 && decode_header(entry.header)->transaction == act) {
      positions.push_back(entry.position);
    }
    return true;
  });
  REQUIRE(positions.size() == 2);
  CHECK(positions[1] == positions[0] + 1);
}

TEST_CASE("sync: a server restored from a backup is told what it lost", "[server][sync]") {
  Family f;
  f.sync_all();
  const TempDir dir;
  f.repository->backup_to(dir.file("backup.db"));
  f.anna.write(kCore, {set_op("note", "after the backup")});
  f.sync_all();

  World restored;
  auto opened = server::open_sqlite_repository(dir.file("backup.db"), server::Roles::defaults(),
                                               [&restored] { return restored.now_ms; });
  REQUIRE(opened.ok());
  server::Api api({**opened, f.tokens, restored.metrics, restored.config,
                   [&restored] { return restored.now_ms; }, PublicKey{}, {}});
  const auto through = [&api](const MemoryDevice& tablet) -> Network {
    return [&api, &tablet](const std::vector<std::uint8_t>& frame) -> SendResult {
      server::Request request;
      request.method = "POST";
      request.path = "/v1/sync";
      request.authorization = "Bearer token-" + tablet.name();
      request.content_type = server::kSyncMediaType;
      request.body = frame;
      server::Response response = api.handle(request);
      if (response.status == 200) return ReplyArrived{std::move(response.body)};
      return SendFailed{response.status, {}, 0};
    };
  };
  const RunResult run = f.anna.run(through(f.anna));
  CHECK(run.done);
  CHECK(run.resets == 1);
  CHECK((*opened)->frontier(kCore) == f.anna.document(kCore).frontier());
  REQUIRE(f.luca.run(through(f.luca)).done);
  CHECK(f.luca.document(kCore).state_digest() == f.anna.document(kCore).state_digest());
}

TEST_CASE("sync: a raised epoch makes every tablet look again, and doubles nothing [P2]",
          "[server][sync]") {
  Family f;
  f.sync_all();
  const std::uint64_t position = f.repository->space().position;
  REQUIRE(f.repository->raise_epoch("restored", 0) == 2);
  const RunResult run = f.sync(f.anna);
  CHECK(run.done);
  CHECK(run.resets == 1);
  CHECK(f.repository->space().position == position);
  f.anna.write(kCore, {set_op("note", "after it")});
  f.sync_all();
  CHECK(f.sync(f.anna).resets == 0);
  CHECK(f.luca.document(kCore).state_digest() == f.anna.document(kCore).state_digest());
  CHECK(f.repository->frontier(kCore) == f.anna.document(kCore).frontier());
}

TEST_CASE("sync: nobody writes under another device's replica id", "[server][sync]") {
  Family f;
  MemoryDevice thief("thief");
  f.add(thief);
  thief.set_replica("anna");
  thief.create(dossier("d2"));
  thief.write(document_of("d2"), {set_op("note", "stolen")});
  const RunResult run = f.sync(thief);
  CHECK_FALSE(run.done);
  CHECK(run.error.code == ErrorCode::not_allowed);
  CHECK(f.repository->dossiers().size() == 1);
}

TEST_CASE("sync: a full server refuses pushes in words, and pulls go on [P2]", "[server][sync]") {
  Family f;
  f.sync_all();
  f.luca.write(kCore, {set_op("note", "unsent")});
  SECTION("quota") { f.config.max_log_bytes = 1; }
  SECTION("disk") { f.free_disk = 1; }
  const RunResult run = f.sync(f.luca);
  CHECK_FALSE(run.done);
  CHECK(run.error.code == ErrorCode::quota);
  CHECK(run.error.detail.find("no room left") != std::string::npos);
  CHECK(f.luca.unsent.size() == 1);
  CHECK(f.sync(f.anna).done);  // nothing to push
  f.config.max_log_bytes = 0;
  f.free_disk = 1ULL << 40;
  CHECK(f.sync(f.luca).done);
  CHECK(f.luca.unsent.empty());
}

TEST_CASE("sync: who has seen what travels once [P6]", "[server][sync]") {
  Family f;
  f.sync_all();
  f.carla.seen.push_back({kCore, f.carla.document(kCore).frontier().version(), "ignored"});
  const std::vector<Seen> told = f.carla.seen;
  f.sync_all();
  CHECK(count_events<SeenEvent>(f.anna) == 1);
  CHECK(count_events<SeenEvent>(f.luca) == 1);
  const std::uint64_t position = f.repository->space().position;
  f.carla.seen = told;
  f.sync_all();
  CHECK(f.repository->space().position == position);
}

TEST_CASE("sync: two processes on one database", "[server][sync]") {
  Family f;
  const auto other = f.second_process();
  f.sync_all();
  REQUIRE(other->revoke_device(f.luca.id(), "lost").ok());
  REQUIRE(other->unassign("user-carla", dossier("d1"), "moved").ok());
  const RunResult run = f.sync(f.luca);
  CHECK_FALSE(run.done);
  CHECK(run.error.detail.find("/problems/device-revoked") != std::string::npos);
  REQUIRE(f.sync(f.carla).done);
  CHECK(f.carla.revoked.count(dossier("d1")) == 1);
}

TEST_CASE("sync: of two who grant at once the server takes the first, also in an older log [P11]",
          "[server][sync]") {
  Family f;
  f.anna.write(kCore, {grant_op("rights", "anna", 10)});
  f.sync_all();
  const bool from_before_it_was_noted = GENERATE(false, true);
  f.anna.write(kCore, {grant_op("rights", "anna", 2)});
  f.carla.write(kCore, {grant_op("rights", "carla", 5)});
  REQUIRE(f.sync(f.anna).done);
  if (from_before_it_was_noted) {
    sqlite::OpenOptions options;
    options.path = f.database();
    sqlite::Connection::open(options).execute("UPDATE log SET grants = NULL");
  }
  f.sync_all();
  REQUIRE(f.carla.fates.size() == 1);
  CHECK(f.carla.fates[0].verdict == Verdict::refused);
  CHECK(f.carla.fates[0].code == ErrorCode::conflict);
  f.carla.write(kCore, {grant_op("rights", "carla", 3)});
  f.sync_all();
  for (MemoryDevice* tablet : {&f.anna, &f.luca}) {
    CHECK(tablet->document(kCore).records().at(rec("r1")).field("rights")->escrow.left() == 15);
  }
}

TEST_CASE("sync: a role that may not grant rights is told so [P2] [P11]", "[server][sync]") {
  Family f;
  f.sync_all();
  f.luca.write(kCore, {grant_op("rights", "luca", 5)});
  f.luca.write(kCore, {set_op("note", "luca's")});
  f.sync_all();
  REQUIRE(f.luca.fates.size() == 1);
  CHECK(f.luca.fates[0].verdict == Verdict::refused);
  CHECK(f.luca.fates[0].code == ErrorCode::not_allowed);
  CHECK_FALSE(f.luca.fates[0].reason.empty());
  CHECK(f.anna.document(kCore).find(rep("luca"), 2) != nullptr);
}
