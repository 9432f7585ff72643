#pragma once
// CSV as spreadsheets write it (RFC 4180, comma or semicolon, optional byte order mark).

#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::schema {

struct CsvRow {
  std::size_t line = 1;  ///< where it begins in the file
  std::vector<std::string> cells;
};

/// All rows, empty lines left out. The separator is whichever of `;` and `,` the first line has
/// more of, outside quotes. `malformed`: a quote that never ends, or bytes that are not UTF-8; the
/// detail names the line.
[[nodiscard]] Result<std::vector<CsvRow>> parse_csv(std::string_view text);

/// One line with its end, quoted where needed. A cell that a spreadsheet would take for a formula
/// gets an apostrophe in front.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells, char separator);

}  // namespace insieme::schema
