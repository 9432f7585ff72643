#include "insieme/reports/retention.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "insieme/schema/calendar.hpp"

namespace insieme::reports {
namespace {

constexpr const char* kRule = "retention_rule";
constexpr const char* kCase = "case";

template <class T>
const T* shown(const schema::RuleRecord& record, std::string_view field) {
  const auto found = record.values.find(field);
  if (found == record.values.end() || found->second.empty()) return nullptr;
  return std::get_if<T>(&found->second.front());
}

std::string text_of(const schema::RuleRecord& record, std::string_view field) {
  const auto* text = shown<std::string>(record, field);
  return text == nullptr ? std::string() : *text;
}

struct Term {
  std::optional<std::int64_t> months;
  std::string legal_basis;
  bool legal_hold = false;
};

std::map<std::string, Term> terms(const Records& records) {
  std::map<std::string, Term> out;
  for (const schema::RuleRecord* rule : records.all(kRule)) {
    Term& term = out[text_of(*rule, "record_type")];
    if (const auto* months = shown<std::int64_t>(*rule, "months")) {
      // Of two rules about one type, such as of two offices, the longer term counts.
      term.months = std::max(*months, term.months.value_or(0));
    }
    term.legal_basis = text_of(*rule, "legal_basis");
    const auto* hold = shown<bool>(*rule, "legal_hold");
    term.legal_hold = term.legal_hold || (hold != nullptr && *hold);
  }
  return out;
}

/// Dossiers all of whose cases are closed, with the day of the last.
std::map<sync::DossierId, sync::Date> closed_dossiers(const Records& records) {
  std::map<sync::DossierId, sync::Date> out;
  std::set<sync::DossierId> open;
  for (const schema::RuleRecord* one : records.all(kCase)) {
    const auto* closed = shown<sync::Date>(*one, "closed_on");
    if (closed == nullptr || text_of(*one, "state") != "chiuso") {
      open.insert(one->dossier);
      continue;
    }
    const auto [at, is_new] = out.emplace(one->dossier, *closed);
    if (!is_new) at->second = std::max(at->second, *closed);
  }
  for (const sync::DossierId& dossier : open) out.erase(dossier);
  return out;
}

bool before(const RetentionLine& a, const RetentionLine& b) {
  return std::tie(a.due_on, a.dossier, a.type) < std::tie(b.due_on, b.dossier, b.type);
}

}  // namespace

std::set<std::string> retention_types() { return {kRule, kCase}; }

Retention retention(const schema::Bundle& bundle, const Records& records, sync::Date on) {
  Retention out;
  const std::map<std::string, Term> rules = terms(records);
  const std::map<sync::DossierId, sync::Date> closed = closed_dossiers(records);
  for (const schema::RecordType& type : bundle.types) {
    if (type.name == kRule) continue;
    std::map<sync::DossierId, std::vector<sync::RecordId>> by_dossier;
    for (const schema::RuleRecord* record : records.all(type.name)) {
      if (closed.count(record->dossier) != 0) by_dossier[record->dossier].push_back(record->id);
    }
    const auto rule = rules.find(type.name);
    const bool has_term = rule != rules.end() && rule->second.months.has_value();
    if (!has_term && !by_dossier.empty()) out.without_term.insert(type.name);
    for (auto& [dossier, ids] : by_dossier) {
      if (!has_term) continue;
      const Term& term = rule->second;
      const auto due = schema::add_months(closed.at(dossier), *term.months);
      if (!due) continue;
      RetentionLine line{dossier, closed.at(dossier), type.name,       *term.months,
                         *due,    term.legal_basis,   term.legal_hold, std::move(ids)};
      auto& place = on < *due ? out.later : term.legal_hold ? out.on_hold : out.due;
      place.push_back(std::move(line));
    }
  }
  for (auto* lines : {&out.due, &out.on_hold, &out.later}) {
    std::sort(lines->begin(), lines->end(), before);
  }
  return out;
}

}  // namespace insieme::reports
