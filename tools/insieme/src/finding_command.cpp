#include "finding_command.hpp"

#include <algorithm>

#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct FindingOptions {
  std::string finding;
  std::string reason;
  bool dismiss = false;
  bool reopen = false;
};

bool is_there_only(const json::object& finding) {
  const json::value* here = finding.if_contains("here");
  return here != nullptr && !here->as_bool();
}

/// The commands that people answer with.
std::string answers(const json::object& finding) {
  const std::string id = text_of(finding, "id").substr(0, 8);
  if (!text_of(finding, "body").empty()) {
    return tr("se non è la stessa persona, dirlo a chi gestisce il server: ",
              "if it is not the same person, tell the people who run the server: ") + id;
  }
  if (is_there_only(finding)) return "insieme sync && insieme review --kind finding";
  if (!finding.at("open").as_bool()) return "insieme finding " + id + " --reopen --reason '…'";
  const std::string dismiss = "insieme finding " + id + " --dismiss --reason '…'";
  const json::array& records = list_of(finding, "records");
  const bool same = text_of(finding, "rule").rfind("likely_same_", 0) == 0 && records.size() == 2 &&
                    text_of(finding, "rule") != "likely_same_visit";
  if (!same) return dismiss;
  return "insieme same " + text_of(records[0].as_object(), "short") + " " +
         text_of(records[1].as_object(), "short") + "  |  " + dismiss;
}

int decide_finding(Program& program, const FindingOptions& options) {
  json::object reply;
  const char* outcome = options.dismiss ? "dismiss" : "reopen";
  if (program.answered(
          "finding.decide",
          {{"finding", options.finding}, {"outcome", outcome}, {"reason", options.reason}},
          reply)) {
    return kOk;
  }
  print(
      options.dismiss
          ? tr("Non è un problema: chi ha queste schede lo legge. Torna aperta se emerge altro.\n",
               "No problem: whoever has these records reads so. Open again if more turns up.\n")
          : tr("Di nuovo aperta.\n", "Open again.\n"));
  return kOk;
}

int fetch_findings(Program& program, bool only_there) {
  json::object reply;
  if (program.answered("finding.fetch", {}, reply)) return kOk;
  std::size_t shown = 0;
  for (const json::value& one : list_of(reply, "findings")) {
    const json::object& finding = one.as_object();
    if (only_there && !is_there_only(finding)) continue;
    print(finding_page(finding) + "\n");
    ++shown;
  }
  if (shown == 0) print(tr("Il server non ha trovato nulla.\n", "The server found nothing.\n"));
  if (reply.at("more").as_bool()) {
    print(tr("… e altre: tornano quando alcune di queste sono decise.\n",
             "… and more: they come when some of these are decided.\n"));
  }
  for (const json::value& name : list_of(reply, "cut")) {
    print(tr("Guardate solo le prime: ", "Only the first were looked at: ") +
          one_line(std::string(name.as_string())) + "\n");
  }
  return kOk;
}

void add_findings(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "findings", "Chiede al server ciò che ha trovato confrontando tutti i fascicoli",
      "Asks the server what it found by comparing all dossiers",
      "  insieme findings\n"
      "  insieme findings --only-there\n"
      "  insieme findings --json");
  auto only_there = std::make_shared<bool>(false);
  command->add_flag("--only-there", *only_there,
                    tr("Solo ciò che qui non si trova", "Only what is not found here"));
  command->callback([&program, only_there] {
    program.run = [&program, only_there] { return fetch_findings(program, *only_there); };
  });
}

}  // namespace

std::string finding_page(const json::object& finding) {
  std::string out = coloured(text_of(finding, "id").substr(0, 8), Colour::strong) + "  " +
                    coloured(text_of(finding, "kind_text"), Colour::bad) + " · " +
                    text_of(finding, "rule") + "\n";
  const json::array& records = list_of(finding, "records");
  const auto message = [](const json::value& record) {
    return one_line(text_of(record.as_object(), "message"));
  };
  const bool said_once = std::all_of(records.begin(), records.end(), [&](const json::value& one) {
    return message(one) == message(records.front());
  });
  if (said_once && !records.empty()) out += "  " + message(records.front()) + "\n";
  for (const json::value& one : records) {
    const json::object& record = one.as_object();
    const std::string title = one_line(text_of(record, "title"));
    out += "  " + text_of(record, "type_label") + " " + text_of(record, "short") +
           (title.empty() ? "" : " «" + title + "»") + (said_once ? "" : ": " + message(one)) +
           "\n";
  }
  std::string why;
  for (const json::value& one : list_of(finding, "evidence")) {
    why += (why.empty() ? "" : " · ") + text_of(one.as_object(), "text");
  }
  if (!why.empty()) out += "  " + why + "\n";
  const std::string decision = one_line(text_of(finding, "decision"));
  if (!decision.empty()) out += "  «" + decision + "»\n";
  return out + "  " + coloured("→ " + answers(finding), Colour::dim) + "\n";
}

void add_finding_command(CLI::App& app, Program& program) {
  add_findings(app, program);
  CLI::App* command =
      add_command(app, "finding", "Decide su una segnalazione: non è un problema, o torna aperta",
                  "Decides on a finding: no problem, or open again",
                  "  insieme review --kind finding\n"
                  "  insieme finding 5f3a9c01 --dismiss --reason 'gemelli'\n"
                  "  insieme finding 5f3a9c01 --reopen --reason 'ricontrollato'");
  auto options = std::make_shared<FindingOptions>();
  command->add_option("finding", options->finding, tr("La segnalazione", "The finding"))
      ->required();
  CLI::Option_group* how = command->add_option_group(tr("Come", "How"));
  how->add_flag("--dismiss", options->dismiss, tr("Non è un problema", "It is no problem"));
  how->add_flag("--reopen", options->reopen, tr("Torna aperta", "It is open again"));
  how->require_option(1);
  command->add_option("--reason", options->reason, tr("Perché", "Why"))->required();
  command->callback([&program, options] {
    program.run = [&program, options] { return decide_finding(program, *options); };
  });
}

}  // namespace insieme::cli
