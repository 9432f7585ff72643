#include "text_spans.hpp"

#include <algorithm>

namespace insieme::sync::detail {

SpanList::SpanList(std::uint32_t base_length) : chunks_(1), order_{0}, events_(1) {
  if (base_length == 0) return;
  Span base;
  base.first = {0, 0};
  base.length = base_length;
  spans_.push_back(base);
  chunks_[0].spans.push_back(0);
  chunks_[0].shown = base_length;
  events_[0].pieces.push_back(0);
}

std::uint32_t SpanList::after(Place& place) const noexcept {
  while (place.index >= chunks_[order_[place.order]].spans.size()) {
    if (place.order + 1 >= order_.size()) return kNone;
    ++place.order;
    place.index = 0;
  }
  return chunks_[order_[place.order]].spans[place.index];
}

std::uint32_t SpanList::before(Place place) const noexcept {
  while (place.index == 0) {
    if (place.order == 0) return kNone;
    --place.order;
    place.index = static_cast<std::uint32_t>(chunks_[order_[place.order]].spans.size());
  }
  return chunks_[order_[place.order]].spans[place.index - 1];
}

SpanList::Place SpanList::place_of(std::uint32_t span) const noexcept {
  const Chunk& chunk = chunks_[spans_[span].chunk];
  const auto at = std::find(chunk.spans.begin(), chunk.spans.end(), span);
  return {chunk.order, static_cast<std::uint32_t>(at - chunk.spans.begin()), 0};
}

bool SpanList::visible(const Lens& lens, const Span& span) const noexcept {
  if (!lens.knows(span)) return false;
  for (std::uint32_t r = span.removal; r != kNone; r = removals_[r].next) {
    if (lens.knows(removals_[r], removals_[r].event)) return false;
  }
  return true;
}

SpanList::Place SpanList::seek(const Lens& lens, std::uint32_t position) {
  Place place;
  position = std::min(position, lens.total);
  if (position == 0) return place;
  while (lens.visible[order_[place.order]] < position) {
    position -= lens.visible[order_[place.order]];
    place.shown += chunks_[order_[place.order]].shown;
    ++place.order;
  }
  const Chunk* chunk = &chunks_[order_[place.order]];
  for (;; ++place.index) {
    const std::uint32_t number = chunk->spans[place.index];
    const bool shown = spans_[number].removal == kNone;
    const bool counts = visible(lens, spans_[number]);
    if (counts && spans_[number].length >= position) {
      if (spans_[number].length > position) {
        cut(number, position);
        const std::uint32_t before = place.shown;
        place = place_of(number);
        place.shown = before;
      }
      if (shown) place.shown += position;
      ++place.index;
      return place;
    }
    if (shown) place.shown += spans_[number].length;
    if (counts) position -= spans_[number].length;
  }
}

void SpanList::put(std::uint32_t chunk, std::uint32_t index, std::uint32_t span) {
  auto& spans = chunks_[chunk].spans;
  spans.insert(spans.begin() + static_cast<std::ptrdiff_t>(index), span);
  spans_[span].chunk = chunk;
  if (spans.size() > kChunkSpans) split_chunk(chunk);
}

void SpanList::split_chunk(std::uint32_t chunk) {
  const auto fresh = static_cast<std::uint32_t>(chunks_.size());
  chunks_.emplace_back();
  auto& from = chunks_[chunk].spans;
  auto& to = chunks_[fresh].spans;
  const auto middle = from.begin() + kChunkSpans / 2;
  to.reserve(kChunkSpans + 1);
  to.assign(middle, from.end());
  from.erase(middle, from.end());
  std::uint32_t shown = 0;
  for (const std::uint32_t span : to) {
    spans_[span].chunk = fresh;
    if (spans_[span].removal == kNone) shown += spans_[span].length;
  }
  chunks_[fresh].shown = shown;
  chunks_[chunk].shown -= shown;
  for (Lens& lens : lenses_) {
    if (lens.slot == kNone) continue;
    std::uint32_t moved = 0;
    for (const std::uint32_t span : to) {
      if (visible(lens, spans_[span])) moved += spans_[span].length;
    }
    lens.visible.push_back(moved);
    lens.visible[chunk] -= moved;
  }
  order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(chunks_[chunk].order) + 1, fresh);
  for (std::uint32_t i = chunks_[chunk].order + 1; i < order_.size(); ++i) {
    chunks_[order_[i]].order = i;
  }
}

void SpanList::cut(std::uint32_t span, std::uint32_t length) {
  Span rest = spans_[span];
  rest.first.offset += length;
  rest.length -= length;
  rest.left = {rest.first.event, rest.first.offset - 1};
  spans_[span].length = length;
  const auto number = static_cast<std::uint32_t>(spans_.size());
  spans_.push_back(rest);
  auto& pieces = events_[rest.first.event].pieces;
  const auto at = std::upper_bound(
      pieces.begin(), pieces.end(), rest.first.offset,
      [this](std::uint32_t offset, std::uint32_t p) { return offset < spans_[p].first.offset; });
  pieces.insert(at, number);
  const Place place = place_of(span);
  put(rest.chunk, place.index + 1, number);
}

void SpanList::insert(Lens& lens, const Place& place, Span span) {
  const std::uint32_t chunk = order_[place.order];
  const auto number = static_cast<std::uint32_t>(spans_.size());
  spans_.push_back(span);
  events_[span.first.event].pieces.push_back(number);
  chunks_[chunk].shown += span.length;
  lens.visible[chunk] += span.length;
  lens.total += span.length;
  put(chunk, place.index, number);
}

void SpanList::remove(Lens& lens, std::uint32_t span, const Removal& removal) {
  Span& taken = spans_[span];
  if (taken.removal == kNone) chunks_[taken.chunk].shown -= taken.length;
  lens.visible[taken.chunk] -= taken.length;
  lens.total -= taken.length;
  removals_.push_back(removal);
  removals_.back().next = taken.removal;
  taken.removal = static_cast<std::uint32_t>(removals_.size() - 1);
  removed_.push_back({taken.first, taken.length});
}

void SpanList::add_slot() {
  ++slots_;
  for (Lens& lens : lenses_) lens.context.resize(slots_, 0);
}

Lens& SpanList::lens_of(std::uint32_t slot) {
  Lens* lens = &lenses_[0];
  for (Lens& other : lenses_) {
    if (other.slot == slot) {
      lens = &other;
      break;
    }
    if (other.used < lens->used) lens = &other;
  }
  lens->used = ++clock_;
  if (lens->slot != slot) {
    lens->slot = slot;
    lens->context.assign(slots_, 0);
    count(*lens);
  }
  return *lens;
}

void SpanList::count(Lens& lens) const {
  lens.visible.assign(chunks_.size(), 0);
  lens.total = 0;
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    for (const std::uint32_t span : chunks_[c].spans) {
      if (visible(lens, spans_[span])) lens.visible[c] += spans_[span].length;
    }
    lens.total += lens.visible[c];
  }
}

void SpanList::reveal(Lens& lens, std::uint32_t event) {
  for (const std::uint32_t piece : events_[event].pieces) {
    const Span& span = spans_[piece];
    if (!visible(lens, span)) continue;
    lens.visible[span.chunk] += span.length;
    lens.total += span.length;
  }
  const std::size_t end =
      event + 1 < events_.size() ? events_[event + 1].removed : removed_.size();
  for (std::size_t i = events_[event].removed; i < end; ++i) {
    if (removed_[i].first.event == event) continue;  // put in and taken away again: never appeared
    const auto& pieces = events_[removed_[i].first.event].pieces;
    std::uint32_t left = removed_[i].length;
    for (std::uint32_t at = piece_at(removed_[i].first); left > 0; ++at) {
      const Span& span = spans_[pieces[at]];
      left -= span.length;
      // Whoever else took it away and was known already has made it disappear before.
      std::uint32_t others = 0;
      for (std::uint32_t r = span.removal; r != kNone; r = removals_[r].next) {
        others += removals_[r].event != event && lens.knows(removals_[r], removals_[r].event);
      }
      if (others > 0) continue;
      lens.visible[span.chunk] -= span.length;
      lens.total -= span.length;
    }
  }
}

void SpanList::begin_event() {
  events_.push_back({{}, static_cast<std::uint32_t>(removed_.size())});
}

/// The place of the piece that begins with this character among the pieces of its event.
std::uint32_t SpanList::piece_at(const CharId& id) const noexcept {
  const auto& pieces = events_[id.event].pieces;
  const auto at = std::lower_bound(
      pieces.begin(), pieces.end(), id.offset,
      [this](std::uint32_t p, std::uint32_t offset) { return spans_[p].first.offset < offset; });
  return static_cast<std::uint32_t>(at - pieces.begin());
}

}  // namespace insieme::sync::detail
