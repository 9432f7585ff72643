#pragma once
// What an absence makes of who has a dossier: pure, over what is declared of both people.

#include <optional>

#include "insieme/server/absences.hpp"

namespace insieme::server {

/// Sections that pass from somebody who is away: what they may see by an assignment of their own
/// that holds. What is theirs by role, opened for a while, or kept of a period before a transfer
/// passes to nobody.
[[nodiscard]] std::vector<std::string> passing_sections(const Standing& away);

/// The deputy's standing with them, those only that the deputy's role has without being named;
/// nothing: the deputy may see none of them.
[[nodiscard]] std::optional<Standing> standing_in(Standing deputy,
                                                  const std::vector<std::string>& passing,
                                                  const Absence& absence);

/// That of who is away, once it has passed: theirs again on the day after.
[[nodiscard]] Standing standing_away(Standing away, const Absence& absence);

/// The basis of both in `why` and in the access log.
inline constexpr const char* kAbsenceBasis = "absence";

}  // namespace insieme::server
