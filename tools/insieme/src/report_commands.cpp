// report list, run, records.
#include "report_commands.hpp"

namespace insieme::cli {
namespace {

struct ReportOptions {
  std::string report;
  std::vector<std::string> with;
  std::string from;
  std::string to;
  std::string territory;
  std::string fund;
  std::string format = "table";
  std::string output;
  std::string table;
  std::string measure;
  std::vector<std::string> row;
  std::vector<std::string> column;
  bool full = false;
};

json::object arguments_of(const ReportOptions& options) {
  json::object with;
  for (const auto& [name, value] :
       {std::pair{"from", &options.from}, std::pair{"to", &options.to},
        std::pair{"territory", &options.territory}, std::pair{"fund", &options.fund}}) {
    if (!value->empty()) with[name] = *value;
  }
  for (const std::string& one : options.with) {
    const auto equals = one.find('=');
    if (equals == std::string::npos) {
      throw Stop(kUsage, tr("Si scrive --with nome=valore: ", "Write --with name=value: ") + one);
    }
    with[one.substr(0, equals)] = one.substr(equals + 1);
  }
  json::object out{{"report", options.report}, {"with", std::move(with)}};
  if (options.full) out["full"] = true;
  return out;
}

int list_reports(Program& program) {
  json::object reply;
  if (program.answered("report.list", {}, reply)) return kOk;
  Table table({tr("sigla", "code"), tr("nome", "name"), tr("rapporto", "report"),
               tr("parametri", "parameters")});
  for (const json::value& one : list_of(reply, "reports")) {
    const json::object& report = one.as_object();
    std::string parameters;
    for (const json::value& parameter : list_of(report, "parameters")) {
      if (!flag_of(parameter.as_object(), "required")) continue;
      parameters += (parameters.empty() ? "" : ", ") + text_of(parameter.as_object(), "name");
    }
    table.add(
        {text_of(report, "code"), text_of(report, "name"), text_of(report, "label"), parameters});
  }
  print(table.text());
  return kOk;
}

std::vector<std::string> words_of(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  for (const json::value& one : list_of(object, key)) out.emplace_back(one.as_string());
  return out;
}

void print_table(const json::object& table) {
  print("\n" + coloured(one_line(text_of(table, "title")), Colour::strong) + "\n");
  std::vector<std::string> heads = words_of(table, "label_heads");
  for (const std::string& head : words_of(table, "heads")) heads.push_back(head);
  Table lines(std::move(heads));
  for (const json::value& one : list_of(table, "rows")) {
    const json::object& row = one.as_object();
    const Colour colour = text_of(row, "level") == "group" ? Colour::none : Colour::strong;
    std::vector<Cell> cells;
    for (const std::string& label : words_of(row, "labels")) {
      cells.emplace_back(one_line(label), colour);
    }
    for (const json::value& cell : list_of(row, "cells")) {
      cells.emplace_back(one_line(text_of(cell.as_object(), "text")), colour);
    }
    lines.add(std::move(cells));
  }
  print(lines.text());
  for (const std::string& note : words_of(table, "notes")) {
    print(coloured(one_line(note), Colour::dim) + "\n");
  }
}

int show_report(Program& program, const ReportOptions& options) {
  json::object reply;
  if (program.answered("report.run", arguments_of(options), reply)) {
    return flag_of(reply, "holds") ? kOk : kOpen;
  }
  print(coloured(text_of(reply, "code") + " " + one_line(text_of(reply, "title")), Colour::strong) +
        "\n");
  for (const json::value& one : list_of(reply, "parameters")) {
    print(text_of(one.as_object(), "label") + ": " + one_line(text_of(one.as_object(), "text")) +
          "\n");
  }
  for (const json::value& table : list_of(reply, "tables")) print_table(table.as_object());
  print("\n" + coloured(tr("Quadrature", "Checks"), Colour::strong) + "\n");
  for (const json::value& one : list_of(reply, "checks")) {
    const json::object& check = one.as_object();
    const bool holds = flag_of(check, "holds");
    print((holds ? coloured(tr("torna  ", "holds  "), Colour::good)
                 : coloured(tr("NON torna  ", "does NOT hold  "), Colour::bad)) +
          one_line(text_of(check, "label")) + ": " + text_of(check, "left") +
          (text_of(check, "is") == "at_most" ? " ≤ " : " = ") + text_of(check, "right") + "\n");
  }
  return flag_of(reply, "holds") ? kOk : kOpen;
}

int run_report(Program& program, const ReportOptions& options) {
  if (options.format == "table") return show_report(program, options);
  json::object arguments = arguments_of(options);
  arguments["format"] = options.format;
  if (!options.output.empty()) arguments["path"] = options.output;
  json::object reply;
  const bool shown = program.answered("report.export", std::move(arguments), reply);
  const int code = flag_of(reply, "holds") ? kOk : kOpen;
  if (shown) return code;
  print(options.output.empty() ? text_of(reply, "content")
                               : tr("Scritto in ", "Written to ") + options.output + "\n");
  return code;
}

json::array words(const std::vector<std::string>& all) {
  json::array out;
  for (const std::string& one : all) out.emplace_back(one);
  return out;
}

int show_records(Program& program, const ReportOptions& options) {
  json::object arguments = arguments_of(options);
  arguments["table"] = options.table;
  arguments["measure"] = options.measure;
  arguments["row"] = words(options.row);
  arguments["column"] = words(options.column);
  json::object reply;
  if (program.answered("report.records", std::move(arguments), reply)) return kOk;
  Table table({"id", tr("tipo", "type"), tr("scheda", "record")});
  for (const json::value& one : list_of(reply, "records")) {
    const json::object& record = one.as_object();
    table.add(
        {text_of(record, "short"), text_of(record, "type"), one_line(text_of(record, "title"))});
  }
  print(table.text());
  return kOk;
}

void add_common(CLI::App& command, ReportOptions& options) {
  command.add_option("report", options.report, tr("Nome o sigla (R1)", "Name or code (R1)"))
      ->required();
  command.add_option("--from", options.from, tr("Dal giorno", "From the day"));
  command.add_option("--to", options.to, tr("Al giorno", "To the day"));
  command.add_option("--territory", options.territory, tr("Ambito o comune", "Area or commune"));
  command.add_option("--fund", options.fund, tr("Fondo", "Fund"));
  command
      .add_option("--with", options.with,
                  tr("nome=valore: parametri del rapporto", "name=value: the report's own"))
      ->allow_extra_args(false);
  command.add_flag("--full", options.full,
                   tr("Non nasconde i dati su poche persone: solo per chi le segue",
                      "Does not hide figures about few people: only for who works with them"));
}

}  // namespace

void add_report_commands(CLI::App& app, Program& program) {
  CLI::App* group = add_command(
      app, "report", "I rapporti: elenco, calcolo, schede dietro una cifra",
      "The reports: which there are, their figures, the records behind one",
      "  insieme report list\n  insieme report run R1 --with project=5f3a9c01\n"
      "  insieme report run R2 --with project=5f3a9c01 --format xlsx -o bilancio.xlsx\n"
      "  insieme report records R1 --with project=5f3a9c01 --table meetings --measure meetings "
      "--row UDP");
  group->require_subcommand(1);
  CLI::App* listing = add_command(*group, "list", "I rapporti che ci sono", "The reports there are",
                                  "  insieme report list");
  listing->callback([&program] { program.run = [&program] { return list_reports(program); }; });

  auto run = std::make_shared<ReportOptions>();
  CLI::App* running = add_command(
      *group, "run", "Calcola un rapporto; esce con 5 se una quadratura non torna",
      "Computes a report; exits with 5 if something does not add up",
      "  insieme report run R1 --with project=5f3a9c01 --from 01/06/2021 --to 31/03/2023\n"
      "  insieme report run R1 --with project=5f3a9c01 --format html -o relazione.html");
  add_common(*running, *run);
  running->add_option("--format", run->format, "table, csv, html, xlsx")
      ->check(CLI::IsMember({"table", "csv", "html", "xlsx"}));
  running->add_option("-o,--output", run->output, tr("File nuovo", "A new file"));
  running->callback(
      [&program, run] { program.run = [&program, run] { return run_report(program, *run); }; });

  auto behind = std::make_shared<ReportOptions>();
  CLI::App* records = add_command(
      *group, "records", "Le schede dietro una cifra", "The records behind a figure",
      "  insieme report records R1 --with project=5f3a9c01 --table people --measure reached");
  add_common(*records, *behind);
  records->add_option("--table", behind->table, tr("Tabella", "Table"))->required();
  records->add_option("--measure", behind->measure, tr("Misura", "Measure"))->required();
  records->add_option("--row", behind->row, tr("Chiavi della riga", "Keys of the row"))
      ->allow_extra_args(false);
  records->add_option("--column", behind->column, tr("Chiavi della colonna", "Keys of the column"))
      ->allow_extra_args(false);
  records->callback([&program, behind] {
    program.run = [&program, behind] { return show_records(program, *behind); };
  });
}

}  // namespace insieme::cli
