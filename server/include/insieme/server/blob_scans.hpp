#pragma once
// What a virus scanner said of photos and files, and what is needed to show it one (docs/adr/0064).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/server/repository.hpp"
#include "insieme/sync/blob.hpp"

namespace insieme::server {

enum class ScanVerdict : std::uint8_t {
  pending = 0,   ///< nobody looked at it yet
  clean = 1,
  infected = 2,
  failed = 3,    ///< the scanner could not say; it is asked again
};

struct BlobScan {
  BlobKey key;
  ScanVerdict verdict = ScanVerdict::pending;
  std::uint64_t tries = 0;   ///< in vain, in a row
  std::int64_t looked_ms = 0;
  std::vector<std::string> accounts{};  ///< who attached it
  std::string said;          ///< of what was found, or why it failed: at most kScanSaidMax, ASCII
};
inline constexpr std::size_t kScanSaidMax = 200;

/// Of the whole ones.
struct ScanCounts {
  std::uint64_t clean = 0;
  std::uint64_t infected = 0;
  std::uint64_t failed = 0;
  std::uint64_t pending = 0;
};

/// What opens sealed bytes.
struct BlobOpener {
  sync::BlobRef reference;
  sync::DossierKey key;
};

/// Every repository is one, too: `blob_scans_of`. The same rules about threads and StorageFailure.
class BlobScanStore {
 public:
  virtual ~BlobScanStore() = default;
  BlobScanStore(const BlobScanStore&) = delete;
  BlobScanStore& operator=(const BlobScanStore&) = delete;

  [[nodiscard]] virtual ScanVerdict scan_verdict(const BlobKey& key) = 0;
  /// Keeps it, with the hour and the number of tries; a line of the audit when it is infected and
  /// was not before. `said` may be anything that a program printed.
  virtual void note_scan(const BlobKey& key, ScanVerdict verdict, const std::string& said) = 0;
  /// Whole ones that nobody looked at, or in vain before `failed_before_ms`, from `after` on in the
  /// order of their keys.
  [[nodiscard]] virtual std::vector<BlobKey> unscanned(const std::optional<BlobKey>& after,
                                                       std::int64_t failed_before_ms,
                                                       std::size_t count_max) = 0;
  [[nodiscard]] virtual ScanCounts scan_counts() = 0;
  /// Infected and failed ones.
  [[nodiscard]] virtual std::vector<BlobScan> bad_scans() = 0;
  /// All are to be looked at anew; infected ones stay refused until they were. How many.
  [[nodiscard]] virtual std::uint64_t scan_again() = 0;
  /// `not_found`: no record names it any more, or the dossier's key is gone.
  [[nodiscard]] virtual Result<BlobOpener> blob_opener(const BlobKey& key) = 0;

 protected:
  BlobScanStore() = default;
};
[[nodiscard]] BlobScanStore& blob_scans_of(Repository& repository);

}  // namespace insieme::server
