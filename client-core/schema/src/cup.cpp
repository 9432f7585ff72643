#include "insieme/schema/cup.hpp"

#include <cstddef>

namespace insieme::schema {

std::optional<CupFacts> decode_cup(std::string_view cup) noexcept {
  constexpr std::string_view kShape = "A00A00000000000";
  constexpr int kFirstYear = 2000;  // codes have been given since 2003; two digits suffice
  if (cup.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < cup.size(); ++i) {
    const bool letter = cup[i] >= 'A' && cup[i] <= 'Z';
    const bool digit = cup[i] >= '0' && cup[i] <= '9';
    if (kShape[i] == 'A' ? !letter : !digit) return std::nullopt;
  }
  return CupFacts{cup[0], kFirstYear + (cup[4] - '0') * 10 + (cup[5] - '0')};
}

}  // namespace insieme::schema
