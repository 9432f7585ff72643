// export, import.
#include "program.hpp"

namespace insieme::cli {
namespace {

struct ExportOptions {
  std::string type;
  std::string format = "csv";
  std::string output;
  std::string dossier;
  bool names = false;
  bool retracted = false;
};

int export_records(Program& program, const ExportOptions& options) {
  json::object arguments{{"type", options.type},
                         {"format", options.format},
                         {"names", options.names},
                         {"retracted", options.retracted}};
  if (!options.dossier.empty()) arguments["dossier"] = options.dossier;
  if (!options.output.empty()) arguments["path"] = options.output;
  json::object reply;
  if (program.answered("export", std::move(arguments), reply)) return kOk;
  if (options.output.empty()) {
    print(text_of(reply, "content"));
  } else {
    print(count_of(text_of(reply, "count"), tr("scheda", "record"), tr("schede", "records")) +
          tr(" in ", " in ") + options.output + "\n");
  }
  return kOk;
}

struct ImportOptions {
  std::string type;
  std::string file;
  std::vector<std::string> map;
  std::vector<std::string> key;
  std::string dossier;
  std::string section;
  std::string sheet;
  bool dry_run = false;
};

json::object import_arguments(const ImportOptions& options) {
  json::object arguments{
      {"type", options.type}, {"path", options.file}, {"dry_run", options.dry_run}};
  json::object mapping;
  for (const std::string& one : options.map) {
    const auto equals = one.rfind('=');
    if (equals == std::string::npos) {
      throw Stop(kUsage, tr("Si scrive --map colonna=campo: ", "Write --map column=field: ") + one);
    }
    mapping[one.substr(0, equals)] = one.substr(equals + 1);
  }
  if (!mapping.empty()) arguments["mapping"] = mapping;
  if (!options.key.empty()) {
    json::array key;
    for (const std::string& column : options.key) key.emplace_back(column);
    arguments["key"] = key;
  }
  if (!options.dossier.empty()) arguments["dossier"] = options.dossier;
  if (!options.section.empty()) arguments["section"] = options.section;
  if (!options.sheet.empty()) arguments["sheet"] = options.sheet;
  return arguments;
}

int import_records(Program& program, const ImportOptions& options) {
  const json::object reply = program.call("import", import_arguments(options));
  const json::array& refused = list_of(reply, "refused");
  const int code = refused.empty() ? kOk : kRefused;
  if (program.print_json(reply)) return code;
  for (const json::value& column : list_of(reply, "ignored_columns")) {
    print(coloured("! ", Colour::warn) +
          tr("colonna tralasciata, nessun campo si chiama così: ",
             "column left out, no field is called so: ") +
          one_line(std::string(column.as_string())) + "\n");
  }
  for (const json::value& one : refused) {
    const json::object& line = one.as_object();
    print(coloured(tr("riga ", "line ") + text_of(line, "line"), Colour::bad) + "  " +
          harmless(sentence_of(line)) + "\n");
    if (!line.contains("also")) continue;
    for (const json::value& more : list_of(line, "also")) {
      print("        " + harmless(sentence_of(more.as_object())) + "\n");
    }
  }
  print((options.dry_run ? tr("Prova, nulla è stato scritto: ", "Dry run, nothing was written: ")
                         : std::string()) +
        count_of(text_of(reply, "created"), tr("nuova", "new"), tr("nuove", "new")) + ", " +
        count_of(text_of(reply, "edited"), tr("modificata", "edited"), tr("modificate", "edited")) +
        ", " +
        count_of(text_of(reply, "unchanged"), tr("uguale", "unchanged"),
                 tr("uguali", "unchanged")) +
        ", " +
        count_of(std::to_string(refused.size()), tr("rifiutata", "refused"),
                 tr("rifiutate", "refused")) +
        ".\n");
  return code;
}

void add_export(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "export", "Esporta le schede di un tipo", "Exports the records of a type",
      "  insieme export visit --output visite.csv\n  insieme export member --format json");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("type", options->type, tr("Tipo", "Type"))->required();
  command->add_option("--format", options->format, "csv, json")
      ->check(CLI::IsMember({"csv", "json"}));
  command->add_option("-o,--output", options->output, tr("File nuovo", "A new file"));
  command->add_option("--dossier", options->dossier, tr("Solo di un fascicolo", "Of one dossier"));
  command->add_flag("--names", options->names,
                    tr("Nomi dei campi invece delle etichette", "Field names instead of labels"));
  command->add_flag("--retracted", options->retracted,
                    tr("Anche le annullate", "Retracted ones too"));
  command->callback([&program, options] {
    program.run = [&program, options] { return export_records(program, *options); };
  });
}

}  // namespace

void add_exchange_commands(CLI::App& app, Program& program) {
  add_export(app, program);
  CLI::App* command = add_command(
      app, "import",
      "Importa un CSV o un XLSX; le righe buone si salvano, le altre sono elencate (uscita 2)",
      "Imports a CSV or an XLSX; good rows are saved, the others listed (exit 2)",
      "  insieme import household nuclei.csv --map Cognome=name --map Comune=commune --key Codice\n"
      "  insieme import member persone.csv --map Nucleo=@dossier --dry-run");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("type", options->type, tr("Tipo", "Type"))->required();
  command->add_option("file", options->file, tr("Il file", "The file"))->required();
  command->add_option("--map", options->map,
                      tr("colonna=campo, o colonna=@dossier; le altre per nome",
                         "column=field, or column=@dossier; the others by name"))
      ->allow_extra_args(false);
  command->add_option("--key", options->key,
                      tr("Colonna che dice quale scheda è: reimportare non duplica",
                         "Column that says which record it is: importing again doubles nothing"))
      ->allow_extra_args(false);
  command->add_option("--dossier", options->dossier, tr("Fascicolo di tutte", "Dossier of all"));
  command->add_option("--section", options->section, tr("Sezione di tutte", "Section of all"));
  command->add_option("--sheet", options->sheet,
                      tr("Foglio di un XLSX (il primo)", "Sheet of an XLSX (the first one)"));
  command->add_flag("--dry-run", options->dry_run, tr("Controlla soltanto", "Only check"));
  command->callback([&program, options] {
    program.run = [&program, options] { return import_records(program, *options); };
  });
}

}  // namespace insieme::cli
