#include "cluster.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>

namespace insieme::testing {
namespace {

constexpr int kNobody = 65534;
constexpr int kReadyAttempts = 600;
constexpr auto kPause = std::chrono::milliseconds(50);

std::string bin(const std::string& program) {
  const char* folder = std::getenv("INSIEME_POSTGRES_BIN");
  return std::string(folder == nullptr ? "/usr/lib/postgresql/15/bin" : folder) + "/" + program;
}

/// PostgreSQL refuses to run as root. `setpriv` becomes the program: its id is PostgreSQL's.
processes::Launch unprivileged(const std::string& program, const Words& words) {
  Words all{"--pdeathsig", "KILL"};
  if (::geteuid() == 0) {
    const std::string id = std::to_string(kNobody);
    all.insert(all.end(), {"--reuid", id, "--regid", id, "--clear-groups"});
  }
  all.insert(all.end(), {"--", bin(program)});
  all.insert(all.end(), words.begin(), words.end());
  return {"/usr/bin/setpriv", all, {{"LC_ALL", "C"}, {"PATH", "/usr/bin:/bin"}}};
}

bool postgres_installed() { return std::filesystem::exists(bin("postgres")); }

struct FreeConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};

}  // namespace

Cluster::Cluster(bool durable) : run_(folder_.path() / "run"), durable_(durable) {
  namespace fs = std::filesystem;
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::group_exec |
                                      fs::perms::others_exec);
  fs::create_directory(run_);
  if (::geteuid() == 0 && ::chown(run_.c_str(), kNobody, kNobody) != 0) {
    throw std::runtime_error("the folder cannot be given away");
  }
  processes::Launch init = unprivileged(
      "initdb", {"-D", run_ / "data", "-U", "insieme", "-A", "trust", "-E", "UTF8", "--locale=C",
                 "--no-sync"});
  const processes::Finished made = processes::run_launch(init);
  if (made.code != 0) throw std::runtime_error("initdb: " + made.err);
  start();
  execute("CREATE DATABASE insieme", "postgres");
}

Cluster::~Cluster() {
  if (process_ > 0) stop();
}

std::string Cluster::address(const std::string& database) const {
  return "postgres:///" + database + "?user=insieme&host=" + run_.string();
}

void Cluster::start() {
  for (int attempt = 0; attempt < kReadyAttempts; ++attempt) {
    if (process_ < 0) {
      // Killed processes are not lost by what was written but not synced: only machines are.
      processes::Launch launch = unprivileged(
          "postgres", {"-D", run_ / "data", "-k", run_, "-c", "listen_addresses=", "-c",
                       durable_ ? "fsync=on" : "fsync=off", "-c", "max_connections=60"});
      const int log = ::open((run_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                             0644);
      process_ = processes::start_program(launch, {STDIN_FILENO, log, log});
      ::close(log);
    }
    if (PQping(address("postgres").c_str()) == PQPING_OK) return;
    std::this_thread::sleep_for(kPause);
    // After a kill the memory of the former one may still be in use for a moment.
    if (::waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
  }
  throw std::runtime_error("PostgreSQL does not start");
}

void Cluster::stop() {
  ::kill(process_, SIGINT);
  processes::wait_for(process_);
  process_ = -1;
}

void Cluster::kill_hard() {
  ::kill(process_, SIGKILL);
  processes::wait_for(process_);
  process_ = -1;
}

std::string Cluster::query(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, FreeConnection> connection(
      PQconnectdb(address(database).c_str()));
  const std::unique_ptr<PGresult, FreeResult> result(PQexec(connection.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
  return PQntuples(result.get()) == 0 ? std::string() : PQgetvalue(result.get(), 0, 0);
}

void Cluster::execute(const std::string& sql, const std::string& database) const {
  static_cast<void>(query(sql, database));
}

Cluster& cluster(bool durable) {
  if (!postgres_installed()) {
    std::puts("skipped: PostgreSQL 15 is not installed (tools/setup --postgres)");
    std::fflush(stdout);
    std::_Exit(0);
  }
  static Cluster one(durable);
  return one;
}

}  // namespace insieme::testing
