// insieme-server report …: reports over all dossiers of the space.
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/reports/page_json.hpp"
#include "insieme/reports/write.hpp"
#include "insieme/server/reporting.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct Arguments {
  std::string report;
  std::vector<std::string> with;
  std::string language = "it";
  std::string format = "table";
  std::string output;
  std::string table;
  std::string measure;
  std::vector<std::string> row;
  std::vector<std::string> column;
};

schema::Language language_of(const Arguments& arguments) {
  return arguments.language == "en" ? schema::Language::en : schema::Language::it;
}

SpaceReport run(Context& context, const Arguments& arguments) {
  SpaceRequest request;
  request.report = arguments.report;
  for (const std::string& one : arguments.with) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) {
      throw CommandError(kRefused, "write --with name=value, not \"" + one + "\"");
    }
    request.with.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return require(run_space_report(context.repository(), request, wall_clock()()));
}

int list(Context& context, const Arguments& arguments) {
  json::array all;
  Table table({"code", "name", "report", "needs"});
  for (const schema::Report& report : server_reports().reports) {
    json::array needed;
    std::string needs;
    for (const schema::ReportParameter& one : report.parameters) {
      if (!one.required) continue;
      needed.emplace_back(one.name);
      needs += (needs.empty() ? "" : ", ") + one.name;
    }
    const std::string& label = report.label.in(language_of(arguments));
    table.add({report.code, report.name, label, needs});
    all.push_back(json::object{{"code", report.code},
                               {"name", report.name},
                               {"label", label},
                               {"needs", std::move(needed)}});
  }
  if (context.json()) {
    print_json(json::object{{"reports", std::move(all)}});
  } else {
    table.print("There are no reports.");
  }
  return kOk;
}

void print_table(const reports::PageTable& laid) {
  print_line("\n" + laid.title);
  std::vector<std::string> heads = laid.label_heads;
  heads.insert(heads.end(), laid.heads.begin(), laid.heads.end());
  std::vector<std::vector<std::string>> rows;
  for (const reports::PageRow& row : laid.rows) {
    rows.push_back(row.labels);
    for (const reports::Cell& cell : row.cells) rows.back().push_back(cell.text);
    heads.resize(std::max(heads.size(), rows.back().size()));
  }
  Table table(heads);
  for (auto& row : rows) {
    row.resize(heads.size());
    table.add(std::move(row));
  }
  table.print("–");
  for (const std::string& note : laid.notes) print_line(note);
}

void print_page(const reports::Page& page) {
  print_line(page.code + " " + page.title);
  for (const auto& [label, text] : page.parameters) print_line(label + ": " + text);
  for (const reports::PageTable& table : page.tables) print_table(table);
  print_line("");
  for (const reports::PageCheck& check : page.checks) {
    print_line((check.holds ? "holds          " : "DOES NOT HOLD  ") + check.label + ": " +
               check.left + (check.at_most ? " ≤ " : " = ") + check.right);
  }
}

std::string written(const reports::Page& page, const Arguments& arguments) {
  if (arguments.format == "csv") return reports::to_csv(page);
  if (arguments.format == "html") return reports::to_html(page);
  if (arguments.format == "json") return boost::json::serialize(reports::to_json(page)) + "\n";
  if (arguments.output.empty()) throw CommandError(kRefused, "a workbook needs --output FILE");
  return require(
      reports::to_xlsx(page, std::filesystem::path(arguments.output).parent_path().string()));
}

int show(Context& context, const Arguments& arguments) {
  const SpaceReport report = run(context, arguments);
  const reports::Page page =
      reports::lay_out(*report.words, report.result, *report.records, language_of(arguments));
  const int code = page.holds ? kOk : kFaultsFound;
  if (arguments.format != "table") {
    const std::string content = written(page, arguments);
    if (arguments.output.empty()) {
      print_text(content);
    } else {
      write_new(arguments.output, content);
      print_line("Written to " + arguments.output + ".");
    }
  } else if (context.json()) {
    print_json(reports::to_json(page));
  } else {
    print_page(page);
  }
  return code;
}

const reports::Figure& figure_of(const reports::ReportResult& result, const Arguments& arguments) {
  for (const reports::TableResult& table : result.tables) {
    if (table.table->name != arguments.table) continue;
    const auto row = table.row_of(arguments.row);
    const auto column = table.column_of(arguments.column);
    if (!row || !column) throw CommandError(kRefused, "the table has no such row or column");
    for (std::size_t m = 0; m < table.table->measures.size(); ++m) {
      if (table.table->measures[m].name == arguments.measure) return table.at(*row, *column, m);
    }
    throw CommandError(kRefused, "the table has no measure \"" + arguments.measure + "\"");
  }
  throw CommandError(kRefused, "the report has no table \"" + arguments.table + "\"");
}

/// Where the records are, not what they say: a title may name a person.
int records(Context& context, const Arguments& arguments) {
  const SpaceReport report = run(context, arguments);
  const reports::Figure& figure = figure_of(report.result, arguments);
  if (figure.hidden) {
    throw CommandError(kRefused, "the figure is about few people: it is hidden here");
  }
  json::array all;
  Table table({"record", "type", "dossier"});
  for (const sync::RecordId& id : figure.records) {
    const schema::RuleRecord* record = report.records->find(id);
    if (record == nullptr) continue;
    const std::string dossier =
        record->dossier.is_nil() ? std::string() : sync::to_text(record->dossier);
    table.add({sync::to_text(id), record->type, dossier});
    all.push_back(
        json::object{{"id", sync::to_text(id)}, {"type", record->type}, {"dossier", dossier}});
  }
  if (context.json()) {
    print_json(json::object{{"records", std::move(all)}});
  } else {
    table.print("No record stands behind it.");
  }
  return kOk;
}

void add_question(CLI::App& command, const std::shared_ptr<Arguments>& arguments) {
  command.add_option("report", arguments->report, "its name or code, such as R4")->required();
  command
      .add_option("--with", arguments->with,
                  "name=value: from, to, territory, fund, and the report's own")
      ->type_size(1)
      ->allow_extra_args(false);
  command.add_option("--lang", arguments->language, "of the report")
      ->check(CLI::IsMember({"it", "en"}));
}

}  // namespace

void add_report_commands(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = program.app.add_subcommand("report", "reports over all dossiers of the space");
  group->require_subcommand(1);

  CLI::App* listing = group->add_subcommand("list", "the reports there are");
  listing->add_option("--lang", arguments->language, "of their names")
      ->check(CLI::IsMember({"it", "en"}));
  listing->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return list(context, *arguments); };
  });

  CLI::App* running = group->add_subcommand("run", "compute one, from the log of the server");
  add_question(*running, arguments);
  running->add_option("--format", arguments->format)
      ->check(CLI::IsMember({"table", "csv", "html", "json", "xlsx"}));
  running->add_option("--output", arguments->output, "a new file");
  running->footer(
      "Figures about few people are hidden, whoever asks. Exit status 6 if something does not add\n"
      "up.\n"
      "Examples:\n"
      "  insieme-server report run R4 --with territory=VEN_09 --with from=2024-01-01 --data DIR\n"
      "  insieme-server report run R10 --lang en --format html --output r10.html --data DIR");
  running->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return show(context, *arguments); };
  });

  CLI::App* behind = group->add_subcommand("records", "the ids behind a figure");
  add_question(*behind, arguments);
  behind->add_option("--table", arguments->table)->required();
  behind->add_option("--measure", arguments->measure)->required();
  behind->add_option("--row", arguments->row, "keys of the row; without them the total");
  behind->add_option("--column", arguments->column, "keys of the column; without them the total");
  behind->footer(
      "Examples:\n"
      "  insieme-server report records R10 --table questions --measure open --row valori\n"
      "      --data DIR");
  behind->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return records(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
