#pragma once
// The server of a simulated world: the real repository on a simulated disk and the real handlers,
// without sockets.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "insieme/server/api.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "simulation/disks.hpp"
#include "simulation/ledger.hpp"

namespace insieme::simulation {

/// `now_ms` is the world's true time and outlives the office.
class Office {
 public:
  Office(const Folder& folder, std::uint64_t seed, const std::int64_t& now_ms,
         server::SnapshotPolicy snapshots);

  /// Handles one request as the program does. Nothing: the server stopped on the way, and nobody
  /// heard an answer.
  [[nodiscard]] std::optional<server::Response> handle(const server::Request& request);

  [[nodiscard]] server::Repository& repository() { return *repository_; }
  [[nodiscard]] Disk& disk() noexcept { return disk_; }
  /// The process ends and starts again: tokens are gone, and after a stop what the disk lost.
  void restart(Stop how, Chance& chance);
  /// A code that one device may use once.
  [[nodiscard]] std::string invite(const std::string& account);

  void back_up();
  [[nodiscard]] bool has_backup() const noexcept { return backup_ != 0; }
  /// The database is what it was at the last backup; nobody raises the epoch.
  /// `older`: not the last, but one so many before it.
  void restore_backup(std::size_t older = 0);

  /// What the log holds now, by content.
  [[nodiscard]] Delivered read_log();
  [[nodiscard]] std::string space_text() const { return space_; }
  std::uint64_t free_disk = 1ULL << 40;
  std::int64_t clock_offset_ms = 0;  ///< of the server's clock

 private:
  [[nodiscard]] std::int64_t now_ms() const noexcept { return now_ms_ + clock_offset_ms; }
  void open();
  void close();

  const std::int64_t& now_ms_;
  server::SnapshotPolicy snapshots_;
  Chance chance_;
  Disk disk_;
  std::string database_;
  std::string space_;
  sync::KeyPair keys_ = sync::make_key_pair({9});
  std::size_t attempts_ = 0;
  std::size_t backup_ = 0;  ///< the last one that is whole; 0: none
  server::Config config_;
  server::Metrics metrics_;
  std::unique_ptr<server::Tokens> tokens_;
  std::unique_ptr<server::Repository> repository_;
  std::unique_ptr<server::Api> api_;
};

}  // namespace insieme::simulation
