// review, resolve, contest, inbox, decide.
#include <algorithm>

#include "finding_command.hpp"
#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct ReviewOptions {
  std::string record;
  std::string dossier;
  std::string kind;
  std::int64_t limit = 100;
  std::int64_t offset = 0;
  bool check = false;
  bool decided = false;
};

int review(Program& program, const ReviewOptions& options) {
  json::object arguments;
  if (!options.record.empty()) arguments["record"] = options.record;
  if (!options.dossier.empty()) arguments["dossier"] = options.dossier;
  if (!options.kind.empty()) arguments["kind"] = options.kind;
  if (options.decided) arguments["decided"] = true;
  arguments["limit"] = options.limit;
  arguments["offset"] = options.offset;
  const json::object reply = program.call("review.list", std::move(arguments));
  const json::array& items = list_of(reply, "items");
  const json::array& findings = list_of(reply, "findings");
  const bool nothing =
      items.empty() && std::none_of(findings.begin(), findings.end(), [](const json::value& one) {
        return one.as_object().at("open").as_bool();
      });
  const int code = options.check && !nothing ? kOpen : kOk;
  if (program.print_json(reply)) return code;
  for (const json::value& item : items) print(item_page(item.as_object()) + "\n");
  const std::int64_t next = options.offset + static_cast<std::int64_t>(items.size());
  const std::int64_t left = std::strtoll(text_of(reply, "total").c_str(), nullptr, 10) - next;
  if (left > 0 && !items.empty()) {
    const std::string how = "insieme review --offset " + std::to_string(next);
    print(tr("… e altre ", "… and ") + std::to_string(left) + tr(": ", " more: ") +
          coloured(how, Colour::dim) + "\n\n");
  }
  for (const json::value& one : findings) print(finding_page(one.as_object()) + "\n");
  if (nothing) print(tr("Niente da decidere.\n", "Nothing to decide.\n"));
  return code;
}

struct ResolveOptions {
  std::string item;
  std::string choose;
  std::string combine;
  std::string write;
  std::string reason;
  std::string version;
  bool has_write = false;
  bool dismiss = false;
  bool keep = false;
  bool retract = false;
  bool confirm = false;
  bool refuse = false;
};

/// The core names its own arguments; here they are options.
[[noreturn]] void stop_with_options(const Stop& stop) {
  const std::string field = text_of(object_of(stop.reply(), "error"), "field");
  const char* sentence =
      field == "life"
          ? tr("Qui si decide se la scheda resta: --keep (resta) o --retract (annullata).",
               "What is decided here is whether the record stays: --keep or --retract.")
      : field == "confirm"
          ? tr("Qui si decide di una spesa: --confirm (va bene) o --refuse (non accettata).",
               "What is decided here is a spend: --confirm (it stands) or --refuse.")
      : field == "outcome"
          ? tr("Qui si sceglie tra valori: --choose N, --write '…', --combine '…' o --dismiss.",
               "What is decided here are values: --choose N, --write '…', --combine '…' or "
               "--dismiss.")
          : stop.what();
  throw Stop(stop.exit_code(), sentence, stop.reply());
}

json::object resolved(Program& program, json::object arguments) {
  try {
    return program.call("review.resolve", std::move(arguments));
  } catch (const Stop& stop) {
    stop_with_options(stop);
  }
}

int resolve(Program& program, const ResolveOptions& options) {
  json::object arguments{{"item", options.item}};
  if (!options.choose.empty()) arguments["choose"] = options.choose;
  if (!options.combine.empty()) arguments["combine"] = options.combine;
  if (options.has_write) arguments["write"] = options.write;
  if (options.dismiss) arguments["dismiss"] = true;
  if (options.keep) arguments["life"] = "restore";
  if (options.retract) arguments["life"] = "retract";
  if (options.confirm) arguments["confirm"] = true;
  if (options.refuse) arguments["refuse"] = true;
  if (!options.reason.empty()) arguments["reason"] = options.reason;
  if (!options.version.empty()) arguments["version"] = options.version;
  const json::object reply = resolved(program, std::move(arguments));
  if (program.print_json(reply)) return kOk;
  const std::string text = text_of(reply, "text");
  // Of a spend the text is its amount: what was decided about it has to be said.
  const std::string outcome = text_of(reply, "outcome");
  const std::string about = outcome == "confirm" ? tr(", spesa confermata", ", spend confirmed")
                            : outcome == "refuse" ? tr(", spesa rifiutata", ", spend refused")
                                                  : "";
  print(tr("Deciso", "Decided") + about +
        (text.empty() ? std::string() : ": «" + one_line(text) + "»") + ". " +
        tr("Gli autori leggeranno la decisione al prossimo scambio.\n",
           "The authors will read the decision at the next exchange.\n"));
  return kOk;
}

void add_resolve(CLI::App& app, Program& program) {
  CLI::App* command =
      add_command(app, "resolve", "Decide una questione", "Decides on an item",
                  "  insieme resolve 8f21c3aa --choose 1 --reason 'confermato dalla madre'\n"
                  "  insieme resolve 8f21c3aa --write '12,50' --reason 'visto lo scontrino'\n"
                  "  insieme resolve 5f3a9c01/observations --dismiss\n"
                  "  insieme resolve 77e0b1d4 --keep --reason 'la visita c'è stata'");
  auto options = std::make_shared<ResolveOptions>();
  command
      ->add_option("item", options->item,
                   tr("La questione, o scheda/campo", "The item, or record/field"))
      ->required();
  CLI::Option_group* how = command->add_option_group(tr("Come", "How"));
  how->add_option("--choose", options->choose,
                  tr("Numero dell'alternativa", "Number of the alternative"));
  how->add_option("--combine", options->combine,
                  tr("Valore fatto di più d'una", "A value made of several"));
  CLI::Option* write =
      how->add_option("--write", options->write, tr("Valore nuovo", "A new value"));
  how->add_flag("--dismiss", options->dismiss, tr("Va bene com'è", "Leave it as it is"));
  how->add_flag("--keep", options->keep,
                tr("La scheda resta: vale la modifica, non l'annullamento",
                   "The record stays: the edit counts, not the retraction"));
  how->add_flag("--retract", options->retract,
                tr("La scheda è annullata: vale l'annullamento",
                   "The record is retracted: the retraction counts"));
  how->add_flag("--confirm", options->confirm,
                tr("La spesa provvisoria va bene", "The provisional spend stands"));
  how->add_flag("--refuse", options->refuse,
                tr("La spesa provvisoria non va bene", "The provisional spend does not stand"));
  how->require_option(1);
  command->add_option(
      "--reason", options->reason,
      tr("Motivo, che gli autori leggeranno", "Reason, which the authors will read"));
  command->add_option("--version", options->version,
                      tr("version letta con review --json: non decide se nel frattempo è cambiata",
                         "version read with review --json: does not decide if it changed since"));
  command->callback([&program, options, write] {
    options->has_write = write->count() > 0;
    program.run = [&program, options] { return resolve(program, *options); };
  });
}

void add_contest(CLI::App& app, Program& program) {
  CLI::App* command =
      add_command(app, "contest", "Non è d'accordo con una decisione: la questione si riapre",
                  "Disagrees with a decision: the item is open again",
                  "  insieme contest 5f3a9c01 next_step --reason 'ho parlato io con la scuola'");
  auto values = std::make_shared<std::array<std::string, 3>>();
  command->add_option("record", (*values)[0], tr("La scheda", "The record"))->required();
  command->add_option("field", (*values)[1], tr("Il campo", "The field"))->required();
  command->add_option("--reason", (*values)[2], tr("Motivo", "Reason"));
  command->callback([&program, values] {
    program.run = [&program, values] {
      json::object reply;
      if (program.answered(
              "review.contest",
              {{"record", (*values)[0]}, {"field", (*values)[1]}, {"reason", (*values)[2]}},
              reply)) {
        return int{kOk};
      }
      print(
          tr("La questione è di nuovo aperta, con anche: ", "The item is open again, also with: ") +
          one_line(text_of(reply, "text")) + "\n");
      return int{kOk};
    };
  });
}

int inbox(Program& program, bool closed) {
  json::object reply;
  if (program.answered("inbox.list", {{"closed", closed}}, reply)) return kOk;
  const json::array& entries = list_of(reply, "entries");
  for (const json::value& one : entries) {
    const json::object& entry = one.as_object();
    const std::string id = text_of(entry, "id").substr(0, 8);
    print(coloured(id, Colour::strong) + "  " + one_line(text_of(entry, "author")) + ", " +
          when(text_of(entry, "at")) + " · " + one_line(text_of(entry, "reason")) + "\n");
    print(operations_page(entry));
    if (!flag_of(entry, "open")) {
      print(
          std::string("  ") +
          (flag_of(entry, "accepted") ? tr("accettata", "accepted") : tr("rifiutata", "refused")) +
          " · " + one_line(text_of(entry, "decided_by")) + " · " +
          one_line(text_of(entry, "decision_reason")) + "\n");
      continue;
    }
    if (!list_of(entry, "stands_on").empty()) {
      print(tr("  continua un testo di una modifica ancora in attesa: si decidono insieme\n",
               "  goes on from the text of a change that waits, too: they are decided together\n"));
    }
    print(coloured("  → insieme decide " + id + " --accept | --refuse --reason '…'", Colour::dim) +
          "\n");
  }
  if (entries.empty()) print(tr("Nessuna modifica tardiva.\n", "No late changes.\n"));
  return kOk;
}

struct DecideOptions {
  std::string entry;
  std::string reason;
  bool accept = false;
  bool refuse = false;
};

int decide(Program& program, const DecideOptions& options) {
  json::object reply;
  if (program.answered(
          "inbox.decide",
          {{"entry", options.entry}, {"accept", options.accept}, {"reason", options.reason}},
          reply)) {
    return kOk;
  }
  print((options.accept
             ? tr("Accettata a nome di ", "Accepted on behalf of ")
             : tr("Rifiutata; il motivo torna a ", "Refused; the reason goes back to ")) +
        one_line(text_of(reply, "author")) + ".\n");
  const std::size_t together = list_of(reply, "together").size();
  if (together > 1) {
    print(tr("Con le altre che continuano lo stesso testo: ",
             "With the others that go on from the same text: ") +
          std::to_string(together) + ".\n");
  }
  return kOk;
}

}  // namespace

void add_review_commands(CLI::App& app, Program& program) {
  CLI::App* reviewing =
      add_command(app, "review", "Le questioni da decidere: prima, alternative, chi, quando",
                  "The items to decide: before, alternatives, who, when",
                  "  insieme review\n  insieme review --dossier 9b1e44d2\n  insieme review --check "
                  "|| echo 'da decidere'");
  auto options = std::make_shared<ReviewOptions>();
  reviewing->add_option("--record", options->record, tr("Solo di una scheda", "Of one record"));
  reviewing->add_option("--dossier", options->dossier,
                        tr("Solo di un fascicolo", "Of one dossier"));
  reviewing->add_option("--kind", options->kind,
                        tr("Solo di un tipo (concurrent_values, text_overlap, …, finding)",
                           "Of one kind (concurrent_values, text_overlap, …, finding)"));
  reviewing->add_option("--limit", options->limit, tr("Quante al massimo", "How many at most"))
      ->check(CLI::Range(1, 1'000));
  reviewing->add_option("--offset", options->offset, tr("Quante saltarne", "How many to skip"))
      ->check(CLI::NonNegativeNumber);
  reviewing->add_flag("--decided", options->decided,
                      tr("Anche le segnalazioni già decise", "Findings that were decided, too"));
  reviewing->add_flag("--check", options->check,
                      tr("Esce con 5 se c'è qualcosa da decidere", "Exits with 5 if there is any"));
  reviewing->callback([&program, options] {
    program.run = [&program, options] { return review(program, *options); };
  });
  add_resolve(app, program);
  add_contest(app, program);
  add_finding_command(app, program);

  CLI::App* late = add_command(app, "inbox", "Modifiche tardive di chi non ha più il fascicolo",
                               "Late changes of people who no longer have the dossier",
                               "  insieme inbox\n  insieme inbox --closed");
  auto closed = std::make_shared<bool>(false);
  late->add_flag("--closed", *closed, tr("Anche quelle decise", "Decided ones too"));
  late->callback(
      [&program, closed] { program.run = [&program, closed] { return inbox(program, *closed); }; });

  CLI::App* deciding = add_command(
      app, "decide", "Accetta o rifiuta una modifica tardiva", "Accepts or refuses a late change",
      "  insieme decide 1c9a04be --accept\n"
      "  insieme decide 1c9a04be --refuse --reason 'già registrata dalla collega'");
  auto decision = std::make_shared<DecideOptions>();
  deciding->add_option("entry", decision->entry, tr("La modifica", "The change"))->required();
  CLI::Option_group* how = deciding->add_option_group(tr("Come", "How"));
  how->add_flag("--accept", decision->accept, tr("Accetta", "Accept"));
  how->add_flag("--refuse", decision->refuse, tr("Rifiuta", "Refuse"));
  how->require_option(1);
  deciding->add_option("--reason", decision->reason, tr("Motivo", "Reason"));
  deciding->callback([&program, decision] {
    program.run = [&program, decision] { return decide(program, *decision); };
  });
}

}  // namespace insieme::cli
