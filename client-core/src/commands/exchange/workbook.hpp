#pragma once
// Rows of a sheet of an Office Open XML workbook (ECMA-376, SpreadsheetML), as texts that a person
// could have typed: a cell with a date format becomes `01/06/2021`, a number `1234.5`, a formula
// its last value.

#include <string_view>
#include <vector>

#include "insieme/schema/csv.hpp"

namespace insieme::client::commands {

using schema::CsvRow;

/// Whether the bytes begin as a ZIP file does, which a workbook is.
[[nodiscard]] inline bool is_workbook(std::string_view bytes) noexcept {
  return bytes.size() >= 4 && bytes.compare(0, 4, "PK\x03\x04", 4) == 0;
}

/// All rows that are not empty, with their number in the sheet. `sheet`: its name; empty: the first
/// one. `malformed`, `checksum`, `limit_exceeded`; `not_found`: no such sheet (the detail names
/// those there are); `wrong_version`: this program reads no workbooks.
[[nodiscard]] Result<std::vector<CsvRow>> parse_workbook(std::string_view bytes,
                                                         std::string_view sheet);

}  // namespace insieme::client::commands
