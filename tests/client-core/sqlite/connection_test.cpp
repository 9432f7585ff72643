#include "insieme/sqlite/connection.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "insieme/sqlite/transaction.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

TEST_CASE("connection: what was written is there after closing and opening again", "[sqlite]") {
  const StoreFolder folder;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    db.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES(1, 'uno');");
    db.cached("INSERT INTO t(b) VALUES(?)").bind_all("due").run();
    CHECK(db.last_insert_rowid() == 2);
    db.execute("UPDATE t SET b = b || '!'");
    CHECK(db.changes() == 2);
  }
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(query_text(db, "SELECT b FROM t WHERE a = 2") == "due!");
  CHECK(db.integrity_check() == "ok");
  CHECK(db.page_count() > 1);
  CHECK(db.size_bytes() == db.page_count() * 4096);
}

TEST_CASE("connection: the settings that the store relies on are in force", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(query_text(db, "PRAGMA journal_mode") == "wal");
  CHECK(query_int(db, "PRAGMA synchronous") == 2);
  CHECK(query_int(db, "PRAGMA foreign_keys") == 0);
  CHECK(query_int(db, "PRAGMA secure_delete") == 1);
  CHECK(query_int(db, "PRAGMA trusted_schema") == 0);
  CHECK(query_int(db, "PRAGMA page_size") == 4096);
  CHECK(query_text(db, "PRAGMA cipher") == "chacha20");
  // Either the setting or a build that knows no other place.
  const std::int64_t temp = query_int(db, "PRAGMA temp_store");
  CHECK((temp == 2 || query_int(db, "SELECT sqlite_compileoption_used('TEMP_STORE=3')") == 1));
}

TEST_CASE("connection: a text asked for twice is one prepared statement, with clean bindings",
          "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  Statement& first = db.cached("SELECT ?1");
  first.bind(1, 7);
  REQUIRE(first.step());
  // Another buffer with the same text, and the first run left in the middle.
  const std::string same = std::string("SELECT ") + "?1";
  Statement& second = db.cached(same);
  CHECK(&first == &second);
  REQUIRE(second.step());
  CHECK(second.is_null(0));
  CHECK(&db.cached("SELECT ?1 ") != &second);
}

TEST_CASE("connection: another text at the same place is another statement", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  std::string sql = "SELECT 1";
  for (char digit = '1'; digit <= '3'; ++digit) {
    sql.back() = digit;
    for (int again = 0; again < 2; ++again) {
      Statement& statement = db.cached(sql);
      REQUIRE(statement.step());
      CHECK(statement.get_int64(0) == digit - '0');
      statement.reset();
    }
  }
}

TEST_CASE("connection: cached statements survive a move and a changed schema", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  db.execute("CREATE TABLE t(a)");
  Statement& insert = db.cached("INSERT INTO t(a) VALUES(?)");
  Connection moved = std::move(db);
  moved.execute("ALTER TABLE t ADD COLUMN b DEFAULT 5");
  insert.bind_all(1).run();
  CHECK(&moved.cached("INSERT INTO t(a) VALUES(?)") == &insert);
  CHECK(query_int(moved, "SELECT a + b FROM t") == 6);
}

TEST_CASE("connection: the cache is bounded and forgets what was used least recently", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  Statement& kept = db.cached("SELECT 'kept'");
  for (std::size_t i = 0; i < 3 * Connection::kCachedStatementsMax; ++i) {
    static_cast<void>(db.cached("SELECT " + std::to_string(i)));
    CHECK(&db.cached("SELECT 'kept'") == &kept);
  }
  REQUIRE(kept.step());
  CHECK(kept.get_text(0) == "kept");
}

TEST_CASE("connection: a missing folder and a missing file are told apart from a wrong key",
          "[sqlite]") {
  const StoreFolder folder;
  const Error no_folder =
      error_of([&] { static_cast<void>(Connection::open(encrypted(folder.file("a/b.db")))); });
  CHECK(no_folder.kind() == ErrorKind::io);
  CHECK_THAT(no_folder.what(), Catch::Contains("folder does not exist"));
  for (const Mode mode : {Mode::read_only, Mode::read_write}) {
    OpenOptions options = encrypted(folder.file("none.db"));
    options.mode = mode;
    CHECK(error_of([&] { static_cast<void>(Connection::open(options)); }).kind() == ErrorKind::io);
    CHECK_FALSE(std::filesystem::exists(options.path));
  }
}

TEST_CASE("connection: options out of range are refused", "[sqlite]") {
  const StoreFolder folder;
  OpenOptions options;
  CHECK(error_of([&] { static_cast<void>(Connection::open(options)); }).kind() ==
        ErrorKind::misuse);
  options = encrypted(folder.file());
  options.busy_timeout_ms = -1;
  CHECK(error_of([&] { static_cast<void>(Connection::open(options)); }).kind() ==
        ErrorKind::misuse);
  options = encrypted(folder.file());
  options.cache_kib = 1;
  CHECK(error_of([&] { static_cast<void>(Connection::open(options)); }).kind() ==
        ErrorKind::misuse);
}

TEST_CASE("connection: read_only reads beside a writer and cannot write", "[sqlite]") {
  const StoreFolder folder;
  Connection writer = Connection::open(encrypted(folder.file()));
  writer.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  OpenOptions options = encrypted(folder.file());
  options.mode = Mode::read_only;
  Connection reader = Connection::open(options);
  CHECK(query_int(reader, "SELECT a FROM t") == 1);
  CHECK(error_of([&] { reader.execute("DELETE FROM t"); }).kind() == ErrorKind::misuse);
  CHECK(query_int(writer, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("connection: a second writer is told busy, and a reader sees the last commit",
          "[sqlite]") {
  const StoreFolder folder;
  OpenOptions options = encrypted(folder.file());
  options.busy_timeout_ms = 0;
  Connection one = Connection::open(options);
  Connection two = Connection::open(options);
  one.execute("CREATE TABLE t(a)");
  Transaction transaction(one);
  one.execute("INSERT INTO t VALUES(1)");
  CHECK(query_int(two, "SELECT count(*) FROM t") == 0);
  CHECK(error_of([&] { const Transaction second(two); }).kind() == ErrorKind::busy);
  transaction.commit();
  CHECK(query_int(two, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("connection: exclusive keeps everybody else out and needs no shared memory file",
          "[sqlite]") {
  const StoreFolder folder;
  OpenOptions options = encrypted(folder.file());
  options.exclusive = true;
  options.busy_timeout_ms = 0;
  Connection db = Connection::open(options);
  db.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  CHECK_FALSE(std::filesystem::exists(folder.file() + "-shm"));
  options.exclusive = false;
  CHECK(error_of([&] { static_cast<void>(Connection::open(options)); }).kind() == ErrorKind::busy);
}

TEST_CASE("connection: a checkpoint empties the log, and says busy when a reader prevents it",
          "[sqlite]") {
  const StoreFolder folder;
  OpenOptions options = encrypted(folder.file());
  options.busy_timeout_ms = 0;
  Connection db = Connection::open(options);
  db.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)");
  {
    Connection other = Connection::open(options);
    Statement read = other.prepare("SELECT a FROM t");
    REQUIRE(read.step());
    db.execute("INSERT INTO t VALUES(3)");
    CHECK(error_of([&] { db.checkpoint(); }).kind() == ErrorKind::busy);
  }
  CHECK(std::filesystem::file_size(folder.file() + "-wal") > 0);
  db.checkpoint();
  CHECK(std::filesystem::file_size(folder.file() + "-wal") == 0);
  CHECK(query_int(db, "SELECT count(*) FROM t") == 3);
}

TEST_CASE("connection: a running query can be stopped from another thread", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  std::atomic<bool> over{false};
  // Again and again: an interrupt before the query has begun stops nothing.
  std::thread stopper([&] {
    while (!over) {
      db.interrupt();
      std::this_thread::yield();
    }
  });
  const Error error = error_of([&] {
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT count(*) FROM n");
  });
  over = true;
  stopper.join();
  CHECK(error.kind() == ErrorKind::interrupted);
  CHECK(query_int(db, "SELECT 1") == 1);
}
