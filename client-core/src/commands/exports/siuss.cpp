// siuss.flow: a benefit, or a minor, as a flow for the SIUSS.
#include <algorithm>

#include "commands/catalogue/held.hpp"
#include "commands/exports/commands.hpp"
#include "commands/exports/deliver.hpp"
#include "commands/values.hpp"
#include "exports/record_view.hpp"
#include "exports/siuss.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

using namespace exports;  // NOLINT: accessors
using schema::RuleRecord;

Outcome<SiussBody> body_of(Context& context) {
  SiussBody out;
  out.code = context.text("body_code");
  out.name = context.text("body_name");
  out.seat = context.has("seat") ? context.text("seat") : out.code;
  out.operator_tax_code = context.text("operator");
  out.number = context.number("number", 1);
  out.day = today_in_rome(context);
  if (!context.has("day")) return out;
  schema::Field field;
  field.name = "day";
  field.kind = schema::FieldKind::date;
  field.label = {"Giorno", "Day"};
  INSIEME_OUT_ASSIGN(const sync::Value day,
                     value_from_json(field, *find(context.args, "day"), context.bundle()));
  if (const auto* given = std::get_if<sync::Date>(&day)) out.day = *given;
  return out;
}

const RuleRecord* household_of(reports::Records& records, const RuleRecord& member) {
  const auto found = records.in_dossier(member.dossier, "household");
  return found.empty() ? nullptr : found.front();
}

const RuleRecord* referenced(reports::Records& records, const RuleRecord& from, const char* name) {
  const auto id = reference_of(from, name);
  return id ? records.find(*id) : nullptr;
}

SiussFlow flow_of_benefit(Context& context, reports::Records& records, const SiussBody& body,
                          const RuleRecord& benefit) {
  BenefitRecords parts;
  parts.benefit = &benefit;
  parts.member = referenced(records, benefit, "member");
  parts.isee = referenced(records, benefit, "isee");
  parts.sina = referenced(records, benefit, "sina");
  if (parts.sina != nullptr) note_opened(context, {parts.sina->dossier, "health"});
  if (parts.member != nullptr) parts.household = household_of(records, *parts.member);
  return benefit_flow(context.bundle(), body, parts);
}

/// The one with the least (or greatest) day of a field, among those of the dossier.
const RuleRecord* by_day(reports::Records& records, const sync::DossierId& dossier,
                         const char* type, const char* field, bool first) {
  const RuleRecord* out = nullptr;
  for (const RuleRecord* one : records.in_dossier(dossier, type)) {
    const auto day = date_of(*one, field);
    if (!day) continue;
    const auto best = out == nullptr ? std::nullopt : date_of(*out, field);
    if (!best || (first ? *day < *best : *best < *day)) out = one;
  }
  return out;
}

SiussFlow flow_of_minor(Context& context, reports::Records& records, const SiussBody& body,
                        const RuleRecord& member) {
  MinorRecords parts;
  parts.member = &member;
  parts.household = household_of(records, member);
  parts.referral = by_day(records, member.dossier, "referral", "received_on", true);
  parts.closed_case = by_day(records, member.dossier, "case", "closed_on", false);
  const RuleRecord* isee = by_day(records, member.dossier, "isee_attestation", "issued_on", false);
  const auto expires = isee == nullptr ? std::nullopt : date_of(*isee, "expires_on");
  if (expires && body.day <= *expires) parts.isee = isee;
  for (const RuleRecord* other : records.in_dossier(member.dossier, "member")) {
    const auto left = date_of(*other, "to_date");
    if (other->id != member.id && (!left || body.day <= *left)) parts.others.push_back(other);
  }
  for (const RuleRecord* one : records.in_dossier(member.dossier, "siuss_benefit")) {
    if (reference_of(*one, "member") == member.id) {
      parts.benefits.push_back(text_of(*one, "benefit"));
    }
  }
  for (const RuleRecord* one : records.in_dossier(member.dossier, "support")) {
    const auto members = references_of(*one, "members");
    const std::string code = text_of(*one, "benefit");
    const bool his = std::find(members.begin(), members.end(), member.id) != members.end();
    if (his && !code.empty()) parts.benefits.push_back(code);
  }
  parts.child_problem = context.text("child_problem");
  parts.family_problem = context.text("family_problem");
  return minor_flow(context.bundle(), body, parts);
}

Failure not_ready(const SiussFlow& flow) {
  Failure out("invalid_record", "Il flusso non si può inviare: completa ciò che manca.",
              "The flow cannot be sent: complete what is missing.", "record");
  for (const SiussFault& fault : flow.faults) {
    out.problems.push_back(json::object{{"field", fault.what},
                                        {"rule", "siuss"},
                                        {"severity", "error"},
                                        {"message_it", fault.what + ": " + fault.it + "."},
                                        {"message_en", fault.what + ": " + fault.en + "."}});
  }
  return out;
}

Outcome<json::object> flow(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const SiussBody body, body_of(context));
  INSIEME_OUT_ASSIGN(auto records,
                     load_held(context, {"siuss_benefit", "member", "household", "referral", "case",
                                         "isee_attestation", "sina_assessment", "support"}));
  const RuleRecord* named = records->find(ref.id);
  if (named == nullptr || (named->type != "siuss_benefit" && named->type != "member")) {
    return Failure("invalid_argument",
                   "Un flusso è di una prestazione per il SIUSS, o di un minore (SINBA).",
                   "A flow is of a benefit for SIUSS, or of a minor (SINBA).", "record");
  }
  const SiussFlow made = named->type == "member" ? flow_of_minor(context, *records, body, *named)
                                                 : flow_of_benefit(context, *records, body, *named);
  if (!made.faults.empty()) return not_ready(made);
  return delivered(context, json::object{{"name", made.name}, {"kind", made.kind}}, made.xml);
}

}  // namespace

std::vector<CommandSpec> siuss_commands() {
  return {
      {"siuss.flow",
       Writes::no,
       "Scrive il flusso XML per il SIUSS di una prestazione (PS_PSA_SINA) o di un minore (SINBA), "
       "uno per file; ciò che manca o che il SIUSS rifiuterebbe è elencato prima di inviare.",
       "Writes the XML flow for SIUSS of one benefit (PS_PSA_SINA) or one minor (SINBA), one to a "
       "file; what is missing or what SIUSS would refuse is listed before anything is sent.",
       {{"record", ArgKind::id, true, "prestazione, o componente minorenne",
         "benefit, or a member who is a minor"},
        {"body_code", ArgKind::text, true, "codice dell'ente (H501)", "the body's code (H501)"},
        {"body_name", ArgKind::text, false, "denominazione dell'ente", "the body's name"},
        {"seat", ArgKind::text, false, "codice catastale della sede; di solito quello dell'ente",
         "cadastral code of the seat; usually the body's"},
        {"operator", ArgKind::text, true, "codice fiscale dell'operatore",
         "the operator's tax code"},
        {"number", ArgKind::integer, false, "numero del flusso nel giorno, da 1",
         "number of the flow on that day, from 1"},
        {"day", ArgKind::text, false, "giorno del flusso (2024-03-04)",
         "day of the flow (2024-03-04)"},
        {"child_problem", ArgKind::text, false, "quale valutazione del minore, se più d'una",
         "which evaluation of the minor, if several"},
        {"family_problem", ArgKind::text, false, "quale valutazione della famiglia, se più d'una",
         "which evaluation of the family, if several"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "name, kind, path or content",
       R"({"command": "siuss.flow", "record": "5f3a9c01", "body_code": "L407",
 "operator": "RSSMRA85T10A562S", "number": 1})",
       flow},
  };
}

}  // namespace insieme::client::commands
