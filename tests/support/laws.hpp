#pragma once
// What the tests of the laws share: random histories out of rapidcheck, and what must be equal.
// A failing history is shrunk; RC_PARAMS="max_success=5000" runs more of them.

#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "support/history.hpp"

namespace insieme::testing {

inline constexpr std::size_t kChangesMax = 25;

inline RegisterPolicy policy(std::string_view, std::string_view field) {
  return field == "auto" ? RegisterPolicy::automatic : RegisterPolicy::review;
}

inline std::vector<std::uint32_t> draw_words() {
  return *rc::gen::scale(4.0, rc::gen::container<std::vector<std::uint32_t>>(
                                  rc::gen::inRange<std::uint32_t>(0, 5'040)));
}

inline History draw_history(Contexts contexts = Contexts::honest,
                            std::size_t changes_max = kChangesMax) {
  const auto replicas = *rc::gen::inRange<std::size_t>(2, 5);
  return History(draw_words(), replicas, contexts, changes_max);
}

/// One in whose middle everybody met: what came before is stable afterwards.
inline History draw_met_history(Contexts contexts) {
  const auto replicas = *rc::gen::inRange<std::size_t>(2, 5);
  const auto meet_at = *rc::gen::inRange<std::size_t>(1, kChangesMax / 2);
  return History(draw_words(), replicas, contexts, kChangesMax, meet_at);
}

inline Contexts draw_contexts() { return *rc::gen::element(Contexts::honest, Contexts::any); }

template <class T>
void shuffle(std::vector<T>& list) {
  std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
  std::shuffle(list.begin(), list.end(), random);
}

/// Everything that two replicas with the same changes must have in common.
inline void assert_same(const Document& a, const Document& b) {
  RC_ASSERT(a.frontier() == b.frontier());
  RC_ASSERT(a.waiting() == 0U);
  RC_ASSERT(b.waiting() == 0U);
  RC_ASSERT(a.records().size() == b.records().size());
  for (const auto& [id, record] : a.records()) {
    const RecordState& other = b.records().at(id);
    RC_ASSERT(encode_record(record) == encode_record(other));
    RC_ASSERT(record == other);
    RC_ASSERT(record.lifecycle() == other.lifecycle());
    for (const FieldState& field : record.fields) {
      RC_ASSERT(field.text.text() == other.field(field.name)->text.text());
      RC_ASSERT(field.text.overlaps() == other.field(field.name)->text.overlaps());
    }
  }
  const auto items = a.review_items(policy);
  const auto others = b.review_items(policy);
  RC_ASSERT(items.size() == others.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    RC_ASSERT(items[i].generation == others[i].generation);
    RC_ASSERT(items[i].values == others[i].values);
    RC_ASSERT(items[i].contested == others[i].contested);
  }
  RC_ASSERT(a.state_digest() == b.state_digest());
}

/// Only those up to a version that somebody had, in the order given.
inline std::vector<Change> up_to(const std::vector<Change>& changes,
                                 const VersionVector& version) {
  std::vector<Change> some;
  for (const Change& change : changes) {
    if (version.contains(change.header.replica, change.header.seq)) some.push_back(change);
  }
  return some;
}

}  // namespace insieme::testing
