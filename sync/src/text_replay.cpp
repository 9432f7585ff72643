#include "text_replay.hpp"

#include <algorithm>

namespace insieme::sync::detail {

TextReplay::TextReplay(std::uint32_t base_length)
    : events_(1), replicas_(1), context_(1, 0) {
  if (base_length == 0) return;
  Span base;
  base.first = {0, 0};
  base.length = base_length;
  spans_.push_back(base);
}

void TextReplay::add(const TextEvent& event, EditSink& sink, std::vector<TextOverlap>& overlaps) {
  enter(event);
  std::uint32_t offset = 0;
  for (const Splice& splice : event.splices) {
    const Act act{&event, current_, &splice, &sink, &overlaps};
    Place at = seek(splice.position);
    // Up to the right origin stands only what the author did not know.
    std::size_t end = at.index;
    std::uint32_t shown = at.shown;
    while (end < spans_.size() && !known(spans_[end])) {
      if (spans_[end].removal == kNone) shown += spans_[end].length;
      ++end;
    }
    const std::uint32_t length = count_code_points(splice.inserted);
    if (length > 0) {
      insert(act, at, end, offset, length);
      offset += length;
      shown += length;
      ++end;
    }
    if (splice.removed > 0) remove(act, {end, shown});
  }
}

/// Makes `event` the current one: `known` answers for its author from here on.
void TextReplay::enter(const TextEvent& event) {
  const auto found = std::find(replicas_.begin() + 1, replicas_.end(), event.dot.replica);
  const auto slot = static_cast<std::uint32_t>(found - replicas_.begin());
  if (found == replicas_.end()) {
    replicas_.push_back(event.dot.replica);
    context_.push_back(0);
  }
  for (std::size_t i = 1; i < replicas_.size(); ++i) context_[i] = event.context[replicas_[i]];
  current_ = static_cast<std::uint32_t>(events_.size());
  events_.push_back({event.dot, slot});
}

bool TextReplay::visible(const Span& span) const noexcept {
  if (!known(span)) return false;
  for (std::uint32_t r = span.removal; r != kNone; r = removals_[r].next) {
    if (known(removals_[r])) return false;
  }
  return true;
}

/// Cuts a span in two; the first one keeps `length` characters.
void TextReplay::split(std::size_t index, std::uint32_t length) {
  Span rest = spans_[index];
  rest.first.offset += length;
  rest.length -= length;
  rest.left = {rest.first.event, rest.first.offset - 1};
  spans_[index].length = length;
  spans_.insert(spans_.begin() + static_cast<std::ptrdiff_t>(index) + 1, rest);
}

/// The place right after the character before `position` in the author's text; beyond its end,
/// after its last character.
TextReplay::Place TextReplay::seek(std::uint32_t position) {
  Place found;
  Place at;
  for (; position > 0 && at.index < spans_.size(); ++at.index) {
    const bool counts = visible(spans_[at.index]);
    if (counts && spans_[at.index].length > position) split(at.index, position);
    const Span& span = spans_[at.index];
    if (span.removal == kNone) at.shown += span.length;
    if (!counts) continue;
    position -= span.length;
    found = {at.index + 1, at.shown};
  }
  return found;
}

/// Where `span` goes among the spans [begin, end), none of which its author knew. It keeps clear of
/// whole subtrees: `scanning` means that what was passed may belong to a sibling yet to come.
std::size_t TextReplay::place(const Span& span, std::size_t begin, std::size_t end) const {
  const Dot& own = events_[span.first.event].dot;
  std::size_t place = begin;
  bool scanning = false;
  for (std::size_t i = begin; i < end; ++i) {
    const Span& other = spans_[i];
    if (other.left == span.left) {
      if (other.right == span.right) {
        if (own < events_[other.first.event].dot) break;
        scanning = false;
      } else {
        // Siblings with a nearer right origin come later.
        scanning = std::any_of(spans_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                               spans_.begin() + static_cast<std::ptrdiff_t>(end),
                               [&](const Span& s) { return s.first == other.right; });
      }
    } else {
      // A left origin in here is a descendant's; one before us ends the subtree of ours.
      std::size_t j = i;
      while (j > begin && spans_[j - 1].last() != other.left) --j;
      if (j == begin) break;
    }
    if (!scanning) place = i + 1;
  }
  return place;
}

void TextReplay::insert(const Act& act, Place begin, std::size_t end, std::uint32_t offset,
                        std::uint32_t length) {
  Span span;
  span.first = {act.number, offset};
  span.slot = events_[act.number].slot;
  span.seq = act.event->dot.seq;
  span.length = length;
  if (begin.index > 0) span.left = spans_[begin.index - 1].last();
  if (end < spans_.size()) span.right = spans_[end].first;
  const std::size_t index = place(span, begin.index, end);
  for (std::size_t i = begin.index; i < index; ++i) {
    if (spans_[i].removal == kNone) begin.shown += spans_[i].length;
  }
  spans_.insert(spans_.begin() + static_cast<std::ptrdiff_t>(index), span);
  act.sink->edit({act.event, begin.shown, 0, act.splice->inserted, length});
}

void TextReplay::remove(const Act& act, Place at) {
  std::uint32_t remaining = act.splice->removed;
  std::uint32_t pending = 0;  // characters after at.shown that go away
  const auto flush = [&] {
    if (pending > 0) act.sink->edit({act.event, at.shown, pending, {}, 0});
    pending = 0;
  };
  for (; remaining > 0 && at.index < spans_.size(); ++at.index) {
    if (!visible(spans_[at.index])) {
      if (spans_[at.index].removal != kNone) continue;
      flush();
      at.shown += spans_[at.index].length;
      continue;
    }
    if (spans_[at.index].length > remaining) split(at.index, remaining);
    Span& span = spans_[at.index];
    remaining -= span.length;
    if (span.removal == kNone) pending += span.length;
    mark_removed(act, span);
  }
  flush();
}

void TextReplay::mark_removed(const Act& act, Span& span) {
  const bool replaced = !act.splice->inserted.empty();
  // Whoever took it away already was not known to this author, or it would not be visible.
  for (std::uint32_t r = span.removal; r != kNone; r = removals_[r].next) {
    if (!replaced && !removals_[r].replaced) continue;
    const Dot& other = events_[removals_[r].event].dot;
    TextOverlap pair{std::min(act.event->dot, other), std::max(act.event->dot, other)};
    if (act.overlaps->empty() || !(act.overlaps->back() == pair)) act.overlaps->push_back(pair);
  }
  removals_.push_back({act.number, span.removal, replaced});
  span.removal = static_cast<std::uint32_t>(removals_.size() - 1);
}

}  // namespace insieme::sync::detail
