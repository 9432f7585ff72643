#pragma once
// A PostgreSQL of the test's own: data in a temporary folder, a socket in it and no network, run by
// an unprivileged user, ended by its id.

#include <filesystem>
#include <string>

#include "insieme/processes/process.hpp"
#include "support/process.hpp"

namespace insieme::testing {

class Cluster {
 public:
  /// Started and ready. Throws std::runtime_error when that does not work. Without `durable` it
  /// syncs nothing: processes may be killed, the machine may not.
  explicit Cluster(bool durable = false);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Of a database with this name.
  [[nodiscard]] std::string address(const std::string& database = "insieme") const;
  void execute(const std::string& sql, const std::string& database = "insieme") const;
  /// The first column of the first row; empty without one.
  [[nodiscard]] std::string query(const std::string& sql,
                                  const std::string& database = "insieme") const;
  [[nodiscard]] int process() const { return process_; }  ///< the one that watches the others
  void start();
  void stop();
  void kill_hard();  ///< SIGKILL to the one that watches the others, which end by themselves

 private:
  TestFolder folder_;
  std::filesystem::path run_;  ///< what the unprivileged user owns
  int process_ = -1;
  bool durable_;
};

/// One for the whole test program, of Debian's PostgreSQL 15 or of the folder that
/// INSIEME_POSTGRES_BIN names. Where neither is installed the program says so and ends: ctest takes
/// it as skipped.
/// `durable` counts at the first call.
[[nodiscard]] Cluster& cluster(bool durable = false);

}  // namespace insieme::testing
