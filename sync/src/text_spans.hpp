#pragma once
// The characters of the events under replay, in their final order, tombstones included. A *span* is
// a stretch of one insertion that nobody has told apart yet. Spans stand in *chunks*, and for each
// author who is at work a *lens* knows how many characters of each chunk that author sees, so that
// a position is found without walking over every span.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "text_log.hpp"

namespace insieme::sync::detail {

/// A character: the `offset`-th that event number `event` inserted; event 0 is the text below.
struct CharId {
  std::uint32_t event = kNone;  ///< kNone: the start or the end of the text
  std::uint32_t offset = 0;
  friend bool operator==(const CharId&, const CharId&) = default;
};

/// Consecutive characters of one event. The left origin of all but the first is the one before; the
/// right origin is the same for all.
struct Span {
  CharId first;
  std::uint32_t length = 0;
  std::uint32_t removal = kNone;  ///< who took it away: head of a list of removals
  CharId left;
  CharId right;
  std::uint32_t slot = 0;  ///< of the replica of its event, and
  std::uint64_t seq = 0;   ///< its seq: here too, since every walk asks for them
  std::uint32_t chunk = 0;
  [[nodiscard]] CharId last() const { return {first.event, first.offset + length - 1}; }
};

/// Lists share their tails, since a span that is cut keeps its past.
struct Removal {
  std::uint32_t event = 0;
  std::uint32_t next = kNone;
  std::uint32_t slot = 0;
  std::uint32_t splice = 0;  ///< of the event
  std::uint64_t seq = 0;
  bool replaced = false;
};

/// What one author sees. Slot 0 is the text below, which everybody sees.
struct Lens {
  std::uint32_t slot = kNone;  ///< the author's; kNone: not in use
  std::uint64_t used = 0;
  std::uint32_t current = kNone;       ///< the event being applied, which its author sees
  std::vector<std::uint64_t> context;  ///< by slot
  std::vector<std::uint32_t> visible;  ///< characters, by chunk
  std::uint32_t total = 0;

  template <class Thing>  // a Span or a Removal
  [[nodiscard]] bool knows(const Thing& thing, std::uint32_t event) const noexcept {
    return context[thing.slot] >= thing.seq || event == current;
  }
  [[nodiscard]] bool knows(const Span& span) const noexcept {
    return knows(span, span.first.event);
  }
};

class SpanList {
 public:
  static constexpr std::size_t kLenses = 8;

  explicit SpanList(std::uint32_t base_length);

  /// A place between two spans: before the `index`-th of a chunk, or after its last. Good until the
  /// next cut or insertion.
  struct Place {
    std::uint32_t order = 0;  ///< of the chunk
    std::uint32_t index = 0;
    std::uint32_t shown = 0;  ///< length of the merged text before it
  };

  [[nodiscard]] const Span& operator[](std::uint32_t span) const { return spans_[span]; }
  [[nodiscard]] std::size_t size() const noexcept { return spans_.size(); }
  /// The span after a place, or kNone; moves the place over chunks that end there.
  [[nodiscard]] std::uint32_t after(Place& place) const noexcept;
  /// The span before a place, or kNone.
  [[nodiscard]] std::uint32_t before(Place place) const noexcept;
  /// Where a span stands; `shown` is left to the caller.
  [[nodiscard]] Place place_of(std::uint32_t span) const noexcept;

  /// The place right after the character before `position` in what `lens` shows; beyond its end,
  /// after its last character.
  [[nodiscard]] Place seek(const Lens& lens, std::uint32_t position);
  [[nodiscard]] bool visible(const Lens& lens, const Span& span) const noexcept;
  /// Cuts a span in two; the first part keeps `length` characters.
  void cut(std::uint32_t span, std::uint32_t length);
  /// Puts a new span there, which the author of `lens` and the merged text show.
  void insert(Lens& lens, const Place& place, Span span);
  /// The author of `lens`, who sees the span, takes it away.
  void remove(Lens& lens, std::uint32_t span, const Removal& removal);
  [[nodiscard]] const Removal& removal(std::uint32_t number) const { return removals_[number]; }

  /// One more replica is at work.
  void add_slot();
  /// A lens for this author, new or as it was left.
  [[nodiscard]] Lens& lens_of(std::uint32_t slot);
  /// Counts anew, whatever the lens knew.
  void count(Lens& lens) const;
  /// What an event inserted and took away appears to `lens`, which has just come to know it.
  void reveal(Lens& lens, std::uint32_t event);
  /// Before the first span of an event.
  void begin_event();

 private:
  static constexpr std::uint32_t kChunkSpans = 32;

  struct Chunk {
    std::vector<std::uint32_t> spans;
    std::uint32_t order = 0;
    std::uint32_t shown = 0;  ///< characters of the merged text
  };
  struct Range {
    CharId first;
    std::uint32_t length = 0;
  };
  struct Event {
    std::vector<std::uint32_t> pieces;  ///< its spans, by offset
    std::uint32_t removed = 0;          ///< its first one in `removed_`
  };

  [[nodiscard]] std::uint32_t piece_at(const CharId& id) const noexcept;
  void put(std::uint32_t chunk, std::uint32_t index, std::uint32_t span);
  void split_chunk(std::uint32_t chunk);

  std::vector<Span> spans_;
  std::vector<Removal> removals_;
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> order_;  ///< chunks from left to right
  std::vector<Event> events_;         ///< [0] is the text below
  std::vector<Range> removed_;        ///< what each event took away, event by event
  std::array<Lens, kLenses> lenses_;
  std::uint64_t clock_ = 0;
  std::size_t slots_ = 1;
};

}  // namespace insieme::sync::detail
