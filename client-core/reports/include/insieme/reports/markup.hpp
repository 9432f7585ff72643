#pragma once
// What HTML, SVG and XML have in common.

#include <string_view>

namespace insieme::reports {

/// What stands for a character that means something in markup; empty: itself.
[[nodiscard]] constexpr std::string_view entity_of(char c) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

}  // namespace insieme::reports
