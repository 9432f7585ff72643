#pragma once
// Whom the newest entries of the log may concern, for those who wait to be told that there is
// something to fetch. Whoever is told synchronises, and the page decides what they get: too many
// may be told, and never too few.

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "insieme/sync/protocol.hpp"

namespace insieme::server {

struct News {
  sync::Cursor end;         ///< of the log; all of this holds up to there
  bool everybody = false;   ///< there was too much to look at
  std::set<std::string> of; ///< accounts that may have something to fetch
  [[nodiscard]] bool has(const std::string& account) const {
    return everybody || of.contains(account);
  }
};

/// Hears that somebody may have committed something: this process, and where several share a
/// database, another one. What is not heard is found by looking once in a while.
class CommitEar {
 public:
  virtual ~CommitEar() = default;
  CommitEar(const CommitEar&) = delete;
  CommitEar& operator=(const CommitEar&) = delete;

  /// Blocks until something may have been committed, or for `ms`. One thread at a time.
  virtual void wait(std::uint32_t ms) = 0;
  /// This process committed: ends a wait, and other processes hear of it. Any thread; quick.
  virtual void committed() noexcept = 0;
  /// Ends a wait, and nobody else hears of it. Any thread.
  virtual void interrupt() noexcept = 0;

 protected:
  CommitEar() = default;
};

/// May be called from any thread; StorageFailure as everywhere in the repository.
class NewsSource {
 public:
  virtual ~NewsSource() = default;

  /// Nothing if the log was never at `since`, as after a restore. More entries than
  /// `entries_max` are not looked at.
  [[nodiscard]] virtual std::optional<News> news_since(const sync::Cursor& since,
                                                       std::uint64_t entries_max) = 0;
  /// Devices that are not served any more: revoked, or of a disabled account.
  [[nodiscard]] virtual std::vector<sync::DeviceId> barred_devices() = 0;
  /// From here on the repository tells this ear of its commits. One at a time.
  [[nodiscard]] virtual std::shared_ptr<CommitEar> listen() = 0;

 protected:
  NewsSource() = default;
  NewsSource(const NewsSource&) = default;
  NewsSource& operator=(const NewsSource&) = default;
};

}  // namespace insieme::server
