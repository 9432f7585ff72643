#include <algorithm>

#include "insieme/schema/rules.hpp"

namespace insieme::schema {

void RecordSet::put(RuleRecord record) {
  for (auto& one : records_) {
    if (one->id == record.id) {
      *one = std::move(record);
      return;
    }
  }
  records_.push_back(std::make_unique<RuleRecord>(std::move(record)));
}

void RecordSet::erase(const sync::RecordId& id) {
  records_.erase(std::remove_if(records_.begin(), records_.end(),
                                [&id](const auto& one) { return one->id == id; }),
                 records_.end());
}

const RuleRecord* RecordSet::find(const sync::RecordId& id) {
  for (const auto& one : records_) {
    if (one->id == id) return one.get();
  }
  return nullptr;
}

std::vector<const RuleRecord*> RecordSet::in_dossier(const sync::DossierId& dossier,
                                                     std::string_view type) {
  std::vector<const RuleRecord*> out;
  for (const auto& one : records_) {
    if (one->type == type && one->dossier == dossier) out.push_back(one.get());
  }
  return out;
}

std::vector<const RuleRecord*> RecordSet::with(std::string_view type, std::string_view field,
                                               const sync::Value& value) {
  std::vector<const RuleRecord*> out;
  for (const auto& one : records_) {
    if (one->type != type) continue;
    const auto found = one->values.find(field);
    if (found == one->values.end() || found->second.empty()) continue;
    if (sync::equal(found->second.front(), value)) out.push_back(one.get());
  }
  return out;
}

}  // namespace insieme::schema
