#pragma once
// From a log of events to a text: which parts of the log are settled, and the replay of the rest.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "insieme/sync/text.hpp"
#include "text_replay.hpp"

namespace insieme::sync::detail {

/// Events in canonical order, causally closed on top of whatever they start from.
using EventList = std::vector<const TextEvent*>;

/// Canonical order: a linear extension of causality, since the contexts of what an event has seen
/// are entry by entry within its own.
[[nodiscard]] bool canonical_less(const TextEvent& a, const TextEvent& b) noexcept;

/// `malformed` unless it is what `TextState::folded` may give.
[[nodiscard]] Status check_base(const TextBase& base);

/// For each event: is the point after it *critical*, that is, has every later event seen all up to
/// it? Then the text there may stand for everything before: nobody can tell its tombstones apart,
/// since an insertion names the visible character on its left. `seen` is what came before the list.
[[nodiscard]] std::vector<bool> critical_points(const EventList& events, VersionVector seen);

/// Replays `events[begin, end)`, both critical points, onto a text of `length` code points.
void replay_sections(const EventList& events, const std::vector<bool>& critical, std::size_t begin,
                     std::size_t end, std::uint32_t length, EditSink& sink,
                     std::vector<TextOverlap>& overlaps);

/// The text at a critical point, from which a later concurrent event is replayed.
struct TextCheckpoint {
  std::size_t count = 0;  ///< events before it
  VersionVector seen;
  PlainText text;
};

/// What each event had seen, found by replica and seq.
class SeenIndex {
 public:
  void add(const TextEvent& event);
  /// `context`, which covers `base`, restricted to `base` and the events added, and closed.
  [[nodiscard]] VersionVector closed(const VersionVector& context, const VersionVector& base) const;

 private:
  struct Entry {
    std::uint64_t seq = 0;
    VersionVector seen;  ///< by this event and all earlier ones of the replica
  };
  struct Log {
    ReplicaId replica;
    std::vector<Entry> entries;  ///< by seq
  };
  std::vector<Log> logs_;
};

/// The events after a critical point, ready to take another one that has seen `base`.
struct OpenEvents {
  OpenEvents(VersionVector seen, std::uint32_t length) : base(std::move(seen)), replay(length) {}
  void add(const TextEvent& event, EditSink& sink, std::vector<TextOverlap>& overlaps) {
    index.add(event);
    replay.add(event, sink, overlaps);
  }

  VersionVector base;
  SeenIndex index;
  TextReplay replay;
  std::size_t floor = 0;  ///< events when it was built
  std::size_t quiet = 0;  ///< sequential events since the last concurrent one
};

struct TextCache {
  /// Ascending. The distance from the end doubles from one to the one before, so there are few.
  std::vector<TextCheckpoint> checkpoints;
  std::optional<OpenEvents> open;  ///< empty while nothing is concurrent

  void keep(TextCheckpoint checkpoint);
  /// Drops what is not critical any more, now that an event comes that has seen `context` only.
  void forget_unseen(const VersionVector& context);
};

}  // namespace insieme::sync::detail
