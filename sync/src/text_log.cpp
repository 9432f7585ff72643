#include "text_log.hpp"

#include <algorithm>

namespace insieme::sync::detail {
namespace {

/// The greater seq of each slot.
void merge(SlotVersion& into, std::span<const SlotSeq> from) {
  SlotVersion merged;
  merged.reserve(into.size() + from.size());
  auto at = into.begin();
  for (const SlotSeq& entry : from) {
    while (at != into.end() && at->slot < entry.slot) merged.push_back(*at++);
    if (at != into.end() && at->slot == entry.slot) {
      merged.push_back({entry.slot, std::max(entry.seq, at->seq)});
      ++at;
    } else {
      merged.push_back(entry);
    }
  }
  merged.insert(merged.end(), at, into.end());
  into = std::move(merged);
}

}  // namespace

TextLog::TextLog(const VersionVector& folded) {
  for (const VersionVector::Entry& entry : folded.entries()) {
    Slot& slot = slots_[slot_for(entry.replica)];
    slot.folded = entry.seq;
    slot.last = entry.seq;
    total_ += entry.seq;
  }
}

std::uint32_t TextLog::search_slot(const ReplicaId& replica) const noexcept {
  const auto at = std::lower_bound(
      by_replica_.begin(), by_replica_.end(), replica,
      [this](std::uint32_t slot, const ReplicaId& id) { return slots_[slot].replica < id; });
  return at != by_replica_.end() && slots_[*at].replica == replica ? *at : kNone;
}

std::uint32_t TextLog::slot_for(const ReplicaId& replica) {
  const std::uint32_t known = find_slot(replica);
  if (known != kNone) return known;
  const auto at = std::lower_bound(
      by_replica_.begin(), by_replica_.end(), replica,
      [this](std::uint32_t slot, const ReplicaId& id) { return slots_[slot].replica < id; });
  const std::uint32_t slot = slots();
  by_replica_.insert(at, slot);
  slots_.push_back({replica, 0, 0, {}});
  return slot;
}

std::uint32_t TextLog::number_of(std::string_view author) {
  if (!events_.empty() && authors_[events_.back().author] == author) return events_.back().author;
  const auto at = std::find(authors_.begin(), authors_.end(), author);
  const auto number = static_cast<std::uint32_t>(at - authors_.begin());
  if (at == authors_.end()) authors_.emplace_back(author);
  return number;
}

std::uint32_t TextLog::last_up_to(std::uint32_t slot, std::uint64_t seq) const noexcept {
  const auto& runs = slots_[slot].runs;
  const auto after = std::upper_bound(runs.begin(), runs.end(), seq,
                                      [](std::uint64_t s, const Run& run) { return s < run.seq; });
  if (after == runs.begin()) return kNone;
  const Run& run = *(after - 1);
  return run.event + static_cast<std::uint32_t>(std::min<std::uint64_t>(seq - run.seq,
                                                                        run.count - 1));
}

std::uint32_t TextLog::first_after(std::uint32_t slot, std::uint64_t seq) const noexcept {
  const auto& runs = slots_[slot].runs;
  const auto after = std::upper_bound(runs.begin(), runs.end(), seq,
                                      [](std::uint64_t s, const Run& run) { return s < run.seq; });
  if (after != runs.begin()) {
    const Run& run = *(after - 1);
    if (seq - run.seq + 1 < run.count) {
      return run.event + static_cast<std::uint32_t>(seq - run.seq + 1);
    }
  }
  return after == runs.end() ? kNone : after->event;
}

std::uint32_t TextLog::find(const Dot& dot) const noexcept {
  const std::uint32_t slot = find_slot(dot.replica);
  const std::uint32_t event = slot == kNone ? kNone : last_up_to(slot, dot.seq);
  return event != kNone && events_[event].seq == dot.seq ? event : kNone;
}

std::uint64_t TextLog::seq_before(std::uint32_t slot, std::uint32_t event) const noexcept {
  const auto& runs = slots_[slot].runs;
  const auto after = std::lower_bound(
      runs.begin(), runs.end(), event,
      [](const Run& run, std::uint32_t e) { return run.event < e; });
  if (after == runs.begin()) return slots_[slot].folded;
  const Run& run = *(after - 1);
  return run.seq + std::min(event - run.event, run.count) - 1;
}

VersionVector TextLog::as_vector(const SlotVersion& version) const {
  VersionVector vector;
  for (const std::uint32_t slot : by_replica_) {
    const auto at = std::lower_bound(version.begin(), version.end(), slot,
                                     [](const SlotSeq& e, std::uint32_t s) { return e.slot < s; });
    const bool found = at != version.end() && at->slot == slot;
    const std::uint64_t seq = found ? at->seq : slots_[slot].folded;
    if (seq != 0) vector.set(slots_[slot].replica, seq);
  }
  return vector;
}

VersionVector TextLog::context_of(std::uint32_t event) const {
  if (events_[event].context != kNone) {
    const auto context = this->context(events_[event]);
    return as_vector({context.begin(), context.end()});
  }
  VersionVector vector;
  for (const std::uint32_t slot : by_replica_) {
    const std::uint64_t seq = seq_before(slot, event);
    if (seq != 0) vector.set(slots_[slot].replica, seq);
  }
  return vector;
}

bool TextLog::covered_by(const VersionVector& context) const noexcept {
  // Both are in the order of the replicas.
  auto at = context.entries().begin();
  const auto end = context.entries().end();
  for (const std::uint32_t number : by_replica_) {
    const Slot& slot = slots_[number];
    while (at != end && !(at->replica == slot.replica)) {
      if (at->replica > slot.replica) return false;
      ++at;
    }
    if (at == end || at->seq < slot.last) return false;
    ++at;
  }
  return true;
}

VersionVector TextLog::version() const {
  VersionVector version;
  for (const std::uint32_t slot : by_replica_) {
    version.set(slots_[slot].replica, slots_[slot].last);
  }
  return version;
}

SlotVersion TextLog::closed(const VersionVector& context) const {
  SlotVersion version;
  for (std::uint32_t slot = 0; slot < slots(); ++slot) {
    const std::uint32_t last = last_up_to(slot, context[slots_[slot].replica]);
    if (last != kNone) version.push_back({slot, events_[last].seq});
  }
  join_seen(version);
  return version;
}

/// Adds what the events in `version` had seen, and what those had, until no more comes.
void TextLog::join_seen(SlotVersion& version) const {
  for (bool grown = true; grown;) {
    std::uint32_t before = 0;  // all events that stand before this one were seen
    SlotVersion seen = version;
    for (const SlotSeq& entry : version) {
      const std::uint32_t event = last_up_to(entry.slot, entry.seq);
      const std::uint32_t context = events_[event].context;
      if (context == kNone) {
        before = std::max(before, event);
        continue;
      }
      const Range range = joined_[context];
      merge(seen, std::span(entries_).subspan(range.begin, range.end - range.begin));
    }
    if (before > 0) {
      SlotVersion all;
      for (std::uint32_t slot = 0; slot < slots(); ++slot) {
        const std::uint64_t seq = seq_before(slot, before);
        if (seq > slots_[slot].folded) all.push_back({slot, seq});
      }
      merge(seen, all);
    }
    grown = seen != version;
    version = std::move(seen);
  }
}

std::uint32_t TextLog::first_unseen(const SlotVersion& version) const noexcept {
  std::uint32_t first = kNone;
  auto at = version.begin();
  for (std::uint32_t slot = 0; slot < slots(); ++slot) {
    while (at != version.end() && at->slot < slot) ++at;
    const bool found = at != version.end() && at->slot == slot;
    first = std::min(first, first_after(slot, found ? at->seq : slots_[slot].folded));
  }
  return first;
}

/// What the replica's last event and all its earlier ones had seen.
SlotVersion TextLog::seen_until(std::uint32_t slot) const {
  const std::uint32_t last = last_up_to(slot, slots_[slot].last);
  if (last == kNone) return {};
  SlotVersion seen;
  if (events_[last].context != kNone) {
    const Range range = joined_[events_[last].context];
    const auto joined = std::span(entries_).subspan(range.begin, range.end - range.begin);
    seen.assign(joined.begin(), joined.end());
    return seen;
  }
  for (std::uint32_t s = 0; s < slots(); ++s) {
    const std::uint64_t seq = seq_before(s, last);
    if (seq > slots_[s].folded) seen.push_back({s, seq});
  }
  return seen;
}

std::uint32_t TextLog::keep(const SlotVersion& version) {
  entries_.insert(entries_.end(), version.begin(), version.end());
  return static_cast<std::uint32_t>(entries_.size());
}

void TextLog::append(const Dot& dot, const Stamp& stamp, std::string_view author,
                     const SlotVersion* context) {
  const std::uint32_t slot = slot_for(dot.replica);
  INSIEME_ASSERT(slots_[slot].last < dot.seq);
  const std::uint32_t author_number = number_of(author);
  std::uint32_t context_number = kNone;
  if (context != nullptr) {
    context_number = static_cast<std::uint32_t>(contexts_.size());
    SlotVersion joined = *context;
    merge(joined, seen_until(slot));
    const auto begin = static_cast<std::uint32_t>(entries_.size());
    const std::uint32_t middle = keep(*context);
    contexts_.push_back({begin, middle});
    joined_.push_back(joined == *context ? Range{begin, middle} : Range{middle, keep(joined)});
  }
  auto& runs = slots_[slot].runs;
  if (!runs.empty() && runs.back().seq + runs.back().count == dot.seq &&
      runs.back().event + runs.back().count == count()) {
    ++runs.back().count;
  } else {
    runs.push_back({dot.seq, count(), 1});
  }
  total_ += dot.seq - slots_[slot].last;
  slots_[slot].last = dot.seq;
  events_.push_back({dot.seq, stamp.ms, stamp.counter, dot.op, slot, author_number,
                     static_cast<std::uint32_t>(splices_.size()), context_number});
}

bool same_events(const TextLog& a, const TextLog& b) {
  if (a.count() != b.count()) return false;
  for (std::uint32_t i = 0; i < a.count(); ++i) {
    const Mark mark = a.mark(i);
    const std::uint32_t other = b.find(mark.dot);
    if (other == kNone || !(b.mark(other) == mark)) return false;
    const auto splices = a.splices(i);
    const auto others = b.splices(other);
    const auto same = [&](const LoggedSplice& x, const LoggedSplice& y) {
      return x.position == y.position && x.removed == y.removed && a.inserted(x) == b.inserted(y);
    };
    if (!std::equal(splices.begin(), splices.end(), others.begin(), others.end(), same)) {
      return false;
    }
    if (!(a.context_of(i) == b.context_of(other))) return false;
  }
  return true;
}

}  // namespace insieme::sync::detail
