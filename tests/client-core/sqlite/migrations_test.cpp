#include "insieme/sqlite/migrations.hpp"

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "insieme/sqlite/transaction.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

namespace {

constexpr std::array<Migration, 3> kHistory{{
    {1, "first tables", "CREATE TABLE a(x); CREATE TABLE log(step);"},
    {2, "fill", "INSERT INTO a VALUES(1); INSERT INTO log VALUES(2);"},
    {3, "second table", "CREATE TABLE b AS SELECT x FROM a; INSERT INTO log VALUES(3);"},
}};

std::int64_t version(Connection& db) { return query_int(db, "PRAGMA user_version"); }

}  // namespace

TEST_CASE("migrations: a new database gets all of them, once", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(migrate(db, kHistory) == 3);
  CHECK(version(db) == 3);
  CHECK(query_int(db, "SELECT x FROM b") == 1);
  CHECK(migrate(db, kHistory) == 0);
  CHECK(query_int(db, "SELECT count(*) FROM log") == 2);
}

TEST_CASE("migrations: an older database gets what it lacks", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(migrate(db, std::span(kHistory).first(1)) == 1);
  CHECK(migrate(db, kHistory) == 2);
  CHECK(version(db) == 3);
}

TEST_CASE("migrations: a database of a newer program is refused and not touched", "[sqlite][P2]") {
  const StoreFolder folder;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    migrate(db, kHistory);
    db.execute("PRAGMA user_version=4");
    db.checkpoint();
  }
  const std::string before = bytes_of(folder.file());
  {
    Connection db = Connection::open(encrypted(folder.file()));
    const Error error = error_of([&] { migrate(db, kHistory); });
    CHECK(error.kind() == ErrorKind::schema_newer);
    CHECK_THAT(error.what(), Catch::Contains("4") && Catch::Contains("3"));
  }
  CHECK(bytes_of(folder.file()) == before);
}

TEST_CASE("migrations: a failing step leaves the version before it, whole", "[sqlite][P2]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  std::array<Migration, 3> broken = kHistory;
  broken[2].sql = "CREATE TABLE b(x); INSERT INTO log VALUES(3); INSERT INTO nowhere VALUES(1);";
  const Error error = error_of([&] { migrate(db, broken); });
  CHECK_THAT(error.what(), Catch::Contains("migration 3 (second table)"));
  CHECK(version(db) == 2);
  CHECK(query_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
  CHECK(query_int(db, "SELECT max(step) FROM log") == 2);
  CHECK(migrate(db, kHistory) == 1);
}

TEST_CASE("migrations: a gap, a step that ends its transaction and a nested call are refused",
          "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  constexpr std::array<Migration, 2> kGap{{{1, "one", "SELECT 1"}, {3, "three", "SELECT 1"}}};
  CHECK(error_of([&] { migrate(db, kGap); }).kind() == ErrorKind::misuse);
  constexpr std::array<Migration, 1> kEnds{{{1, "ends", "COMMIT"}}};
  CHECK(error_of([&] { migrate(db, kEnds); }).kind() == ErrorKind::misuse);
  CHECK(version(db) == 0);
  const Transaction transaction(db);
  CHECK(error_of([&] { migrate(db, kHistory); }).kind() == ErrorKind::misuse);
}

TEST_CASE("migrations: killed in the middle of a step, the database is at the version before it",
          "[sqlite][P2]") {
  const StoreFolder folder;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    migrate(db, std::span(kHistory).first(2));
  }
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::array<Migration, 3> fatal = kHistory;
    fatal[2].sql = "CREATE TABLE b(x); INSERT INTO log VALUES(3); SELECT die();";
    try {
      Connection db = Connection::open(encrypted(folder.file()));
      db.execute("PRAGMA cache_size=1");
      sqlite3_create_function_v2(
          db.native_handle(), "die", 0, SQLITE_UTF8, nullptr,
          [](sqlite3_context*, int, sqlite3_value**) { ::kill(::getpid(), SIGKILL); }, nullptr,
          nullptr, nullptr);
      migrate(db, fatal);
    } catch (const Error&) {
    }
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(version(db) == 2);
  CHECK(query_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
  CHECK(query_int(db, "SELECT max(step) FROM log") == 2);
  CHECK(migrate(db, kHistory) == 1);
}

TEST_CASE("migrations: processes that start at once share the work", "[sqlite]") {
  const StoreFolder folder;
  constexpr int kProcesses = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int status = 1;
      try {
        Connection db = Connection::open(encrypted(folder.file()));
        migrate(db, kHistory);
        status = version(db) == 3 ? 0 : 2;
      } catch (const Error& error) {
        status = 10 + static_cast<int>(error.kind());
      }
      ::_exit(status);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(version(db) == 3);
  CHECK(query_int(db, "SELECT count(*) FROM log") == 2);
}
