#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "faulty_vfs.hpp"
#include "insieme/sqlite/connection.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

namespace {

constexpr const char* kMarker = "PLAINTEXT-MARKER-OF-A-FAMILY";

void fill(Connection& db, int rows) {
  db.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, mark INTEGER, b TEXT)");
  Statement insert = db.prepare("INSERT INTO t(mark, b) VALUES(0, ?)");
  const std::string text = std::string(kMarker) + std::string(500, '.');
  db.execute("BEGIN");
  for (int i = 0; i < rows; ++i) {
    insert.bind_all(text).run();
  }
  db.execute("COMMIT");
}

// What a crash leaves behind: the act runs in a process that is killed before it can close.
template <typename Act>
void crash_after(const OpenOptions& options, Act&& act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      Connection db = Connection::open(options);
      act(db);
      ::kill(::getpid(), SIGKILL);
    } catch (const Error&) {
      ::_exit(1);
    }
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

ErrorKind kind_of_opening(const OpenOptions& options) {
  return error_of([&] { static_cast<void>(Connection::open(options)); }).kind();
}

// With `tail` "-wal" or "-journal": what the crash left must be there before and stay as it is.
void refuse_wrong_keys_without_harm(const std::string& path, const std::string& tail) {
  const std::string file = bytes_of(path);
  const std::string journal = bytes_of(path + tail);
  REQUIRE(journal.size() > 4096);
  OpenOptions keyless;
  keyless.path = path;
  CHECK(kind_of_opening(encrypted(path, 99)) == ErrorKind::corrupt_or_key);
  CHECK(kind_of_opening(keyless) == ErrorKind::corrupt_or_key);
  CHECK(bytes_of(path) == file);
  CHECK(bytes_of(path + tail) == journal);
}

}  // namespace

TEST_CASE("encryption: neither file nor log shows content or what it is", "[sqlite][P7]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  fill(db, 50);
  for (const char* tail : {"", "-wal"}) {
    const std::string bytes = bytes_of(folder.file() + tail);
    CHECK(bytes.size() > 0);
    CHECK(bytes.find(kMarker) == std::string::npos);
    CHECK(bytes.find("SQLite format 3") == std::string::npos);
    CHECK(bytes.find("CREATE TABLE") == std::string::npos);
  }
  db.checkpoint();
  const std::string bytes = bytes_of(folder.file());
  CHECK(bytes.size() >= 8 * 4096);
  CHECK(bytes.find(kMarker) == std::string::npos);
}

TEST_CASE("encryption: a plain file is what it says", "[sqlite]") {
  const StoreFolder folder;
  OpenOptions options;
  options.path = folder.file();
  {
    Connection db = Connection::open(options);
    fill(db, 5);
  }
  CHECK(bytes_of(folder.file()).rfind("SQLite format 3", 0) == 0);
  CHECK(kind_of_opening(encrypted(folder.file())) == ErrorKind::corrupt_or_key);
  Connection db = Connection::open(options);
  CHECK(db.integrity_check() == "ok");
}

TEST_CASE("encryption: a wrong key is refused, harms nothing, and the right one still opens",
          "[sqlite][P2]") {
  const StoreFolder folder;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    fill(db, 50);
  }
  const std::string before = bytes_of(folder.file());
  CHECK(kind_of_opening(encrypted(folder.file(), 99)) == ErrorKind::corrupt_or_key);
  OpenOptions keyless;
  keyless.path = folder.file();
  CHECK(kind_of_opening(keyless) == ErrorKind::corrupt_or_key);
  CHECK(bytes_of(folder.file()) == before);
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(query_int(db, "SELECT count(*) FROM t") == 50);
}

TEST_CASE("encryption: a file that is no database is refused and stays as it is", "[sqlite][P2]") {
  const StoreFolder folder;
  std::ofstream(folder.file()) << std::string(10000, 'x');
  CHECK(kind_of_opening(encrypted(folder.file())) == ErrorKind::corrupt_or_key);
  OpenOptions keyless;
  keyless.path = folder.file();
  CHECK(kind_of_opening(keyless) == ErrorKind::corrupt_or_key);
  CHECK(bytes_of(folder.file()) == std::string(10000, 'x'));
}

TEST_CASE("encryption: a wrong key does not touch the log that a crash left", "[sqlite][P2]") {
  const StoreFolder folder;
  crash_after(encrypted(folder.file()), [](Connection& db) {
    fill(db, 200);
    db.execute("UPDATE t SET mark = 1");
  });
  refuse_wrong_keys_without_harm(folder.file(), "-wal");
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(query_int(db, "SELECT sum(mark) FROM t") == 200);
  CHECK(db.integrity_check() == "ok");
}

TEST_CASE("encryption: a wrong key does not replay the rollback journal that a crash left",
          "[sqlite][P2]") {
  const StoreFolder folder;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    fill(db, 2000);
  }
  crash_after(encrypted(folder.file()), [](Connection& db) {
    db.execute("PRAGMA journal_mode=TRUNCATE; PRAGMA cache_size=20");
    db.execute("BEGIN; UPDATE t SET mark = 1");
  });
  refuse_wrong_keys_without_harm(folder.file(), "-journal");
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(query_int(db, "SELECT sum(mark) FROM t") == 0);
  CHECK(query_int(db, "SELECT count(*) FROM t") == 2000);
  CHECK(db.integrity_check() == "ok");
}

TEST_CASE("encryption: a file system on which the cipher loses journals is refused at once",
          "[sqlite][P2]") {
  const StoreFolder folder;
  FaultyVfs disk;
  disk.withdraw_powersafe_overwrite();
  CHECK(kind_of_opening(encrypted(folder.file())) == ErrorKind::misuse);
  OpenOptions plain;
  plain.path = folder.file("plain.db");
  CHECK(Connection::open(plain).integrity_check() == "ok");
}

TEST_CASE("encryption: damage in a page is found, and not taken for content", "[sqlite]") {
  const StoreFolder folder;
  {
    Connection db = Connection::open(encrypted(folder.file()));
    fill(db, 200);
  }
  {
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(10 * 4096 + 77);
    file.write("\xff\x00\xff\x00", 4);
  }
  Connection db = Connection::open(encrypted(folder.file()));
  CHECK(db.integrity_check() != "ok");
  CHECK(error_of([&] { query_int(db, "SELECT sum(length(b)) FROM t"); }).kind() ==
        ErrorKind::corrupt_or_key);
}

TEST_CASE("encryption: what was deleted is gone from the file", "[sqlite][P9]") {
  const StoreFolder folder;
  OpenOptions options;  // plain, so that the bytes can be searched
  options.path = folder.file();
  Connection db = Connection::open(options);
  fill(db, 100);
  db.checkpoint();
  REQUIRE(bytes_of(folder.file()).find(kMarker) != std::string::npos);
  db.execute("DELETE FROM t");
  db.checkpoint();
  CHECK(bytes_of(folder.file()).find(kMarker) == std::string::npos);
  CHECK(bytes_of(folder.file() + "-wal").empty());
}

TEST_CASE("backup: a copy opens under the same key or the one given, and under no other",
          "[sqlite][P2]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file(), 1));
  fill(db, 300);
  db.backup_to(folder.file("same.db"));
  db.backup_to(folder.file("other.db"), key_of(50));
  CHECK(bytes_of(folder.file("other.db")).find(kMarker) == std::string::npos);
  CHECK(kind_of_opening(encrypted(folder.file("same.db"), 50)) == ErrorKind::corrupt_or_key);
  CHECK(kind_of_opening(encrypted(folder.file("other.db"), 1)) == ErrorKind::corrupt_or_key);
  for (const OpenOptions& options :
       {encrypted(folder.file("same.db"), 1), encrypted(folder.file("other.db"), 50)}) {
    Connection copy = Connection::open(options);
    CHECK(copy.integrity_check() == "ok");
    CHECK(query_int(copy, "SELECT count(*) FROM t") == 300);
  }
}

TEST_CASE("backup: it holds the committed state while others read and write", "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  fill(db, 100);
  Connection writer = Connection::open(encrypted(folder.file()));
  writer.execute("BEGIN IMMEDIATE; DELETE FROM t");
  Statement read = db.prepare("SELECT a FROM t");
  REQUIRE(read.step());
  db.backup_to(folder.file("copy.db"));
  writer.execute("COMMIT");
  Connection copy = Connection::open(encrypted(folder.file("copy.db")));
  CHECK(query_int(copy, "SELECT count(*) FROM t") == 100);
}

TEST_CASE("backup: an existing file, a transaction and a key for a plain file are refused",
          "[sqlite]") {
  const StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  fill(db, 5);
  std::ofstream(folder.file("taken.db")) << "mine";
  CHECK(error_of([&] { db.backup_to(folder.file("taken.db")); }).kind() == ErrorKind::misuse);
  CHECK(bytes_of(folder.file("taken.db")) == "mine");
  CHECK(error_of([&] { db.backup_to(folder.file("no/copy.db")); }).kind() == ErrorKind::io);
  db.execute("BEGIN");
  CHECK(error_of([&] { db.backup_to(folder.file("copy.db")); }).kind() == ErrorKind::misuse);
  db.execute("COMMIT");

  OpenOptions options;
  options.path = folder.file("plain.db");
  Connection plain = Connection::open(options);
  CHECK(error_of([&] { plain.backup_to(folder.file("copy.db"), key_of(1)); }).kind() ==
        ErrorKind::misuse);
  plain.execute("CREATE TABLE t(a)");
  plain.backup_to(folder.file("plain-copy.db"));
  CHECK(bytes_of(folder.file("plain-copy.db")).rfind("SQLite format 3", 0) == 0);
}
