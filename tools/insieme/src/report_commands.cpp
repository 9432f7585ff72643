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
  std::string dossier;
  std::string sent_to;
  std::string note;
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

void print_page(const json::object& reply) {
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
}

int show_report(Program& program, const ReportOptions& options) {
  json::object reply;
  if (!program.answered("report.run", arguments_of(options), reply)) print_page(reply);
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

int freeze_report(Program& program, const ReportOptions& options) {
  json::object arguments = arguments_of(options);
  arguments["dossier"] = options.dossier;
  if (!options.sent_to.empty()) arguments["sent_to"] = options.sent_to;
  if (!options.note.empty()) arguments["note"] = options.note;
  json::object reply;
  if (program.answered("report.freeze", std::move(arguments), reply)) return kOk;
  print(tr("Congelato: ", "Frozen: ") + text_of(object_of(reply, "record"), "short") + "\n");
  return kOk;
}

int list_frozen(Program& program) {
  json::object reply;
  if (program.answered("report.frozen", {}, reply)) return kOk;
  Table table({"id", tr("sigla", "code"), tr("rapporto", "report"), tr("congelato il", "frozen on"),
               tr("da", "by"), tr("inviato a", "sent to")});
  for (const json::value& one : list_of(reply, "frozen")) {
    const json::object& line = one.as_object();
    table.add({text_of(line, "short"), text_of(line, "code"), one_line(text_of(line, "title")),
               text_of(line, "frozen_on"), text_of(line, "frozen_by"),
               one_line(text_of(line, "sent_to"))});
  }
  print(table.text());
  return kOk;
}

std::string frozen_words(const json::object& frozen) {
  return tr("Congelato il ", "Frozen on ") + text_of(frozen, "frozen_on") + tr(" da ", " by ") +
         text_of(frozen, "frozen_by") + "\n";
}

int show_frozen(Program& program, const ReportOptions& options) {
  json::object arguments{{"record", options.report}};
  if (options.format != "table") arguments["format"] = options.format;
  if (!options.output.empty()) arguments["path"] = options.output;
  json::object reply;
  if (program.answered("report.show", std::move(arguments), reply)) return kOk;
  if (options.format == "table") {
    print(frozen_words(object_of(reply, "frozen")));
    print_page(reply);
  } else {
    print(options.output.empty() ? text_of(reply, "content")
                                 : tr("Scritto in ", "Written to ") + options.output + "\n");
  }
  return kOk;
}

void print_records(const char* heading, const json::object& reply, const char* key) {
  if (list_of(reply, key).empty()) return;
  print("\n" + coloured(heading, Colour::strong) + "\n");
  Table table({"id", tr("tipo", "type"), tr("scheda", "record")});
  for (const json::value& one : list_of(reply, key)) {
    const json::object& line = one.as_object();
    table.add({text_of(line, "short"), text_of(line, "type"), one_line(text_of(line, "title"))});
  }
  print(table.text());
}

int compare_frozen(Program& program, const ReportOptions& options) {
  json::object reply;
  if (program.answered("report.compare", {{"record", options.report}}, reply)) {
    return flag_of(reply, "same") ? kOk : kOpen;
  }
  print(frozen_words(object_of(reply, "frozen")));
  if (flag_of(reply, "same")) {
    print(tr("Oggi le cifre sono le stesse.\n", "Today the figures are the same.\n"));
  } else {
    Table table({tr("tabella", "table"), tr("riga", "row"), tr("misura", "measure"),
                 tr("allora", "then"), tr("oggi", "now")});
    for (const json::value& one : list_of(reply, "differences")) {
      const json::object& line = one.as_object();
      std::string labels;
      for (const std::string& label : words_of(line, "labels")) {
        labels += (labels.empty() ? "" : " · ") + one_line(label);
      }
      table.add({text_of(line, "table"), labels, text_of(line, "measure"), text_of(line, "then"),
                 text_of(line, "now")});
    }
    print(table.text());
  }
  print_records(tr("Arrivate dopo", "Came later"), reply, "late");
  print_records(tr("Cambiate", "Changed"), reply, "changed");
  print_records(tr("Non più contate", "No longer counted"), reply, "gone");
  return flag_of(reply, "same") ? kOk : kOpen;
}

void add_frozen_commands(CLI::App& group, Program& program) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* freezing = add_command(
      group, "freeze", "Congela le cifre di adesso in una scheda che nulla cambia più",
      "Freezes the figures of this moment in a record that nothing changes any more",
      "  insieme report freeze R1 --with project=5f3a9c01 --dossier 9b1e44d2 --sent-to MLPS");
  add_common(*freezing, *options);
  freezing
      ->add_option("--dossier", options->dossier,
                   tr("Fascicolo che lo conserva", "Dossier that keeps it"))
      ->required();
  freezing->add_option("--sent-to", options->sent_to, tr("A chi si manda", "Who it is sent to"));
  freezing->add_option("--note", options->note, tr("Perché si chiude", "Why it is closed"));
  freezing->callback([&program, options] {
    program.run = [&program, options] { return freeze_report(program, *options); };
  });
  CLI::App* listing = add_command(group, "frozen", "I rapporti congelati", "The frozen reports",
                                  "  insieme report frozen");
  listing->callback([&program] { program.run = [&program] { return list_frozen(program); }; });

  const auto about_one = [&](const char* name, const char* it, const char* en,
                             int (*act)(Program&, const ReportOptions&)) {
    auto chosen = std::make_shared<ReportOptions>();
    const std::string example = std::string("  insieme report ") + name + " 5f3a9c01";
    CLI::App* command = add_command(group, name, it, en, example.c_str());
    command->add_option("record", chosen->report, tr("Il rapporto congelato", "The frozen report"))
        ->required();
    command->callback([&program, chosen, act] {
      program.run = [&program, chosen, act] { return act(program, *chosen); };
    });
    return std::pair{command, chosen};
  };
  const auto [showing, shown] =
      about_one("show", "Un rapporto congelato com'era", "A frozen report as it was", show_frozen);
  showing->add_option("--format", shown->format, "table, csv, html, json, xlsx")
      ->check(CLI::IsMember({"table", "csv", "html", "json", "xlsx"}));
  showing->add_option("-o,--output", shown->output, tr("File nuovo", "A new file"));
  about_one("compare", "Un rapporto congelato e quello di oggi; esce con 5 se differiscono",
            "A frozen report and that of today; exits with 5 if they differ", compare_frozen);
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
  running->add_option("--format", run->format, "table, csv, html, json, xlsx")
      ->check(CLI::IsMember({"table", "csv", "html", "json", "xlsx"}));
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
  add_frozen_commands(*group, program);
}

}  // namespace insieme::cli
