#pragma once
// Which device is fetching what just now: so that a photo that comes in twenty pieces, with cuts
// between them, is one line of the access log.

#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>

#include "insieme/server/repository.hpp"

namespace insieme::server {

/// Thread-safe and bounded. What it forgets is noted once more, never not at all.
class ReadSessions {
 public:
  /// Without a piece for so long, the next one begins another session.
  static constexpr std::int64_t kIdleMs = 30 * 60'000;
  static constexpr std::size_t kSessionsMax = 20'000;

  /// Whether a line was written for this session, which goes on.
  [[nodiscard]] bool goes_on(const sync::DeviceId& device, const BlobKey& blob,
                             std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    const auto at = sessions_.find({device, blob.dossier, blob.name});
    if (at == sessions_.end()) return false;
    // A clock that was set back ends a session, too.
    const bool on = now_ms >= at->second && now_ms - at->second < kIdleMs;
    if (on) at->second = now_ms;
    return on;
  }
  /// The line is written, durably.
  void noted(const sync::DeviceId& device, const BlobKey& blob, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= kSessionsMax) {
      std::erase_if(sessions_, [&](const auto& one) { return now_ms - one.second >= kIdleMs; });
      if (sessions_.size() >= kSessionsMax) sessions_.clear();
    }
    sessions_[{device, blob.dossier, blob.name}] = now_ms;
  }

 private:
  using Key = std::tuple<sync::DeviceId, sync::DossierId, sync::Digest>;
  std::mutex mutex_;
  std::map<Key, std::int64_t> sessions_;  ///< guarded by mutex_: when the last piece left
};

}  // namespace insieme::server
