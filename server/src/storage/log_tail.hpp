#pragma once
// The newest entries of the log in brief, in memory: of each its dossier, and whom it is told to
// besides those who have that. Pages pass over what others wrote here instead of in the database,
// where each device would read all of it anew.
//
// What is kept of an entry never changes, also when its content is erased. It decides nothing: who
// may see an entry is judged over its row, in the page's own transaction. A log that lost entries
// and was written on (a replica of PostgreSQL that was promoted without the last ones) is told by
// its hash at the reader's own head: then all is read anew.

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "insieme/sync/ids.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// Positions, both inclusive.
struct LogRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const LogRange&, const LogRange&) = default;
};

/// The committed state that a reader sees.
struct LogState {
  std::uint64_t epoch = 0;
  std::uint64_t head = 0;  ///< the last position
  sync::Digest hash;       ///< of the log there
};

/// Of one space. Thread-safe.
class LogTail {
 public:
  /// Entries, 16 bytes each, beside the names of their dossiers and accounts.
  static constexpr std::size_t kEntriesMax = 262'144;

  explicit LogTail(std::size_t entries_max = kEntriesMax) : entries_max_(entries_max) {}

  /// Ascending ranges within (after, state.head] that hold every entry of these dossiers, every
  /// event that names the account, and every erasure; and few others. Reads in the caller's
  /// transaction what is not known yet. Nothing: `after` lies too far back, or the log has a gap.
  [[nodiscard]] std::optional<std::vector<LogRange>> concerning(
      sql::Connection& db, std::int64_t space, const LogState& state, std::uint64_t after,
      const std::string& account, std::span<const sync::DossierId> dossiers);

 private:
  struct Entry {
    std::uint32_t dossier = 0;
    std::uint32_t told = 0;  ///< kNobody, kEverybody, or an account's number
    std::uint64_t mark = 0;  ///< of the log's hash there: its first bytes
  };
  static constexpr std::uint32_t kNobody = 0;
  static constexpr std::uint32_t kEverybody = 1;

  [[nodiscard]] std::uint64_t end() const noexcept { return base_ + entries_.size(); }
  /// So that entries after `after` will be known, and not for one device alone.
  void restart(std::uint64_t epoch, std::uint64_t after);
  /// False: what is there does not follow on what is known.
  [[nodiscard]] bool read_on(sql::Connection& db, std::int64_t space, std::uint64_t head);
  [[nodiscard]] bool cover(sql::Connection& db, std::int64_t space, const LogState& state,
                           std::uint64_t after);
  void append(const sql::Statement& row, const sync::Digest& hash);
  /// The reader's log is the one that is known here, as far as both go.
  [[nodiscard]] bool is_same_log(const LogState& state) const;

  const std::size_t entries_max_;
  std::mutex mutex_;  ///< guards all below
  std::uint64_t epoch_ = 0;
  std::uint64_t base_ = 0;  ///< the first entry is at the position after it
  std::vector<Entry> entries_;
  sync::Digest last_hash_;  ///< of the log at the last entry
  std::unordered_map<sync::DossierId, std::uint32_t> dossiers_;
  std::unordered_map<std::string, std::uint32_t> accounts_;
};

}  // namespace insieme::server
