#pragma once
// The sequence CRDT proper: a list of runs in FugueMax order, tombstones included, that turns each
// event (written against the text its author saw) into edits of the merged text.
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

#include "insieme/sync/text.hpp"

namespace insieme::sync::detail {

/// What a splice of `event` does to the merged text. Positions count code points.
struct MergedEdit {
  const TextEvent* event = nullptr;
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

/// Edits a plain text.
class PlainSink final : public EditSink {
 public:
  explicit PlainSink(PlainText& text) : text_(text) {}
  void edit(const MergedEdit& edit) override {
    text_.replace(edit.position, edit.removed, edit.inserted, edit.inserted_points);
  }

 private:
  PlainText& text_;
};

/// Events on top of a base text that all of them had seen. It holds lengths and origins, no text.
class TextReplay {
 public:
  explicit TextReplay(std::uint32_t base_length);

  /// Every event of its context that is not part of the base was added before. Reports the edits of
  /// the merged text in order, and appends the overlaps that become known (unsorted, with
  /// repetitions).
  void add(const TextEvent& event, EditSink& sink, std::vector<TextOverlap>& overlaps);
  [[nodiscard]] std::size_t count() const noexcept { return events_.size() - 1; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// A character: the `offset`-th that event number `event` inserted.
  struct Id {
    std::uint32_t event = kNone;
    std::uint32_t offset = 0;
    friend bool operator==(const Id&, const Id&) = default;
  };
  /// Consecutive characters of one event. The left origin of all but the first is the one before;
  /// the right origin is the same for all.
  struct Span {
    Id first;
    std::uint32_t length = 0;
    std::uint32_t removal = kNone;  ///< who took it away: head of a list in `removals_`
    Id left;                        ///< `event == kNone`: the start
    Id right;                       ///< `event == kNone`: the end
    std::uint32_t slot = 0;         ///< of the replica of its event, and
    std::uint64_t seq = 0;          ///< its seq: here too, since every scan asks for them
    [[nodiscard]] Id last() const { return {first.event, first.offset + length - 1}; }
  };
  /// Lists share their tails, since a span that is split keeps its past.
  struct Removal {
    std::uint32_t event = 0;
    std::uint32_t next = kNone;
    bool replaced = false;
  };
  struct Event {
    Dot dot;
    std::uint32_t slot = 0;  ///< of its replica in `replicas_`; 0 is the base
  };
  /// A place between two spans.
  struct Place {
    std::size_t index = 0;
    std::uint32_t shown = 0;  ///< length of the merged text before it
  };
  /// What stays the same while one splice is applied.
  struct Act {
    const TextEvent* event;
    std::uint32_t number;
    const Splice* splice;
    EditSink* sink;
    std::vector<TextOverlap>* overlaps;
  };

  [[nodiscard]] bool known(const Span& span) const noexcept {
    return context_[span.slot] >= span.seq || span.first.event == current_;
  }
  [[nodiscard]] bool known(const Removal& removal) const noexcept {
    const Event& event = events_[removal.event];
    return context_[event.slot] >= event.dot.seq || removal.event == current_;
  }
  [[nodiscard]] bool visible(const Span& span) const noexcept;
  void enter(const TextEvent& event);
  void split(std::size_t index, std::uint32_t length);
  [[nodiscard]] Place seek(std::uint32_t position);
  [[nodiscard]] std::size_t place(const Span& span, std::size_t begin, std::size_t end) const;
  void insert(const Act& act, Place begin, std::size_t end, std::uint32_t offset,
              std::uint32_t length);
  void remove(const Act& act, Place at);
  void mark_removed(const Act& act, Span& span);

  std::vector<Span> spans_;
  std::vector<Removal> removals_;
  std::vector<Event> events_;           ///< [0] is the base
  std::vector<ReplicaId> replicas_;     ///< [0] is the base
  std::vector<std::uint64_t> context_;  ///< of the current event, by slot
  std::uint32_t current_ = 0;
};

}  // namespace insieme::sync::detail
