#include "cli/import_table.hpp"

#include <algorithm>
#include <fstream>

#include "cli/context.hpp"
#include "cli/output.hpp"

namespace insieme::server::cli {
namespace {

constexpr std::size_t kFileMax = 8 * 1024 * 1024;

std::string plain(std::string_view cell) {
  const std::size_t first = cell.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(cell.substr(first, cell.find_last_not_of(" \t") - first + 1));
}

}  // namespace

std::string text_of_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kFileMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.empty()) throw CommandError(kRefused, path + ": cannot be read, or is empty");
  if (text.size() > kFileMax) throw CommandError(kRefused, path + ": more than 8 MiB");
  return text;
}

std::vector<std::string> heads_of(const Kind& kind, const schema::CsvRow& head) {
  std::vector<std::string> names;
  std::string wanted;
  for (const Column& column : kind.columns) {
    wanted += (wanted.empty() ? "" : ", ") + std::string(column.name);
  }
  for (const std::string& cell : head.cells) {
    const std::string word = plain(cell);
    const auto at = std::find_if(
        kind.columns.begin(), kind.columns.end(),
        [&](const Column& column) { return word == column.name || word == column.name_it; });
    const bool known = at != kind.columns.end();
    if (!known || std::find(names.begin(), names.end(), at->name) != names.end()) {
      throw CommandError(kRefused, "the first line names the columns, each once, not \"" + word +
                                       "\": " + wanted);
    }
    names.emplace_back(at->name);
  }
  for (const Column& column : kind.columns) {
    if (column.needed && std::find(names.begin(), names.end(), column.name) == names.end()) {
      throw CommandError(kRefused, std::string("the column \"") + column.name +
                                       "\" is missing; there are: " + wanted);
    }
  }
  return names;
}

Cells cells_of(const Kind& kind, const std::vector<std::string>& heads,
               const schema::CsvRow& row) {
  if (row.cells.size() > heads.size()) {
    throw CommandError(kRefused, "more cells than the first line has columns");
  }
  Cells cells;
  for (std::size_t i = 0; i < row.cells.size(); ++i) cells[heads[i]] = plain(row.cells[i]);
  for (const Column& column : kind.columns) {
    const auto at = cells.find(column.name);
    if (column.needed && (at == cells.end() || at->second.empty())) {
      throw CommandError(kRefused, std::string(column.name) + " is empty");
    }
  }
  return cells;
}

}  // namespace insieme::server::cli
