#include "text_replay.hpp"

#include <algorithm>

namespace insieme::sync::detail {

void TextReplay::add(const TextLog& log, std::uint32_t event, EditSink& sink,
                     std::vector<TextOverlap>& overlaps) {
  const std::uint32_t slot = slot_for(log[event].slot);
  const auto number = static_cast<std::uint32_t>(events_.size());
  Lens& lens = spans_.lens_of(slot);
  look_from(lens, seen_by(log, event));
  lens.current = number;
  spans_.begin_event();
  events_.push_back({event, slot, log[event].seq});
  Act act{log, lens, sink, overlaps, event, number, slot, 0};
  std::uint32_t offset = 0;
  std::uint32_t index = 0;
  for (const LoggedSplice& splice : log.splices(event)) {
    act.splice = index++;
    SpanList::Place at = spans_.seek(lens, splice.position);
    // Up to the right origin stands only what the author did not know.
    unknown_.clear();
    SpanList::Place end = at;
    std::uint32_t next = spans_.after(end);
    while (next != kNone && !lens.knows(spans_[next])) {
      if (spans_[next].removal == kNone) end.shown += spans_[next].length;
      unknown_.push_back(next);
      ++end.index;
      next = spans_.after(end);
    }
    if (splice.points > 0) {
      end.shown += insert(act, splice, offset, at, next);
      offset += splice.points;
    }
    if (splice.removed == 0 || next == kNone) continue;
    const std::uint32_t shown = end.shown;
    end = spans_.place_of(next);
    end.shown = shown;
    remove(act, splice, end);
  }
  lens.current = kNone;
  // An author who wrote in an older form does not see all that they wrote: no lens shows that.
  const auto& own = slots_[slot].events;
  const bool plain = own.empty() || lens.context[slot] >= events_[own.back()].seq;
  if (plain) {
    lens.context[slot] = log[event].seq;
  } else {
    lens.slot = kNone;
    lens.used = 0;
  }
  slots_[slot].events.push_back(number);
}

std::uint32_t TextReplay::slot_for(std::uint32_t log_slot) {
  for (std::uint32_t slot = 1; slot < slots_.size(); ++slot) {
    if (slots_[slot].log_slot == log_slot) return slot;
  }
  slots_.push_back({log_slot, {}});
  spans_.add_slot();
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

/// By slot, the seq up to which the author of an event knew it.
std::vector<std::uint64_t> TextReplay::seen_by(const TextLog& log, std::uint32_t event) const {
  std::vector<std::uint64_t> seen(slots_.size(), 0);
  if (log[event].context == kNone) {
    for (std::size_t slot = 1; slot < slots_.size(); ++slot) {
      const auto& events = slots_[slot].events;
      if (!events.empty()) seen[slot] = events_[events.back()].seq;
    }
    return seen;
  }
  const auto context = log.context(log[event]);
  for (std::size_t slot = 1; slot < slots_.size(); ++slot) {
    const auto at = std::lower_bound(
        context.begin(), context.end(), slots_[slot].log_slot,
        [](const SlotSeq& entry, std::uint32_t s) { return entry.slot < s; });
    if (at != context.end() && at->slot == slots_[slot].log_slot) seen[slot] = at->seq;
  }
  return seen;
}

/// Moves a lens to what its author has seen by now: mostly a few events more than last time.
void TextReplay::look_from(Lens& lens, std::vector<std::uint64_t> context) {
  bool anew = false;
  std::vector<std::uint32_t>& fresh = unknown_;
  fresh.clear();
  for (std::size_t slot = 1; slot < context.size() && !anew; ++slot) {
    const auto& events = slots_[slot].events;
    const auto up_to = [&](std::uint64_t seq) {
      return std::upper_bound(
          events.begin(), events.end(), seq,
          [this](std::uint64_t s, std::uint32_t n) { return s < events_[n].seq; });
    };
    const auto known = up_to(lens.context[slot]);
    const auto now = up_to(context[slot]);
    anew = now < known || now - known > static_cast<std::ptrdiff_t>(spans_.size() / 2);
    if (!anew) fresh.insert(fresh.end(), known, now);
  }
  if (anew) {
    lens.context = std::move(context);
    spans_.count(lens);
    return;
  }
  std::sort(fresh.begin(), fresh.end());
  for (const std::uint32_t number : fresh) {
    const std::uint32_t slot = events_[number].slot;
    lens.context[slot] = events_[number].seq;
    spans_.reveal(lens, number);
  }
  lens.context = std::move(context);
}

/// Where `span` goes among the spans that its author did not know: after how many of them. It keeps
/// clear of whole subtrees: `scanning` means that what was passed may belong to a sibling to come.
std::size_t TextReplay::rank(const Act& act, const Span& span) const {
  const Dot own = act.log.dot(act.event);
  std::size_t place = 0;
  bool scanning = false;
  for (std::size_t i = 0; i < unknown_.size(); ++i) {
    const Span& other = spans_[unknown_[i]];
    if (other.left == span.left) {
      if (other.right == span.right) {
        if (own < act.log.dot(events_[other.first.event].event)) break;
        scanning = false;
      } else {
        // Siblings with a nearer right origin come later.
        scanning = std::any_of(
            unknown_.begin() + static_cast<std::ptrdiff_t>(i) + 1, unknown_.end(),
            [&](std::uint32_t s) { return spans_[s].first == other.right; });
      }
    } else {
      // A left origin in here is a descendant's; one before us ends the subtree of ours.
      std::size_t j = i;
      while (j > 0 && spans_[unknown_[j - 1]].last() != other.left) --j;
      if (j == 0) break;
    }
    if (!scanning) place = i + 1;
  }
  return place;
}

/// Inserts between `at` and the span `end`; returns how many characters.
std::uint32_t TextReplay::insert(const Act& act, const LoggedSplice& splice, std::uint32_t offset,
                                 SpanList::Place at, std::uint32_t end) {
  Span span;
  span.first = {act.number, offset};
  span.slot = act.slot;
  span.seq = act.log[act.event].seq;
  span.length = splice.points;
  const std::uint32_t left = spans_.before(at);
  if (left != kNone) span.left = spans_[left].last();
  if (end != kNone) span.right = spans_[end].first;
  const std::size_t passed = unknown_.empty() ? 0 : rank(act, span);
  for (std::size_t i = 0; i < passed; ++i) {
    const std::uint32_t over = spans_.after(at);
    if (spans_[over].removal == kNone) at.shown += spans_[over].length;
    ++at.index;
  }
  spans_.insert(act.lens, at, span);
  act.sink.edit({act.event, at.shown, 0, act.log.inserted(splice), splice.points});
  return splice.points;
}

void TextReplay::remove(const Act& act, const LoggedSplice& splice, SpanList::Place at) {
  const bool replaced = splice.points > 0;
  std::uint32_t remaining = splice.removed;
  std::uint32_t pending = 0;  // characters after at.shown that go away
  const auto flush = [&] {
    if (pending > 0) act.sink.edit({act.event, at.shown, pending, {}, 0});
    pending = 0;
  };
  for (std::uint32_t number = spans_.after(at); remaining > 0 && number != kNone;
       ++at.index, number = spans_.after(at)) {
    const bool shown = spans_[number].removal == kNone;
    if (!spans_.visible(act.lens, spans_[number])) {
      if (!shown) continue;
      flush();
      at.shown += spans_[number].length;
      continue;
    }
    // The last one: the place need not be good after that.
    if (spans_[number].length > remaining) spans_.cut(number, remaining);
    const Span& span = spans_[number];
    remaining -= span.length;
    if (shown) pending += span.length;
    note_overlaps(act, span, replaced);
    spans_.remove(act.lens, number,
                  {act.number, kNone, act.slot, act.splice, act.log[act.event].seq, replaced});
  }
  flush();
}

void TextReplay::note_overlaps(const Act& act, const Span& span, bool replaced) {
  // Whoever took it away already was not known to this author, or it would not be visible.
  for (std::uint32_t r = span.removal; r != kNone; r = spans_.removal(r).next) {
    const Removal& removal = spans_.removal(r);
    if (!replaced && !removal.replaced) continue;
    const Dot own = act.log.dot(act.event);
    const Dot other = act.log.dot(events_[removal.event].event);
    TextOverlap pair{std::min(own, other), std::max(own, other)};
    if (act.overlaps.empty() || !(act.overlaps.back() == pair)) act.overlaps.push_back(pair);
  }
}

}  // namespace insieme::sync::detail
