#pragma once
// Charts as SVG, for a page that has nothing from outside.

#include <string>
#include <string_view>

#include "insieme/reports/page.hpp"

namespace insieme::reports {

/// Safe in HTML text and in attributes.
[[nodiscard]] std::string escaped(std::string_view text);

/// A horizontal bar for each group, of the table's first figure; hidden and negative ones have no
/// bar. Empty if there is nothing to draw. It says no more than the table, so it is hidden from
/// screen readers.
[[nodiscard]] std::string bar_chart(const PageTable& table);

}  // namespace insieme::reports
