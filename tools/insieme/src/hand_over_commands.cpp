#include "hand_over_commands.hpp"

namespace insieme::cli {
namespace {

struct HandOverOptions {
  std::string subject;  ///< dossier or hand-over
  std::string to;
  std::string from;
  std::string reason;
};

int list_hand_overs(Program& program, const HandOverOptions& options) {
  json::object arguments;
  if (!options.subject.empty()) arguments["dossier"] = options.subject;
  json::object reply;
  if (program.answered("handover.list", std::move(arguments), reply)) return kOk;
  Table table({"id", tr("da", "from"), tr("a", "to"), tr("stato", "state"),
               tr("motivo", "reason")});
  for (const json::value& one : list_of(reply, "hand_overs")) {
    const json::object& line = one.as_object();
    table.add({text_of(line, "short"), one_line(text_of(line, "from")),
               one_line(text_of(line, "to")), text_of(line, "state"),
               one_line(text_of(line, "reason"))});
  }
  print(table.text());
  return kOk;
}

int propose(Program& program, const HandOverOptions& options) {
  json::object arguments{{"dossier", options.subject}, {"to", options.to}};
  if (!options.from.empty()) arguments["from"] = options.from;
  if (!options.reason.empty()) arguments["reason"] = options.reason;
  json::object reply;
  if (program.answered("handover.propose", std::move(arguments), reply)) return kOk;
  print(tr("Proposto. Passa quando la risposta arriva al server: ",
           "Proposed. It passes when the answer reaches the server: ") +
        text_of(object_of(reply, "record"), "short") + "\n");
  return kOk;
}

int answer(Program& program, const HandOverOptions& options, const char* command) {
  json::object arguments{{"record", options.subject}};
  if (!options.reason.empty()) arguments["reason"] = options.reason;
  json::object reply;
  if (program.answered(command, std::move(arguments), reply)) return kOk;
  print(tr("Salvato qui. Vale la prima risposta che arriva al server.\n",
           "Saved here. The first answer that reaches the server counts.\n"));
  return kOk;
}

void add_answer(CLI::App& group, Program& program, const char* name, const char* command,
                const char* it, const char* en) {
  auto options = std::make_shared<HandOverOptions>();
  const std::string example = std::string("  insieme handover ") + name + " 5f3a9c01";
  CLI::App* one = add_command(group, name, it, en, example.c_str());
  one->add_option("record", options->subject, tr("Il passaggio", "The hand-over"))->required();
  one->add_option("--reason", options->reason, tr("Perché", "Why"));
  one->callback([&program, options, command] {
    program.run = [&program, options, command] { return answer(program, *options, command); };
  });
}

}  // namespace

void add_hand_over_commands(CLI::App& app, Program& program) {
  CLI::App* group = add_command(app, "handover", "Passare un fascicolo a un'altra persona",
                                "Pass a dossier on to another person",
                                "  insieme handover propose 9b1e44d2 --to luca\n"
                                "  insieme handover accept 5f3a9c01");
  group->require_subcommand(1);
  auto options = std::make_shared<HandOverOptions>();
  CLI::App* proposing =
      add_command(*group, "propose", "Proponilo", "Propose it",
                  "  insieme handover propose 9b1e44d2 --to luca --reason 'cambio di zona'");
  proposing->add_option("dossier", options->subject, tr("Il fascicolo", "The dossier"))
      ->required();
  proposing->add_option("--to", options->to, tr("Account di chi lo prende", "Who takes it"))
      ->required();
  proposing->add_option("--from", options->from, tr("Di chi lo lascia, se non sei tu",
                                                    "Who leaves it, if not you"));
  proposing->add_option("--reason", options->reason, tr("Perché", "Why"));
  proposing->callback([&program, options] {
    program.run = [&program, options] { return propose(program, *options); };
  });
  add_answer(*group, program, "accept", "handover.accept", "Accettalo", "Accept it");
  add_answer(*group, program, "refuse", "handover.refuse", "Rifiutalo", "Refuse it");
  add_answer(*group, program, "revoke", "handover.revoke", "Revocalo", "Revoke it");
  auto listed = std::make_shared<HandOverOptions>();
  CLI::App* listing = add_command(*group, "list", "I passaggi proposti e decisi",
                                  "Those proposed and decided", "  insieme handover list");
  listing->add_option("dossier", listed->subject, tr("Solo di questo", "Of this one only"));
  listing->callback([&program, listed] {
    program.run = [&program, listed] { return list_hand_overs(program, *listed); };
  });
}

}  // namespace insieme::cli
