#pragma once
// A laid-out report as a file's bytes.

#include <string>

#include "insieme/reports/page.hpp"

namespace insieme::reports {

/// One block per table, separated by an empty line, after the mark that tells spreadsheets that it
/// is UTF-8. Cells are separated by semicolons, lines end as RFC 4180 says. Amounts are plain
/// numbers with the decimal sign of the page's language; a text that a spreadsheet would take for a
/// formula begins with an apostrophe.
[[nodiscard]] std::string to_csv(const Page& page);

/// One document without anything from outside: it can be opened from a stick and printed on A4.
/// Charts are SVG, each beside the table that says the same.
[[nodiscard]] std::string to_html(const Page& page);

/// An Office Open XML workbook, one sheet per table and one for the checks; figures are numbers
/// with formats. The library writes files only: it makes one in `folder`, which is gone again on
/// return. `storage_failure` if it cannot.
[[nodiscard]] Result<std::string> to_xlsx(const Page& page, const std::string& folder);

}  // namespace insieme::reports
