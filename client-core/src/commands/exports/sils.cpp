// sils.export, sils.import: cases told to, and by, the employment services.
#include <algorithm>

#include "commands/catalogue/held.hpp"
#include "commands/exports/commands.hpp"
#include "commands/exports/deliver.hpp"
#include "commands/records/plan.hpp"
#include "exports/record_view.hpp"
#include "exports/sils.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

using namespace exports;  // NOLINT: accessors
using schema::RuleRecord;

/// Cases that one act can write: more come in several packages.
constexpr std::size_t kCasesPerAct = 300;

void add_unique(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

SilsCase own_case(reports::Records& records, const RuleRecord& one, sync::Date today) {
  SilsCase out;
  out.id = sync::to_text(one.id);
  out.status = text_of(one, "state");
  out.opened_on = date_of(one, "opened_on");
  out.closed_on = date_of(one, "closed_on");
  out.organization = text_of(one, "organization");
  for (const RuleRecord* member : records.in_dossier(one.dossier, "member")) {
    const auto left = date_of(*member, "to_date");
    if (left && *left < today) continue;
    const auto person = reference_of(*member, "person");
    out.people.push_back(sils_pseudonym(sync::to_text(person ? *person : member->id)));
  }
  for (const RuleRecord* member : records.in_dossier(one.dossier, "team_member")) {
    const auto team_id = reference_of(*member, "team");
    const RuleRecord* team = team_id ? records.find(*team_id) : nullptr;
    const auto left = date_of(*member, "to_date");
    if (team == nullptr || reference_of(*team, "case_id") != one.id || (left && *left < today)) {
      continue;
    }
    add_unique(out.systems, text_of(*member, "system"));
  }
  for (const RuleRecord* referral : records.in_dossier(one.dossier, "referral")) {
    const auto to = reference_of(*referral, "sent_to");
    const RuleRecord* body = to ? records.find(*to) : nullptr;
    if (body == nullptr || text_of(*body, "kind") != "cpi") continue;
    out.cpi_referrals.push_back(
        {date_of(*referral, "received_on"), date_of(*referral, "acknowledged_on")});
  }
  return out;
}

SilsCase received_case(const RuleRecord& record) {
  SilsCase out;
  out.id = text_of(record, "case_ref");
  out.people = texts_of(record, "people");
  out.status = text_of(record, "status");
  out.opened_on = date_of(record, "opened_on");
  out.closed_on = date_of(record, "closed_on");
  out.organization = text_of(record, "organization");
  out.systems = texts_of(record, "systems");
  for (const std::string& one : texts_of(record, "cpi_referrals")) {
    if (const auto referral = sils_referral(one)) out.cpi_referrals.push_back(*referral);
  }
  return out;
}

Outcome<json::object> told(Context& context, SilsPackage package) {
  json::object out{{"cases", package.cases.size()}};
  return delivered(context, std::move(out), to_json(std::move(package)));
}

Outcome<json::object> export_cases(Context& context) {
  SilsPackage package;
  package.sender = context.text("sender");
  if (context.flag("received")) {
    INSIEME_OUT_ASSIGN(auto records, load_held(context, {"sils_case"}));
    for (const RuleRecord* record : records->all("sils_case")) {
      if (text_of(*record, "sender") == package.sender) {
        package.cases.push_back(received_case(*record));
      }
    }
    return told(context, std::move(package));
  }
  INSIEME_OUT_ASSIGN(auto records, load_held(context, {"case", "member", "team", "team_member",
                                                       "referral", "organization"}));
  for (const RuleRecord* one : records->all("case")) {
    package.cases.push_back(own_case(*records, *one, today_in_rome(context)));
  }
  return told(context, std::move(package));
}

json::object fields_of(const SilsPackage& package, const SilsCase& one) {
  std::vector<std::string> referrals;
  for (const SilsReferral& referral : one.cpi_referrals) referrals.push_back(to_text(referral));
  json::object out{{"case_ref", one.id},
                   {"sender", package.sender},
                   {"people", array_of(one.people)},
                   {"status", one.status},
                   {"organization", one.organization},
                   {"systems", array_of(one.systems)},
                   {"cpi_referrals", array_of(referrals)}};
  out["opened_on"] = one.opened_on ? json::value(schema::iso_text(*one.opened_on)) : nullptr;
  out["closed_on"] = one.closed_on ? json::value(schema::iso_text(*one.closed_on)) : nullptr;
  return out;
}

Outcome<Plan> plan_import(Context& context) {
  INSIEME_OUT_ASSIGN(const std::string content, received(context));
  auto package = sils_from_json(content);
  if (!package.ok()) {
    const Said said(package.error().detail);
    return Failure("malformed", "Non è un pacchetto SILS: " + said.it + ".",
                   "This is no SILS package: " + said.en + ".", "content");
  }
  if (package->cases.size() > kCasesPerAct) {
    return Failure("limit_exceeded", "Un pacchetto da importare ha al massimo 300 casi.",
                   "A package to import has at most 300 cases.", "content");
  }
  INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
  Plan plan;
  for (const SilsCase& one : package->cases) {
    auto planned = plan_record(context,
                               json::object{{"type", "sils_case"},
                                            {"dossier", sync::to_text(dossier.id)},
                                            {"upsert", true},
                                            {"fields", fields_of(*package, one)}},
                               std::nullopt, plan);
    if (!planned.ok()) {
      Failure failure = planned.error();
      failure.it = "Caso " + one.id + ": " + failure.it;
      failure.en = "Case " + one.id + ": " + failure.en;
      return failure;
    }
  }
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> import_cases(Context& context) {
  Outcome<Plan> plan = plan_import(context);
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    const std::size_t count = plan->records.size();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"cases", count}, {"warnings", plan->warnings}};
  });
}

}  // namespace

std::vector<CommandSpec> sils_commands() {
  return {
      {"sils.export",
       Writes::no,
       "Il pacchetto per il SILS: i casi che sono qui, con stato, équipe e invii al CPI; "
       "pseudonimi "
       "al posto dei nomi. Con «received», ciò che si è ricevuto da chi lo ha inviato.",
       "The package for SILS: the cases held here, with state, team and referrals to the job "
       "centre; pseudonyms instead of names. With “received”, what came from that sender.",
       {{"sender", ArgKind::text, true, "l'ente che invia", "the body that sends"},
        {"received", ArgKind::boolean, false, "i casi ricevuti da questo ente",
         "the cases received from this body"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "cases (how many), path or content",
       R"({"command": "sils.export", "sender": "Ambito VEN_09", "path": "sils.json"})",
       export_cases},
      {"sils.import",
       Writes::yes,
       "Riceve un pacchetto SILS in un ufficio: tutto o niente; ricevuto due volte, non raddoppia.",
       "Receives a SILS package in an office: all or nothing; received twice, it doubles nothing.",
       {{"dossier", ArgKind::id, true, "l'ufficio", "the office"},
        {"content", ArgKind::text, false, "il pacchetto", "the package"},
        {"path", ArgKind::text, false, "un file invece del contenuto",
         "a file instead of the content"}},
       "cases (how many), warnings, repeated?",
       R"({"command": "sils.import", "request_id": "r-1", "dossier": "9b1e44d2",
 "path": "sils.json"})",
       import_cases},
  };
}

}  // namespace insieme::client::commands
