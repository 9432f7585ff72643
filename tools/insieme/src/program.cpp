#include "program.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "insieme/client/platform.hpp"
#include "key_file.hpp"
#include "pin_commands.hpp"

namespace insieme::cli {
namespace {

json::string_view key_of(std::string_view key) { return {key.data(), key.size()}; }

/// One table for what the core's error codes mean to the shell.
int exit_code_of(const std::string& code) {
  static const std::map<std::string, int, std::less<>> kCodes{
      {"unknown_command", kUsage}, {"unknown_argument", kUsage}, {"missing_argument", kUsage},
      {"malformed", kUsage},       {"storage_full", kStorage},   {"storage_failure", kStorage},
      {"storage_newer", kStorage}, {"wrong_key", kStorage},      {"busy", kStorage},
      {"checksum", kStorage},      {"broken_chain", kStorage},   {"fork", kStorage},
      {"internal", kStorage},      {"unavailable", kNetwork},    {"unauthenticated", kNetwork},
      {"bad_signature", kNetwork}, {"not_enrolled", kNetwork},   {"wrong_version", kNetwork},
      {"quota", kNetwork},         {"cancelled", kNetwork},      {"bad_reply", kNetwork},
      {"not_insieme", kNetwork},   {"device_refused", kNetwork},
      {"locked", kStorage},        {"pin_wrong", kStorage},      {"pin_wait", kStorage},
      {"pin_blocked", kStorage},   {"device_locked", kStorage},  {"device_wiped", kStorage},
      {"device_wiping", kStorage}};
  const auto found = kCodes.find(code);
  return found != kCodes.end() ? found->second : kRefused;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string random_id() {
  std::array<std::uint8_t, 16> bytes{};
  client::system_platform().random(bytes);
  return sync::to_hex(bytes);
}

json::object parsed(const std::string& reply) {
  json::value value = json::parse(reply);
  return value.is_object() ? std::move(value.as_object()) : json::object{};
}

[[noreturn]] void stop_with(const json::object& reply, const std::string& hint = {}) {
  const json::object& error = object_of(reply, "error");
  const std::string code = text_of(error, "code");
  std::string said = sentence_of(error) + hint;
  if (code == "missing_argument" && text_of(error, "field") == "dossier") {
    said += tr(" Si indica con --dossier (insieme list ne mostra gli id).",
               " Give it with --dossier (insieme list shows their ids).");
  }
  throw Stop(exit_code_of(code), said, reply);
}

/// What is left to do with a file that does not open.
std::string opening_hint(const std::string& code) {
  if (code != "storage_failure" && code != "wrong_key" && code != "checksum") return {};
  return tr(" Da una copia: insieme restore COPIA --store NUOVO, con la stessa chiave.",
            " From a backup: insieme restore COPY --store NEW, with the same key.");
}

json::object ask(client::Client& client, const char* command) {
  return parsed(client.call(json::serialize(json::object{{"command", command}})));
}

/// The server wiped this device: the core has destroyed the store, and the key beside it is worth
/// nothing. The server is told, now or the next time that there is a network.
void follow_wipe(client::Client& client, const std::string& key_path) {
  remove_key_file(key_path);
  static_cast<void>(ask(client, "order.contact"));
}

}  // namespace

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->as_string());
  return value->is_int64() ? std::to_string(value->as_int64()) : std::string();
}

bool flag_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key_of(key));
  return value != nullptr && value->is_bool() && value->as_bool();
}

const json::array& list_of(const json::object& object, std::string_view key) {
  static const json::array nothing;
  const json::value* value = object.if_contains(key_of(key));
  return value != nullptr && value->is_array() ? value->as_array() : nothing;
}

const json::object& object_of(const json::object& object, std::string_view key) {
  static const json::object nothing;
  const json::value* value = object.if_contains(key_of(key));
  return value != nullptr && value->is_object() ? value->as_object() : nothing;
}

std::string sentence_of(const json::object& error) {
  return text_of(error, language() == Language::it ? "message_it" : "message_en");
}

void print(const std::string& text) {
  if (std::cout << text << std::flush) return;
  throw Stop(kStorage,
             tr("L'uscita non si può scrivere: il risultato non è stato mostrato per intero. Ciò "
                "che era da salvare è salvato.",
                "The output cannot be written: the result was not shown in full. What was to be "
                "saved is saved."));
}

void Program::open_as(std::string mode, std::string backup) {
  mode_ = std::move(mode);
  backup_ = std::move(backup);
}

std::string Program::store_path() const {
  const std::string path = !globals.store.empty() ? globals.store : environment("INSIEME_STORE");
  if (!path.empty()) return path;
  throw Stop(kUsage, tr("Quale archivio? Indicare --store FILE o la variabile INSIEME_STORE.",
                        "Which store? Give --store FILE or set INSIEME_STORE."));
}

std::string Program::key_path() const {
  return globals.key_file.empty() ? store_path() + ".key" : globals.key_file;
}

std::string Program::key() const {
  const std::string given = environment("INSIEME_KEY");
  if (globals.key_file.empty() && !given.empty()) return given;
  std::ifstream file(key_path());
  std::string key;
  if (file >> key) return key;
  throw Stop(kStorage,
             tr("Non si legge il file della chiave: ", "The key file cannot be read: ") +
                 key_path() +
                 tr(". Se la chiave è altrove: --key-file FILE, o INSIEME_KEY. Senza la chiave "
                    "l'archivio non si apre.",
                    ". If the key is elsewhere: --key-file FILE, or INSIEME_KEY. Without the key "
                    "the store does not open."));
}

std::string Program::key_to_open() const {
  std::error_code unreadable;
  const bool is_ordered = std::filesystem::exists(store_path() + ".order", unreadable);
  if (is_ordered && environment("INSIEME_KEY").empty()) {
    // Written over, and the program died before it took the file away.
    const bool is_there = std::filesystem::exists(key_path(), unreadable) || unreadable;
    if (!is_there || std::ifstream(key_path()).peek() == '\0') return random_id() + random_id();
  }
  return key();
}

std::int64_t Program::now_ms() const {
  if (globals.clock_ms.empty()) return client::system_platform().now_ms();
  return std::strtoll(globals.clock_ms.c_str(), nullptr, 10);
}

void Program::ensure_open() {
  if (client_) return;
  std::error_code unreadable;
  const auto is_there = [&](const std::string& path) {
    return std::filesystem::exists(path, unreadable) || unreadable;
  };
  const bool is_ordered = is_there(store_path() + ".order");
  if (mode_ == "open" && !is_there(store_path()) && !is_there(store_path() + ".generation") &&
      !is_ordered) {
    throw Stop(kStorage, tr("Non c'è nessun archivio in ", "There is no store at ") + store_path() +
                             tr(". Per crearlo: insieme init. Per usarne un altro: --store FILE.",
                                ". To make it: insieme init. To use another: --store FILE."));
  }
  json::object options{{"path", store_path()},
                       {"key", mode_ == "open" ? key_to_open() : key()},
                       {"mode", mode_}};
  if (!backup_.empty()) {
    // The copy has the PIN of the store that it was made of.
    options["backup"] = backup_;
    const std::string pin = ask_pin("INSIEME_PIN", "PIN (invio se non c'è): ",
                                    "PIN (return if there is none): ");
    if (!pin.empty()) options["pin"] = pin;
  }
  if (!globals.ca_file.empty()) options["ca_file"] = globals.ca_file;
  if (!globals.public_key.empty()) options["public_key"] = globals.public_key;
  if (!globals.certificate.empty()) options["certificate"] = globals.certificate;
  if (!globals.certificate_key.empty()) options["certificate_key"] = globals.certificate_key;
  if (globals.impatient) options["wait"] = false;
  if (!globals.clock_ms.empty()) options["clock_ms"] = globals.clock_ms;
  const json::object reply = parsed(client::Client::open(json::serialize(options), client_));
  is_locked_ = flag_of(reply, "locked");
  if (text_of(reply, "order") == "wiped") {
    follow_wipe(*client_, key_path());
    stop_with(ask(*client_, "status"));
  }
  if (text_of(reply, "order") == "locked" || text_of(reply, "order") == "wiping") {
    // Perhaps not any more.
    const json::object state = ask(*client_, "order.contact");
    if (flag_of(state, "ok")) is_locked_ = flag_of(state, "locked");
    if (text_of(object_of(state, "error"), "code") == "device_wiped") {
      follow_wipe(*client_, key_path());
      stop_with(state);
    }
  }
  if (flag_of(reply, "ok")) return;
  client_.reset();
  stop_with(reply,
            mode_ == "open" ? opening_hint(text_of(object_of(reply, "error"), "code")) : "");
}

void Program::ensure_unlocked() {
  ensure_open();
  if (!is_locked_) return;
  const json::object closed = ask(*client_, "status");
  const std::string why = text_of(object_of(closed, "error"), "code");
  if (why == "device_locked" || why == "device_wiping") stop_with(closed);
  const std::string pin = ask_pin("INSIEME_PIN", "PIN: ", "PIN: ");
  if (pin.empty()) {
    throw Stop(kStorage, tr("L'archivio è chiuso da un PIN: scriverlo al terminale, o darlo in "
                            "INSIEME_PIN. Se è dimenticato: insieme pin recover.",
                            "The store is locked by a PIN: type it at a terminal, or give it in "
                            "INSIEME_PIN. If it is forgotten: insieme pin recover."));
  }
  const json::object reply = parsed(
      client_->call(json::serialize(json::object{{"command", "unlock"}, {"pin", pin}})));
  if (text_of(object_of(reply, "error"), "code") == "device_wiped") {
    follow_wipe(*client_, key_path());
  }
  if (!flag_of(reply, "ok")) stop_with(reply);
  is_locked_ = false;
}

json::object Program::call(const std::string& command, json::object arguments) {
  ensure_unlocked();
  return call_locked(command, std::move(arguments));
}

json::object Program::call_locked(const std::string& command, json::object arguments) {
  ensure_open();
  arguments["command"] = command;
  arguments["lang"] = language() == Language::it ? "it" : "en";
  arguments["request_id"] = globals.request_id.empty() ? random_id() : globals.request_id;
  if (!globals.purpose.empty()) arguments["purpose"] = globals.purpose;
  json::object reply = parsed(
      client_->call(json::serialize(arguments), [this](std::string_view e) { on_event(e); }));
  progress_.clear();
  if (text_of(object_of(reply, "error"), "code") == "device_wiped") {
    follow_wipe(*client_, key_path());
  }
  if (!flag_of(reply, "ok")) stop_with(reply);
  if (reply.contains("not_noted")) {
    std::cerr << "insieme: " << sentence_of(object_of(reply, "not_noted")) << "\n";
  }
  return reply;
}

void Program::close() { client_.reset(); }

std::string Program::call_raw(std::string_view request) {
  ensure_unlocked();
  return client_->call(request);
}

void Program::on_event(std::string_view event) {
  if (!is_terminal_err()) return;
  const json::object what = parsed(std::string(event));
  const std::string kind = text_of(what, "event");
  if (kind == "sync") {
    std::string line = tr("Sincronizzo… inviate ", "Synchronising… sent ") + text_of(what, "sent") +
                       tr(", ricevute ", ", received ") + text_of(what, "received");
    if (text_of(what, "step") == "waiting") {
      line += tr("; il server non risponde, riprovo tra ", "; no answer, trying again in ") +
              text_of(what, "wait_ms") + " ms";
    }
    progress_.show(line);
  } else if (kind == "import") {
    progress_.show(tr("Righe ", "Rows ") + text_of(what, "done") + "/" + text_of(what, "of"));
  } else if (kind == "export") {
    progress_.show(tr("Schede ", "Records ") + text_of(what, "done"));
  }
}

bool Program::print_json(const json::object& reply) const {
  if (globals.json) print(json::serialize(reply) + "\n");
  return globals.json;
}

bool Program::answered(const std::string& command, json::object arguments, json::object& reply) {
  reply = call(command, std::move(arguments));
  return print_json(reply);
}

CLI::App* add_command(CLI::App& app, const char* name, const char* it, const char* en,
                      const char* examples) {
  CLI::App* command = app.add_subcommand(name, tr(it, en));
  command->group(tr("Comandi", "Commands"));
  if (command->get_help_ptr() != nullptr) command->get_help_ptr()->group(tr("Opzioni", "Options"));
  command->footer(std::string(tr("Esempi:\n", "Examples:\n")) + examples);
  return command;
}

}  // namespace insieme::cli
