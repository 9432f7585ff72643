// finding.decide: what people say about a finding is a record in each dossier that it is about, so
// that everybody who may know reads it; two who decide differently are asked, as on any record.
#include <algorithm>
#include <set>

#include "commands/records/plan.hpp"
#include "commands/review/findings.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kShortest = 4;

Outcome<Finding> find_finding(Context& context, const std::string& named) {
  INSIEME_OUT_ASSIGN(auto all, find_all(context));
  Finding* found = nullptr;
  for (Finding& one : all) {
    if (named.size() < kShortest || one.key.compare(0, named.size(), named) != 0) continue;
    if (found != nullptr) {
      return Failure("ambiguous", quoted_it(named) + " indica più di una segnalazione.",
                     quoted_en(named) + " means more than one finding.", "finding");
    }
    found = &one;
  }
  if (found != nullptr) return std::move(*found);
  return Failure("not_open",
                 quoted_it(named) + " non è una segnalazione: forse è già stata sistemata.",
                 quoted_en(named) + " is no finding: perhaps it was mended already.", "finding");
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// Where decisions on it stand: beside each of its records.
std::set<sync::DocumentId> documents_of(Context& context, const Finding& finding) {
  const schema::RecordType* type = context.bundle().find_type("finding");
  std::set<sync::DocumentId> out;
  for (const FoundRecord& one : finding.records) {
    const std::string& section = context.bundle().find_type(one.type)->section;
    const bool fits = type != nullptr &&
                      (section == type->section ||
                       std::find(type->also_sections.begin(), type->also_sections.end(), section) !=
                           type->also_sections.end());
    if (fits) out.insert({one.dossier, section});
  }
  return out;
}

json::object record_of(const Finding& finding, const sync::DocumentId& document, bool dismissed,
                       const std::string& reason) {
  json::array subjects;
  for (const FoundRecord& one : finding.records) {
    subjects.emplace_back(sync::to_text(one.id));
  }
  json::object fields{{"finding_key", finding.key},
                      {"kind", finding.kind()},
                      {"subjects", std::move(subjects)},
                      {"evidence", joined(finding.evidence)},
                      {"state", dismissed ? "respinta" : "aperta"},
                      {"decision", reason}};
  if (finding.rule != nullptr) fields["rule"] = finding.rule->name;
  return json::object{{"type", "finding"},
                      {"dossier", sync::to_text(document.dossier)},
                      {"section", document.section},
                      {"upsert", true},
                      {"fields", std::move(fields)}};
}

struct Decided {
  Plan plan;
  json::object reply;
};

Outcome<Decided> plan_decision(Context& context) {
  const std::string outcome = context.text("outcome");
  if (outcome != "dismiss" && outcome != "reopen") {
    return Failure("invalid_argument", "«outcome» è dismiss o reopen.",
                   "“outcome” is dismiss or reopen.", "outcome");
  }
  const bool dismissed = outcome == "dismiss";
  INSIEME_OUT_ASSIGN(const Finding finding, find_finding(context, context.text("finding")));
  const auto documents = documents_of(context, finding);
  if (documents.empty()) {
    return Failure("not_allowed", "Di queste schede non si scrive nulla altrove: correggile.",
                   "Nothing is written elsewhere about these records: mend them.", "finding");
  }
  Decided out;
  for (const sync::DocumentId& document : documents) {
    INSIEME_OUT(plan_record(context,
                            record_of(finding, document, dismissed, context.text("reason")),
                            std::nullopt, out.plan));
  }
  INSIEME_OUT(judge_act(context, out.plan));
  out.reply = json::object{{"finding", finding.id()}, {"open", !dismissed}};
  return out;
}

Outcome<json::object> decide(Context& context) {
  Outcome<Decided> decided = plan_decision(context);
  return once(context, [&decided](Writer& writer) -> Outcome<json::object> {
    if (!decided.ok()) return decided.error();
    INSIEME_OUT(carry_out(decided->plan, writer));
    return decided->reply;
  });
}

}  // namespace

std::vector<CommandSpec> finding_commands() {
  return {
      {"finding.decide",
       Writes::yes,
       "Decide su una segnalazione: non è un problema, con il motivo, o torna aperta. Torna aperta "
       "da sola se si vede di più di quando fu respinta.",
       "Decides on a finding: it is no problem, with the reason, or it is open again. It is open "
       "again by itself when there is more to see than when it was dismissed.",
       {{"finding", ArgKind::text, true, "l'id, o le prime cifre (almeno 4)",
         "its id, or the first digits (4 or more)"},
        {"outcome", ArgKind::text, true, "dismiss o reopen", "dismiss or reopen"},
        {"reason", ArgKind::text, true, "perché", "why"}},
       "finding, open, repeated?",
       R"({"command": "finding.decide", "request_id": "r-21", "finding": "5f3a",
 "outcome": "dismiss", "reason": "due genitori separati"})",
       decide},
  };
}

}  // namespace insieme::client::commands
