#pragma once
// The code of a public project (CUP), 15 characters. Source: delibera CIPE 143/2002 and its
// attachment; the register publishes no check-digit rule, so only the shape is checked.

#include <optional>
#include <string_view>

namespace insieme::schema {

/// What the characters say.
struct CupFacts {
  char structure = 'A';  ///< first letter: the body that asked for the code
  int year = 2000;       ///< of the decision, from characters 5 and 6
};

/// A letter, two digits, a letter, two digits for the year, nine digits: `H71B25000350007`.
/// Capitals without spaces. nullopt for another shape.
[[nodiscard]] std::optional<CupFacts> decode_cup(std::string_view cup) noexcept;

}  // namespace insieme::schema
