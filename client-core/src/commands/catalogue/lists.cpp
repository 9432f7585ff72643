// list.show, list.put: what a code list offers, and what the space adds to it or takes out of use.
#include "commands/catalogue/lists.hpp"

#include <algorithm>
#include <set>

#include "commands/catalogue/commands.hpp"
#include "commands/catalogue/held.hpp"
#include "commands/records/plan.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/own_values.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/sync/space_dossier.hpp"
#include "storage/own_values.hpp"

namespace insieme::client::commands {
namespace {

const std::string* text_in(const schema::RecordValues& values, std::string_view field) {
  const auto found = values.find(field);
  if (found == values.end() || found->second.empty()) return nullptr;
  return std::get_if<std::string>(&found->second.front());
}

Outcome<const schema::CodeList*> find_list(Context& context, const std::string& name) {
  if (const schema::CodeList* list = context.bundle().find_list(name)) return list;
  std::vector<std::string> names;
  for (const schema::CodeList& list : context.bundle().lists) {
    if (schema::fold_case(list.label.in(context.language)) == schema::fold_case(name)) {
      return &list;
    }
    names.push_back(list.name);
  }
  const std::string meant = nearest(name, names);
  return Failure("not_found", "Non c'è un elenco " + quoted_it(name) + "." + hint_it(meant),
                 "There is no list " + quoted_en(name) + "." + hint_en(meant), "list");
}

Failure fixed(const std::string& it, const std::string& en) {
  return Failure("not_allowed",
                 "L'elenco " + quoted_it(it) +
                     " è fissato da una norma o dal programma: non si aggiungono voci.",
                 "The list " + quoted_en(en) +
                     " is fixed by an act or by the program: values cannot be added.",
                 "list");
}

/// In how many records that are held here each code stands.
Outcome<std::map<std::string, std::uint64_t>> uses_of(Context& context,
                                                      const schema::CodeList& list,
                                                      json::array& fields) {
  std::map<std::string, std::uint64_t> uses;
  for (const schema::RecordType& type : context.bundle().types) {
    for (const schema::Field& field : type.fields) {
      if (field.list != list.name) continue;
      fields.emplace_back(type.label.in(context.language) + " · " +
                          field.label.in(context.language));
      INSIEME_OUT_ASSIGN(const auto records, context.store().shown(type.name, {field.name}));
      for (const schema::RuleRecord& record : records) {
        for (const auto& [name, values] : record.values) {
          for (const sync::Value& value : values) {
            if (const auto* code = std::get_if<std::string>(&value)) ++uses[*code];
          }
        }
      }
    }
  }
  return uses;
}

/// What people wrote at once for a label, where it is not one thing.
json::array other_labels(Context& context, const sync::RecordId& id) {
  json::array out;
  auto ref = context.store().locate(id);
  if (!ref.ok()) return out;
  const auto record = context.store().record(ref.value());
  if (!record.ok()) return out;
  for (const char* name : {"label_it", "label_en"}) {
    const auto& fields = record->state.fields;
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [name](const auto& one) { return one.name == name; });
    if (field == fields.end()) continue;
    std::set<std::string> texts;
    for (const sync::Survivor& one : field->survivors) {
      if (const auto* text = std::get_if<std::string>(&one.value)) texts.insert(*text);
    }
    if (texts.size() < 2) continue;
    for (const std::string& text : texts) out.emplace_back(text);
  }
  return out;
}

std::map<std::string, sync::RecordId> records_of(const std::vector<schema::RuleRecord>& all,
                                                 const std::string& list,
                                                 const sync::DossierId& dossier) {
  std::map<std::string, sync::RecordId> out;
  for (const schema::RuleRecord& one : all) {
    const std::string* of = text_in(one.values, "list");
    const std::string* code = text_in(one.values, "code");
    if (of == nullptr || code == nullptr || *of != list || one.dossier != dossier) continue;
    out.emplace(*code, one.id);
  }
  return out;
}

json::object value_json(Context& context, const schema::CodeValue& value,
                        const std::map<std::string, sync::RecordId>& records) {
  json::object out{{"code", value.code},
                   {"label", value.label.in(context.language)},
                   {"label_it", value.label.it},
                   {"label_en", value.label.en},
                   {"own", schema::is_own_code(value.code)}};
  if (value.valid_from) out["valid_from"] = schema::iso_text(*value.valid_from);
  if (value.valid_to) out["valid_to"] = schema::iso_text(*value.valid_to);
  const sync::Date today = today_in_rome(context);
  out["retired"] = value.valid_to && *value.valid_to < today;
  const auto record = records.find(value.code);
  if (record == records.end()) return out;
  out["record"] = sync::to_text(record->second);
  if (json::array others = other_labels(context, record->second); !others.empty()) {
    out["contested"] = std::move(others);
  }
  return out;
}

Outcome<json::object> show(Context& context) {
  if (!context.has("list")) {
    json::array lists;
    for (const schema::CodeList& list : context.bundle().lists) {
      if (list.name == schema::kOpenLists) continue;  // of lists, not of records
      const auto own = std::count_if(list.values.begin(), list.values.end(), [](const auto& one) {
        return schema::is_own_code(one.code);
      });
      lists.push_back(json::object{{"list", list.name},
                                   {"label", list.label.in(context.language)},
                                   {"open", schema::is_open_list(context.bundle(), list.name)},
                                   {"values", list.values.size()},
                                   {"own", own}});
    }
    return json::object{{"may_edit", kept_space_dossier(context).ok()},
                        {"lists", std::move(lists)}};
  }
  INSIEME_OUT_ASSIGN(const schema::CodeList* list, find_list(context, context.text("list")));
  json::array fields;
  INSIEME_OUT_ASSIGN(auto uses, uses_of(context, *list, fields));
  INSIEME_OUT_ASSIGN(const auto all, context.store().shown(std::string(schema::kOwnValueType),
                                                           {"list", "code"}));
  const auto records =
      records_of(all, list->name, sync::space_dossier(context.store().identity().space));
  json::array values;
  for (const schema::CodeValue& value : list->values) {
    json::object one = value_json(context, value, records);
    one["used"] = number_text(uses[value.code]);
    uses.erase(value.code);
    values.push_back(std::move(one));
  }
  const bool open = schema::is_open_list(context.bundle(), list->name);
  json::array unknown;  // on their way here, or nobody's any more
  for (const auto& [code, used] : uses) {
    if (used != 0) unknown.push_back(json::object{{"code", code}, {"used", number_text(used)}});
  }
  return json::object{{"list", list->name},
                      {"label", list->label.in(context.language)},
                      {"open", open},
                      {"source", list->source},
                      {"may_edit", open && kept_space_dossier(context).ok()},
                      {"fields", std::move(fields)},
                      {"values", std::move(values)},
                      {"unknown", std::move(unknown)}};
}

Outcome<json::object> input_of(Context& context) {
  INSIEME_OUT_ASSIGN(const schema::CodeList* list, find_list(context, context.text("list")));
  if (!schema::is_open_list(context.bundle(), list->name)) {
    return fixed(list->label.it, list->label.en);
  }
  std::string code = context.text("code");
  if (code.empty()) code = schema::own_code_of(context.text("it"));
  if (code.empty()) {
    return Failure("missing_argument",
                   "Serve il nome della voce in italiano, o il codice di una che c'è.",
                   "The name of the value in Italian is needed, or the code of one that is there.",
                   "it");
  }
  const schema::CodeValue* there = list->find(code);
  if (there != nullptr && !context.has("code")) {
    return Failure("already_exists",
                   quoted_it(there->label.it) + " c'è già in questo elenco (" + code +
                       "); se è ritirata, si può offrire di nuovo.",
                   quoted_en(there->label.en) + " is in this list already (" + code +
                       "); if it is retired, it can be offered again.",
                   "it");
  }
  json::object fields{{"list", list->name}, {"code", code}};
  const bool is_named = there == nullptr || context.has("it");
  if (is_named) fields["label_it"] = context.text("it");
  if (context.has("en")) {
    fields["label_en"] = context.text("en");
  } else if (there == nullptr) {
    fields["label_en"] = context.text("it");
  }
  for (const auto& [argument, field] :
       {std::pair{"from", "valid_from"}, std::pair{"retired", "retired_on"}}) {
    if (!context.has(argument)) continue;
    std::string day = context.text(argument);
    if (day == "today") day = schema::iso_text(today_in_rome(context));
    fields[field] = day.empty() ? json::value() : json::value(day);
  }
  return json::object{{"type", schema::kOwnValueType},
                      {"fields", std::move(fields)},
                      {"upsert", true}};
}

Outcome<Plan> plan_value(Context& context) {
  Plan plan;
  INSIEME_OUT_ASSIGN(const json::object input, input_of(context));
  INSIEME_OUT(plan_record(context, input, {}, plan));
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> put(Context& context) {
  Outcome<Plan> plan = plan_value(context);
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    const schema::RecordValues& values = plan->judged.empty()
                                             ? schema::RecordValues{}
                                             : plan->judged.front().after.values;
    json::object out{{"record", plan->records[0]}};
    if (const std::string* code = text_in(values, "code")) out["code"] = *code;
    return out;
  });
}

}  // namespace

Outcome<sync::DossierId> kept_space_dossier(Context& context) {
  INSIEME_OUT_ASSIGN(const bool keeps, keeps_space_dossier(context.store()));
  if (keeps) return sync::space_dossier(context.store().identity().space);
  return Failure("not_allowed",
                 "Gli elenchi dello spazio li tiene chi amministra: il tuo ruolo li legge, e una "
                 "voce nuova va chiesta a loro. Chi amministra sincronizza una volta questo "
                 "dispositivo, prima.",
                 "The lists of the space are kept by whoever administers: your role reads them; "
                 "ask them for a new value. Who administers synchronises this device once first.");
}

Check check_own_value(Context& context, const schema::RecordValues& after) {
  const std::string* name = text_in(after, "list");
  const std::string* code = text_in(after, "code");
  if (name == nullptr || code == nullptr) return Done{};
  // An import saves row by row: those before it count.
  INSIEME_OUT(learn_own_values(context.store()));
  const schema::CodeList* list = context.bundle().find_list(*name);
  if (list == nullptr || !schema::is_open_list(context.bundle(), *name)) {
    return list == nullptr ? fixed(*name, *name) : fixed(list->label.it, list->label.en);
  }
  std::size_t own = 0;
  for (const schema::CodeValue& value : list->values) {
    if (value.code == *code) continue;
    if (schema::is_own_code(value.code)) ++own;
    for (const char* field : {"label_it", "label_en"}) {
      const std::string* label = text_in(after, field);
      if (label == nullptr) continue;
      const std::string folded = schema::fold_case(*label);
      if (folded != schema::fold_case(value.label.it) &&
          folded != schema::fold_case(value.label.en)) {
        continue;
      }
      return Failure("already_exists",
                     quoted_it(*label) + " c'è già in questo elenco (" + value.code + ").",
                     quoted_en(*label) + " is in this list already (" + value.code + ").", field);
    }
  }
  if (own < schema::kOwnValuesMax) return Done{};
  const std::string most = std::to_string(schema::kOwnValuesMax);
  return Failure("limit_exceeded",
                 "L'elenco ha già " + most + " voci dello spazio: è il massimo.",
                 "The list has " + most + " values of the space already, which is the most.",
                 "list");
}

std::vector<CommandSpec> list_commands_of_space() {
  return {
      {"list.show",
       Writes::no,
       "Gli elenchi, o le voci di uno: quante schede su questo dispositivo usano ciascuna, quali "
       "sono dello spazio, quali ritirate.",
       "The code lists, or the values of one: how many records on this device use each, which are "
       "the space's own, which are retired.",
       {{"list", ArgKind::text, false, "un elenco, per nome", "one list, by name"}},
       "without list: may_edit, lists (list, label, open, values, own); with it: list, label, "
       "open, source, may_edit, fields, values (code, label, label_it, label_en, own, retired, "
       "valid_from?, valid_to?, record?, contested?, used), unknown (code, used)",
       R"({"command": "list.show", "list": "visit_places"})",
       show},
      {"list.put",
       Writes::yes,
       "Aggiunge una voce a un elenco aperto, o ne cambia nome e giorni. Per chi amministra.",
       "Adds a value to an open list, or changes its name and days. For whoever administers.",
       {{"list", ArgKind::text, true, "l'elenco", "the list"},
        {"code", ArgKind::text, false, "una voce che c'è, o il codice (x_…) di una nuova",
         "a value that is there, or the code (x_…) of a new one"},
        {"it", ArgKind::text, false, "nome in italiano", "name in Italian"},
        {"en", ArgKind::text, false, "nome in inglese", "name in English"},
        {"from", ArgKind::text, false, "primo giorno", "first day"},
        {"retired", ArgKind::text, false,
         "da che giorno non si offre più (today: da oggi); vuoto: si offre",
         "from which day it is offered no more (today); empty: it is offered"}},
       "record, code?, repeated?",
       R"({"command": "list.put", "request_id": "r-1", "list": "visit_places",
 "it": "Centro diurno", "en": "Day centre"})",
       put},
  };
}

}  // namespace insieme::client::commands
