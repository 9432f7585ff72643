// retention.due: what the retention rules say may be erased. It erases nothing.
#include "insieme/reports/retention.hpp"
#include "commands/exchange/commands.hpp"
#include "commands/reports/ask.hpp"
#include "commands/values.hpp"
#include "insieme/schema/calendar.hpp"

namespace insieme::client::commands {
namespace {

Outcome<sync::Date> day_asked(Context& context) {
  if (!context.has("on")) return schema::date_in_rome(sync::Instant{context.platform().now_ms()});
  schema::Field field;
  field.name = "on";
  field.kind = schema::FieldKind::date;
  field.label = {"Giorno", "Day"};
  INSIEME_OUT_ASSIGN(const sync::Value value,
                     value_from_json(field, json::string(context.text("on")), context.bundle()));
  const auto* day = std::get_if<sync::Date>(&value);
  if (day != nullptr) return *day;
  return Failure("invalid_argument", "Serve un giorno.", "A day is needed.", "on");
}

std::string type_label(Context& context, const std::string& name) {
  const schema::RecordType* type = context.bundle().find_type(name);
  return type == nullptr ? name : type->label_plural.in(context.language);
}

json::array lines_json(Context& context, const std::vector<reports::RetentionLine>& lines,
                       const std::map<sync::DossierId, std::string>& titles) {
  json::array out;
  for (const reports::RetentionLine& line : lines) {
    json::array records;
    for (const sync::RecordId& id : line.records) records.emplace_back(sync::to_text(id));
    const auto title = titles.find(line.dossier);
    const std::string dossier = sync::to_text(line.dossier);
    out.push_back(json::object{{"dossier", dossier},
                               {"short", short_id(dossier)},
                               {"title", title == titles.end() ? std::string() : title->second},
                               {"type", line.type},
                               {"type_label", type_label(context, line.type)},
                               {"closed_on", schema::iso_text(line.closed_on)},
                               {"months", line.months},
                               {"due_on", schema::iso_text(line.due_on)},
                               {"legal_basis", line.legal_basis},
                               {"records", std::move(records)}});
  }
  return out;
}

Outcome<json::object> due(Context& context) {
  INSIEME_OUT_ASSIGN(const sync::Date on, day_asked(context));
  const reports::RecordReader reader = [&](const std::string& type) {
    return records_of_type(context, type);
  };
  // All types: of those without a rule it is told that nothing is laid down.
  std::set<std::string> types = reports::retention_types();
  for (const schema::RecordType& type : context.bundle().types) types.insert(type.name);
  INSIEME_OUT_ASSIGN(const auto records, reports::Records::load(types, reader));
  const reports::Retention found = reports::retention(context.bundle(), *records, on);
  std::map<sync::DossierId, std::string> titles;
  INSIEME_OUT_ASSIGN(const auto dossiers, context.store().dossiers());
  for (const DossierLine& line : dossiers) titles[line.id] = line.title;
  json::array without;
  for (const std::string& type : found.without_term) {
    without.push_back(json::object{{"type", type}, {"type_label", type_label(context, type)}});
  }
  return json::object{{"on", schema::iso_text(on)},
                      {"due", lines_json(context, found.due, titles)},
                      {"on_hold", lines_json(context, found.on_hold, titles)},
                      {"later", lines_json(context, found.later, titles)},
                      {"without_term", std::move(without)}};
}

}  // namespace

std::vector<CommandSpec> retention_commands() {
  return {
      {"retention.due",
       Writes::no,
       "Che cosa, secondo le regole di conservazione, si può proporre di cancellare: di fascicoli "
       "con tutti i casi chiusi, per tipo di scheda. Non cancella nulla.",
       "What may be proposed for erasure by the retention rules: of dossiers all of whose cases "
       "are "
       "closed, by record type. It erases nothing.",
       {{"on", ArgKind::text, false, "il giorno (oggi)", "the day (today)"}},
       "on, due, on_hold (suspended by a legal hold), later (the term runs): dossier, short, "
       "title, "
       "type, type_label, closed_on, months, due_on, legal_basis, records; without_term (type, "
       "type_label: nothing is laid down, so nothing is due)",
       R"({"command": "retention.due", "on": "2034-06-01"})",
       due},
  };
}

}  // namespace insieme::client::commands
