// pin set, change, remove, status, unlock, recover.
#include "pin_commands.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "key_file.hpp"

namespace insieme::cli {
namespace {

constexpr const char* kPin = "INSIEME_PIN";
constexpr const char* kNewPin = "INSIEME_NEW_PIN";

/// What is typed meanwhile is not shown.
class Unseen {
 public:
  Unseen() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Unseen() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
  bool is_terminal_;
};

std::string present_pin() { return ask_pin(kPin, "PIN: ", "PIN: "); }

/// Twice, since nobody sees it.
std::string new_pin() {
  const std::string first = ask_pin(kNewPin, "PIN nuovo: ", "New PIN: ");
  if (std::getenv(kNewPin) != nullptr) return first;
  if (first == ask_pin(kNewPin, "Ancora una volta: ", "Once more: ")) return first;
  throw Stop(kRefused, tr("I due PIN non sono uguali: non è cambiato nulla.",
                          "The two PINs are not the same: nothing was changed."));
}

void check_key_file(const Program& program) {
  if (std::getenv("INSIEME_KEY") == nullptr || !program.globals.key_file.empty()) return;
  throw Stop(kRefused,
             tr("La chiave viene da INSIEME_KEY: un PIN cambia ciò che va custodito, e lì non si "
                "può scrivere. Usare un file: --key-file FILE.",
                "The key comes from INSIEME_KEY: a PIN changes what is to be kept, and nothing can "
                "be written there. Use a file: --key-file FILE."));
}

/// Puts what the core gave in the place of the key; from then on it holds.
json::object keep(Program& program, const json::object& reply) {
  replace_key_file(program.key_path(), text_of(reply, "device_secret"));
  return program.call("pin.kept");
}

void print_recovery(const json::object& state) {
  print(flag_of(state, "recovery")
            ? tr("Se lo si dimentica: insieme pin recover, e chi coordina può sbloccare.\n",
                 "If it is forgotten: insieme pin recover, and the coordinator can unlock.\n")
            : coloured(tr("Attenzione: lo sblocco da parte di chi coordina non è ancora preparato. "
                          "Senza il PIN l'archivio non si apre.\n",
                          "Careful: the unlock by the coordinator is not prepared yet. Without the "
                          "PIN the store does not open.\n"),
                       Colour::warn));
}

int set_pin(Program& program) {
  check_key_file(program);
  if (flag_of(program.call("pin.state"), "pin")) {
    throw Stop(kRefused, tr("C'è già un PIN: insieme pin change.",
                            "There is a PIN already: insieme pin change."));
  }
  const std::string pin = new_pin();
  keep(program, program.call("pin.set", {{"pin", pin}}));
  learn_policy(program);
  const json::object state = program.call("pin.state");
  if (program.print_json(state)) return kOk;
  print(tr("PIN impostato. Il file della chiave è cambiato: le copie di quello vecchio aprono "
           "ancora l'archivio senza PIN, cancellarle.\n",
           "PIN set. The key file has changed: copies of the old one still open the store without "
           "a PIN, erase them.\n"));
  print_recovery(state);
  return kOk;
}

int change_pin(Program& program) {
  program.call("pin.state");  // unlocks, or says what stands against it
  const std::string pin = present_pin();
  const json::object state = program.call("pin.change", {{"pin", pin}, {"new_pin", new_pin()}});
  if (program.print_json(state)) return kOk;
  print(tr("PIN cambiato.\n", "PIN changed.\n"));
  return kOk;
}

int remove_pin(Program& program) {
  check_key_file(program);
  program.call("pin.state");
  learn_policy(program);
  const json::object state = keep(program, program.call("pin.remove", {{"pin", present_pin()}}));
  if (program.print_json(state)) return kOk;
  print(tr("PIN tolto: ora basta il file della chiave.\n",
           "PIN removed: now the key file is enough.\n"));
  return kOk;
}

int pin_status(Program& program) {
  const json::object state = program.call_locked("pin.state");
  if (program.print_json(state)) return kOk;
  if (!flag_of(state, "pin")) {
    print(tr("Nessun PIN: il file della chiave apre l'archivio.\n",
             "No PIN: the key file opens the store.\n"));
    return kOk;
  }
  std::string line = tr("C'è un PIN.", "There is a PIN.");
  if (text_of(state, "failed") != "0") {
    line += tr(" Sbagliato di seguito: ", " Wrong in a row: ") + text_of(state, "failed") + ".";
  }
  if (flag_of(state, "blocked")) {
    line += tr(" Ora apre solo insieme pin recover.", " Only insieme pin recover opens now.");
  } else if (!text_of(state, "wait_text").empty()) {
    line += tr(" Prossimo tentativo tra ", " Next try in ") + text_of(state, "wait_text") + ".";
  }
  print(line + "\n");
  print_recovery(state);
  return kOk;
}

int unlock(Program& program) {
  const json::object state = program.call("pin.state");
  if (program.print_json(state)) return kOk;
  print(tr("L'archivio si apre.\n", "The store opens.\n"));
  return kOk;
}

int recover(Program& program, const std::string& answer) {
  json::object reply;
  if (answer.empty()) {
    reply = program.call_locked("recovery.request");
    if (program.print_json(reply)) return kOk;
    print(tr("Codice di richiesta, da dare a chi coordina:\n\n",
             "The request, for the coordinator:\n\n") +
          text_of(reply, "request") +
          tr("\n\nCon la risposta: insieme pin recover RISPOSTA\n",
             "\n\nWith the answer: insieme pin recover ANSWER\n"));
    return kOk;
  }
  reply = program.call_locked("recovery.answer", {{"answer", answer}, {"new_pin", new_pin()}});
  if (program.print_json(reply)) return kOk;
  print(tr("Aperto, con il PIN nuovo. Nulla è andato perso.\n",
           "Open, with the new PIN. Nothing was lost.\n"));
  return kOk;
}

}  // namespace

std::string ask_pin(const char* variable, const char* it, const char* en) {
  if (const char* given = std::getenv(variable)) return given;
  return ask_unseen(it, en);
}

std::string ask_unseen(const char* it, const char* en) {
  if (::isatty(STDIN_FILENO) != 1) return {};
  std::cerr << tr(it, en) << std::flush;
  std::string pin;
  {
    const Unseen unseen;
    std::getline(std::cin, pin);
  }
  std::cerr << '\n';
  return pin;
}

void learn_policy(Program& program) {
  try {
    const json::object policy = program.call("policy.fetch");
    if (program.globals.json || !flag_of(policy, "pin_required")) return;
    if (flag_of(program.call("pin.state"), "pin")) return;
    print(coloured(tr("Questo spazio chiede un PIN: insieme pin set\n",
                      "This space asks for a PIN: insieme pin set\n"),
                   Colour::warn));
  } catch (const Stop&) {
    return;  // no network, an older server, no enrolment: asked again after a synchronisation
  }
}

void prepare_recovery(Program& program) {
  const json::object state = program.call("pin.state");
  if (flag_of(state, "pin") && !flag_of(state, "recovery")) learn_policy(program);
}

void add_pin_commands(CLI::App& app, Program& program) {
  CLI::App* pin = add_command(
      app, "pin", "Il PIN che protegge l'archivio", "The PIN that protects the store",
      "  insieme pin set\n  insieme pin change\n  insieme pin status\n  insieme pin recover\n"
      "  insieme pin recover 3F0A-91C2-…\n  INSIEME_PIN=407319 insieme status");
  pin->require_subcommand(1);
  const auto add = [&](const char* name, const char* it, const char* en, int (*act)(Program&)) {
    CLI::App* one = pin->add_subcommand(name, tr(it, en));
    one->fallthrough();
    one->callback([&program, act] { program.run = [&program, act] { return act(program); }; });
  };
  add("set", "Mette un PIN (6 o più cifre o lettere)", "Sets a PIN (6 or more digits or letters)",
      set_pin);
  add("change", "Lo cambia; l'archivio non viene toccato",
      "Changes it; the store is not touched", change_pin);
  add("remove", "Lo toglie", "Removes it", remove_pin);
  add("status", "Se c'è, quanti errori, quanto attendere",
      "Whether there is one, how many errors, how long to wait", pin_status);
  add("unlock", "Prova il PIN", "Tries the PIN", unlock);
  CLI::App* back =
      pin->add_subcommand("recover", tr("PIN dimenticato: la richiesta per chi coordina, poi la "
                                        "sua risposta",
                                        "PIN forgotten: the request for the coordinator, then the "
                                        "answer"));
  back->fallthrough();
  auto answer = std::make_shared<std::string>();
  back->add_option("answer", *answer, tr("Il codice di sblocco", "The unlock code"));
  back->callback([&program, answer] {
    program.run = [&program, answer] { return recover(program, *answer); };
  });
}

}  // namespace insieme::cli
