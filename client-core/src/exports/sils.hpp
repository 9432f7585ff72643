#pragma once
// The package by which social services and employment services tell each other of cases: ids and
// pseudonyms, no names. JSON in one spelling only, so that what was read is written again byte for
// byte: members in the order below, lists sorted, two spaces of indentation, a line end at the end.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::client::exports {

struct SilsReferral {
  std::optional<sync::Date> sent_on;
  std::optional<sync::Date> acknowledged_on;
};

struct SilsCase {
  std::string id;
  std::vector<std::string> people;  ///< pseudonyms
  std::string status;               ///< of the list `case_states`
  std::optional<sync::Date> opened_on;
  std::optional<sync::Date> closed_on;
  std::string organization;
  std::vector<std::string> systems;  ///< of the list `systems`
  std::vector<SilsReferral> cpi_referrals;
};

struct SilsPackage {
  std::string sender;
  std::vector<SilsCase> cases;
};

[[nodiscard]] std::string to_json(SilsPackage package);
/// `malformed` with the place at fault, also for a newer version; `limit_exceeded` for more than
/// 10,000 cases.
[[nodiscard]] Result<SilsPackage> sils_from_json(std::string_view text);

/// The same for the same person, and no way back to an id.
[[nodiscard]] std::string sils_pseudonym(std::string_view id);

/// `2024-01-02/2024-01-20`, either may be empty.
[[nodiscard]] std::string to_text(const SilsReferral& referral);
[[nodiscard]] std::optional<SilsReferral> sils_referral(std::string_view text);

}  // namespace insieme::client::exports
