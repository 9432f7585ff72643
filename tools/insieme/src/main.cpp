// The command line, which is also the desktop's field client: it parses, calls the core, shows.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <iostream>

#include "account_sign_in.hpp"
#include "archive_commands.hpp"
#include "codes_command.hpp"
#include "doctor_command.hpp"
#include "file_commands.hpp"
#include "glass_command.hpp"
#include "hand_over_commands.hpp"
#include "pin_commands.hpp"
#include "program.hpp"
#include "package_commands.hpp"
#include "report_commands.hpp"
#include "usage.hpp"
#include "serve_app_command.hpp"
#include "watch_command.hpp"

namespace insieme::cli {
namespace {

/// The help is in a language too, so this must be known before anything is built.
void choose_language(int argc, char** argv) {
  const char* variable = std::getenv("INSIEME_LANG");
  std::string wanted = variable != nullptr ? variable : "it";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--lang") == 0 && i + 1 < argc) wanted = argv[i + 1];
    if (std::strncmp(argv[i], "--lang=", 7) == 0) wanted = argv[i] + 7;
  }
  set_language(wanted.rfind("en", 0) == 0 ? Language::en : Language::it);
}

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--store", globals.store,
                 tr("File dell'archivio (o INSIEME_STORE)", "The store's file (or INSIEME_STORE)"));
  app.add_option("--key-file", globals.key_file,
                 tr("File con la chiave, 64 cifre esadecimali (o INSIEME_KEY; di solito "
                    "ARCHIVIO.key). Con un PIN serve anche quello (insieme pin; INSIEME_PIN)",
                    "File with the key, 64 hexadecimal digits (or INSIEME_KEY; usually STORE.key). "
                    "With a PIN that is needed, too (insieme pin; INSIEME_PIN)"));
  app.add_option("--lang", globals.language, tr("Lingua: it, en", "Language: it, en"))
      ->check(CLI::IsMember({"it", "en"}));
  app.add_flag("--json", globals.json,
               tr("Risposta in JSON, come in docs/commands.md",
                  "The reply as JSON, as in docs/commands.md"));
  app.add_option("--ca-file", globals.ca_file,
                 tr("Certificati di cui fidarsi (PEM)", "Certificates to trust (PEM)"));
  app.add_option("--public-key", globals.public_key,
                 tr("Chiave attesa del server (sha256//…)", "The server's pinned key (sha256//…)"));
  app.add_option("--certificate", globals.certificate,
                 tr("Certificato da mostrare a un server che lo chiede (PEM)",
                    "Certificate to show to a server that asks for one (PEM)"));
  app.add_option("--certificate-key", globals.certificate_key,
                 tr("La sua chiave privata, se non è nello stesso file (PEM)",
                    "Its private key, unless it is in the same file (PEM)"));
  app.add_option("--purpose", globals.purpose,
                 tr("Perché si aprono dati riservati, come visita o emergenza: va nel registro "
                    "degli accessi",
                    "Why sensitive data is opened, as visita or emergenza: it goes to the access "
                    "log"));
  app.add_option("--request-id", globals.request_id,
                 tr("Nome di questa richiesta: ripetuta, non scrive due volte",
                    "Name of this request: repeated, it writes nothing twice"));
  // For tests and demonstrations: what the device believes the time is, in milliseconds since 1970.
  app.add_option("--clock", globals.clock_ms)->group("");
}

const char* exit_codes() {
  return tr(
      "Codici di uscita: 0 fatto; 1 comando non capito; 2 non ammesso o non trovato (nulla è\n"
      "stato scritto); 3 archivio illeggibile, pieno, occupato o danneggiato, o uscita che non\n"
      "si può scrivere; 4 server non raggiungibile o dispositivo non riconosciuto (il lavoro\n"
      "resta salvato); 5 «review --check»: c'è qualcosa da decidere; «doctor»: c'è un guasto.\n\n"
      "Per cominciare:\n"
      "  export INSIEME_STORE=$HOME/visite.insieme\n"
      "  insieme init\n"
      "  insieme enrol 'insieme://server:8443/CODICE…'\n"
      "  insieme sync\n"
      "  insieme open",
      "Exit codes: 0 done; 1 command not understood; 2 not allowed or not found (nothing was\n"
      "written); 3 store unreadable, full, busy or damaged, or output that cannot be written;\n"
      "4 server out of reach or device not recognised (the work stays saved); 5 “review "
      "--check”:\nsomething to decide; “doctor”: a fault.\n\n"
      "To begin:\n"
      "  export INSIEME_STORE=$HOME/visits.insieme\n"
      "  insieme init\n"
      "  insieme enrol 'insieme://server:8443/CODE…'\n"
      "  insieme sync\n"
      "  insieme open");
}

/// Where to look up what the core does not know.
std::string lookup_hint(const Stop& stop) {
  const std::string code = text_of(object_of(stop.reply(), "error"), "code");
  if (code == "unknown_type") return tr(" I tipi: insieme schema.", " The types: insieme schema.");
  if (code == "unknown_field") {
    return tr(" I campi: insieme schema TIPO.", " The fields: insieme schema TYPE.");
  }
  if (code == "invalid_value") {
    return tr(" Che cosa va in un campo: insieme schema TIPO CAMPO.",
              " What a field takes: insieme schema TYPE FIELD.");
  }
  return {};
}

int report(const Program& program, const Stop& stop) {
  if (program.globals.json && !stop.reply().empty()) {
    program.print_json(stop.reply());
  } else if (program.globals.json) {
    print(usage_reply(stop.what(), stop.what()));
  }
  std::cerr << "insieme: " << harmless(stop.what()) << lookup_hint(stop) << '\n';
  const json::array& problems = list_of(object_of(stop.reply(), "error"), "problems");
  if (problems.size() < 2) return stop.exit_code();
  for (const json::value& problem : problems) {
    if (problem.is_object())
      std::cerr << "  · " << harmless(sentence_of(problem.as_object())) << '\n';
  }
  return stop.exit_code();
}

int run(int argc, char** argv) {
  choose_language(argc, argv);
  Program program;
  CLI::App app(tr("Insieme: schede sociali che funzionano anche senza rete",
                  "Insieme: case records that also work without a network"),
               "insieme");
  translate(app);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(exit_codes());
  add_globals(app, program.globals);
  add_store_commands(app, program);
  add_record_commands(app, program);
  add_write_commands(app, program);
  add_rights_commands(app, program);
  add_erase_command(app, program);
  add_file_commands(app, program);
  add_same_commands(app, program);
  add_hand_over_commands(app, program);
  add_glass_command(app, program);
  add_schema_commands(app, program);
  add_codes_command(app, program);
  add_watch_command(app, program);
  add_serve_app_command(app, program);
  add_doctor_command(app, program);
  add_notice_commands(app, program);
  add_review_commands(app, program);
  add_report_commands(app, program);
  add_package_commands(app, program);
  add_offer_commands(app, program);
  add_exchange_commands(app, program);
  add_archive_commands(app, program);
  add_device_commands(app, program);
  add_account_command(app, program);
  add_pin_commands(app, program);
  add_guide_commands(app, program);
  add_replay_commands(app, program);
  try {
    app.parse(argc, argv);
    return program.run ? program.run() : kUsage;
  } catch (const CLI::ParseError& error) {
    return explain(app, error, {argv + 1, argv + argc});
  } catch (const Stop& stop) {
    return report(program, stop);
  }
}

}  // namespace
}  // namespace insieme::cli

int main(int argc, char** argv) {
  // A stream that was closed must not become a file of the store: what is printed would go there.
  for (int file = 0; (file = ::open("/dev/null", O_RDONLY)) >= 0;) {
    if (file <= STDERR_FILENO) continue;
    ::close(file);
    break;
  }
  try {
    return insieme::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "insieme: " << error.what() << '\n';
    return insieme::cli::kStorage;
  }
}
