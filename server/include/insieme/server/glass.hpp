#pragma once
// Break-the-glass (docs/adr/0039): a person opens a dossier that is not theirs, with a reason, for
// hours; whoever coordinates it is told and has to say that they have seen it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

struct Caller;

inline constexpr std::size_t kGlassReasonMin = 10;   ///< bytes
inline constexpr std::size_t kGlassReasonMax = 500;
inline constexpr std::size_t kGlassNoteMax = 500;
inline constexpr std::size_t kGlassDigitsMin = 8;    ///< of the dossier's id, its last ones
inline constexpr std::uint64_t kGlassPerDay = 5;     ///< openings of one account in 24 hours
inline constexpr std::uint64_t kGlassMissesPerDay = 5;  ///< that came to nothing, likewise
inline constexpr std::uint32_t kGlassHours = 4;      ///< unless asked for other ones

using GlassId = std::array<std::uint8_t, 16>;

/// `refused`: asked for in vain, kept because whoever tries is to be seen.
struct Glass {
  GlassId id{};
  sync::DossierId dossier;  ///< nil: there was none of that name
  std::string account;
  std::string reason;
  std::int64_t opened_ms = 0;
  std::int64_t until_ms = 0;
  std::optional<std::int64_t> ended_ms;
  std::string ended_by;  ///< an account, `time`, `operator`
  std::string seen_by;   ///< who coordinates, or `operator`; empty: nobody yet
  std::optional<std::int64_t> seen_ms;
  std::string note;
  bool refused = false;
};

struct GlassRequest {
  std::string dossier;  ///< its id, or the last 8 or more digits of it, as somebody reads them out
  std::string reason;
  std::uint32_t hours = kGlassHours;
};

/// Part of every Repository; the same rules about threads and StorageFailure.
class GlassStore {
 public:
  virtual ~GlassStore() = default;
  GlassStore(const GlassStore&) = delete;
  GlassStore& operator=(const GlassStore&) = delete;

  /// From now on the caller has the sections of their role. The same while it is open is the same
  /// opening. `not_allowed`: the role does not open; `invalid_argument`: reason or hours; `quota`:
  /// too many in a day; `conflict`: the dossier is the caller's already; `not_found`: no such
  /// dossier, or one that is denied or may not be opened: which, is told to nobody.
  [[nodiscard]] virtual Result<Glass> break_glass(const Caller& caller,
                                                  const GlassRequest& request) = 0;
  /// All, the newest first, those in vain, too.
  [[nodiscard]] virtual std::vector<Glass> glasses() = 0;
  /// What the caller opened, and what others opened of dossiers that the caller decides on: those
  /// that nobody has seen yet, and of the last 30 days. At most 200, the newest first.
  [[nodiscard]] virtual std::vector<Glass> glasses_for(const Caller& caller) = 0;
  /// Before its time. `by`: empty is the operator. `not_found`: none that this person opened or
  /// decides on. Ended before, it stays as it was.
  [[nodiscard]] virtual Status end_glass(const GlassId& id, const std::string& by) = 0;
  /// Somebody who decides there has seen it; the first one counts. `not_found`: as above;
  /// `not_allowed`: one's own.
  [[nodiscard]] virtual Status see_glass(const GlassId& id, const std::string& by,
                                         const std::string& note) = 0;

 protected:
  GlassStore() = default;
};

}  // namespace insieme::server
