#include "commands/review/findings.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "commands/reports/ask.hpp"
#include "commands/values.hpp"
#include "insieme/schema/evaluate.hpp"
#include "insieme/sync/digest.hpp"
#include "reports/records.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kIdDigits = 16;

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
  BrokenRecord record;
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

Finding finding_of(const schema::Rule& rule, std::vector<const Broken*> members) {
  std::sort(members.begin(), members.end(),
            [](const Broken* a, const Broken* b) { return a->record.id < b->record.id; });
  Finding out;
  out.rule = &rule;
  sync::Hasher hasher("insieme finding v1");
  hasher.add(std::string_view(rule.name));
  for (const Broken* one : members) {
    hasher.add(one->record.id.bytes);
    out.records.push_back(one->record);
  }
  out.id = sync::to_hex(hasher.finish()).substr(0, kIdDigits);
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

}  // namespace

Outcome<std::vector<Finding>> find_broken_rules(Context& context) {
  const schema::Bundle& bundle = context.bundle();
  INSIEME_OUT_ASSIGN(auto records,
                     reports::Records::load(types_of_rules(bundle), [&](const std::string& type) {
                       return records_of_type(context, type);
                     }));
  std::map<std::string, std::vector<Broken>> by_rule;
  for (const auto& [type, rules] : bundle.rules_of_type) {
    const schema::RecordType* known = bundle.find_type(type);
    for (const schema::RuleRecord* record : records->all(type)) {
      Watched watched(*records);
      for (schema::Problem& problem : schema::check_standing_rules(bundle, *record, watched)) {
        BrokenRecord broken{record->id, type, record->dossier,
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
  std::sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) { return a.id < b.id; });
  return out;
}

json::object finding_json(Context& context, const Finding& finding) {
  const bool it = context.language == schema::Language::it;
  json::array records;
  for (const BrokenRecord& one : finding.records) {
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
  out["id"] = finding.id;
  out["kind"] = "finding";
  out["kind_text"] = it ? "regola non rispettata" : "broken rule";
  out["rule"] = finding.rule->name;
  out["severity"] = schema::name_of(finding.rule->severity);
  out["field"] = finding.rule->field;
  out["source"] = finding.rule->source;
  out["records"] = std::move(records);
  return out;
}

}  // namespace insieme::client::commands
