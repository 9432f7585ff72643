#pragma once
// The sequence CRDT proper: takes events, each written against the text its author saw, and says
// what they do to the merged text.
//
// The order is kept without an explicit tree. In the tree of the paper (arXiv 2305.00583) a
// character is a right child of its left neighbour when its author knew none there, otherwise a
// left child of its right neighbour. Among the characters that its author did not know and that
// stand between those two neighbours, comparing (left neighbour, right neighbour, id) gives the
// same place; this is the list form known from YATA and its descendants. The tests compare it with
// the explicit tree.

#include <cstdint>
#include <string_view>
#include <vector>

#include "text_log.hpp"
#include "text_spans.hpp"

namespace insieme::sync::detail {

/// What a splice does to the merged text. Positions count code points.
struct MergedEdit {
  std::uint32_t event = 0;  ///< its place in the log
  std::uint32_t position = 0;
  std::uint32_t removed = 0;
  std::string_view inserted;
  std::uint32_t inserted_points = 0;
};

class EditSink {
 public:
  virtual void edit(const MergedEdit& edit) = 0;

 protected:
  ~EditSink() = default;
};

/// Events on top of a base text that all of them had seen. It holds lengths and origins, no text.
class TextReplay {
 public:
  explicit TextReplay(std::uint32_t base_length) : spans_(base_length), events_(1), slots_(1) {}

  /// Every event of its context that is not part of the base was added before; those are all there
  /// are when it has seen "all before it". Reports the edits of the merged text in order, and
  /// appends the overlaps that become known (unsorted, with repetitions).
  void add(const TextLog& log, std::uint32_t event, EditSink& sink,
           std::vector<TextOverlap>& overlaps);
  [[nodiscard]] std::size_t count() const noexcept { return events_.size() - 1; }
  /// The characters so far; an event number of theirs as its place in the log (0 is the base).
  [[nodiscard]] const SpanList& spans() const noexcept { return spans_; }
  [[nodiscard]] std::uint32_t logged(std::uint32_t number) const { return events_[number].event; }

 private:
  /// Of the log.
  struct Event {
    std::uint32_t event = 0;
    std::uint32_t slot = 0;  ///< here
    std::uint64_t seq = 0;
  };
  /// The replicas at work here: slot 0 is the base.
  struct Slot {
    std::uint32_t log_slot = kNone;
    std::vector<std::uint32_t> events;  ///< their numbers here
  };
  /// What stays the same while one event is applied.
  struct Act {
    const TextLog& log;
    Lens& lens;
    EditSink& sink;
    std::vector<TextOverlap>& overlaps;
    std::uint32_t event = 0;   ///< in the log
    std::uint32_t number = 0;  ///< here
    std::uint32_t slot = 0;    ///< here
    std::uint32_t splice = 0;  ///< which of the event's
  };

  std::uint32_t slot_for(std::uint32_t log_slot);
  [[nodiscard]] std::vector<std::uint64_t> seen_by(const TextLog& log, std::uint32_t event) const;
  void look_from(Lens& lens, std::vector<std::uint64_t> context);
  std::uint32_t insert(const Act& act, const LoggedSplice& splice, std::uint32_t offset,
                       SpanList::Place at, std::uint32_t end);
  [[nodiscard]] std::size_t rank(const Act& act, const Span& span) const;
  void remove(const Act& act, const LoggedSplice& splice, SpanList::Place at);
  void note_overlaps(const Act& act, const Span& span, bool replaced);

  SpanList spans_;
  std::vector<Event> events_;  ///< [0] is the base
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> unknown_;  ///< spans that the author did not know, at the insertion
};

}  // namespace insieme::sync::detail
