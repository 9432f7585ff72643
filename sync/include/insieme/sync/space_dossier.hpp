#pragma once
// The dossier that is a space's own: of no family and no office. Everybody of the space receives
// it, whoever administers writes it (docs/adr/0068). Id and key follow from the space, so that a
// server that was put back from before it was made makes the same one again. What stands in it is
// no secret within the space, and no personal data belong there.

#include <string_view>

#include "insieme/sync/change.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::sync {

/// The section of it that is given to everybody: the code lists' values of the space's own.
inline constexpr std::string_view kSpaceSection = "lists";

[[nodiscard]] DossierId space_dossier(const SpaceId& space);
[[nodiscard]] DossierKey space_dossier_key(const SpaceId& space);

}  // namespace insieme::sync
