// erase: a record that is where it does not belong is taken out for ever, everywhere.
#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct EraseOptions {
  std::string record;
  std::string reason;
  std::string section;
  bool sure = false;
};

int erase(Program& program, const EraseOptions& options) {
  if (!options.sure) {
    throw Stop(
        kUsage,
        tr("Non si torna indietro: la scheda sparisce ovunque, anche da chi ci lavora senza rete. "
           "Se è proprio così, ripetere con --for-ever. Per toglierla di mezzo e poterla riavere: "
           "insieme retract.",
           "This cannot be undone: the record goes everywhere, also from whoever works on it "
           "without a network. If that is what is wanted, repeat with --for-ever. To put it aside "
           "and be able to have it back: insieme retract."));
  }
  json::object arguments{{"record", options.record}, {"reason", options.reason}};
  if (!options.section.empty()) arguments["section"] = options.section;
  json::object reply;
  if (program.answered("record.erase", std::move(arguments), reply)) return kOk;
  print(tr("Chiesto al server. Sparisce da qui, e da ogni altro dispositivo, alla prossima "
           "sincronizzazione: insieme sync.\n",
           "The server is asked. It goes from here, and from every other device, with the next "
           "synchronisation: insieme sync.\n"));
  return kOk;
}

}  // namespace

void add_erase_command(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "erase", "Cancella per sempre una scheda finita dove non doveva (chi coordina)",
      "Erases for ever a record that is where it does not belong (coordinators)",
      "  insieme erase 5f3a9c01 --reason 'scritta nel fascicolo sbagliato' --for-ever");
  auto options = std::make_shared<EraseOptions>();
  command->add_option("record", options->record, tr("La scheda", "The record"))->required();
  command
      ->add_option("--reason", options->reason,
                   tr("Perché, senza nomi: lo leggono tutti", "Why, without names: all read it"))
      ->required();
  command->add_option("--section", options->section,
                      tr("Solo la parte in questa sezione", "Only the part in this section"));
  command->add_flag("--for-ever", options->sure,
                    tr("Sì, non si torna indietro", "Yes, it cannot be undone"));
  command->callback([&program, options] {
    program.run = [&program, options] { return erase(program, *options); };
  });
}

}  // namespace insieme::cli
