#include <filesystem>
#include <optional>
#include <string>

#include "faulty_vfs.hpp"
#include "insieme/sqlite/connection.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

namespace {

// The rows are larger than the cache, so pages go to the log before the commit too.
constexpr int kRows = 60;

void create(const std::string& path) {
  Connection db = Connection::open(encrypted(path));
  db.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, mark INTEGER, b BLOB)");
  Statement insert = db.prepare("INSERT INTO t(mark, b) VALUES(0, zeroblob(1500))");
  Transaction transaction(db);
  for (int i = 0; i < kRows; ++i) {
    insert.run();
  }
  transaction.commit();
}

void mark_all(Connection& db, int mark) {
  Transaction transaction(db);
  db.cached("UPDATE t SET mark = ?").bind_all(mark).run();
  transaction.commit();
}

// Every row must bear the same mark, else half a transaction is in there.
std::int64_t only_mark(const std::string& path) {
  Connection db = Connection::open(encrypted(path));
  REQUIRE(db.integrity_check() == "ok");
  REQUIRE(query_int(db, "SELECT count(*) FROM t") == kRows);
  REQUIRE(query_int(db, "SELECT count(DISTINCT mark) FROM t") == 1);
  return query_int(db, "SELECT mark FROM t");
}

struct Sweep {
  int struck = 0;          // runs in which the fault was met
  int acknowledged = 0;    // of these, runs in which everything went through all the same
  int unacknowledged = 0;  // of these, failed runs whose commit is there after reopening
};

// Lets the n-th call fail, for n = 1, 2, … until a run does not reach it.
Sweep fail_every(FileCall call, FileFault fault, FaultLife life, ErrorKind expected) {
  const StoreFolder origin;
  create(origin.file());
  Sweep sweep;
  for (int n = 1;; ++n) {
    const StoreFolder folder;
    std::filesystem::copy_file(origin.file(), folder.file());
    FaultyVfs disk;
    bool done = false;
    {
      Connection db = Connection::open(encrypted(folder.file()));
      db.execute("PRAGMA cache_size=10");
      disk.arm(call, n, fault, life);
      try {
        mark_all(db, 1);
        done = true;
        db.checkpoint();
      } catch (const Error& error) {
        INFO(error.what());
        CHECK(error.kind() == expected);
        CHECK_FALSE(db.in_transaction());
      }
    }
    const bool struck = disk.struck();
    disk.disarm();
    const std::int64_t mark = only_mark(folder.file());
    CHECK((mark == 1 || !done));
    if (!struck) {
      CHECK(done);
      return sweep;
    }
    ++sweep.struck;
    sweep.acknowledged += done ? 1 : 0;
    sweep.unacknowledged += !done && mark == 1 ? 1 : 0;
  }
}

}  // namespace

TEST_CASE("fault: a disk that fills at any write costs nothing that was committed",
          "[sqlite][P2]") {
  const Sweep sweep =
      fail_every(FileCall::write, FileFault::disk_full, FaultLife::until_disarmed, ErrorKind::full);
  CHECK(sweep.struck > 50);
  CHECK(sweep.acknowledged > 0);
  CHECK(sweep.unacknowledged == 0);
}

TEST_CASE("fault: one failed write, at any place, costs nothing that was committed",
          "[sqlite][P2]") {
  const Sweep sweep =
      fail_every(FileCall::write, FileFault::io_error, FaultLife::once, ErrorKind::io);
  CHECK(sweep.struck > 50);
}

TEST_CASE("fault: one failed sync, at any place, costs nothing that was acknowledged",
          "[sqlite][P2]") {
  const Sweep sweep =
      fail_every(FileCall::sync, FileFault::io_error, FaultLife::once, ErrorKind::io);
  CHECK(sweep.struck >= 2);
}

TEST_CASE("fault: a connection works again once there is room", "[sqlite][P2]") {
  const StoreFolder folder;
  create(folder.file());
  FaultyVfs disk;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    disk.arm(FileCall::write, 1, FileFault::disk_full, FaultLife::until_disarmed);
    const Error error = error_of([&] { mark_all(db, 1); });
    CHECK(error.kind() == ErrorKind::full);
    CHECK(error.code() == 13);
    CHECK(query_int(db, "SELECT max(mark) FROM t") == 0);
    disk.disarm();
    mark_all(db, 2);
    CHECK(query_int(db, "SELECT min(mark) FROM t") == 2);
  }
  CHECK(only_mark(folder.file()) == 2);
}

TEST_CASE("fault: a commit after SQLite has rolled back by itself is refused", "[sqlite][P2]") {
  const StoreFolder folder;
  create(folder.file());
  FaultyVfs disk;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    db.execute("PRAGMA cache_size=10");
    Transaction transaction(db);
    disk.arm(FileCall::write, 1, FileFault::disk_full);
    CHECK(error_of([&] { db.execute("UPDATE t SET mark = 1"); }).kind() == ErrorKind::full);
    CHECK_FALSE(db.in_transaction());
    CHECK(error_of([&] { transaction.commit(); }).kind() == ErrorKind::misuse);
  }
  CHECK(only_mark(folder.file()) == 0);
}

TEST_CASE("fault: a read error is an I/O error, not a wrong key, and passes", "[sqlite][P2]") {
  const StoreFolder folder;
  create(folder.file());
  FaultyVfs disk;
  int failed = 0;
  for (int n = 1;; ++n) {
    INFO("read " << n);
    disk.arm(FileCall::read, n, FileFault::io_error);
    try {
      Connection db = Connection::open(encrypted(folder.file()));
      const std::int64_t sum = query_int(db, "SELECT sum(length(b)) FROM t");
      CHECK(sum == kRows * 1500);
    } catch (const Error& error) {
      ++failed;
      CHECK(error.kind() == ErrorKind::io);
    }
    if (!disk.struck()) {
      break;
    }
  }
  disk.disarm();
  CHECK(failed > kRows / 3);
  CHECK(only_mark(folder.file()) == 0);
}

TEST_CASE("fault: a backup that fails says so and leaves no file behind", "[sqlite][P2]") {
  const StoreFolder folder;
  create(folder.file());
  FaultyVfs disk;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    const std::string target = folder.file("copy.db");
    int n = 0;
    for (bool struck = true; struck;) {
      disk.arm(FileCall::write, n += 7, FileFault::disk_full, FaultLife::until_disarmed);
      std::optional<ErrorKind> kind;
      try {
        db.backup_to(target);
      } catch (const Error& error) {
        kind = error.kind();
      }
      struck = disk.struck();
      disk.disarm();
      CHECK(kind.has_value() == struck);
      CHECK(kind.value_or(ErrorKind::full) == ErrorKind::full);
      CHECK(std::filesystem::exists(target) == !struck);
    }
    CHECK(n > 14);
  }
}
