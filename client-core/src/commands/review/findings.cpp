#include "commands/review/findings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>

#include "commands/records/identities.hpp"
#include "commands/reports/ask.hpp"
#include "commands/review/alike.hpp"
#include "commands/values.hpp"
#include "insieme/schema/evaluate.hpp"
#include "insieme/sync/digest.hpp"
#include "reports/records.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kIdDigits = 16;
constexpr const char* kDecisionType = "finding";
constexpr const char* kDismissed = "respinta";

/// Notes which records a rule looked at.
class Watched final : public schema::RecordSource {
 public:
  explicit Watched(reports::Records& records) : records_(records) {}
  std::set<sync::RecordId> seen;

  const schema::RuleRecord* find(const sync::RecordId& id) override {
    const schema::RuleRecord* found = records_.find(id);
    if (found != nullptr) seen.insert(id);
    return found;
  }
  std::vector<const schema::RuleRecord*> in_dossier(const sync::DossierId& dossier,
                                                    std::string_view type) override {
    return noted(records_.in_dossier(dossier, type));
  }
  std::vector<const schema::RuleRecord*> with(std::string_view type, std::string_view field,
                                              const sync::Value& value) override {
    return noted(records_.with(type, field, value));
  }

 private:
  std::vector<const schema::RuleRecord*> noted(std::vector<const schema::RuleRecord*> found) {
    for (const schema::RuleRecord* record : found) seen.insert(record->id);
    return found;
  }
  reports::Records& records_;
};

struct Broken {
  FoundRecord record;
  std::set<sync::RecordId> seen;
};

/// Puts together the records of one rule that looked at each other.
std::vector<std::vector<const Broken*>> together(const std::vector<Broken>& all) {
  std::vector<std::size_t> group(all.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  const auto root = [&group](std::size_t at) {
    while (group[at] != at) at = group[at] = group[group[at]];
    return at;
  };
  std::map<sync::RecordId, std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) places.emplace(all[i].record.id, i);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const sync::RecordId& id : all[i].seen) {
      const auto other = places.find(id);
      if (other == places.end()) continue;
      const std::size_t a = root(i);
      const std::size_t b = root(other->second);
      group[std::max(a, b)] = std::min(a, b);
    }
  }
  std::map<std::size_t, std::vector<const Broken*>> groups;
  for (std::size_t i = 0; i < all.size(); ++i) groups[root(i)].push_back(&all[i]);
  std::vector<std::vector<const Broken*>> out;
  for (auto& [at, members] : groups) out.push_back(std::move(members));
  return out;
}

std::string key_of_finding(std::string_view name, const std::vector<FoundRecord>& records) {
  sync::Hasher hasher("insieme finding v1");
  hasher.add(name);
  for (const FoundRecord& one : records) hasher.add(one.id.bytes);
  return sync::to_hex(hasher.finish());
}

Finding finding_of(const schema::Rule& rule, std::vector<const Broken*> members) {
  std::sort(members.begin(), members.end(),
            [](const Broken* a, const Broken* b) { return a->record.id < b->record.id; });
  Finding out;
  out.rule = &rule;
  for (const Broken* one : members) out.records.push_back(one->record);
  out.key = key_of_finding(rule.name, out.records);
  return out;
}

Outcome<Finding> finding_of(Context& context, AlikeFound found) {
  Finding out;
  out.alike = found.alike;
  out.evidence = std::move(found.evidence);
  const schema::Alike& alike = *found.alike;
  const schema::Problem problem{{},
                                schema::Severity::warning,
                                alike.name,
                                alike.message.it + " " + alike.remedy.it,
                                alike.message.en + " " + alike.remedy.en};
  for (const schema::RuleRecord* record : found.records) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, context.store().locate(record->id));
    INSIEME_OUT_ASSIGN(const StoredRecord whole, context.store().record(ref));
    out.records.push_back({record->id, record->type, record->dossier, whole.title, problem});
  }
  out.key = key_of_finding(found.alike->name, out.records);
  return out;
}

std::set<std::string> types_of_rules(const schema::Bundle& bundle) {
  std::set<std::string> types;
  for (const schema::Rule& rule : bundle.rules) {
    if (rule.severity == schema::RuleSeverity::warns || !rule.standing) continue;
    const auto more = schema::types_of(rule);
    types.insert(more.begin(), more.end());
  }
  return types;
}

/// Which fields are compared, by type; and those of decisions.
std::map<std::string, std::vector<std::string>> fields_compared(const schema::Bundle& bundle) {
  std::map<std::string, std::vector<std::string>> out;
  for (const schema::Alike& one : bundle.alike) {
    std::vector<std::string> fields = one.equal;
    for (const std::string* field :
         {&one.surname, &one.given_names, &one.birth_date, &one.tax_code, &one.phones, &one.sex,
          &one.person, &one.from, &one.to, &one.minutes, &one.shares, &one.differs}) {
      if (!field->empty()) fields.push_back(*field);
    }
    for (const std::string& type : one.types) {
      auto& known = out[type];
      known.insert(known.end(), fields.begin(), fields.end());
    }
  }
  if (bundle.find_type(kDecisionType) != nullptr) {
    out[kDecisionType] = {"finding_key", "state", "decision", "evidence"};
  }
  return out;
}

/// Decisions by the finding's key. One lies in each dossier that the finding is about: it stands
/// while all of them that are held here say so.
std::map<std::string, FindingDecision> decisions_in(reports::Records& records) {
  std::map<std::string, FindingDecision> out;
  for (const schema::RuleRecord* record : records.all(kDecisionType)) {
    FindingDecision decision;
    decision.state = words_in(*record, "state");
    decision.words = words_in(*record, "decision");
    std::string_view rest;
    const std::string evidence = words_in(*record, "evidence");
    for (rest = evidence; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      if (end > 0) decision.evidence.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::sort(decision.evidence.begin(), decision.evidence.end());
    const auto [at, is_new] = out.emplace(words_in(*record, "finding_key"), decision);
    if (!is_new && at->second.state == kDismissed) at->second = std::move(decision);
  }
  return out;
}

std::vector<Finding> find_broken_rules(Context& context, reports::Records& records) {
  const schema::Bundle& bundle = context.bundle();
  std::map<std::string, std::vector<Broken>> by_rule;
  for (const auto& [type, rules] : bundle.rules_of_type) {
    const schema::RecordType* known = bundle.find_type(type);
    for (const schema::RuleRecord* record : records.all(type)) {
      Watched watched(records);
      for (schema::Problem& problem : schema::check_standing_rules(bundle, *record, watched)) {
        FoundRecord broken{record->id, type, record->dossier,
                           schema::record_title(bundle, *known, record->values, context.language),
                           std::move(problem)};
        const std::string rule = broken.problem.rule;
        by_rule[rule].push_back({std::move(broken), watched.seen});
      }
    }
  }
  std::vector<Finding> out;
  for (const schema::Rule& rule : bundle.rules) {
    const auto broken = by_rule.find(rule.name);
    if (broken == by_rule.end()) continue;
    for (auto& members : together(broken->second)) {
      out.push_back(finding_of(rule, std::move(members)));
    }
  }
  return out;
}

}  // namespace

std::string Finding::id() const { return key.substr(0, kIdDigits); }

bool Finding::is_open() const {
  if (!decision || decision->state != kDismissed) return true;
  return !std::includes(decision->evidence.begin(), decision->evidence.end(), evidence.begin(),
                        evidence.end());
}

Outcome<std::vector<Finding>> find_all(Context& context) {
  const std::set<std::string> ruled = types_of_rules(context.bundle());
  std::map<std::string, std::vector<std::string>> compared = fields_compared(context.bundle());
  std::set<std::string> types = ruled;
  for (const auto& [type, fields] : compared) types.insert(type);
  INSIEME_OUT_ASSIGN(auto records, reports::Records::load(types, [&](const std::string& type) {
                       return ruled.count(type) != 0
                                  ? records_of_type(context, type)
                                  : context.store().shown(type, compared[type]);
                     }));
  INSIEME_OUT_ASSIGN(const auto edges, identity_edges(context));
  const Identities identities(edges);
  std::vector<Finding> out = find_broken_rules(context, *records);
  for (AlikeFound& found : find_alike({context.bundle(), *records, identities})) {
    INSIEME_OUT_ASSIGN(Finding finding, finding_of(context, std::move(found)));
    out.push_back(std::move(finding));
  }
  const auto decisions = decisions_in(*records);
  for (Finding& finding : out) {
    const auto known = decisions.find(finding.key);
    if (known != decisions.end()) finding.decision = known->second;
  }
  std::sort(out.begin(), out.end(),
            [](const Finding& a, const Finding& b) { return a.key < b.key; });
  return out;
}

namespace {

std::string kind_text(Context& context, const Finding& finding) {
  const bool it = context.language == schema::Language::it;
  if (finding.rule != nullptr) return it ? "regola non rispettata" : "broken rule";
  const schema::CodeList* list = context.bundle().find_list("finding_kinds");
  const schema::CodeValue* kind = list == nullptr ? nullptr : list->find(finding.alike->kind);
  return kind == nullptr ? finding.alike->kind : kind->label.in(context.language);
}

std::string evidence_text(const std::string& word, bool it) {
  struct Words {
    const char* code;
    const char* it;
    const char* en;
  };
  static constexpr std::array<Words, 12> kWords{{
      {"same_tax_code", "stesso codice fiscale", "the same tax code"},
      {"same_tax_code_omocodia", "stesso codice fiscale, in un caso per omocodia",
       "the same tax code, once with letters for digits"},
      {"same_name", "stesso nome", "the same name"},
      {"name_sounds_alike", "nomi che suonano uguali", "names that sound the same"},
      {"name_one_letter", "nomi che differiscono per una lettera", "names a letter apart"},
      {"names_swapped", "nome e cognome scambiati", "surname and given names exchanged"},
      {"same_birth_date", "stessa data di nascita", "the same date of birth"},
      {"birth_day_month_swapped", "giorno e mese di nascita scambiati",
       "day and month of birth exchanged"},
      {"birth_one_digit", "date di nascita che differiscono per una cifra",
       "dates of birth a digit apart"},
      {"same_phone", "stesso telefono", "the same telephone"},
      {"shared_people", "più persone in comune", "several people in both"},
      {"same_time", "periodi che si sovrappongono", "periods that overlap"},
  }};
  for (const Words& one : kWords) {
    if (word == one.code) return it ? one.it : one.en;
  }
  return it ? "enti diversi" : "different providers";
}

}  // namespace

json::object finding_json(Context& context, const Finding& finding) {
  const bool it = context.language == schema::Language::it;
  json::array records;
  for (const FoundRecord& one : finding.records) {
    const std::string id = sync::to_text(one.id);
    const schema::RecordType* type = context.bundle().find_type(one.type);
    json::object line;
    line["id"] = id;
    line["short"] = short_id(id);
    line["type"] = one.type;
    line["type_label"] = type->label.in(context.language);
    line["title"] = one.title;
    line["dossier"] = sync::to_text(one.dossier);
    line["message"] = it ? one.problem.message_it : one.problem.message_en;
    records.push_back(std::move(line));
  }
  json::object out;
  out["id"] = finding.id();
  out["kind"] = "finding";
  out["kind_text"] = kind_text(context, finding);
  out["rule"] = finding.name();
  out["severity"] =
      key_of(finding.rule != nullptr ? schema::name_of(finding.rule->severity) : "item");
  out["field"] = finding.rule != nullptr ? finding.rule->field : std::string();
  out["source"] = finding.rule != nullptr ? finding.rule->source : finding.alike->source;
  out["open"] = finding.is_open();
  json::array evidence;
  for (const std::string& word : finding.evidence) {
    evidence.push_back(json::object{{"code", word}, {"text", evidence_text(word, it)}});
  }
  out["evidence"] = std::move(evidence);
  if (finding.decision) {
    out["state"] = finding.decision->state;
    out["decision"] = finding.decision->words;
  }
  out["records"] = std::move(records);
  return out;
}

}  // namespace insieme::client::commands
