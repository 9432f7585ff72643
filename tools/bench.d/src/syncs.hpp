#pragma once
// Who waits for the disk. This program's own fsync and fdatasync take the place of the C library's:
// they count, and while `WalSyncs` says so they leave the write-ahead log unsynced, which is what
// SQLite's synchronous NORMAL does at a commit. So product and floor are measured in both modes
// although the product has FULL only.

#include <cstdint>

namespace insieme::bench {

/// Since the start of the program.
[[nodiscard]] std::uint64_t syncs_made() noexcept;

class SkipWalSyncs {
 public:
  SkipWalSyncs() noexcept;
  ~SkipWalSyncs();
  SkipWalSyncs(const SkipWalSyncs&) = delete;
  SkipWalSyncs& operator=(const SkipWalSyncs&) = delete;
};

}  // namespace insieme::bench
