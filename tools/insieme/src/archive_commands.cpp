// archive export, archive import, move, retention.
#include "archive_commands.hpp"

namespace insieme::cli {
namespace {

struct ArchiveOptions {
  std::string file;
  std::string dossier;
  std::string person;
  bool dry_run = false;
};

/// What a person who asks for their data does not get from this device alone.
void print_left_out(const json::object& reply, const std::string& person) {
  for (const json::value& one : list_of(reply, "left_out")) {
    const json::object& section = one.as_object();
    print(coloured("! ", Colour::warn) +
          tr("non c'è, perché non ne hai l'accesso: ", "left out, for you have no access to it: ") +
          text_of(section, "label") + " (" + text_of(section, "title") + ")\n");
  }
  print(std::string(tr("Chi altro ha dati di questa persona, anche in altri fascicoli, lo dice il "
                       "server: ",
                       "Who else holds data of this person, in other dossiers, too, is told by the "
                       "server: ")) +
        "insieme-server subject-access " + person + "\n");
}

int export_archive(Program& program, const ArchiveOptions& options) {
  json::object arguments{{"path", options.file}};
  if (!options.dossier.empty()) arguments["dossier"] = options.dossier;
  if (!options.person.empty()) arguments["person"] = options.person;
  json::object reply;
  if (program.answered("archive.export", std::move(arguments), reply)) return kOk;
  print(count_of(text_of(reply, "dossiers"), tr("fascicolo", "dossier"),
                 tr("fascicoli", "dossiers")) +
        tr(" in ", " in ") + options.file + ".\n");
  if (!options.person.empty()) print_left_out(reply, options.person);
  return kOk;
}

int import_archive(Program& program, const ArchiveOptions& options) {
  json::object reply;
  const bool shown = program.answered(
      "archive.import", {{"path", options.file}, {"dry_run", options.dry_run}}, reply);
  if (shown) return kOk;
  for (const json::value& one : list_of(reply, "already_here")) {
    print(coloured("! ", Colour::warn) +
          tr("già qui, non toccato: ", "here already, not touched: ") +
          text_of(one.as_object(), "type") + " " + text_of(one.as_object(), "root") + "\n");
  }
  for (const json::value& one : list_of(reply, "contested")) {
    const json::object& field = one.as_object();
    print(coloured("! ", Colour::warn) +
          tr("in contrasto: ripreso solo il valore mostrato di ",
             "contested: only the value shown was taken of ") +
          text_of(field, "type") + "." + text_of(field, "field") + " (" + text_of(field, "record") +
          ")\n");
  }
  print((options.dry_run ? tr("Prova, nulla è stato scritto: ", "Dry run, nothing was written: ")
                         : std::string()) +
        count_of(text_of(reply, "dossiers"), tr("fascicolo ripreso", "dossier taken back"),
                 tr("fascicoli ripresi", "dossiers taken back")) +
        ".\n");
  return kOk;
}

void print_due(const json::object& reply, const char* which, const std::string& title) {
  const json::array& lines = list_of(reply, which);
  if (lines.empty()) return;
  print("\n" + coloured(title, Colour::strong) + "\n");
  Table table({tr("fascicolo", "dossier"), tr("nome", "name"), tr("schede", "records"), "",
               tr("chiuso il", "closed on"), tr("scade il", "due on"),
               tr("base giuridica", "legal basis")});
  for (const json::value& one : lines) {
    const json::object& line = one.as_object();
    table.add({text_of(line, "short"), one_line(text_of(line, "title")),
               std::to_string(list_of(line, "records").size()), text_of(line, "type_label"),
               text_of(line, "closed_on"), text_of(line, "due_on"),
               one_line(text_of(line, "legal_basis"))});
  }
  print(table.text());
}

int show_retention(Program& program, const std::string& on) {
  json::object arguments;
  if (!on.empty()) arguments["on"] = on;
  json::object reply;
  if (program.answered("retention.due", std::move(arguments), reply)) return kOk;
  if (list_of(reply, "due").empty()) {
    print(tr("Nulla da proporre al ", "Nothing to propose on ") + text_of(reply, "on") + ".\n");
  }
  print_due(reply, "due", tr("Da proporre per la cancellazione", "To be proposed for erasure"));
  print_due(reply, "on_hold",
            tr("Scadute, con obbligo di conservazione", "Due, but under a legal hold"));
  print_due(reply, "later", tr("Il termine corre", "The term runs"));
  std::string without;
  for (const json::value& one : list_of(reply, "without_term")) {
    without += (without.empty() ? "" : ", ") + text_of(one.as_object(), "type_label");
  }
  if (!without.empty()) {
    print(std::string("\n") +
          tr("Senza un termine stabilito, quindi mai scadute: ",
             "Nothing is laid down for, so never due: ") +
          without + ".\n");
  }
  print(tr("Nulla si cancella da sé: chi coordina lo propone con «insieme erase» o sul server.\n",
           "Nothing is erased by itself: a coordinator proposes it with “insieme erase” or on the "
           "server.\n"));
  return list_of(reply, "due").empty() ? kOk : kOpen;
}

struct MoveOptions {
  std::string record;
  std::string dossier;
  std::string reason;
};

int move_record(Program& program, const MoveOptions& options) {
  json::object reply;
  const bool shown = program.answered(
      "record.move",
      {{"record", options.record}, {"dossier", options.dossier}, {"reason", options.reason}},
      reply);
  if (shown) return kOk;
  print(tr("Spostata: ora è ", "Moved: it is now ") + text_of(object_of(reply, "record"), "short") +
        (text_of(reply, "there") == "retracted"
             ? tr(". Là dov'era è annullata: chi coordina può cancellarla.\n",
                  ". Where it was it is retracted: a coordinator can have it erased.\n")
             : tr(". Là dov'era è chiesta la cancellazione.\n",
                  ". Where it was, erasure is asked for.\n")));
  for (const json::value& field : list_of(reply, "dropped")) {
    print(coloured("! ", Colour::warn) +
          tr("da rifare, indicava schede dell'altro fascicolo: ",
             "to be filled in again, it named records of the other dossier: ") +
          std::string(field.as_string()) + "\n");
  }
  return kOk;
}

void add_move(CLI::App& app, Program& program) {
  CLI::App* command =
      add_command(app, "move", "Sposta una scheda salvata nel fascicolo sbagliato",
                  "Moves a record that was saved in the wrong dossier",
                  "  insieme move 5f3a9c01 9b1e44d2 --reason 'fascicolo sbagliato'");
  auto options = std::make_shared<MoveOptions>();
  command->add_option("record", options->record, tr("La scheda", "The record"))->required();
  command->add_option("dossier", options->dossier, tr("Il fascicolo giusto", "The right dossier"))
      ->required();
  command
      ->add_option("--reason", options->reason, tr("Motivo, senza nomi", "Reason, without names"))
      ->required();
  command->callback([&program, options] {
    program.run = [&program, options] { return move_record(program, *options); };
  });
}

CLI::App* archive_command(CLI::App& group, const char* name, const char* it, const char* en,
                          const char* examples, const std::shared_ptr<ArchiveOptions>& options) {
  CLI::App* command = add_command(group, name, it, en, examples);
  command->add_option("file", options->file, tr("Il file", "The file"))->required();
  return command;
}

}  // namespace

void add_archive_commands(CLI::App& app, Program& program) {
  CLI::App* group = add_command(app, "archive", "Tutto in un file leggibile, e ritorno",
                                "Everything in a readable file, and back",
                                "  insieme archive export spazio.jsonl\n"
                                "  insieme archive import spazio.jsonl --dry-run");
  group->require_subcommand(1);
  auto options = std::make_shared<ArchiveOptions>();
  CLI::App* out = archive_command(
      *group, "export", "Scrive tutto ciò che è qui, un fascicolo o ciò che riguarda una persona",
      "Writes everything that is here, a dossier, or what concerns a person",
      "  insieme archive export spazio.jsonl\n"
      "  insieme archive export accesso.jsonl --person 5f3a9c01",
      options);
  out->add_option("--dossier", options->dossier, tr("Solo questo fascicolo", "This dossier only"));
  out->add_option("--person", options->person,
                  tr("Solo ciò che riguarda questa persona o questo componente",
                     "Only what concerns this person or member"));
  out->callback([&program, options] {
    program.run = [&program, options] { return export_archive(program, *options); };
  });
  CLI::App* in = archive_command(*group, "import", "Riprende un archivio", "Takes an archive back",
                                 "  insieme archive import spazio.jsonl --dry-run", options);
  in->add_flag("--dry-run", options->dry_run, tr("Controlla soltanto", "Only check"));
  in->callback([&program, options] {
    program.run = [&program, options] { return import_archive(program, *options); };
  });
  add_move(app, program);
  auto on = std::make_shared<std::string>();
  CLI::App* retention = add_command(
      app, "retention", "Che cosa è scaduto secondo le regole di conservazione (uscita 5 se c'è)",
      "What is due by the retention rules (exit 5 if there is any)",
      "  insieme retention --on 01/06/2034");
  retention->add_option("--on", *on, tr("Il giorno (oggi)", "The day (today)"));
  retention->callback(
      [&program, on] { program.run = [&program, on] { return show_retention(program, *on); }; });
}

}  // namespace insieme::cli
