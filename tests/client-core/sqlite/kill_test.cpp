// A process that is killed while it writes: what it was told is committed must be there, and
// nothing of what was not. SIGKILL keeps the operating system's cache, so this shows the order of
// writes and the recovery, not what a power cut does to a disk.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "insieme/sqlite/connection.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

namespace {

constexpr int kRounds = 10;
constexpr int kCells = 400;       // three to a page
constexpr int kEarlyCells = 360;  // more than the cache holds: pages spill before the commit
constexpr int kLinesPerCommit = 20;
constexpr int kEventFd = 3;
constexpr int kEventTimeoutMs = 20000;

constexpr const char* kPathVariable = "INSIEME_KILL_PATH";
constexpr const char* kModeVariable = "INSIEME_KILL_MODE";
constexpr const char* kStopVariable = "INSIEME_KILL_STOP";

// What the child reports: +n when commit n returned, -n when transaction n has spilled.
using Event = std::int32_t;

void report(Event event) {
  if (::write(kEventFd, &event, sizeof event) != static_cast<ssize_t>(sizeof event)) {
    ::_exit(3);
  }
}

void create(const std::string& path) {
  Connection db = Connection::open(encrypted(path));
  db.execute(
      "CREATE TABLE cells(id INTEGER PRIMARY KEY, mark INTEGER, payload BLOB);"
      "CREATE TABLE ledger(commit_no INTEGER, line INTEGER)");
  Statement insert = db.prepare("INSERT INTO cells(mark, payload) VALUES(0, randomblob(1200))");
  Transaction transaction(db);
  for (int i = 0; i < kCells; ++i) {
    insert.run();
  }
  transaction.commit();
}

void write_one(Connection& db, Event number, Event stop_at) {
  Transaction transaction(db);
  Statement& mark =
      db.cached("UPDATE cells SET mark = ?, payload = randomblob(1200) WHERE id BETWEEN ? AND ?");
  mark.bind_all(number, 1, kEarlyCells).run();
  report(-number);
  if (number == stop_at) {
    ::pause();
  }
  mark.bind_all(number, kEarlyCells + 1, kCells).run();
  for (int line = 0; line < kLinesPerCommit; ++line) {
    db.cached("INSERT INTO ledger VALUES(?,?)").bind_all(number, line).run();
  }
  transaction.commit();
  report(number);
}

[[noreturn]] void write_until_killed(const std::string& path) {
  const char* mode = std::getenv(kModeVariable);
  const char* stop = std::getenv(kStopVariable);
  try {
    Connection db = Connection::open(encrypted(path));
    db.execute(std::string("PRAGMA cache_size=50; PRAGMA journal_mode=") + mode);
    const auto first = static_cast<Event>(query_int(db, "SELECT max(mark) FROM cells")) + 1;
    const Event stop_at = stop != nullptr ? first + std::atoi(stop) : 0;
    for (Event number = first;; ++number) {
      write_one(db, number, stop_at);
    }
  } catch (const Error&) {
    ::_exit(4);
  }
}

// The writing process: this executable again, running the hidden case below.
class Child {
 public:
  Child(const std::string& path, const std::string& mode, int stop_after) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    events_ = ends[0];
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], kEventFd);
      if (ends[1] == kEventFd) {
        ::fcntl(kEventFd, F_SETFD, 0);
      }
      ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
      ::setenv(kPathVariable, path.c_str(), 1);
      ::setenv(kModeVariable, mode.c_str(), 1);
      if (stop_after >= 0) {
        ::setenv(kStopVariable, std::to_string(stop_after).c_str(), 1);
      }
      ::execl("/proc/self/exe", "sqlite_test", "kill: the process that is killed", nullptr);
      ::_exit(2);
    }
    ::close(ends[1]);
  }
  ~Child() {
    kill();
    ::close(events_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next event; 0 at the end of the child.
  Event next() {
    pollfd ready{events_, POLLIN, 0};
    REQUIRE(::poll(&ready, 1, kEventTimeoutMs) == 1);
    Event event = 0;
    const ssize_t size = ::read(events_, &event, sizeof event);
    REQUIRE((size == 0 || size == static_cast<ssize_t>(sizeof event)));
    if (event > 0) {
      acknowledged_ = event;
    }
    return event;
  }

  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status_, 0);
      pid_ = 0;
    }
  }

  bool died_by_kill() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }
  Event acknowledged() const { return acknowledged_; }

 private:
  int events_ = -1;
  pid_t pid_ = 0;
  int status_ = 0;
  Event acknowledged_ = 0;
};

// Reopens as an application would. Returns the last commit found.
Event check_store(const std::string& path, Event acknowledged) {
  Connection db = Connection::open(encrypted(path));
  REQUIRE(db.integrity_check() == "ok");
  REQUIRE(query_int(db, "SELECT count(*) FROM cells") == kCells);
  REQUIRE(query_int(db, "SELECT count(DISTINCT mark) FROM cells") == 1);
  const std::int64_t last = query_int(db, "SELECT mark FROM cells");
  REQUIRE(last >= acknowledged);
  REQUIRE(query_int(db, "SELECT count(*) FROM ledger") == last * kLinesPerCommit);
  REQUIRE(query_int(db, "SELECT count(DISTINCT commit_no) FROM ledger") == last);
  return static_cast<Event>(last);
}

// Even rounds: killed in the middle of a transaction, with certainty. Odd rounds: somewhere.
void kill_again_and_again(const std::string& mode, const std::string& tail, unsigned seed) {
  std::mt19937 random(seed);
  const StoreFolder folder;
  create(folder.file());
  Event last = 0;
  for (int round = 0; round < kRounds; ++round) {
    INFO("seed " << seed << ", round " << round);
    const bool in_the_middle = round % 2 == 0;
    const int whole = static_cast<int>(random() % 4);
    const int pause_us = static_cast<int>(random() % 6000);
    Child child(folder.file(), mode, in_the_middle ? whole : -1);
    if (in_the_middle) {
      while (child.next() != -(last + 1 + whole)) {
        REQUIRE(child.acknowledged() <= last + whole);
      }
    } else {
      for (int event = 0; event < 1 + 2 * whole; ++event) {
        REQUIRE(child.next() != 0);
      }
      ::usleep(static_cast<useconds_t>(pause_us));
    }
    child.kill();
    while (child.next() != 0) {
    }
    REQUIRE(child.died_by_kill());
    const Event told = std::max(last, child.acknowledged());
    if (in_the_middle) {
      // There is something to roll back, or this test would show nothing.
      REQUIRE(std::filesystem::file_size(folder.file() + tail) > 50 * 4096);
    }
    const Event found = check_store(folder.file(), told);
    CHECK(found <= told + (in_the_middle ? 0 : 1));
    last = found;
  }
  CHECK(last >= kRounds / 2);
}

}  // namespace

TEST_CASE("kill: the process that is killed", "[.][kill-child]") {
  const char* path = std::getenv(kPathVariable);
  if (path != nullptr) {
    write_until_killed(path);
  }
  SUCCEED("started by the cases below");
}

TEST_CASE("kill: with a write-ahead log every acknowledged commit is there, and no half one",
          "[sqlite][P2]") {
  kill_again_and_again("WAL", "-wal", 20240601);
}

// The cipher takes a journal header as large as a page for a page and encrypts it; a roll-back
// then stops half-way. It does not meet the fault as long as SQLite believes in sectors of 512
// bytes, which this shows: without that, the journals left here cost the database.
TEST_CASE("kill: with a rollback journal every acknowledged commit is there, and no half one",
          "[sqlite][P2]") {
  kill_again_and_again("TRUNCATE", "-journal", 20240602);
}
