#pragma once
// A table of an office: which columns it has, and what stands in the cells of a line.

#include <map>
#include <string>
#include <vector>

#include "insieme/schema/csv.hpp"

namespace insieme::server::cli {

struct Column {
  const char* name;
  const char* name_it;
  bool needed;
};

struct Kind {
  const char* name;
  std::vector<Column> columns;
};

/// By the column's English name, without blanks around. What the file has no column for is not
/// there at all, and neither is what a line that ends early does not reach: nothing is said of it.
using Cells = std::map<std::string, std::string>;

/// All of a file of at most 8 MiB. All three throw CommandError(kRefused).
[[nodiscard]] std::string text_of_file(const std::string& path);
/// For each column of the file the name of ours.
[[nodiscard]] std::vector<std::string> heads_of(const Kind& kind, const schema::CsvRow& head);
[[nodiscard]] Cells cells_of(const Kind& kind, const std::vector<std::string>& heads,
                             const schema::CsvRow& row);

}  // namespace insieme::server::cli
