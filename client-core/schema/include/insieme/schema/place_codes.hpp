#pragma once
// Codes of Italian communes: six digits of ISTAT (province and commune), and the cadastral letter
// and three digits (Belfiore) that tax codes use, where Z means a foreign country. Communes merge
// and codes end, so what a code means is asked with a date. Source: ISTAT, "Codici delle unità
// amministrative territoriali"; Agenzia delle Entrate, cadastral codes.

#include <optional>
#include <string_view>

#include "insieme/schema/bundle.hpp"

namespace insieme::schema {

/// Six digits, neither province nor commune zero.
[[nodiscard]] bool is_istat_code(std::string_view code) noexcept;
/// A letter and three digits.
[[nodiscard]] bool is_belfiore_code(std::string_view code) noexcept;
/// Z and three digits: born abroad.
[[nodiscard]] bool is_foreign_place(std::string_view belfiore) noexcept;

enum class PlaceStanding {
  malformed,   ///< not the shape of a code
  unknown,     ///< well formed, but not in the list, which holds the areas served only
  not_then,    ///< in the list, but not in force on that date
  in_force,
};

/// How an ISTAT code stands in the bundle's list `communes` on a date; without one, in any period.
[[nodiscard]] PlaceStanding istat_standing(const Bundle& bundle, std::string_view code,
                                           std::optional<sync::Date> on) noexcept;
/// As istat_standing, for the attribute `belfiore` of the communes. A foreign place is `unknown`.
[[nodiscard]] PlaceStanding belfiore_standing(const Bundle& bundle, std::string_view code,
                                              std::optional<sync::Date> on) noexcept;
/// The commune of a Belfiore code, or nullptr. On a date, the one that was in force then.
[[nodiscard]] const CodeValue* commune_of_belfiore(const Bundle& bundle, std::string_view code,
                                                   std::optional<sync::Date> on) noexcept;

}  // namespace insieme::schema
