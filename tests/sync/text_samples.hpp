#pragma once
// Random histories of a text: replicas that write, exchange, and save forms opened long before.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/text.hpp"

namespace insieme::sync::testing {

inline ReplicaId replica(std::uint8_t number) {
  ReplicaId id;
  id.bytes[15] = number;
  return id;
}

/// Events in an order of authorship, which is a causal order.
class HistoryBuilder {
 public:
  explicit HistoryBuilder(std::size_t replicas)
      : known_(replicas), forms_(replicas), seqs_(replicas) {}

  [[nodiscard]] const std::vector<TextEvent>& events() const { return events_; }
  [[nodiscard]] const VersionVector& known(std::size_t r) const { return known_[r]; }

  void receive(std::size_t to, std::size_t from) { known_[to].merge(known_[from]); }
  void open_form(std::size_t r) { forms_[r] = known_[r]; }
  /// A write with all that the replica knows, or with what its form had seen.
  const TextEvent& write(std::size_t r, bool from_form, std::vector<Splice> splices,
                         std::uint64_t seq_step = 1) {
    TextEvent event;
    seqs_[r] += seq_step;
    event.dot = {replica(static_cast<std::uint8_t>(r + 1)), seqs_[r], 0};
    event.stamp.ms = static_cast<std::int64_t>(events_.size());
    event.author = "author" + std::to_string(r);
    event.context = from_form ? forms_[r] : known_[r];
    event.splices = std::move(splices);
    known_[r].raise(event.dot.replica, event.dot.seq);
    events_.push_back(std::move(event));
    return events_.back();
  }

 private:
  std::vector<VersionVector> known_;
  std::vector<VersionVector> forms_;
  std::vector<std::uint64_t> seqs_;
  std::vector<TextEvent> events_;
};

/// Small alphabets of letters meet often, so that merges are not trivially right.
inline std::string random_text(std::mt19937& random, std::size_t max) {
  static const char* const kCharacters[] = {"a", "b", "c", "d", " ", "è", "\u0301", "€", "👩"};
  std::string text;
  for (std::size_t n = random() % (max + 1); n > 0; --n) text += kCharacters[random() % 9];
  return text;
}

inline std::vector<Splice> random_splices(std::mt19937& random) {
  std::vector<Splice> splices;
  for (std::size_t n = 1 + random() % 5 / 4 + random() % 9 / 8; n > 0; --n) {
    Splice splice;
    splice.position = static_cast<std::uint32_t>(random() % (random() % 8 == 0 ? 60 : 9));
    if (random() % 3 == 0) splice.removed = static_cast<std::uint32_t>(random() % 6);
    if (random() % 8 == 0) splice.removed = UINT32_MAX;
    splice.inserted = random_text(random, random() % 4 == 0 ? 6 : 2);
    splices.push_back(std::move(splice));
  }
  return splices;
}

inline std::vector<TextEvent> random_history(std::uint32_t seed, std::size_t replicas,
                                             std::size_t writes) {
  std::mt19937 random(seed);
  HistoryBuilder history(replicas);
  const std::uint32_t exchange = 1 + random() % 4;
  while (history.events().size() < writes) {
    const std::size_t r = random() % replicas;
    if (random() % 6 < exchange) history.receive(r, random() % replicas);
    if (random() % 4 == 0) history.open_form(r);
    if (random() % 2 == 0) {
      history.write(r, random() % 4 == 0, random_splices(random), 1 + random() % 8 / 7);
    }
  }
  return history.events();
}

/// True when `events[i]` may be delivered after those that `delivered` marks.
inline bool deliverable(const std::vector<TextEvent>& events, const std::vector<bool>& delivered,
                        std::size_t i) {
  if (delivered[i]) return false;
  for (std::size_t j = 0; j < events.size(); ++j) {
    if (delivered[j] || j == i) continue;
    const bool own_earlier = events[j].dot.replica == events[i].dot.replica &&
                             events[j].dot.seq < events[i].dot.seq;
    if (own_earlier || events[i].context.contains(events[j].dot)) return false;
  }
  return true;
}

inline Status apply(TextState& state, const TextEvent& event,
                    TextState::Origin origin = TextState::Origin::received) {
  return state.apply(event.dot, event.stamp, event.author, event.context, event.splices, origin);
}

inline TextState deliver_in_order(const std::vector<TextEvent>& events) {
  TextState state;
  for (const TextEvent& event : events) {
    if (!apply(state, event).ok()) return {};
  }
  return state;
}

/// A random causal order, with a preference for staying with one replica for a while.
inline TextState deliver_shuffled(const std::vector<TextEvent>& events, std::mt19937& random) {
  TextState state;
  std::vector<bool> delivered(events.size());
  for (std::size_t n = 0; n < events.size(); ++n) {
    std::size_t i = random() % events.size();
    while (!deliverable(events, delivered, i)) i = (i + 1) % events.size();
    if (!apply(state, events[i]).ok()) return {};
    delivered[i] = true;
  }
  return state;
}

}  // namespace insieme::sync::testing
