// Everything that is to be found, each with what was decided about it.
#include <algorithm>
#include <array>
#include <numeric>

#include "insieme/reports/finding.hpp"
#include "insieme/reports/records.hpp"
#include "insieme/reports/signed_text.hpp"
#include "insieme/schema/evaluate.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::reports {
namespace {

constexpr std::size_t kIdDigits = 16;
constexpr const char* kDecisionType = "finding";
constexpr const char* kDismissed = "respinta";

/// Notes which records a rule looked at.
class Watched final : public schema::RecordSource {
 public:
  explicit Watched(Records& records) : records_(records) {}
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
  Records& records_;
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

std::string key_of(std::string_view name, const std::vector<FoundRecord>& records) {
  std::vector<sync::RecordId> ids;
  for (const FoundRecord& one : records) ids.push_back(one.id);
  return finding_key(name, ids);
}

Finding finding_of(const schema::Rule& rule, std::vector<const Broken*> members) {
  std::sort(members.begin(), members.end(),
            [](const Broken* a, const Broken* b) { return a->record.id < b->record.id; });
  Finding out;
  out.rule = &rule;
  for (const Broken* one : members) {
    out.records.push_back(one->record);
    out.seen.insert(one->seen.begin(), one->seen.end());
  }
  out.key = key_of(rule.name, out.records);
  return out;
}

Finding finding_of(AlikeFound found) {
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
    out.records.push_back({record->id, record->type, record->dossier, problem});
  }
  out.key = key_of(found.alike->name, out.records);
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

/// Decisions by the finding's key. One lies in each dossier that the finding is about: it stands
/// while all of them that are held here say so.
std::map<std::string, FindingDecision> decisions_in(Records& records) {
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

using ByRule = std::map<std::string, std::vector<Broken>>;

/// Signatures under a text that was another one when they were made.
void add_earlier_texts(const schema::Bundle& bundle, Records& records, ByRule& by_rule) {
  const schema::Rule* rule = signed_text_rule(bundle);
  if (rule == nullptr || bundle.find_type(rule->type) == nullptr) return;
  for (const schema::RuleRecord* record : records.all(rule->type)) {
    Watched watched(records);
    if (!is_on_earlier_text(bundle, *record, watched)) continue;
    by_rule[rule->name].push_back(
        {{record->id, record->type, record->dossier, earlier_text_problem(*rule)}, {}});
  }
}

std::vector<Finding> find_broken_rules(const schema::Bundle& bundle, Records& records) {
  ByRule by_rule;
  for (const auto& [type, rules] : bundle.rules_of_type) {
    for (const schema::RuleRecord* record : records.all(type)) {
      Watched watched(records);
      for (schema::Problem& problem : schema::check_standing_rules(bundle, *record, watched)) {
        FoundRecord broken{record->id, type, record->dossier, std::move(problem)};
        const std::string rule = broken.problem.rule;
        by_rule[rule].push_back({std::move(broken), watched.seen});
      }
    }
  }
  add_earlier_texts(bundle, records, by_rule);
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

std::string finding_key(std::string_view name, const std::vector<sync::RecordId>& records) {
  sync::Hasher hasher("insieme finding v1");
  hasher.add(name);
  for (const sync::RecordId& id : records) hasher.add(id.bytes);
  return sync::to_hex(hasher.finish());
}

std::vector<std::string> fields_of(const schema::Alike& alike) {
  std::vector<std::string> out = alike.equal;
  for (const std::string* field :
       {&alike.surname, &alike.given_names, &alike.birth_date, &alike.tax_code, &alike.phones,
        &alike.sex, &alike.person, &alike.from, &alike.to, &alike.minutes, &alike.shares,
        &alike.differs}) {
    if (!field->empty()) out.push_back(*field);
  }
  return out;
}

NeededForFindings needed_for_findings(const schema::Bundle& bundle) {
  NeededForFindings out;
  out.ruled = types_of_rules(bundle);
  for (const std::string& type : signed_text_types()) out.ruled.insert(type);
  out.types = out.ruled;
  for (const schema::Alike& one : bundle.alike) {
    const std::vector<std::string> fields = fields_of(one);
    for (const std::string& type : one.types) {
      out.types.insert(type);
      if (out.ruled.count(type) != 0) continue;
      auto& known = out.fields[type];
      known.insert(known.end(), fields.begin(), fields.end());
    }
  }
  if (bundle.find_type(kDecisionType) != nullptr) {
    out.types.insert(kDecisionType);
    if (out.ruled.count(kDecisionType) == 0) {
      out.fields[kDecisionType] = {"finding_key", "state", "decision", "evidence"};
    }
  }
  return out;
}

std::vector<Finding> find_all(const schema::Bundle& bundle, Records& records,
                              const std::set<IdentityEdge>& edges) {
  std::vector<Finding> out = find_broken_rules(bundle, records);
  const Identities identities(edges);
  for (AlikeFound& found : find_alike({bundle, records, identities})) {
    out.push_back(finding_of(std::move(found)));
  }
  const auto decisions = decisions_in(records);
  for (Finding& finding : out) {
    const auto known = decisions.find(finding.key);
    if (known != decisions.end()) finding.decision = known->second;
  }
  std::sort(out.begin(), out.end(),
            [](const Finding& a, const Finding& b) { return a.key < b.key; });
  return out;
}

}  // namespace insieme::reports
