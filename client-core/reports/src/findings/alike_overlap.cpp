// Periods that meet: a visit that was entered twice, one support given by two providers.
#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "insieme/reports/alike.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::reports {
namespace {

/// From the first unit to the last one, both counted: days, or milliseconds.
struct Period {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

struct Spell {
  const schema::RuleRecord* record = nullptr;
  Period period;
};

std::optional<Period> instants_of(const schema::RuleRecord& record, const schema::Alike& by,
                                  const sync::Instant& from) {
  constexpr std::int64_t kMinute = 60'000;
  constexpr std::int64_t kShortest = 1;
  Period out{from.ms, from.ms};
  const sync::Value* to = shown_in(record, by.to);
  const sync::Value* minutes = shown_in(record, by.minutes);
  if (to != nullptr && std::holds_alternative<sync::Instant>(*to)) {
    out.last = std::get<sync::Instant>(*to).ms - 1;
  } else if (minutes != nullptr && std::holds_alternative<std::int64_t>(*minutes)) {
    constexpr std::int64_t kDay = 1'440;
    const std::int64_t many = std::clamp<std::int64_t>(std::get<std::int64_t>(*minutes), 0, kDay);
    out.last = from.ms + many * kMinute - 1;
  }
  out.last = std::max(out.last, from.ms + kShortest - 1);
  return out;
}

std::optional<Period> period_of(const schema::RuleRecord& record, const schema::Alike& by) {
  const sync::Value* from = shown_in(record, by.from);
  if (from == nullptr) return std::nullopt;
  if (const auto* at = std::get_if<sync::Instant>(from)) return instants_of(record, by, *at);
  const auto* day = std::get_if<sync::Date>(from);
  if (day == nullptr) return std::nullopt;
  const sync::Value* to = shown_in(record, by.to);
  const auto* last = to == nullptr ? nullptr : std::get_if<sync::Date>(to);
  const std::int64_t end = last == nullptr ? std::numeric_limits<std::int64_t>::max() : last->days;
  if (end < day->days) return std::nullopt;
  return Period{day->days, end};
}

/// What must be equal for two to be compared: whom they are about, and the fields of `equal`.
struct Group {
  sync::RecordId about;
  std::vector<sync::Value> equal;
  bool operator<(const Group& other) const {
    if (!(about == other.about)) return about < other.about;
    return std::lexicographical_compare(
        equal.begin(), equal.end(), other.equal.begin(), other.equal.end(),
        [](const sync::Value& a, const sync::Value& b) { return sync::compare(a, b) < 0; });
  }
};

/// Whom a record is about: each person that it names, or else its dossier.
std::vector<sync::RecordId> about(const AlikeInput& input, const schema::Alike& by,
                                  const schema::RuleRecord& record) {
  std::vector<sync::RecordId> out;
  for (const sync::RecordId& id : references_in(record, by.shares)) {
    out.push_back(input.identities.of(id));
  }
  if (!out.empty()) return out;
  sync::RecordId dossier;
  dossier.bytes = record.dossier.bytes;
  return {dossier};
}

bool differ(const schema::Alike& by, const schema::RuleRecord& a, const schema::RuleRecord& b) {
  if (by.differs.empty()) return true;
  const std::string words_a = schema::plain_name(words_in(a, by.differs));
  const std::string words_b = schema::plain_name(words_in(b, by.differs));
  return !words_a.empty() && !words_b.empty() && words_a != words_b;
}

void find_in(const schema::Alike& by, std::vector<Spell>& spells,
             std::map<IdentityEdge, AlikeFound>& found) {
  std::sort(spells.begin(), spells.end(), [](const Spell& a, const Spell& b) {
    if (a.period.first != b.period.first) return a.period.first < b.period.first;
    return a.record->id < b.record->id;
  });
  for (std::size_t i = 0; i < spells.size(); ++i) {
    for (std::size_t j = i + 1; j < spells.size(); ++j) {
      if (spells[j].period.first > spells[i].period.last) break;
      const schema::RuleRecord* a = spells[i].record;
      const schema::RuleRecord* b = spells[j].record;
      if (found.size() >= kOverlapsMax) return;
      if (!differ(by, *a, *b)) continue;
      if (b->id < a->id) std::swap(a, b);
      std::vector<std::string> evidence{"same_time"};
      if (!by.differs.empty()) evidence.insert(evidence.begin(), "different_" + by.differs);
      found.emplace(IdentityEdge{a->id, b->id}, AlikeFound{&by, {a, b}, std::move(evidence)});
    }
  }
}

}  // namespace

std::vector<AlikeFound> find_overlaps(const AlikeInput& input, const schema::Alike& by) {
  std::map<Group, std::vector<Spell>> groups;
  for (const std::string& type : by.types) {
    for (const schema::RuleRecord* record : input.records.all(type)) {
      const auto period = period_of(*record, by);
      if (!period) continue;
      Group group;
      for (const std::string& field : by.equal) {
        const sync::Value* value = shown_in(*record, field);
        group.equal.push_back(value == nullptr ? sync::Value{} : *value);
      }
      for (const sync::RecordId& id : about(input, by, *record)) {
        group.about = id;
        groups[group].push_back({record, *period});
      }
    }
  }
  std::map<IdentityEdge, AlikeFound> found;
  for (auto& [group, spells] : groups) find_in(by, spells, found);
  std::vector<AlikeFound> out;
  for (auto& [ids, one] : found) out.push_back(std::move(one));
  return out;
}

}  // namespace insieme::reports
