// offer.search, offer.propose: which services of the territory there are for somebody.
#include <algorithm>

#include "commands/catalogue/commands.hpp"
#include "commands/catalogue/held.hpp"
#include "exports/record_view.hpp"

namespace insieme::client::commands {
namespace {

using namespace exports;  // NOLINT: accessors
using schema::RuleRecord;

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool fits_age(const RuleRecord& offer, std::int64_t age) {
  const auto least = number_of(offer, "minimum_age");
  const auto most = number_of(offer, "maximum_age");
  return (!least || age >= *least) && (!most || age <= *most);
}

std::string area_of(Context& context, const std::string& commune) {
  const schema::CodeList* communes = context.bundle().find_list("communes");
  const schema::CodeValue* found = communes == nullptr ? nullptr : communes->find(commune);
  return found == nullptr ? std::string{} : std::string(found->attribute("ambito"));
}

/// 0: in the commune; 1: in its area, or wherever, as the offer names no commune; nullopt: not.
std::optional<int> nearness(Context& context, const RuleRecord& offer, const std::string& commune) {
  const auto served = texts_of(offer, "communes");
  if (commune.empty() || holds(served, commune)) return 0;
  if (served.empty()) return 1;
  const std::string area = area_of(context, commune);
  const bool near =
      !area.empty() && std::any_of(served.begin(), served.end(), [&](const std::string& one) {
        return area_of(context, one) == area;
      });
  return near ? std::optional<int>(1) : std::nullopt;
}

Outcome<std::string> code(Context& context, const char* argument, const char* list,
                          schema::Label label) {
  if (!context.has(argument)) return std::string{};
  schema::Field field;
  field.name = argument;
  field.label = std::move(label);
  field.kind = schema::FieldKind::code;
  field.list = list;
  INSIEME_OUT_ASSIGN(const sync::Value value,
                     value_from_json(field, *find(context.args, argument), context.bundle()));
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string{};
}

/// A typing error would find nothing, and nobody would know why.
Check check_age(Context& context) {
  constexpr std::int64_t kOldest = 130;
  const std::int64_t age = context.number("age", 0);
  if (age >= 0 && age <= kOldest) return Done{};
  const std::string given = std::to_string(age);
  return Failure("invalid_argument",
                 "Età: " + quoted_it(given) + " non va bene, servono anni compiuti da 0 a 130.",
                 "Age: " + quoted_en(given) + " is not right, it is whole years from 0 to 130.",
                 "age");
}

json::object offer_json(Context& context, reports::Records& records, const RuleRecord& offer) {
  json::object out = held_line(context, offer);
  for (const char* name : {"schedule", "eligibility", "fees", "address", "website"}) {
    if (const std::string text = text_of(offer, name); !text.empty()) out[name] = text;
  }
  out["phones"] = array_of(texts_of(offer, "phones"));
  const auto who = reference_of(offer, "stakeholder");
  const RuleRecord* provider = who ? records.find(*who) : nullptr;
  if (provider != nullptr) out["provider"] = text_of(*provider, "name");
  return out;
}

Outcome<json::object> search(Context& context) {
  INSIEME_OUT_ASSIGN(const std::string commune,
                     code(context, "commune", "communes", {"Comune", "Commune"}));
  INSIEME_OUT_ASSIGN(const std::string need,
                     code(context, "need", "need_areas", {"Area di bisogno", "Area of need"}));
  INSIEME_OUT_ASSIGN(const std::string support,
                     code(context, "support", "supports", {"Sostegno", "Support"}));
  INSIEME_OUT(check_age(context));
  INSIEME_OUT_ASSIGN(auto records, load_held(context, {"service_offer", "stakeholder"}));
  std::vector<std::pair<int, json::object>> found;
  std::size_t closed = 0;
  for (const RuleRecord* offer : records->all("service_offer")) {
    if (!need.empty() && !holds(texts_of(*offer, "needs"), need)) continue;
    if (!support.empty() && !holds(texts_of(*offer, "supports"), support)) continue;
    if (context.has("age") && !fits_age(*offer, context.number("age", 0))) continue;
    const auto near = nearness(context, *offer, commune);
    if (!near) continue;
    if (text_of(*offer, "status") != "active") {
      ++closed;
      continue;
    }
    found.emplace_back(*near, offer_json(context, *records, *offer));
    found.back().second["near"] = *near == 0 && !commune.empty();
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  json::array out;
  for (auto& [near, offer] : found) out.push_back(std::move(offer));
  return json::object{{"offers", std::move(out)}, {"not_open", closed}};
}

/// Needs of the latest analysis that no active support answers.
std::vector<std::string> open_needs(reports::Records& records, const RuleRecord& one_case) {
  const RuleRecord* latest = nullptr;
  for (const RuleRecord* analysis : records.all("preliminary_analysis")) {
    if (reference_of(*analysis, "case_id") != one_case.id) continue;
    const bool later = latest == nullptr || number_of(*analysis, "version").value_or(0) >
                                                number_of(*latest, "version").value_or(0);
    if (later) latest = analysis;
  }
  std::vector<std::string> covered;
  for (const RuleRecord* support : records.all("support")) {
    if (reference_of(*support, "case_id") != one_case.id) continue;
    if (text_of(*support, "status") != "attivo") continue;
    for (const sync::RecordId& id : references_of(*support, "objectives")) {
      const RuleRecord* objective = records.find(id);
      if (objective != nullptr) covered.push_back(text_of(*objective, "area"));
    }
  }
  std::vector<std::string> out;
  for (const RuleRecord* area : records.all("analysis_area")) {
    if (latest == nullptr || reference_of(*area, "analysis") != latest->id) continue;
    const std::string need = text_of(*area, "need");
    const std::string name = text_of(*area, "area");
    const bool is_need = need == "1" || need == "2" || need == "3";
    if (is_need && !holds(covered, name) && !holds(out, name)) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Who of the household the offer is for; everybody whose age is not known.
json::array members_for(Context& context, reports::Records& records, const RuleRecord& one_case,
                        const RuleRecord& offer) {
  const sync::Date today = today_in_rome(context);
  json::array out;
  for (const RuleRecord* member : records.in_dossier(one_case.dossier, "member")) {
    const auto left = date_of(*member, "to_date");
    if (left && *left < today) continue;
    const auto born = date_of(*member, "birth_date");
    if (born && !fits_age(offer, schema::age_on(*born, today))) continue;
    out.push_back(held_line(context, *member));
  }
  return out;
}

/// Areas of need as a person reads them.
std::string areas_text(Context& context, const json::array& codes) {
  const schema::CodeList* areas = context.bundle().find_list("need_areas");
  std::string out;
  for (const json::value& code : codes) {
    const schema::CodeValue* known = areas == nullptr ? nullptr : areas->find(code.as_string());
    if (!out.empty()) out += ", ";
    out += known == nullptr ? std::string(code.as_string()) : known->label.in(context.language);
  }
  return out;
}

Outcome<json::object> propose(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("case")));
  INSIEME_OUT_ASSIGN(
      auto records,
      load_held(context, {"case", "household", "member", "preliminary_analysis", "analysis_area",
                          "objective", "support", "service_offer", "stakeholder"}));
  const RuleRecord* one_case = records->find(ref.id);
  if (one_case == nullptr || one_case->type != "case") {
    return Failure("invalid_argument", "Questa scheda non è un caso.", "This record is no case.",
                   "case");
  }
  const auto home = reference_of(*one_case, "household");
  const RuleRecord* household = home ? records->find(*home) : nullptr;
  const std::string commune = household == nullptr ? "" : text_of(*household, "commune");
  const auto needs = open_needs(*records, *one_case);
  std::vector<std::string> answered;
  json::array proposals;
  for (const RuleRecord* offer : records->all("service_offer")) {
    if (text_of(*offer, "status") != "active" || !nearness(context, *offer, commune)) continue;
    json::array covers;
    for (const std::string& need : texts_of(*offer, "needs")) {
      if (!holds(needs, need)) continue;
      covers.emplace_back(need);
    }
    if (covers.empty()) continue;
    json::array members = members_for(context, *records, *one_case, *offer);
    if (members.empty()) continue;
    for (const json::value& need : covers) answered.emplace_back(need.as_string());
    json::object line = offer_json(context, *records, *offer);
    line["covers_text"] = areas_text(context, covers);
    line["covers"] = std::move(covers);
    line["members"] = std::move(members);
    proposals.push_back(std::move(line));
  }
  json::array open;
  json::array without;
  for (const std::string& need : needs) {
    open.emplace_back(need);
    if (!holds(answered, need)) without.emplace_back(need);
  }
  const std::string without_text = areas_text(context, without);
  return json::object{{"open_needs", std::move(open)},
                      {"proposals", std::move(proposals)},
                      {"without_offer", std::move(without)},
                      {"without_offer_text", without_text}};
}

}  // namespace

std::vector<CommandSpec> offer_commands() {
  return {
      {"offer.search",
       Writes::no,
       "I servizi aperti del territorio, anche senza rete: per comune, bisogno, sostegno, età. "
       "Prima quelli del comune, poi quelli del suo ambito.",
       "The open services of the territory, without a network, too: by commune, need, support, "
       "age. Those of the commune first, then those of its area.",
       {{"commune", ArgKind::text, false, "comune, per codice o nome", "commune, by code or name"},
        {"need", ArgKind::text, false, "area di bisogno", "area of need"},
        {"support", ArgKind::text, false, "sostegno, dalla a alla h", "support, a to h"},
        {"age", ArgKind::integer, false, "età della persona", "the person's age"}},
       "offers (id, short, type, dossier, title, provider?, near, schedule?, eligibility?, fees?, "
       "address?, website?, phones), not_open",
       R"({"command": "offer.search", "commune": "Treviso", "need": "d", "age": 9})",
       search},
      {"offer.propose",
       Writes::no,
       "Per un caso, le offerte del catalogo che rispondono ai bisogni aperti dell'ultima analisi, "
       "per territorio ed età; e i bisogni senza offerta.",
       "For a case, the offers of the catalogue that answer open needs of its latest analysis, by "
       "territory and age; and the needs without an offer.",
       {{"case", ArgKind::id, true, "il caso", "the case"}},
       "open_needs, proposals (as offers of offer.search, without near; covers, covers_text, "
       "members), without_offer, without_offer_text",
       R"({"command": "offer.propose", "case": "5f3a9c01"})",
       propose},
  };
}

}  // namespace insieme::client::commands
