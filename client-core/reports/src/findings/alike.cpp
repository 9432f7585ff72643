#include "insieme/reports/alike.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace insieme::reports {
namespace {

constexpr std::size_t kSharedPeopleMin = 2;

using Dossiers = std::pair<sync::DossierId, sync::DossierId>;  ///< the lesser id first

/// People of one dossier, and those of the other one who may be the same.
struct Shared {
  std::set<sync::RecordId> first;
  std::set<sync::RecordId> second;
  /// One who is like two of the other dossier is one person.
  [[nodiscard]] std::size_t people() const { return std::min(first.size(), second.size()); }
};
using SharedBy = std::map<Dossiers, Shared>;

/// Each pair stands for itself: that both are like a third one makes them no more alike, and would
/// tell whoever may not know of that one that there is somebody.
SharedBy shared_people(const AlikeInput& input, const schema::Alike& people,
                       const std::vector<AlikeFound>& found) {
  SharedBy shared;
  const auto note = [&](const schema::RuleRecord* a, const schema::RuleRecord* b) {
    if (a->dossier == b->dossier) return;
    if (b->dossier < a->dossier) std::swap(a, b);
    Shared& both = shared[{a->dossier, b->dossier}];
    both.first.insert(input.identities.of(a->id));
    both.second.insert(input.identities.of(b->id));
  };
  for (const AlikeFound& one : found) {
    if (one.alike == &people) note(one.records.front(), one.records.back());
  }
  std::map<sync::RecordId, std::vector<const schema::RuleRecord*>> by_person;
  for (const std::string& type : people.types) {
    for (const schema::RuleRecord* record : input.records.all(type)) {
      by_person[input.identities.of(record->id)].push_back(record);
    }
  }
  for (const auto& [person, records] : by_person) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      for (std::size_t j = i + 1; j < records.size(); ++j) note(records[i], records[j]);
    }
  }
  return shared;
}

}  // namespace

std::vector<AlikeFound> find_households(const AlikeInput& input, const schema::Alike& by,
                                        const std::vector<AlikeFound>& people) {
  std::vector<AlikeFound> out;
  const auto through =
      std::find_if(input.bundle.alike.begin(), input.bundle.alike.end(),
                   [&by](const schema::Alike& one) { return one.name == by.through; });
  if (through == input.bundle.alike.end()) return out;
  for (const auto& [dossiers, shared] : shared_people(input, *through, people)) {
    if (shared.people() < kSharedPeopleMin) continue;
    const auto a = input.records.in_dossier(dossiers.first, by.types.front());
    const auto b = input.records.in_dossier(dossiers.second, by.types.front());
    if (a.empty() || b.empty()) continue;
    const auto [first, second] = std::minmax(
        a.front(), b.front(),
        [](const schema::RuleRecord* x, const schema::RuleRecord* y) { return x->id < y->id; });
    if (input.identities.of(first->id) == input.identities.of(second->id)) continue;
    out.push_back({&by, {first, second}, {"shared_people"}});
  }
  return out;
}

std::vector<AlikeFound> find_alike(const AlikeInput& input) {
  std::vector<AlikeFound> out;
  for (const schema::Alike& by : input.bundle.alike) {
    std::vector<AlikeFound> more;
    switch (by.method) {
      case schema::AlikeMethod::people:
        more = find_people(input, by);
        break;
      case schema::AlikeMethod::households:
        more = find_households(input, by, out);
        break;
      case schema::AlikeMethod::overlap:
        more = find_overlaps(input, by);
        break;
    }
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

const sync::Value* shown_in(const schema::RuleRecord& record, const std::string& field) {
  const auto found = record.values.find(field);
  if (field.empty() || found == record.values.end() || found->second.empty()) return nullptr;
  const sync::Value& value = found->second.front();
  return std::holds_alternative<sync::Null>(value) ? nullptr : &value;
}

std::string words_in(const schema::RuleRecord& record, const std::string& field) {
  const sync::Value* value = shown_in(record, field);
  const auto* words = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return words == nullptr ? std::string() : *words;
}

std::vector<sync::RecordId> references_in(const schema::RuleRecord& record,
                                          const std::string& field) {
  std::vector<sync::RecordId> out;
  const auto found = record.values.find(field);
  if (field.empty() || found == record.values.end()) return out;
  for (const sync::Value& value : found->second) {
    if (const auto* reference = std::get_if<sync::Reference>(&value)) {
      out.push_back(reference->record);
    }
  }
  return out;
}

}  // namespace insieme::reports
