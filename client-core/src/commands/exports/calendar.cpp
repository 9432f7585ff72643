// calendar.export: what is planned, for a calendar program.
#include <algorithm>

#include "commands/catalogue/held.hpp"
#include "commands/exports/commands.hpp"
#include "commands/exports/deliver.hpp"
#include "exports/ical.hpp"
#include "exports/record_view.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

using namespace exports;  // NOLINT: accessors
using schema::RuleRecord;

/// Which types plan a day, and by whom.
struct Planning {
  const char* type;
  const char* on;
  const char* who;      ///< null: nobody in particular
  const char* details;  ///< null: none
  const char* it;
  const char* en;
};
constexpr Planning kPlannings[] = {
    {"visit", "next_date", "educator", "next_step", "Visita", "Visit"},
    {"monitoring_meeting", "planned_on", nullptr, nullptr, "Incontro di monitoraggio",
     "Monitoring meeting"},
    {"network_contact", "next_date", "worker", "next_step", "Contatto di rete", "Network contact"},
};

bool wanted(Context& context, const RuleRecord& record, const Planning& planning) {
  if (planning.who == nullptr || !context.has("user")) return true;
  return text_of(record, planning.who) == context.text("user");
}

std::string place_of(Context& context, reports::Records& records, const RuleRecord& record) {
  const auto homes = records.in_dossier(record.dossier, "household");
  if (!homes.empty())
    return std::string(held_line(context, *homes.front()).at("title").as_string());
  const auto who = reference_of(record, "stakeholder");
  const RuleRecord* stakeholder = who ? records.find(*who) : nullptr;
  return stakeholder == nullptr ? std::string{} : text_of(*stakeholder, "name");
}

Outcome<json::object> calendar(Context& context) {
  INSIEME_OUT_ASSIGN(auto records,
                     load_held(context, {"visit", "monitoring_meeting", "network_contact",
                                         "household", "stakeholder"}));
  const bool italian = context.language == schema::Language::it;
  const bool details = context.flag("details");
  std::vector<PlannedDay> days;
  for (const Planning& planning : kPlannings) {
    for (const RuleRecord* record : records->all(planning.type)) {
      const auto on = date_of(*record, planning.on);
      if (!on || !wanted(context, *record, planning)) continue;
      const std::string state = text_of(*record, "state");
      if (state == "tenuto") continue;
      PlannedDay day;
      day.uid = sync::to_text(record->id) + "@insieme";
      day.on = *on;
      INSIEME_OUT_ASSIGN(const RecordRef ref, context.store().locate(record->id));
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
      day.changed = sync::Instant{facets.first().edited_ms};
      day.summary = italian ? planning.it : planning.en;
      day.cancelled = state == "annullato";
      if (details) {
        const std::string where = place_of(context, *records, *record);
        if (!where.empty()) day.summary += ": " + where;
        if (planning.details != nullptr) day.description = text_of(*record, planning.details);
      } else {
        day.summary += " (" + short_id(sync::to_text(record->id)) + ")";
      }
      days.push_back(std::move(day));
    }
  }
  std::stable_sort(days.begin(), days.end(),
                   [](const PlannedDay& a, const PlannedDay& b) { return a.on < b.on; });
  return delivered(context, json::object{{"events", days.size()}},
                   to_ical(days, "Insieme: agenda"));
}

}  // namespace

std::vector<CommandSpec> calendar_commands() {
  return {
      {"calendar.export",
       Writes::no,
       "Le visite, gli incontri e i contatti previsti come calendario (iCalendar). Senza nomi, se "
       "non li si chiede: un calendario può andare altrove.",
       "Planned visits, meetings and contacts as a calendar (iCalendar). Without names unless "
       "asked: a calendar may go elsewhere.",
       {{"user", ArgKind::text, false, "solo di questa persona", "of this person only"},
        {"details", ArgKind::boolean, false, "con i nomi e che cosa fare",
         "with names and what to do"},
        {"path", ArgKind::text, false, "file nuovo; senza, il contenuto è nella risposta",
         "a new file; without it the content is in the reply"}},
       "events, path or content",
       R"({"command": "calendar.export", "user": "anna", "path": "agenda.ics"})",
       calendar},
  };
}

}  // namespace insieme::client::commands
