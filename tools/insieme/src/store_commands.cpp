// init, enrol, status, sync, verify, backup, restore.
#include <unistd.h>

#include <array>
#include <filesystem>

#include "insieme/client/platform.hpp"
#include "account_sign_in.hpp"
#include "key_file.hpp"
#include "pin_commands.hpp"
#include "record_views.hpp"
#include "sign_in.hpp"

namespace insieme::cli {
namespace {

/// The key in use, made first if there is none yet.
void ensure_key(const Program& program) {
  const bool given = std::getenv("INSIEME_KEY") != nullptr && program.globals.key_file.empty();
  if (given || std::filesystem::exists(program.key_path())) return;
  std::array<std::uint8_t, 32> key{};
  client::system_platform().random(key);
  write_new_key_file(program.key_path(), sync::to_hex(key));
  if (program.globals.json) return;
  print(tr("Chiave nuova in ", "New key in ") + program.key_path() +
        tr(": senza, l'archivio non si apre. Conservarne una copia altrove.\n",
           ": without it the store cannot be opened. Keep a copy elsewhere.\n"));
}

int init(Program& program) {
  // An empty file may be what a creation that was stopped left: the store knows.
  std::error_code none;
  if (std::filesystem::file_size(program.store_path(), none) != 0 && !none) {
    throw Stop(kRefused, tr("C'è già un archivio in ", "There is a store already at ") +
                             program.store_path());
  }
  ensure_key(program);
  program.open_as("create");
  json::object reply;
  if (program.answered("identity", {}, reply)) return kOk;
  print(tr("Archivio cifrato pronto: ", "Encrypted store ready: ") + program.store_path() + "\n" +
        tr("Si può già lavorare. Per scambiare dati: insieme enrol INVITO\n",
           "Work may begin. To exchange data: insieme enrol INVITATION\n"));
  return kOk;
}

struct EnrolOptions {
  std::string invitation;
  std::string server;
  std::string name;
  bool sign_in = false;
  std::string account;
  bool from_input = false;
};

/// With one's organization where the server knows one, and nobody says otherwise.
std::string signed_in(Program& program, const EnrolOptions& options) {
  const bool is_said = !options.account.empty() || options.from_input;
  const bool with_account = is_said || (has_way(program, options.server, "account") &&
                                        !has_way(program, options.server, "provider"));
  if (!with_account) return sign_in(program, options.server);
  return invitation_of_account(program, {options.server, options.account, "", options.from_input});
}

std::string host_name() {
  std::array<char, 64> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "insieme";
}

int enrol(Program& program, EnrolOptions options) {
  if (options.sign_in == !options.invitation.empty()) {
    throw Stop(kUsage, tr("Serve un invito, oppure --sign-in con --server.",
                          "An invitation is needed, or --sign-in with --server."));
  }
  if (options.sign_in) options.invitation = signed_in(program, options);
  json::object arguments{{"invitation", options.invitation},
                         {"device_name", options.name.empty() ? host_name() : options.name}};
  if (!options.server.empty()) arguments["server"] = options.server;
  json::object reply;
  if (program.answered("device.enrol", std::move(arguments), reply)) return kOk;
  print(tr("Fatto: questo archivio è di ", "Done: this store is ") +
        one_line(text_of(reply, "name")) + " (" + one_line(text_of(reply, "account")) + ", " +
        one_line(role_words(text_of(reply, "role"))) + ")" + tr(" in ", "'s in ") +
        one_line(text_of(reply, "space_name")) + ".\n" +
        tr("Ora: insieme sync\n", "Next: insieme sync\n"));
  learn_policy(program);
  return kOk;
}

void add_line(Table& table, const char* name, std::string text, Colour colour = Colour::none) {
  table.add({Cell(name, Colour::dim), Cell(std::move(text), colour)});
}

void status_about(const Program& program, const json::object& reply, Table& table) {
  const json::object& self = object_of(reply, "identity");
  add_line(
      table, tr("Archivio", "Store"),
      program.store_path() + " · " +
          count_of(text_of(reply, "dossiers"), tr("fascicolo", "dossier"),
                   tr("fascicoli", "dossiers")) +
          ", " +
          count_of(text_of(reply, "records"), tr("scheda", "record"), tr("schede", "records")) +
          " · " + bytes_text(text_of(reply, "bytes")));
  if (!flag_of(self, "enrolled")) {
    add_line(table, tr("Chi", "Who"),
             tr("non ancora legato a un server: il lavoro si salva qui",
                "not enrolled with a server yet: work is saved here"),
             Colour::warn);
    return;
  }
  add_line(table, tr("Chi", "Who"),
           text_of(self, "name") + " (" + text_of(self, "account") + ") · " +
               role_words(text_of(self, "role")) + " · " + text_of(self, "space_name"));
  const std::string last = text_of(reply, "last_sync_at");
  add_line(table, "Server",
           text_of(self, "server") + " · " +
               (last.empty() ? std::string(tr("mai sincronizzato", "never synchronised"))
                             : tr("ultimo scambio: ", "last exchange: ") +
                                   how_long_ago(last, program.now_ms())));
}

/// Rules that are not those of the server, or of an office.
void status_rules(const json::object& reply, Table& table) {
  if (flag_of(reply, "update_wanted")) {
    add_line(table, tr("Programma", "Program"),
             tr("più vecchio del server: da aggiornare; intanto invia e riceve",
                "older than the server: to be updated; it sends and receives meanwhile"),
             Colour::warn);
  }
  if (reply.contains("same_rules") && !flag_of(reply, "same_rules")) {
    add_line(table, tr("Regole", "Rules"),
             tr("diverse da quelle del server: aggiornare il programma, o avvisare chi gestisce "
                "il server (impronte ",
                "other than the server's: update the program, or tell the people who run the "
                "server (digests ") +
                 text_of(reply, "schema_digest") + " ≠ " +
                 one_line(text_of(reply, "server_schema_digest")) + ")",
             Colour::warn);
  }
  if (reply.contains("other_rules")) {
    for (const json::value& one : list_of(reply, "other_rules")) {
      add_line(table, tr("Regole", "Rules"),
               tr("diverse da quelle di ", "other than those of ") +
                   one_line(text_of(one.as_object(), "office")) +
                   tr(": aggiornare il programma, o l'ufficio (impronte ",
                      ": update the program, or the office (digests ") +
                   text_of(reply, "schema_digest") + " ≠ " +
                   one_line(text_of(one.as_object(), "schema_digest")) + ")",
               Colour::warn);
    }
  }
}

void status_work(const Program& program, const json::object& reply, Table& table) {
  const std::string unsent = text_of(reply, "unsent");
  const bool all_there = flag_of(object_of(reply, "identity"), "enrolled") &&
                         text_of(reply, "held") == "0" && text_of(reply, "refused") == "0" &&
                         text_of(reply, "blobs_to_send") == "0" &&
                         text_of(reply, "blobs_refused") == "0";
  if (unsent == "0") {
    add_line(table, tr("Da inviare", "To send"),
             all_there ? tr("niente: tutto è sul server", "nothing: all is on the server")
                       : tr("niente", "nothing"),
             Colour::good);
  } else {
    add_line(table, tr("Da inviare", "To send"),
             count_of(unsent, tr("modifica salvata qui", "change saved here"),
                      tr("modifiche salvate qui", "changes saved here")) +
                 tr(", la più vecchia ", ", the oldest ") +
                 how_long_ago(text_of(reply, "oldest_unsent_at"), program.now_ms()),
             Colour::warn);
  }
  const auto only_if_any = [&](const char* key, const char* name, const char* hint, Colour colour) {
    const std::string number = text_of(reply, key);
    if (number != "0" && !number.empty()) add_line(table, name, number + "  → " + hint, colour);
  };
  only_if_any("held", tr("Trattenute dal server", "Held by the server"),
              "insieme status --quarantine", Colour::warn);
  only_if_any("refused", tr("Rifiutate dal server", "Refused by the server"),
              "insieme status --quarantine", Colour::bad);
  only_if_any("blobs_to_send", tr("Foto e file da inviare", "Photos and files to send"),
              "insieme attachments", Colour::warn);
  only_if_any("blobs_refused", tr("Foto e file rifiutati", "Photos and files refused"),
              "insieme attachments", Colour::bad);
  only_if_any("blobs_to_fetch", tr("Foto e file non ancora qui", "Photos and files not here yet"),
              "insieme attachments", Colour::none);
  only_if_any("open_items", tr("Questioni da decidere", "Items to decide"), "insieme review",
              Colour::warn);
  only_if_any("open_held", tr("Modifiche tardive", "Late changes"), "insieme inbox", Colour::warn);
  only_if_any("glass_unseen", tr("Aperture da esaminare", "Openings to look into"), "insieme glass",
              Colour::warn);
  only_if_any("notices", tr("Avvisi", "Notices"), "insieme notices", Colour::warn);
  const json::object& refusal = object_of(reply, "server_refusal");
  if (!refusal.empty()) {
    add_line(table, tr("Il server", "The server"),
             tr("non accetta questo dispositivo: ", "does not accept this device: ") +
                 one_line(sentence_of(refusal)),
             Colour::bad);
  }
  only_if_any("drafts", tr("Bozze", "Drafts"), "insieme draft list", Colour::none);
  const std::string openings = text_of(reply, "openings");
  if (openings != "0" && !openings.empty()) {
    add_line(table, tr("Aperture riservate", "Sensitive openings"),
             openings + tr(" da annotare sul server", " to be noted on the server"));
  }
  status_rules(reply, table);
  if (flag_of(reply, "clock_wrong")) {
    const std::int64_t ms = std::strtoll(text_of(reply, "clock_offset_ms").c_str(), nullptr, 10);
    add_line(table, tr("Orologio", "Clock"),
             tr("di questo dispositivo sbagliato di circa ", "of this device wrong by about ") +
                 std::to_string(std::abs(ms) / 60'000) +
                 tr(" minuti; nulla va perso, ma le ore mostrate non tornano",
                    " minutes; nothing is lost, but the times shown are off"),
             Colour::warn);
  }
}

Colour colour_of_receipt(const std::string& receipt) {
  if (receipt == "applied" || receipt == "seen") return Colour::good;
  return receipt == "refused" ? Colour::bad : Colour::warn;
}

int receipts(Program& program, bool all) {
  json::object reply;
  if (program.answered("receipts", {{"all", all}}, reply)) return kOk;
  Table table({"id", tr("tipo", "type"), tr("titolo", "title"), tr("stato", "state"),
               tr("modificata", "edited")});
  for (const json::value& one : list_of(reply, "receipts")) {
    const json::object& line = one.as_object();
    table.add({text_of(line, "short"), text_of(line, "type_label"), text_of(line, "title"),
               Cell(text_of(line, "receipt_text"), colour_of_receipt(text_of(line, "receipt"))),
               when(text_of(line, "edited_at"))});
  }
  const std::string held = text_of(reply, "held");
  const std::string refused = text_of(reply, "refused");
  std::string aside;
  const auto add_aside = [&](const std::string& number, const char* one, const char* many) {
    if (number != "0") aside += count_of(number, one, many) + "  → insieme status --quarantine\n";
  };
  add_aside(held, tr("modifica trattenuta dal server, in attesa di decisione",
                     "change held by the server, waiting for a decision"),
            tr("modifiche trattenute dal server, in attesa di decisione",
               "changes held by the server, waiting for a decision"));
  add_aside(refused, tr("modifica rifiutata, conservata qui", "change refused, kept here"),
            tr("modifiche rifiutate, conservate qui", "changes refused, kept here"));
  if (!table.empty()) print(table.text());
  if (!aside.empty()) print(coloured(aside, Colour::warn));
  if (table.empty() && aside.empty()) {
    print(tr("Tutte le schede sono sul server.\n", "All records are on the server.\n"));
  }
  return kOk;
}

int quarantine(Program& program) {
  json::object reply;
  if (program.answered("quarantine.list", {}, reply)) return kOk;
  const json::array& changes = list_of(reply, "changes");
  for (const json::value& one : changes) {
    const json::object& change = one.as_object();
    print(when(text_of(change, "at")) + " · " +
          coloured(text_of(change, "receipt_text"), Colour::warn) + " · " +
          one_line(text_of(change, "reason")) + "\n" + operations_page(change));
  }
  if (changes.empty()) print(tr("Niente in quarantena.\n", "Nothing in quarantine.\n"));
  return kOk;
}

int status(Program& program) {
  json::object reply;
  if (program.answered("status", {}, reply)) return kOk;
  Table table({});
  status_about(program, reply, table);
  status_work(program, reply, table);
  print(table.text());
  return kOk;
}

/// What of photos and files travelled, and what is left; empty if there are none.
std::string files_line(const json::object& reply) {
  const json::object& blobs = object_of(reply, "blobs");
  std::string line;
  const auto add = [&](const char* key, const char* it, const char* en) {
    const std::string number = text_of(blobs, key);
    if (number.empty() || number == "0") return;
    line += (line.empty() ? "" : ", ") + std::string(tr(it, en)) + number;
  };
  add("sent", "inviati ", "sent ");
  add("received", "ricevuti ", "received ");
  add("to_send", "da inviare ", "to send ");
  add("to_fetch", "non ancora qui ", "not here yet ");
  add("refused", "rifiutati ", "refused ");
  if (line.empty()) return line;
  const std::string why = text_of(blobs, tr("stopped_it", "stopped_en"));
  return std::string(tr("Foto e file: ", "Photos and files: ")) + line + "." +
         (why.empty() ? "" : " " + one_line(why)) + "\n";
}

struct SyncOptions {
  bool no_blobs = false;
};

int synchronise(Program& program, const SyncOptions& options) {
  json::object reply;
  json::object arguments;
  if (options.no_blobs) arguments["blobs"] = false;
  if (program.answered("sync.run", std::move(arguments), reply)) return kOk;
  const std::string sent = text_of(reply, "sent");
  const std::string received = text_of(reply, "received");
  std::string line =
      sent == "0" && received == "0"
          ? std::string(tr("Tutto aggiornato, niente di nuovo.", "Up to date, nothing new."))
          : tr("Inviate ", "Sent ") +
                count_of(sent, tr("modifica", "change"), tr("modifiche", "changes")) +
                tr(", ricevute ", ", received ") + received + ".";
  const auto add = [&](const char* key, const char* one, const char* many, const char* hint) {
    const std::string number = text_of(reply, key);
    if (number != "0") line += " " + count_of(number, one, many) + hint;
  };
  add("held", tr("trattenuta", "held"), tr("trattenute", "held"),
      tr(" in attesa di decisione.", ", waiting for a decision."));
  add("refused", tr("rifiutata", "refused"), tr("rifiutate", "refused"),
      ": insieme status --quarantine.");
  add("unsent", tr("ancora da inviare", "still to send"), tr("ancora da inviare", "still to send"),
      ".");
  add("open_items", tr("questione da decidere", "item to decide"),
      tr("questioni da decidere", "items to decide"), ": insieme review.");
  add("open_held", tr("modifica tardiva", "late change"), tr("modifiche tardive", "late changes"),
      ": insieme inbox.");
  print(line + "\n" + files_line(reply));
  prepare_recovery(program);
  const std::string notices = notice_lines(reply);
  if (!notices.empty()) {
    print(notices + coloured(tr("  → letti: insieme notices --seen\n",
                                "  → read: insieme notices --seen\n"),
                             Colour::dim));
  }
  return kOk;
}

int verify(Program& program, bool server) {
  json::object arguments;
  if (server) arguments["server"] = true;
  json::object reply = program.call("verify", std::move(arguments));
  const bool sound = flag_of(reply, "sound");
  if (program.print_json(reply)) return sound ? kOk : kStorage;
  for (const json::value& problem : list_of(reply, "problems")) {
    print("✗ " + harmless(std::string(problem.as_string())) + "\n");
  }
  const json::object& other = object_of(reply, "server");
  for (const json::value& one : list_of(other, "differences")) {
    const json::object& difference = one.as_object();
    print("✗ " + text_of(difference, "dossier") + "/" + text_of(difference, "section") + ": " +
          text_of(difference, "text") + " (" + tr("qui ", "here ") + text_of(difference, "here") +
          ", " + tr("là ", "there ") + text_of(difference, "there") + ")\n");
  }
  print((sound ? coloured(tr("Tutto torna: ", "All is well: "), Colour::good)
               : coloured(tr("Ci sono problemi: ", "There are problems: "), Colour::bad)) +
        count_of(text_of(reply, "documents"), tr("documento", "document"),
                 tr("documenti", "documents")) +
        ", " +
        count_of(text_of(reply, "changes"), tr("modifica", "change"), tr("modifiche", "changes")) +
        ", " +
        count_of(text_of(reply, "records"), tr("scheda", "record"), tr("schede", "records")) +
        (server && list_of(other, "differences").empty()
             ? tr(", come sul server", ", as on the server")
             : "") +
        ".\n");
  return sound ? kOk : kStorage;
}

int backup(Program& program, const std::string& path) {
  json::object reply;
  if (program.answered("backup", {{"path", path}}, reply)) return kOk;
  print(tr("Copia cifrata in ", "Encrypted copy in ") + path +
        tr(" (stessa chiave).\n", " (same key).\n"));
  return kOk;
}

int restore(Program& program, const std::string& path) {
  program.open_as("restore", path);
  json::object reply;
  if (program.answered("identity", {}, reply)) return kOk;
  print(tr("Ripristinato in ", "Restored to ") + program.store_path() +
        tr(". Ora: insieme sync\n", ". Next: insieme sync\n"));
  return kOk;
}

void add_status(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "status", "Che cosa è salvato, inviato, in attesa", "What is saved, sent, waiting",
      "  insieme status\n  insieme status --receipts\n  insieme status --quarantine");
  auto receipts_too = std::make_shared<bool>(false);
  auto all = std::make_shared<bool>(false);
  auto refused = std::make_shared<bool>(false);
  command->add_flag("--receipts", *receipts_too,
                    tr("Le schede non ancora a posto, una per una",
                       "The records that are not settled yet, one by one"));
  command->add_flag("--all", *all, tr("Tutte le schede", "All records"));
  command->add_flag("--quarantine", *refused,
                    tr("Le modifiche trattenute o rifiutate, con il motivo",
                       "The changes held or refused, with the reason"));
  command->callback([&program, receipts_too, all, refused] {
    program.run = [&program, receipts_too, all, refused] {
      if (*refused) return quarantine(program);
      return *receipts_too || *all ? receipts(program, *all) : status(program);
    };
  });
}

void add_sync(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "sync", "Invia il nuovo di qui e riceve il nuovo degli altri",
      "Sends what is new here and receives what is new elsewhere",
      "  insieme sync\n  insieme sync --no-blobs");
  auto options = std::make_shared<SyncOptions>();
  command->add_flag("--no-blobs", options->no_blobs,
                    tr("Solo le schede, su una rete che costa; foto e file un'altra volta",
                       "Records alone, on a network that costs; photos and files another time"));
  command->callback([&program, options] {
    program.run = [&program, options] { return synchronise(program, *options); };
  });
}

}  // namespace

void add_store_commands(CLI::App& app, Program& program) {
  add_command(app, "init", "Crea un archivio cifrato vuoto", "Makes an empty encrypted store",
              "  insieme init --store visite.insieme")
      ->callback([&program] { program.run = [&program] { return init(program); }; });

  CLI::App* enrolment = add_command(
      app, "enrol", "Lega l'archivio a un account, con un invito o entrando con l'ente",
      "Binds the store to an account, with an invitation or by signing in",
      "  insieme enrol 'insieme://server:8443/ABCDE-…?key=…'\n"
      "  insieme enrol ABCDE-FGHJK-… --server https://server:8443 --name 'tablet di Anna'\n"
      "  insieme enrol --sign-in --server https://server:8443\n"
      "  insieme enrol --sign-in --account anna --server https://server:8443");
  auto options = std::make_shared<EnrolOptions>();
  enrolment
      ->add_option("invitation", options->invitation, tr("Indirizzo o codice", "Address or code"));
  enrolment->add_flag("--sign-in", options->sign_in,
                      tr("Entrare con l'ente, nel browser di questo computer, o con nome e "
                         "password",
                         "Sign in with your organization, in this computer's browser, or with a "
                         "name and a password"));
  enrolment->add_option("--account", options->account,
                        tr("Nome di un'utenza con password di questo server",
                           "Name of an account with a password of this server"));
  enrolment->add_flag("--password-stdin", options->from_input,
                      tr("Password, codice e password nuova dallo standard input, una per riga",
                         "Password, code and new password from standard input, one a line"));
  enrolment->add_option("--server", options->server,
                        tr("Indirizzo del server", "The server's address"));
  enrolment->add_option("--name", options->name, tr("Nome del dispositivo", "Name of the device"));
  enrolment->callback([&program, options] {
    program.run = [&program, options] { return enrol(program, *options); };
  });

  add_status(app, program);
  add_sync(app, program);
  CLI::App* verifying =
      add_command(app, "verify", "Ricontrolla tutto l'archivio", "Checks the whole store again",
                  "  insieme verify\n  insieme verify --server");
  auto server = std::make_shared<bool>(false);
  verifying->add_flag("--server", *server,
                      tr("Scambia dati e confronta ogni documento con il server",
                         "Synchronises and compares each document with the server"));
  verifying->callback([&program, server] {
    program.run = [&program, server] { return verify(program, *server); };
  });

  CLI::App* copy = add_command(app, "backup", "Copia cifrata dell'archivio",
                               "An encrypted copy of the store", "  insieme backup copia.insieme");
  auto path = std::make_shared<std::string>();
  copy->add_option("file", *path, tr("File nuovo", "A new file"))->required();
  copy->callback(
      [&program, path] { program.run = [&program, path] { return backup(program, *path); }; });
  CLI::App* back = add_command(
      app, "restore", "Ricostruisce un archivio da una copia", "Rebuilds a store from a copy",
      "  insieme restore copia.insieme --store nuovo.insieme --key-file visite.insieme.key");
  auto from = std::make_shared<std::string>();
  back->add_option("file", *from, tr("La copia", "The copy"))->required();
  back->callback(
      [&program, from] { program.run = [&program, from] { return restore(program, *from); }; });
}

}  // namespace insieme::cli
