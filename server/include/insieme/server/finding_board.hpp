#pragma once
// What was found over the whole space, kept while nothing changes, so that tablets may ask without
// a replay each: docs/adr/0031. What is kept names records and dossiers by their ids; who may know
// of it is asked anew each time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "insieme/server/findings.hpp"
#include "insieme/server/limiter.hpp"

namespace insieme::server {

/// Thread-safe.
class FindingBoard {
 public:
  /// Requests of one device in a minute, pages counted one by one.
  static constexpr std::uint32_t kRequestsPerMinute = 30;

  struct Found {
    std::uint64_t position = 0;  ///< of the log; later entries may be part of it
    SpaceFindings space;         ///< without its people: they are not kept
    std::vector<SpaceMatch> matches;
  };

  /// `data_folder`: where the agreements with other bodies are. The repository outlives it.
  FindingBoard(Repository& repository, std::filesystem::path data_folder);

  /// As the log and the agreements stand now: looks over the space if either moved since the last
  /// time, which costs what find_in_space costs. `busy`: another thread is at it.
  [[nodiscard]] Result<std::shared_ptr<const Found>> look();
  [[nodiscard]] Allowance take(std::string_view device, std::int64_t now_ms) {
    return limiter_.take(device, now_ms);
  }
  /// Of `documents`, those of which it was not noted today that the account was told something, as
  /// notes of the access log by dossier.
  [[nodiscard]] std::vector<AccessNote> to_note(const std::string& account,
                                                const std::set<sync::DocumentId>& documents,
                                                Day day);
  /// The notes are in the log. Forgets the day before.
  void noted(const std::string& account, const std::set<sync::DocumentId>& documents, Day day);

 private:
  [[nodiscard]] Result<std::shared_ptr<const Found>> compute(std::uint64_t position) const;
  [[nodiscard]] std::string agreements_state() const;

  Repository& repository_;
  const std::filesystem::path folder_;
  Limiter limiter_{kRequestsPerMinute};
  std::mutex computing_;  ///< held by the one that looks over the space
  std::mutex mutex_;
  std::shared_ptr<const Found> found_;  ///< guarded by mutex_, like all below
  std::string agreements_;
  Day noted_on_ = 0;
  std::set<std::tuple<std::string, sync::DocumentId>> noted_;
};

}  // namespace insieme::server
