#include "account_sign_in.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <vector>

#include "pin_commands.hpp"
#include "words.hpp"

namespace insieme::cli {
namespace {

constexpr int kWrongTries = 3;

bool has_code(const Stop& stop, std::string_view code) {
  return text_of(object_of(stop.reply(), "error"), "code") == code;
}

/// One thing that a person knows, from the terminal or from a program.
class Asker {
 public:
  explicit Asker(bool from_input) : from_input_(from_input) {}

  [[nodiscard]] std::string seen(const char* it, const char* en) const {
    if (!from_input_ && ::isatty(STDIN_FILENO) == 1) std::cerr << tr(it, en) << std::flush;
    return line();
  }
  [[nodiscard]] std::string unseen(const char* it, const char* en) const {
    if (from_input_) return line();
    std::string answer = ask_unseen(it, en);
    if (answer.empty()) nobody();
    return answer;
  }
  /// Twice, since nobody sees it.
  [[nodiscard]] std::string chosen() const {
    for (;;) {
      std::string first = unseen("Password nuova (10 caratteri o più): ",
                                 "New password (10 characters or more): ");
      if (from_input_ || first == unseen("Ancora una volta: ", "Once more: ")) return first;
      std::cerr << tr("Le due password non sono uguali.\n",
                      "The two passwords are not the same.\n");
    }
  }
  [[nodiscard]] bool asks_again() const { return !from_input_; }

 private:
  [[nodiscard]] std::string line() const {
    std::string text;
    if (!from_input_ && ::isatty(STDIN_FILENO) != 1) nobody();
    if (!std::getline(std::cin, text)) nobody();
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return text;
  }
  [[noreturn]] static void nobody() {
    throw Stop(kUsage, tr("Qui nessuno può rispondere: dare le risposte, una per riga, con "
                          "--password-stdin.",
                          "Nobody can answer here: give the answers, one a line, with "
                          "--password-stdin."));
  }

  bool from_input_;
};

/// What is shown once, beside the answer: a person has to read it with --json, too.
void show(const json::object& step) {
  if (const std::string address = text_of(step, "totp_address"); !address.empty()) {
    std::fprintf(stderr, "%s\n\n  %s\n  %s\n\n",
                 tr("Aggiungere all'app dei codici (a mano, o da un QR di questo indirizzo):",
                    "Add this to your app of codes (by hand, or as a QR code of this address):"),
                 one_line(text_of(step, "totp_secret")).c_str(), one_line(address).c_str());
  }
  const json::value* codes = step.if_contains("recovery_codes");
  if (codes == nullptr || !codes->is_array()) return;
  std::fprintf(stderr, "%s\n\n",
               tr("Codici di recupero, ognuno vale una volta senza il telefono. Stamparli o "
                  "scriverli ora: non si mostrano più.",
                  "Recovery codes; each works once without the telephone. Print them or write "
                  "them down now: they are not shown again."));
  for (const json::value& code : codes->get_array()) {
    if (code.is_string()) {
      std::fprintf(stderr, "  %s\n", one_line(std::string(code.get_string())).c_str());
    }
  }
  std::fprintf(stderr, "\n");
}

bool is_code(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == ' '; });
}

/// What the server asks for as `next`.
json::object answer_to(const std::string& next, const Asker& asker) {
  if (next == "new_password") return {{"new_password", asker.chosen()}};
  if (next == "totp") {
    return {{"code", asker.seen("Il codice che mostra ora: ", "The code that it shows now: ")}};
  }
  const std::string code =
      asker.seen("Codice dell'app (o un codice di recupero): ",
                 "Code of the app (or a recovery code): ");
  if (is_code(code)) return {{"code", code}};
  return {{"recovery_code", code}};
}

int change(Program& program, const AccountSignIn& wanted) {
  if (wanted.wants.empty()) {
    throw Stop(kUsage, tr("Dire che cosa cambiare: --change password, totp o codes.",
                          "Say what to change: --change password, totp or codes."));
  }
  static_cast<void>(sign_in_with_account(program, wanted));
  if (!program.globals.json) print(tr("Fatto.\n", "Done.\n"));
  return kOk;
}

}  // namespace

bool has_way(Program& program, const std::string& server, std::string_view way) {
  try {
    json::object arguments;
    if (!server.empty()) arguments["server"] = server;
    const json::object reply = program.call("sign_in.ways", arguments);
    const json::value* ways = reply.if_contains("ways");
    if (ways == nullptr || !ways->is_array()) return false;
    for (const json::value& one : ways->get_array()) {
      if (one.is_object() && text_of(one.get_object(), "way") == way) return true;
    }
  } catch (const Stop&) {
    return false;  // what follows says what is wrong
  }
  return false;
}

json::object sign_in_with_account(Program& program, const AccountSignIn& wanted) {
  const Asker asker(wanted.from_input);
  json::object arguments;
  if (!wanted.server.empty()) arguments["server"] = wanted.server;
  json::object begin = arguments;
  begin["name"] = wanted.name.empty() ? asker.seen("Nome: ", "Name: ") : wanted.name;
  begin["password"] = asker.unseen("Password: ", "Password: ");
  if (!wanted.wants.empty()) begin["wants"] = wanted.wants;
  json::object reply = program.call("sign_in.account", begin);
  arguments["ticket"] = text_of(reply, "ticket");
  arguments["verifier"] = text_of(reply, "verifier");
  show(reply);
  for (int wrong = 0; text_of(reply, "next") != "ready";) {
    json::object step = arguments;
    for (auto& [name, value] : answer_to(text_of(reply, "next"), asker)) step[name] = value;
    try {
      reply = program.call("sign_in.step", step);
      show(reply);
    } catch (const Stop& stop) {
      // A code mistyped, a password that is refused: said, and asked for once more.
      if (!asker.asks_again() || !has_code(stop, "sign_in_refused") || ++wrong == kWrongTries) {
        throw;
      }
      std::fprintf(stderr, "%s\n", stop.what());
    }
  }
  return arguments;
}

std::string invitation_of_account(Program& program, const AccountSignIn& wanted) {
  return text_of(program.call("sign_in.finish", sign_in_with_account(program, wanted)),
                 "invitation");
}

void add_account_command(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "account",
      "Cambia la password, l'app dei codici o i codici di recupero di un'utenza del server",
      "Changes the password, the app of codes or the recovery codes of an account of the server",
      "  insieme account anna --change password\n"
      "  insieme account anna --change totp --server https://server:8443");
  const auto wanted = std::make_shared<AccountSignIn>();
  const auto changes = std::make_shared<std::vector<std::string>>();
  command->add_option("name", wanted->name, tr("Nome dell'utenza", "Name of the account"));
  command
      ->add_option("--change", *changes,
                   tr("password, totp (app dei codici), codes (codici di recupero)",
                      "password, totp (app of codes), codes (recovery codes)"))
      ->check(CLI::IsMember({"password", "totp", "codes"}));
  command->add_option("--server", wanted->server,
                      tr("Indirizzo del server", "The server's address"));
  command->add_flag("--password-stdin", wanted->from_input,
                    tr("Risposte dallo standard input, una per riga",
                       "Answers from standard input, one a line"));
  command->callback([&program, wanted, changes] {
    program.run = [&program, wanted, changes] {
      AccountSignIn all = *wanted;
      for (const std::string& one : *changes) all.wants += (all.wants.empty() ? "" : " ") + one;
      return change(program, all);
    };
  });
}

}  // namespace insieme::cli
