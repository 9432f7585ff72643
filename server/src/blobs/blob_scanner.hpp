#pragma once
// Shows what tablets bring to the operator's virus scanner, one after the other, on a thread of its
// own: nobody who synchronises waits for it (docs/adr/0064).

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "blobs/scan_command.hpp"
#include "insieme/server/blobs.hpp"

namespace insieme::server {

/// Nothing: no scanner is set. `invalid_argument`, as `split_command`.
[[nodiscard]] Result<std::optional<ScanCommand>> scan_command_of(const Config& config);

/// One pass: whatever was not looked at, and what failed longer ago than `retry_ms`. Ends early
/// when `stop` becomes true, and after some failures in a row, which are the scanner's own.
struct ScanTally {
  std::uint64_t clean = 0;
  std::uint64_t infected = 0;
  std::uint64_t failed = 0;
  std::string why;  ///< the last failure
};
ScanTally scan_blobs(Repository& repository, BlobStore& store, const ScanCommand& command,
                     std::int64_t now_ms, std::int64_t retry_ms, const std::atomic<bool>& stop);

class BlobScanner {
 public:
  /// Begins with what is there. All arguments outlive it.
  BlobScanner(Repository& repository, BlobStore& store, ScanCommand command, Clock clock);
  /// Ends the scanner that runs.
  ~BlobScanner();
  BlobScanner(const BlobScanner&) = delete;
  BlobScanner& operator=(const BlobScanner&) = delete;
  /// Something may have arrived. From any thread; returns at once.
  void wake();

 private:
  void run();
  void pass();

  Repository& repository_;
  BlobStore& store_;
  const ScanCommand command_;
  const Clock clock_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable woken_;
  bool due_ = true;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace insieme::server
