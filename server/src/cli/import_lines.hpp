#pragma once
// What a table comes to, line by line, and how it is told: before anything is done, and after.

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/import_table.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server::cli {

enum class Verdict : std::uint8_t { added, changed, same };

/// One column of what stands, and what the file makes of it.
struct Change {
  const char* column;
  std::string before;
  std::string after;
};

/// What a line comes to. `what` is its name: no two lines may have one.
struct Act {
  Verdict verdict = Verdict::same;
  std::string what;
  std::vector<Change> changes{};  ///< of `changed`
  std::function<Status(Repository&)> carry_out;
};

struct Line {
  std::size_t number = 0;
  Act act;
};

struct ImportArguments {
  std::string file;
  bool dry_run = false;
};

/// Told as changed, if something is.
void compare(Act& act, const char* column, std::string before, std::string after);
/// The cell of a column that the file has; else null.
[[nodiscard]] const std::string* cell_of(const Cells& cells, const char* column);
/// Of an office's spreadsheet: yes, x, si, 1 …; CommandError(kRefused) names the column.
[[nodiscard]] bool is_yes(const char* column, const std::string& text);
/// Every line, or none: CommandError(kRefused) names all that is wrong at once.
[[nodiscard]] std::vector<Line> judge_lines(const Kind& kind, const std::string& path,
                                            const std::function<Act(const Cells&)>& judge);
/// What was done, or would be.
void tell_lines(const std::vector<Line>& lines, const Kind& kind,
                const ImportArguments& arguments, bool as_json);
/// Adds the subcommand with its file and `--dry-run`; what it does is up to the caller.
CLI::App* add_import_kind(CLI::App* all, const Kind& kind,
                          const std::shared_ptr<ImportArguments>& arguments);

}  // namespace insieme::server::cli
