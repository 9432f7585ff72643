#pragma once
// Somebody is away for some days and a colleague stands in: what the one has passes to the other on
// the first day and back after the last, by itself (docs/adr/0060). Nothing is kept of it but the
// declaration: who may see what follows from that and the civil day.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "insieme/server/permission.hpp"
#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

class Repository;

inline constexpr Day kAbsenceDaysMax = 366;         ///< longer is a hand-over for good
inline constexpr std::size_t kAbsencesMax = 2'000;  ///< that are not over, in a space

/// Why somebody is away is not asked: it may be about their health.
struct Absence {
  std::uint64_t number = 0;  ///< 1, 2, 3 … in a space
  std::string account;
  std::string deputy;
  Day from = 0;
  Day until = 0;  ///< the last day, included
  std::string declared_by{};
  std::int64_t declared_ms = 0;
  std::optional<std::int64_t> ended_ms{};  ///< ended before its days were over
  std::string ended_by{};
  [[nodiscard]] bool holds(Day day) const noexcept {
    return !ended_ms && from <= day && day <= until;
  }
};

/// What would pass if it began now.
struct AbsenceEffect {
  Absence absence;
  std::vector<sync::DossierId> passes;
  /// What the deputy may not have, and by which rule: it stays with who is away.
  std::vector<std::pair<sync::DossierId, Rule>> stays;
};

/// Every repository is one, too: `absences_of`. The same rules about threads and StorageFailure.
class Absences {
 public:
  virtual ~Absences() = default;
  /// `number`, `declared_…` and `ended_…` are given here. `not_found`: no such account;
  /// `invalid_argument`: the days, or one person twice; `conflict`: one of them is away, or stands
  /// in, on such a day already; `limit_exceeded`.
  [[nodiscard]] virtual Result<AbsenceEffect> declare_absence(const Absence& absence,
                                                              const std::string& by) = 0;
  /// From now on. `not_found`: none of that number, or it is over.
  [[nodiscard]] virtual Status end_absence(std::uint64_t number, const std::string& by) = 0;
  /// All, those that are over, too; the newest first.
  [[nodiscard]] virtual std::vector<Absence> absences() = 0;

 protected:
  Absences() = default;
  Absences(const Absences&) = default;
  Absences& operator=(const Absences&) = default;
};
[[nodiscard]] Absences& absences_of(Repository& repository);

}  // namespace insieme::server
