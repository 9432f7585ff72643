#include "cli/import_lines.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "cli/context.hpp"
#include "cli/output.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kFaultsShown = 20;

json::array lines_json(const std::vector<Line>& lines) {
  json::array all;
  for (const Line& line : lines) {
    if (line.act.verdict == Verdict::same) continue;
    json::object changes;
    for (const Change& one : line.act.changes) {
      changes[one.column] = json::object{{"before", one.before}, {"after", one.after}};
    }
    all.push_back(json::object{{"line", line.number},
                               {"what", line.act.what},
                               {"new", line.act.verdict == Verdict::added},
                               {"changes", std::move(changes)}});
  }
  return all;
}

void print_lines(const std::vector<Line>& lines) {
  const auto shown = [](const std::string& text) { return text.empty() ? "(none)" : text; };
  for (const Line& line : lines) {
    if (line.act.verdict == Verdict::same) continue;
    print_line((line.act.verdict == Verdict::added ? "new      " : "changed  ") + line.act.what);
    for (const Change& one : line.act.changes) {
      print_line("           " + std::string(one.column) + ": " + shown(one.before) + " → " +
                 shown(one.after));
    }
  }
}

}  // namespace

void compare(Act& act, const char* column, std::string before, std::string after) {
  if (before == after) return;
  act.verdict = Verdict::changed;
  act.changes.push_back({column, std::move(before), std::move(after)});
}

const std::string* cell_of(const Cells& cells, const char* column) {
  const auto at = cells.find(column);
  return at == cells.end() ? nullptr : &at->second;
}

bool is_yes(const char* column, const std::string& text) {
  constexpr std::array<std::string_view, 5> kYes{"yes", "x", "si", "sì", "1"};
  constexpr std::array<std::string_view, 3> kNo{"", "no", "0"};
  if (std::find(kYes.begin(), kYes.end(), text) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), text) != kNo.end()) return false;
  throw CommandError(kRefused, std::string(column) + " is yes or no, not \"" + text + "\"");
}

std::vector<Line> judge_lines(const Kind& kind, const std::string& path,
                              const std::function<Act(const Cells&)>& judge) {
  const auto rows = schema::parse_csv(text_of_file(path));
  if (!rows.ok()) throw CommandError(kRefused, path + ": " + rows.error().detail);
  if (rows->empty()) throw CommandError(kRefused, path + ": holds no line");
  const std::vector<std::string> heads = heads_of(kind, rows->front());
  std::vector<Line> lines;
  std::vector<std::string> faults;
  std::set<std::string> seen;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const schema::CsvRow& row = (*rows)[i];
    try {
      Line line{row.line, judge(cells_of(kind, heads, row))};
      if (!seen.insert(line.act.what).second) throw CommandError(kRefused, "stands there twice");
      lines.push_back(std::move(line));
    } catch (const CommandError& fault) {
      faults.push_back("line " + std::to_string(row.line) + ": " + fault.what());
    }
  }
  if (faults.empty()) return lines;
  std::string all = path + ": nothing of it is done, for";
  for (std::size_t i = 0; i < std::min(faults.size(), kFaultsShown); ++i) all += "\n  " + faults[i];
  if (faults.size() > kFaultsShown) {
    all += "\n  and " + std::to_string(faults.size() - kFaultsShown) + " more";
  }
  throw CommandError(kRefused, all);
}

void tell_lines(const std::vector<Line>& lines, const Kind& kind,
                const ImportArguments& arguments, bool as_json) {
  std::map<Verdict, std::size_t> counts;
  for (const Line& line : lines) ++counts[line.act.verdict];
  if (as_json) {
    print_json(json::object{{"kind", kind.name},
                            {"new", counts[Verdict::added]},
                            {"changed", counts[Verdict::changed]},
                            {"same", counts[Verdict::same]},
                            {"lines", lines_json(lines)},
                            {"dry_run", arguments.dry_run}});
  } else {
    if (arguments.dry_run) print_lines(lines);
    print_line(std::to_string(counts[Verdict::added]) + " new, " +
               std::to_string(counts[Verdict::changed]) + " changed, " +
               std::to_string(counts[Verdict::same]) + " as they are" +
               (arguments.dry_run ? "; nothing was done." : "."));
  }
}

CLI::App* add_import_kind(CLI::App* all, const Kind& kind,
                          const std::shared_ptr<ImportArguments>& arguments) {
  std::string columns;
  for (const Column& column : kind.columns) {
    columns += (columns.empty() ? "" : ", ") + std::string(column.name) +
               (column.needed ? "" : "?");
  }
  CLI::App* command = all->add_subcommand(kind.name, "columns: " + columns);
  command->add_option("file", arguments->file, "CSV as spreadsheets write it")->required();
  command->add_flag("--dry-run", arguments->dry_run, "only say what would be done");
  return command;
}

}  // namespace insieme::server::cli
