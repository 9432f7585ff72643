// package siuss, sils, directory, calendar: records in the forms of other systems.
#include "package_commands.hpp"

namespace insieme::cli {
namespace {

struct Package {
  std::string record;
  std::string body_code;
  std::string body_name;
  std::string seat;
  std::string worker;
  std::string number;
  std::string day;
  std::string child_problem;
  std::string family_problem;
  std::string sender;
  std::string file;
  std::string dossier;
  std::string format;
  std::string user;
  std::string output;
  bool received = false;
  bool details = false;
  bool dry_run = false;
};

void put(json::object& arguments, const char* name, const std::string& value) {
  if (!value.empty()) arguments[name] = value;
}

/// Asks, and prints the content or says where it went.
int written(Program& program, const char* command, json::object arguments, const Package& options) {
  put(arguments, "path", options.output);
  json::object reply;
  if (program.answered(command, std::move(arguments), reply)) return kOk;
  for (const auto& [name, content] : object_of(reply, "tables")) {
    print("# " + std::string(name) + "\n" + std::string(content.as_string()) + "\n");
  }
  print(options.output.empty() ? text_of(reply, "content")
                               : tr("Scritto in ", "Written to ") + options.output + "\n");
  return kOk;
}

int siuss(Program& program, const Package& options) {
  json::object arguments{
      {"record", options.record}, {"body_code", options.body_code}, {"operator", options.worker}};
  put(arguments, "body_name", options.body_name);
  put(arguments, "seat", options.seat);
  put(arguments, "number", options.number);
  put(arguments, "day", options.day);
  put(arguments, "child_problem", options.child_problem);
  put(arguments, "family_problem", options.family_problem);
  return written(program, "siuss.flow", std::move(arguments), options);
}

int sils(Program& program, const Package& options) {
  json::object arguments{{"sender", options.sender}};
  if (options.received) arguments["received"] = true;
  return written(program, "sils.export", std::move(arguments), options);
}

int directory(Program& program, const Package& options) {
  json::object arguments;
  put(arguments, "format", options.format);
  return written(program, "directory.export", std::move(arguments), options);
}

int calendar(Program& program, const Package& options) {
  json::object arguments;
  put(arguments, "user", options.user);
  if (options.details) arguments["details"] = true;
  return written(program, "calendar.export", std::move(arguments), options);
}

int receive(Program& program, const Package& options) {
  const bool is_sils = options.format == "sils";
  json::object arguments{{"dossier", options.dossier}, {"path", options.file}};
  if (options.dry_run) arguments["dry_run"] = true;
  json::object reply;
  const char* command = is_sils ? "sils.import" : "directory.import";
  if (program.answered(command, std::move(arguments), reply)) return kOk;
  const json::value* count = reply.if_contains(is_sils ? "cases" : "records");
  print((options.dry_run ? tr("In ordine: ", "In order: ") : tr("Ricevute: ", "Received: ")) +
        (count == nullptr ? std::string("0") : json::serialize(*count)) + "\n");
  return kOk;
}

using Act = int (*)(Program&, const Package&);

/// A command of the group with its options in `options`.
CLI::App* add_one(CLI::App& group, Program& program, const std::shared_ptr<Package>& options,
                  const char* name, const char* it, const char* en, const char* example, Act act) {
  CLI::App* command = add_command(group, name, it, en, example);
  command->callback([&program, options, act] {
    program.run = [&program, options, act] { return act(program, *options); };
  });
  return command;
}

void add_output(CLI::App& command, Package& options) {
  command.add_option("-o,--output", options.output, tr("File nuovo", "A new file"));
}

void add_siuss(CLI::App& group, Program& program) {
  auto options = std::make_shared<Package>();
  CLI::App* command = add_one(
      group, program, options, "siuss", "Il flusso SIUSS di una prestazione o di un minore",
      "The SIUSS flow of a benefit or a minor",
      "  insieme package siuss 5f3a9c01 --body L407 --operator RSSMRA85T10A562S -o flusso.xml",
      siuss);
  command->add_option("record", options->record, tr("Prestazione o minore", "Benefit or minor"))
      ->required();
  command->add_option("--body", options->body_code, tr("Codice dell'ente", "The body's code"))
      ->required();
  command->add_option("--body-name", options->body_name, tr("Denominazione", "Its name"));
  command->add_option("--seat", options->seat,
                      tr("Codice catastale della sede", "Cadastral code of its seat"));
  command
      ->add_option("--operator", options->worker,
                   tr("Codice fiscale dell'operatore", "The operator's tax code"))
      ->required();
  command->add_option("--number", options->number,
                      tr("Numero del flusso nel giorno", "Number of the flow on that day"));
  command->add_option("--day", options->day, tr("Giorno (2024-03-04)", "Day (2024-03-04)"));
  command->add_option("--child-problem", options->child_problem,
                      tr("Quale valutazione del minore", "Which evaluation of the minor"));
  command->add_option("--family-problem", options->family_problem,
                      tr("Quale valutazione della famiglia", "Which evaluation of the family"));
  add_output(*command, *options);
}

void add_writers(CLI::App& group, Program& program) {
  auto sils_options = std::make_shared<Package>();
  CLI::App* command = add_one(
      group, program, sils_options, "sils", "Il pacchetto per il SILS", "The package for SILS",
      "  insieme package sils --sender \"Ambito VEN_09\" -o sils.json", sils);
  command->add_option("--sender", sils_options->sender, tr("L'ente che invia", "Who sends it"))
      ->required();
  command->add_flag("--received", sils_options->received,
                    tr("I casi ricevuti da questo ente", "The cases received from this body"));
  add_output(*command, *sils_options);

  auto directory_options = std::make_shared<Package>();
  command =
      add_one(group, program, directory_options, "directory",
              "I servizi del territorio come HSDS 3.0", "The territory's services as HSDS 3.0",
              "  insieme package directory -o servizi.json\n"
              "  insieme package directory --format csv -o servizi",
              directory);
  command->add_option("--format", directory_options->format, "json, csv")
      ->check(CLI::IsMember({"json", "csv"}));
  add_output(*command, *directory_options);

  auto calendar_options = std::make_shared<Package>();
  command = add_one(group, program, calendar_options, "calendar",
                    "Visite e incontri previsti, per un calendario",
                    "Planned visits and meetings, for a calendar",
                    "  insieme package calendar --user anna -o agenda.ics", calendar);
  command->add_option("--user", calendar_options->user, tr("Di chi", "Whose"));
  command->add_flag("--details", calendar_options->details,
                    tr("Con i nomi e che cosa fare", "With names and what to do"));
  add_output(*command, *calendar_options);
}

void add_receive(CLI::App& group, Program& program) {
  auto options = std::make_shared<Package>();
  CLI::App* command =
      add_one(group, program, options, "receive", "Riceve un pacchetto SILS o un elenco HSDS",
              "Receives a SILS package or an HSDS directory",
              "  insieme package receive sils sils.json --dossier 9b1e44d2\n"
              "  insieme package receive directory servizi.json --dossier 9b1e44d2 --dry-run",
              receive);
  command->add_option("kind", options->format, "sils, directory")
      ->required()
      ->check(CLI::IsMember({"sils", "directory"}));
  command->add_option("file", options->file, tr("Il file", "The file"))->required();
  command->add_option("--dossier", options->dossier, tr("Dove", "Where"))->required();
  command->add_flag("--dry-run", options->dry_run,
                    tr("Controlla soltanto (directory)", "Only checks (directory)"));
}

}  // namespace

void add_package_commands(CLI::App& app, Program& program) {
  CLI::App* group = add_command(
      app, "package", "Pacchetti per altri sistemi: SIUSS, SILS, HSDS, calendario",
      "Packages for other systems: SIUSS, SILS, HSDS, calendar",
      "  insieme package siuss 5f3a9c01 --body L407 --operator RSSMRA85T10A562S -o flusso.xml\n"
      "  insieme package directory -o servizi.json");
  group->require_subcommand(1);
  add_siuss(*group, program);
  add_writers(*group, program);
  add_receive(*group, program);
}

}  // namespace insieme::cli
