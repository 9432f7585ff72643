#pragma once
// Which Latin letter and combining mark make which letter. Data, see nfc_table.cpp.

#include <array>
#include <cstddef>
#include <cstdint>

namespace insieme::schema::detail {

struct Composition {
  std::uint16_t base;
  std::uint16_t mark;
  std::uint16_t composed;
};

inline constexpr std::size_t kCompositions = 497;
extern const std::array<Composition, kCompositions> kCompositionTable;

}  // namespace insieme::schema::detail
