// What PostgreSQL must do as SQLite does, and what only a database of several servers gets wrong.
#include "insieme/server/postgres_repository.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "cluster.hpp"
#include "fixture.hpp"
#include "insieme/server/news_watch.hpp"
#include "insieme/server/verify.hpp"
#include "repository_contract.hpp"
#include "support/catch.hpp"
#include "world_storage.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

ContractSubject make_postgres() {
  const auto now = std::make_shared<std::int64_t>(1'790'000'000'000);
  std::int64_t* raw = now.get();
  return {now, make_world_storage({}, [raw] { return *raw; }), raw};
}

/// Waits until somebody waits for a lock, or has passed where he should.
void await_waiter(const std::atomic<bool>& passed) {
  while (!passed && cluster().query("SELECT 1 FROM pg_stat_activity"
                                    " WHERE wait_event_type = 'Lock'").empty()) {
    std::this_thread::yield();
  }
}

/// Opens a dossier in the name of a tablet's owner: one entry of the log.
CommitAction new_dossier(const std::string& name) {
  CommitAction action;
  action.new_dossiers.push_back({dossier(name), key_of("key")});
  return action;
}

/// Several tablets of one person, who sees all that they bring: nothing but the log is written by
/// more than one of them.
std::vector<server::Caller> tablets_of_one(World& w, int count) {
  std::vector<server::Caller> callers;
  for (int i = 0; i < count; ++i) {
    const MemoryDevice tablet("tablet" + std::to_string(i));
    if (i == 0) {
      w.add(tablet);
    } else {
      w.enrol(tablet, "user-tablet0");
    }
    callers.push_back(w.caller(tablet));
  }
  return callers;
}

/// Everything that a page tells, in its order.
std::vector<std::uint64_t> positions_of(const sync::PageRead& page) {
  std::vector<std::uint64_t> positions;
  for (const StreamItem& item : page.items) positions.push_back(item.position);
  return positions;
}

sync::PageRead read_from(server::Repository& repository, const server::Caller& caller,
                         const Cursor& cursor) {
  sync::ReadAction action;
  action.cursor = cursor;
  action.items_max = 100;
  action.bytes_max = 1'000'000;
  return repository.read_page(caller, rep("reader"), action);
}

}  // namespace

TEST_CASE("postgres: what one server commits the other's ear hears, without looking",
          "[postgres][wait]") {
  World w;
  const MemoryDevice anna("anna");
  w.add(anna);
  const auto other = w.second_process();
  server::WaitRoom room({});
  server::WaitRoom far({});
  constexpr server::NewsWatchSettings kNeverLooks{3'600'000, 1};
  const server::NewsWatch here(*w.repository, room, kNeverLooks);
  const server::NewsWatch there(*other, far, kNeverLooks);
  for (const char* name : {"d1", "d2", "d3"}) {
    const auto wait = far.enter(anna.id(), "user-anna", {}, {});
    REQUIRE(wait);
    std::promise<void> told;
    wait->on_end([&told] { told.set_value(); });
    const auto turn = w.repository->begin_turn(w.caller(anna));
    static_cast<void>(turn->load({}));
    turn->commit(new_dossier(name), {});
    REQUIRE(told.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(wait->outcome()->end == server::WaitEnd::news);
  }
}

TEST_CASE("postgres: people", "[postgres][repository]") { check_people(make_postgres); }
TEST_CASE("postgres: enrolment", "[postgres][repository]") { check_enrolment(make_postgres); }
TEST_CASE("postgres: access", "[postgres][repository]") { check_access(make_postgres); }
TEST_CASE("postgres: permission", "[postgres][repository]") { check_permission(make_postgres); }
TEST_CASE("postgres: access log", "[postgres][repository]") { check_access_log(make_postgres); }
TEST_CASE("postgres: turns", "[postgres][repository]") { check_turns(make_postgres); }
TEST_CASE("postgres: cursors", "[postgres][repository]") { check_cursors(make_postgres); }
TEST_CASE("postgres: vouching", "[postgres][repository][P2]") { check_vouching(make_postgres); }
TEST_CASE("postgres: backups", "[postgres][repository]") { check_backups(make_postgres); }
TEST_CASE("postgres: epochs", "[postgres][repository]") { check_epochs(make_postgres); }
TEST_CASE("postgres: glass", "[postgres][repository]") { check_glass(make_postgres); }
TEST_CASE("postgres: flows", "[postgres][repository][S105]") { check_flows(make_postgres); }
TEST_CASE("postgres: sign-in", "[postgres][repository][sign-in]") { check_sign_in(make_postgres); }

TEST_CASE("postgres: the other server waits for a turn that is slow to commit, and no cursor"
          " passes it [P2]", "[postgres]") {
  World w;
  const auto callers = tablets_of_one(w, 2);
  const server::Caller& caller = callers[0];
  const auto other = w.second_process();
  const auto reader = w.second_process();

  auto slow = w.repository->begin_turn(caller);
  static_cast<void>(slow->load({}));
  std::atomic<bool> second_done = false;
  std::thread second([&] {
    const auto turn = other->begin_turn(callers[1]);
    static_cast<void>(turn->load({}));
    static_cast<void>(turn->commit(new_dossier("second"), {}));
    second_done = true;
  });
  await_waiter(second_done);
  CHECK_FALSE(second_done);
  const sync::PageRead before = read_from(*reader, caller, {});
  CHECK(before.items.empty());
  CHECK(before.cursor.position == 0);

  static_cast<void>(slow->commit(new_dossier("first"), {}));
  slow.reset();
  second.join();
  const sync::PageRead first = read_from(*reader, caller, before.cursor);
  const sync::PageRead rest = read_from(*reader, caller, first.cursor);
  std::vector<std::uint64_t> seen = positions_of(first);
  const auto more = positions_of(rest);
  seen.insert(seen.end(), more.begin(), more.end());
  CHECK(seen == std::vector<std::uint64_t>{1, 2});
  CHECK(reader->dossiers().size() == 2);
  CHECK(server::verify_repository(*reader, {}).faults == std::vector<std::string>{});
}

TEST_CASE("postgres: servers that write at once, with pauses before they commit, leave no gap for"
          " who reads meanwhile [P2]", "[postgres]") {
  constexpr int kServers = 3;
  constexpr int kEach = 20;
  World w;
  const auto callers = tablets_of_one(w, kServers);
  std::atomic<int> running = kServers;
  std::vector<std::thread> servers;
  for (int s = 0; s < kServers; ++s) {
    servers.emplace_back([&, s] {
      const auto repository = w.second_process();
      for (int i = 0; i < kEach; ++i) {
        const auto turn = repository->begin_turn(callers[static_cast<std::size_t>(s)]);
        static_cast<void>(turn->load({}));
        std::this_thread::sleep_for(std::chrono::milliseconds((s * 7 + i * 3) % 5));
        // Every third one is given up: its positions are used by the next.
        if (i % 3 == 2) continue;
        static_cast<void>(
            turn->commit(new_dossier(std::to_string(s) + "-" + std::to_string(i)), {}));
      }
      --running;
    });
  }
  const auto reader = w.second_process();
  std::vector<std::uint64_t> seen;
  Cursor cursor;
  for (bool last = false; !last;) {
    last = running == 0;
    for (bool more = true; more;) {
      const sync::PageRead page = read_from(*reader, callers[0], cursor);
      const auto positions = positions_of(page);
      seen.insert(seen.end(), positions.begin(), positions.end());
      more = page.cursor.position != cursor.position;
      cursor = page.cursor;
    }
  }
  for (std::thread& one : servers) one.join();
  std::vector<std::uint64_t> all;
  for (std::uint64_t position = 1; position <= kServers * (kEach - kEach / 3); ++position) {
    all.push_back(position);
  }
  CHECK(seen == all);
  CHECK(server::verify_repository(*reader, {}).faults == std::vector<std::string>{});
}

TEST_CASE("postgres: servers that start at once migrate an empty database once", "[postgres]") {
  cluster().execute("CREATE DATABASE fresh", "postgres");
  const std::string address = cluster().address("fresh");
  std::atomic<int> made = 0;
  std::vector<std::thread> servers;
  for (int s = 0; s < 4; ++s) {
    servers.emplace_back([&] {
      if (server::create_postgres_space(address, id_of<SpaceId>("space"), "T", 0).ok()) ++made;
    });
  }
  for (std::thread& one : servers) one.join();
  CHECK(made == 1);
  // Each step once: as many as the newest one's number.
  CHECK(cluster().query("SELECT count(*) = max(number) FROM insieme_schema", "fresh") == "t");
  CHECK(cluster().query("SELECT count(*) FROM pg_class WHERE relname LIKE 'log\\__'"
                        " AND relkind = 'r'", "fresh") == "8");

  SECTION("a newer schema is left alone") {
    cluster().execute("INSERT INTO insieme_schema(number, name) VALUES(99, 'later')", "fresh");
    try {
      static_cast<void>(server::open_postgres_repository(address, id_of<SpaceId>("space"), {},
                                                         [] { return 0; }));
      FAIL("it was opened");
    } catch (const server::StorageFailure& failure) {
      CHECK(failure.code() == ErrorCode::storage_newer);
    }
  }
  SECTION("a space that is not there") {
    CHECK(server::open_postgres_repository(address, id_of<SpaceId>("other"), {},
                                           [] { return 0; })
              .error()
              .code == ErrorCode::not_found);
  }
  cluster().execute("DROP DATABASE fresh WITH (FORCE)", "postgres");
}

TEST_CASE("postgres: words may hold what its texts do not take", "[postgres]") {
  World w;
  MemoryDevice anna("anna");
  w.add(anna);
  using namespace std::string_literals;
  const std::string odd = "a\0b\xff"s;
  REQUIRE(w.repository->revoke_device(anna.id(), odd).ok());
  CHECK(w.repository->devices().front().revoke_reason == odd);
}

TEST_CASE("postgres: a database that was away is used again by the next operation", "[postgres]") {
  World w;
  const auto other = w.second_process();
  REQUIRE(w.repository->users().empty());
  REQUIRE(other->users().empty());
  cluster().stop();
  try {
    static_cast<void>(w.repository->users());
    FAIL("there is no database");
  } catch (const server::StorageFailure& failure) {
    CHECK(failure.code() == ErrorCode::busy);
  }
  cluster().start();
  CHECK(w.repository->add_user({"anna", "Anna", "educator", false, 0}).ok());
  CHECK(other->users().size() == 1);
}

TEST_CASE("postgres: an address that cannot be read, or holds a password, is refused unquoted",
          "[postgres]") {
  for (const std::string address : {"postgres://u:secret@host/db", "postgres://h/d?password=secret",
                                    "postgres://h/d?secret=1", "secret"}) {
    const Status status =
        server::create_postgres_space(address, id_of<SpaceId>("space"), "T", 0);
    CHECK(status.code() == ErrorCode::invalid_argument);
    CHECK(status.error().detail.find("secret") == std::string::npos);
  }
}
