#include "glass_command.hpp"

#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct GlassOptions {
  std::string dossier;
  std::string reason;
  std::int64_t hours = 0;
  std::string end;
  std::string seen;
  std::string note;
};

std::string state_of(const json::object& glass) {
  if (flag_of(glass, "open")) return tr("aperto", "open");
  return text_of(glass, "ended_by") == "time" ? tr("finito", "over") : tr("chiuso", "ended");
}

std::string seen_of(const json::object& glass) {
  const std::string by = one_line(text_of(glass, "seen_by"));
  if (!by.empty()) return by;
  return flag_of(glass, "mine") ? "" : coloured(tr("DA ESAMINARE", "TO LOOK INTO"), Colour::warn);
}

void print_glasses(const json::object& reply) {
  Table table({"id", tr("chi", "who"), tr("fascicolo", "dossier"), tr("fino a", "until"),
               tr("stato", "state"), tr("esaminato da", "looked into by"),
               tr("motivo", "reason")});
  for (const json::value& one : list_of(reply, "openings")) {
    const json::object& glass = one.as_object();
    table.add({text_of(glass, "short"), one_line(text_of(glass, "name")),
               text_of(glass, "dossier_short"), text_of(glass, "until"), state_of(glass),
               seen_of(glass), one_line(text_of(glass, "reason"))});
  }
  print(table.text());
}

int open(Program& program, const GlassOptions& options) {
  json::object arguments{{"dossier", options.dossier}, {"reason", options.reason}};
  if (options.hours != 0) arguments["hours"] = options.hours;
  json::object reply;
  if (program.answered("glass.open", std::move(arguments), reply)) return kOk;
  print(tr("Aperto. Chi coordina è avvisato, e l'apertura resta annotata con il suo motivo. Ora: "
           "insieme sync.\n",
           "Open. Whoever coordinates is told, and the opening is logged with its reason. Now: "
           "insieme sync.\n"));
  return kOk;
}

int end(Program& program, const GlassOptions& options) {
  json::object reply;
  if (program.answered("glass.end", {{"opening", options.end}}, reply)) return kOk;
  print(tr("Chiuso. Il fascicolo lascia il dispositivo alla prossima sincronizzazione.\n",
           "Ended. The dossier leaves the device with the next synchronisation.\n"));
  return kOk;
}

int seen(Program& program, const GlassOptions& options) {
  json::object arguments{{"opening", options.seen}};
  if (!options.note.empty()) arguments["note"] = options.note;
  json::object reply;
  if (program.answered("glass.seen", std::move(arguments), reply)) return kOk;
  print(tr("Annotato.\n", "Noted.\n"));
  return kOk;
}

int list(Program& program) {
  json::object reply;
  if (program.answered("glass.list", {}, reply)) return kOk;
  print_glasses(reply);
  return kOk;
}

}  // namespace

void add_glass_command(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "glass", "Apre per alcune ore, con un motivo, un fascicolo che non si ha in carico",
      "Opens for some hours, with a reason, a dossier that is not assigned",
      "  insieme glass 3f2a9c10 --reason 'Minore al pronto soccorso, collega assente' --hours 4\n"
      "  insieme glass\n"
      "  insieme glass --end 5d1c09f3\n"
      "  insieme glass --seen 5d1c09f3 --note 'Sentita per telefono'");
  auto options = std::make_shared<GlassOptions>();
  CLI::Option* dossier = command->add_option(
      "dossier", options->dossier,
      tr("L'id, o le ultime 8 cifre o più, lette da un collega",
         "Its id, or the last 8 or more digits, read out by a colleague"));
  CLI::Option* reason =
      command->add_option("--reason", options->reason, tr("Perché, in parole", "Why, in words"));
  dossier->needs(reason);
  command->add_option("--hours", options->hours, tr("Per quante ore (4)", "For how many hours (4)"))
      ->needs(dossier);
  command->add_option("--end", options->end, tr("Chiude un'apertura", "Ends an opening"))
      ->excludes(dossier);
  CLI::Option* seeing = command->add_option(
      "--seen", options->seen,
      tr("L'apertura di altri è esaminata", "Others' opening is looked into"));
  seeing->excludes(dossier);
  command->add_option("--note", options->note, tr("Che cosa se ne dice", "What is said of it"))
      ->needs(seeing);
  command->callback([&program, options] {
    program.run = [&program, options] {
      if (!options->dossier.empty()) return open(program, *options);
      if (!options->end.empty()) return end(program, *options);
      return options->seen.empty() ? list(program) : seen(program, *options);
    };
  });
}

}  // namespace insieme::cli
