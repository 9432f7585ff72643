// person.benefits: what a person or a household already receives, by who gives it.
#include <algorithm>

#include "commands/catalogue/commands.hpp"
#include "commands/catalogue/held.hpp"
#include "exports/record_view.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

using namespace exports;  // NOLINT: accessors
using schema::RuleRecord;

/// Who is looked at: a person, the members that are this person, the households they live in.
struct Subject {
  std::set<sync::RecordId> people;
  std::set<sync::DossierId> households;
  bool whole_household = false;
};

/// How a benefit of one type tells who gives it, what it is and for how long.
struct Kind {
  const char* type;
  const char* source;
  const char* what;
  const char* from;
  const char* to;
  const char* whom;  ///< field of who receives it; null: the household
};
constexpr Kind kKinds[] = {
    {"measure_spell", "source", "measure", "from_date", "to_date", nullptr},
    {"support", "provider", "kind", "from_date", "to_date", "members"},
    {"voucher", "provider", "service", "from_date", "to_date", "beneficiary"},
    {"emporium_card", "emporium", "number", "valid_from", "valid_to", nullptr},
    {"placement", "host", "host", "from_date", "to_date", "member"},
    {"housing_spell", "provider", "address_class", "from_date", "to_date", "member"},
    {"participation", "action_line", "action_line", "entry_on", "exit_on", "person"},
};

Subject subject_of(reports::Records& records, const RuleRecord& named) {
  Subject out;
  if (named.type == "household") {
    out.households.insert(named.dossier);
    out.whole_household = true;
    for (const RuleRecord* member : records.in_dossier(named.dossier, "member")) {
      out.people.insert(member->id);
      if (const auto person = reference_of(*member, "person")) out.people.insert(*person);
    }
    return out;
  }
  out.people.insert(named.id);
  const auto person =
      named.type == "person" ? std::optional(named.id) : reference_of(named, "person");
  if (person) out.people.insert(*person);
  if (named.type == "member") out.households.insert(named.dossier);
  for (const RuleRecord* member : records.all("member")) {
    if (!person || reference_of(*member, "person") != person) continue;
    out.people.insert(member->id);
    out.households.insert(member->dossier);
  }
  return out;
}

bool concerns(const RuleRecord& record, const Kind& kind, const Subject& subject) {
  if (kind.whom == nullptr) return subject.households.count(record.dossier) != 0;
  const auto whom = references_of(record, kind.whom);
  return std::any_of(whom.begin(), whom.end(),
                     [&](const sync::RecordId& id) { return subject.people.count(id) != 0; });
}

std::string shown(Context& context, reports::Records& records, const RuleRecord& record,
                  const char* name) {
  const schema::RecordType* type = context.bundle().find_type(record.type);
  const schema::Field* field = type == nullptr ? nullptr : type->find_field(name);
  const auto found = record.values.find(name);
  if (field == nullptr || found == record.values.end() || found->second.empty()) return {};
  if (const auto* to = std::get_if<sync::Reference>(&found->second.front())) {
    const RuleRecord* other = records.find(to->record);
    return other == nullptr ? short_id(sync::to_text(to->record))
                            : std::string(held_line(context, *other).at("title").as_string());
  }
  return display(field, found->second.front(), context.bundle(), context.language);
}

json::object benefit_json(Context& context, reports::Records& records, const RuleRecord& record,
                          const Kind& kind) {
  json::object out = held_line(context, record);
  out["what"] = shown(context, records, record, kind.what);
  const auto from = date_of(record, kind.from);
  const auto to = date_of(record, kind.to);
  if (from) out["from"] = schema::iso_text(*from);
  if (to) out["to"] = schema::iso_text(*to);
  const sync::Date today = today_in_rome(context);
  out["active"] = (!from || *from <= today) && (!to || *to >= today);
  return out;
}

/// The same support, to one of the same people, by two providers, on days in common.
json::array overlaps(Context& context, const std::vector<const RuleRecord*>& supports) {
  json::array out;
  for (std::size_t i = 0; i < supports.size(); ++i) {
    for (std::size_t j = i + 1; j < supports.size(); ++j) {
      const RuleRecord& a = *supports[i];
      const RuleRecord& b = *supports[j];
      if (text_of(a, "kind") != text_of(b, "kind")) continue;
      if (text_of(a, "provider") == text_of(b, "provider")) continue;
      const auto ours = references_of(a, "members");
      const auto theirs = references_of(b, "members");
      const bool shared = std::any_of(ours.begin(), ours.end(), [&](const sync::RecordId& id) {
        return std::find(theirs.begin(), theirs.end(), id) != theirs.end();
      });
      const auto begins_after = [](const RuleRecord& one, const RuleRecord& other) {
        const auto from = date_of(one, "from_date");
        const auto to = date_of(other, "to_date");
        return from && to && *to < *from;
      };
      if (!shared || begins_after(a, b) || begins_after(b, a)) continue;
      out.push_back(json::array{held_line(context, a), held_line(context, b)});
    }
  }
  return out;
}

Outcome<json::object> benefits(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(
      auto records, load_held(context, {"person", "member", "household", "measure_spell", "support",
                                        "voucher", "emporium_card", "placement", "housing_spell",
                                        "participation", "action_line"}));
  const RuleRecord* named = records->find(ref.id);
  const bool fits = named != nullptr && (named->type == "person" || named->type == "member" ||
                                         named->type == "household");
  if (!fits) {
    return Failure("invalid_argument", "Si chiede di una persona, un componente o un nucleo.",
                   "This is about a person, a member or a household.", "record");
  }
  const Subject subject = subject_of(*records, *named);
  std::map<std::string, json::array> by_source;
  std::vector<const RuleRecord*> supports;
  for (const Kind& kind : kKinds) {
    for (const RuleRecord* record : records->all(kind.type)) {
      const bool in_household =
          subject.whole_household && subject.households.count(record->dossier) != 0;
      if (!in_household && !concerns(*record, kind, subject)) continue;
      by_source[shown(context, *records, *record, kind.source)].push_back(
          benefit_json(context, *records, *record, kind));
      if (record->type == "support") supports.push_back(record);
    }
  }
  json::array sources;
  for (auto& [source, list] : by_source) {
    sources.push_back(json::object{{"source", source}, {"benefits", std::move(list)}});
  }
  return json::object{{"record", held_line(context, *named)},
                      {"sources", std::move(sources)},
                      {"overlaps", overlaps(context, supports)}};
}

}  // namespace

std::vector<CommandSpec> benefit_commands() {
  return {
      {"person.benefits",
       Writes::no,
       "Ciò che una persona o un nucleo già riceve, per chi lo dà: misure, sostegni, buoni, "
       "tessere, tirocini, alloggi, progetti; e le sovrapposizioni.",
       "What a person or a household already receives, by who gives it: measures, supports, "
       "vouchers, cards, placements, housing, projects; and what overlaps.",
       {{"record", ArgKind::id, true, "persona, componente o nucleo",
         "person, member or household"}},
       "record, sources (source, benefits: id, short, type, dossier, title, what, from?, to?, "
       "active), overlaps (pairs of id, short, type, dossier, title)",
       R"({"command": "person.benefits", "record": "5f3a9c01"})",
       benefits},
  };
}

}  // namespace insieme::client::commands
