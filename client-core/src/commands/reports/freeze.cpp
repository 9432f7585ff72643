// report.freeze: the figures of today as a record that nothing changes any more.
#include "commands/records/plan.hpp"
#include "commands/reports/commands.hpp"
#include "commands/reports/frozen_content.hpp"
#include "commands/reports/page_json.hpp"
#include "insieme/schema/calendar.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::client::commands {
namespace {

/// Pieces of one record: with all else they stay within one change.
constexpr std::size_t kBytesMax = 480'000;

json::object asked_with(const reports::ReportResult& result) {
  json::object out;
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const std::string text = reports::key_text(result.parameters[i]);
    if (!text.empty()) out[result.report->parameters[i].name] = text;
  }
  return out;
}

/// Where a record of a report may live in a dossier of that kind.
Outcome<std::string> section_in(Context& context, const DossierRef& dossier) {
  const schema::RecordType* type = context.bundle().find_type("frozen_report");
  INSIEME_OUT_ASSIGN(const auto all, context.store().dossiers());
  for (const DossierLine& line : all) {
    if (line.id != dossier.id || type == nullptr) continue;
    const auto fits = [&](const std::string& name) {
      const schema::Section* section = context.bundle().find_section(name);
      return section != nullptr && section->dossier == line.root_type;
    };
    if (fits(type->section)) return type->section;
    for (const std::string& name : type->also_sections) {
      if (fits(name)) return name;
    }
  }
  return Failure("invalid_argument",
                 "Un rapporto si conserva nel fascicolo di un ufficio, di un progetto o di una "
                 "rete, non in quello di persone.",
                 "A report is kept in the dossier of an office, a project or a network, not in "
                 "one of people.",
                 "dossier");
}

json::array as_array(const std::vector<std::string>& pieces) {
  json::array out;
  for (const std::string& one : pieces) out.emplace_back(one);
  return out;
}

Outcome<Plan> plan_freeze(Context& context) {
  // What is kept may be read by more people than those who work with these households.
  INSIEME_OUT_ASSIGN(const Ran ran,
                     run_report(context, context.text("report"), context.object("with"), false));
  INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
  INSIEME_OUT_ASSIGN(const std::string section, section_in(context, dossier));
  INSIEME_OUT_ASSIGN(const Positions positions, positions_of(context, ran));
  json::object page = page_json(context, ran);
  page["language"] = context.language == schema::Language::en ? "en" : "it";
  const std::string content = schema::compose_nfc(json::serialize(page));  // as it will be kept
  INSIEME_OUT_ASSIGN(const Counted counted, counted_in(context, ran));
  const std::string records = lines_of(counted);
  const std::string documents = lines_of(positions);
  if (content.size() + records.size() + documents.size() > kBytesMax) {
    return Failure("limit_exceeded",
                   "Il rapporto è troppo grande per essere conservato intero: restringi il periodo "
                   "o il territorio.",
                   "The report is too large to be kept whole: narrow the period or the territory.",
                   "with");
  }
  const sync::Date today = schema::date_in_rome(sync::Instant{context.platform().now_ms()});
  json::object fields{{"report", ran.result.report->name},
                      {"code", ran.result.report->code},
                      {"title", page.at("title")},
                      {"parameters", json::serialize(asked_with(ran.result))},
                      {"frozen_on", schema::iso_text(today)},
                      {"frozen_by", context.store().identity().account},
                      {"cut", digest_of("insieme frozen cut v1", documents)},
                      {"documents", as_array(pieces_of(documents))},
                      {"content_digest", digest_of("insieme frozen content v1", content)},
                      {"pieces", as_array(pieces_of(content))},
                      {"records", as_array(pieces_of(records))}};
  for (const char* name : {"sent_to", "note"}) {
    if (context.has(name)) fields[name] = context.text(name);
  }
  Plan plan;
  INSIEME_OUT(plan_record(context,
                          json::object{{"type", "frozen_report"},
                                       {"dossier", sync::to_text(dossier.id)},
                                       {"section", section},
                                       {"fields", std::move(fields)}},
                          std::nullopt, plan));
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> freeze(Context& context) {
  Outcome<Plan> plan = plan_freeze(context);
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"record", plan->records[0]}, {"warnings", plan->warnings}};
  });
}

}  // namespace

std::vector<CommandSpec> report_freeze_commands() {
  return {
      {"report.freeze",
       Writes::yes,
       "Congela un rapporto: le cifre di adesso diventano una scheda che nulla cambia più, con "
       "parametri, posizione, chi e quando. Le cifre su poche persone restano nascoste.",
       "Freezes a report: the figures of this moment become a record that nothing changes any "
       "more, with parameters, position, who and when. Figures about few people stay hidden.",
       {{"report", ArgKind::text, true, "nome o sigla (R1)", "name or code (R1)"},
        {"with", ArgKind::object, false, "parametri, come in report.run",
         "parameters, as for report.run"},
        {"dossier", ArgKind::id, true, "fascicolo di un ufficio, progetto o rete che lo conserva",
         "dossier of an office, project or network that keeps it"},
        {"sent_to", ArgKind::text, false, "a chi si manda", "who it is sent to"},
        {"note", ArgKind::text, false, "perché si chiude", "why it is closed"}},
       "record (as for record.save), warnings, repeated?",
       R"({"command": "report.freeze", "request_id": "r-1", "report": "R1",
 "with": {"project": "5f3a9c01"}, "dossier": "9b1e44d2", "sent_to": "MLPS"})",
       freeze},
  };
}

}  // namespace insieme::client::commands
