#include "commands/review/alike.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace insieme::client::commands {
namespace {

constexpr std::size_t kSharedPeopleMin = 2;

using Dossiers = std::pair<sync::DossierId, sync::DossierId>;  ///< the lesser id first

/// Which people two dossiers share, by an id of the person.
using Shared = std::map<Dossiers, std::set<sync::RecordId>>;

void note(Shared& shared, const schema::RuleRecord& a, const schema::RuleRecord& b,
          const sync::RecordId& person) {
  if (!(a.dossier == b.dossier)) shared[std::minmax(a.dossier, b.dossier)].insert(person);
}

Shared shared_people(const AlikeInput& input, const schema::Alike& people,
                     const std::vector<AlikeFound>& found) {
  Shared shared;
  Identities all = input.identities;
  for (const AlikeFound& one : found) {
    if (one.alike == &people) all.join(one.records.front()->id, one.records.back()->id);
  }
  std::map<sync::RecordId, std::vector<const schema::RuleRecord*>> by_person;
  for (const std::string& type : people.types) {
    for (const schema::RuleRecord* record : input.records.all(type)) {
      by_person[all.of(record->id)].push_back(record);
    }
  }
  for (const auto& [person, records] : by_person) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      for (std::size_t j = i + 1; j < records.size(); ++j) {
        note(shared, *records[i], *records[j], person);
      }
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
  for (const auto& [dossiers, persons] : shared_people(input, *through, people)) {
    if (persons.size() < kSharedPeopleMin) continue;
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

}  // namespace insieme::client::commands
