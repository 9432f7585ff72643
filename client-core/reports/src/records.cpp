#include "insieme/reports/records.hpp"

#include <algorithm>

namespace insieme::reports {

Result<std::unique_ptr<Records>> Records::load(const std::set<std::string>& types,
                                               const RecordReader& reader) {
  auto out = std::make_unique<Records>();
  for (const std::string& type : types) {
    INSIEME_TRY_ASSIGN(auto records, reader(type));
    Found& found = out->by_type_[type];
    found.reserve(records.size());
    for (schema::RuleRecord& record : records) {
      out->owned_.push_back(std::make_unique<schema::RuleRecord>(std::move(record)));
      const schema::RuleRecord* kept = out->owned_.back().get();
      found.push_back(kept);
      out->by_id_[kept->id] = kept;
    }
    std::sort(found.begin(), found.end(),
              [](const auto* a, const auto* b) { return a->id < b->id; });
  }
  return out;
}

const std::vector<const schema::RuleRecord*>& Records::all(std::string_view type) const {
  static const Found kNone;
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? kNone : found->second;
}

const schema::RuleRecord* Records::find(const sync::RecordId& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<const schema::RuleRecord*> Records::in_dossier(const sync::DossierId& dossier,
                                                           std::string_view type) {
  auto index = by_dossier_.find(type);
  if (index == by_dossier_.end()) {
    index = by_dossier_.emplace(std::string(type), std::map<sync::DossierId, Found>{}).first;
    for (const auto* record : all(type)) index->second[record->dossier].push_back(record);
  }
  const auto found = index->second.find(dossier);
  return found == index->second.end() ? Found{} : found->second;
}

std::vector<const schema::RuleRecord*> Records::with(std::string_view type, std::string_view field,
                                                     const sync::Value& value) {
  const std::string key = std::string(type) + "." + std::string(field);
  auto index = by_value_.find(key);
  if (index == by_value_.end()) {
    index = by_value_.emplace(key, std::map<sync::Value, Found, Less>{}).first;
    for (const auto* record : all(type)) {
      const auto shown = record->values.find(field);
      if (shown == record->values.end() || shown->second.empty()) continue;
      index->second[shown->second.front()].push_back(record);
    }
  }
  const auto found = index->second.find(value);
  return found == index->second.end() ? Found{} : found->second;
}

}  // namespace insieme::reports
