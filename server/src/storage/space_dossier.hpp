#pragma once
// The dossier that is a space's own (sync/space_dossier.hpp), as the server keeps it: everybody has
// it, and whoever administers writes it.

#include <string_view>

#include "insieme/server/permission.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::server {

/// What everybody's assignment of it rests on.
inline constexpr std::string_view kSpaceBasis = "space";

/// Adds to the code lists of the space: whoever administers, unless they write nothing.
[[nodiscard]] inline bool keeps_lists(const RoleRules& rules) noexcept {
  return rules.may_administer && rules.may_write;
}
[[nodiscard]] inline bool keeps_lists(const RoleRules* rules) noexcept {
  return rules != nullptr && keeps_lists(*rules);
}

}  // namespace insieme::server
