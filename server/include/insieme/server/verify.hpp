#pragma once
// Checks everything that a repository stores against everything else that it stores.

#include <functional>
#include <string>
#include <vector>

#include "insieme/server/repository.hpp"

namespace insieme::server {

struct VerifiedDocument {
  sync::DocumentId document;
  std::uint64_t count = 0;
  sync::DigestSum history;
  sync::Digest state;  ///< of the replayed document: equal on every replica with this history
  std::uint64_t hollow = 0;
};

struct VerifyReport {
  std::uint64_t entries = 0;
  std::uint64_t manifests = 0;
  std::uint64_t accesses = 0;  ///< lines of the access log
  std::vector<VerifiedDocument> documents;
  std::vector<std::string> faults;  ///< at most kFaultsMax
  /// Of the audit's sealing, at most as many: they say nothing of the records, and a copy that has
  /// them is as good as any.
  std::vector<std::string> audit_faults;
  [[nodiscard]] bool ok() const noexcept { return faults.empty() && audit_faults.empty(); }
  [[nodiscard]] bool records_ok() const noexcept { return faults.empty(); }
};
inline constexpr std::size_t kFaultsMax = 100;

/// Integrity of the file, hash chains of the log and of the access log, signatures of hand-outs,
/// bodies against their digests, frontiers against the log, and a replay of every document. Others
/// may go on writing: what was there at the start is checked. `progress(done, total)` in documents;
/// may be empty.
[[nodiscard]] VerifyReport verify_repository(
    Repository& repository, const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace insieme::server
