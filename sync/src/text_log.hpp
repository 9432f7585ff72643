#pragma once
// The events of one text in the order of their arrival, in columns. Nothing is allocated for a
// single event: splices, contexts and the inserted characters stand one behind the other.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/text.hpp"

namespace insieme::sync::detail {

inline constexpr std::uint32_t kNone = 0xffffffff;

/// Of the events of the replica in `slot`, those with a seq up to this one.
struct SlotSeq {
  std::uint32_t slot = 0;
  std::uint64_t seq = 0;
  friend bool operator==(const SlotSeq&, const SlotSeq&) = default;
};
/// A version by slots, ascending; slots that are missing count as what was folded of them.
using SlotVersion = std::vector<SlotSeq>;

struct LoggedSplice {
  std::size_t text = 0;  ///< where its inserted characters begin
  std::uint32_t position = 0;
  std::uint32_t removed = 0;
  std::uint32_t bytes = 0;
  std::uint32_t points = 0;
};

struct LoggedEvent {
  std::uint64_t seq = 0;
  std::int64_t ms = 0;
  std::uint32_t counter = 0;
  std::uint32_t op = 0;
  std::uint32_t slot = 0;
  std::uint32_t author = 0;   ///< number of the name
  std::uint32_t splices = 0;  ///< its first one; they end where those of the next begin
  std::uint32_t context = kNone;  ///< kNone: all that stands before it; otherwise which one
};

class TextLog {
 public:
  TextLog() = default;
  /// On top of what was folded.
  explicit TextLog(const VersionVector& folded);

  [[nodiscard]] std::uint32_t count() const noexcept {
    return static_cast<std::uint32_t>(events_.size());
  }
  [[nodiscard]] const LoggedEvent& operator[](std::uint32_t event) const { return events_[event]; }
  [[nodiscard]] std::span<const LoggedSplice> splices(std::uint32_t event) const noexcept {
    const std::size_t end =
        event + 1 < events_.size() ? events_[event + 1].splices : splices_.size();
    return std::span(splices_).subspan(events_[event].splices, end - events_[event].splices);
  }
  [[nodiscard]] std::string_view inserted(const LoggedSplice& splice) const noexcept {
    return {text_.data() + splice.text, splice.bytes};
  }
  [[nodiscard]] Dot dot(std::uint32_t event) const noexcept {
    const LoggedEvent& e = events_[event];
    return {slots_[e.slot].replica, e.seq, e.op};
  }
  [[nodiscard]] Mark mark(std::uint32_t event) const {
    const LoggedEvent& e = events_[event];
    return {dot(event), {e.ms, e.counter}, authors_[e.author]};
  }
  /// All characters that were ever inserted, in the order of the splices.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::size_t splice_count() const noexcept { return splices_.size(); }

  [[nodiscard]] std::uint32_t slots() const noexcept {
    return static_cast<std::uint32_t>(slots_.size());
  }
  [[nodiscard]] const ReplicaId& replica(std::uint32_t slot) const { return slots_[slot].replica; }
  [[nodiscard]] std::uint64_t folded(std::uint32_t slot) const { return slots_[slot].folded; }
  /// The seq of the replica's last event, here or folded.
  [[nodiscard]] std::uint64_t last_seq(std::uint32_t slot) const { return slots_[slot].last; }
  /// The slot of a replica; kNone if it has no event.
  [[nodiscard]] std::uint32_t find_slot(const ReplicaId& replica) const noexcept {
    if (!events_.empty() && slots_[events_.back().slot].replica == replica) {
      return events_.back().slot;
    }
    return search_slot(replica);
  }
  [[nodiscard]] const std::vector<std::string>& authors() const noexcept { return authors_; }

  /// The replica's last event with at most this seq, and the first one with a greater; or kNone.
  [[nodiscard]] std::uint32_t last_up_to(std::uint32_t slot, std::uint64_t seq) const noexcept;
  [[nodiscard]] std::uint32_t first_after(std::uint32_t slot, std::uint64_t seq) const noexcept;
  /// The event itself, or kNone.
  [[nodiscard]] std::uint32_t find(const Dot& dot) const noexcept;
  /// The seq of the last event of `slot` that stands before `event`.
  [[nodiscard]] std::uint64_t seq_before(std::uint32_t slot, std::uint32_t event) const noexcept;

  /// What an event had seen, if it is less than all before it.
  [[nodiscard]] std::span<const SlotSeq> context(const LoggedEvent& event) const noexcept {
    const Range range = contexts_[event.context];
    return std::span(entries_).subspan(range.begin, range.end - range.begin);
  }
  /// The same as a vector, what was folded included.
  [[nodiscard]] VersionVector context_of(std::uint32_t event) const;
  [[nodiscard]] VersionVector as_vector(const SlotVersion& version) const;

  /// `context` restricted to the events here, and closed: what an event in it had seen is seen.
  [[nodiscard]] SlotVersion closed(const VersionVector& context) const;
  /// Whether somebody with this context has seen all that is here, and whether nothing else.
  [[nodiscard]] bool covered_by(const VersionVector& context) const noexcept;
  [[nodiscard]] bool is_all_of(const VersionVector& context) const noexcept {
    return context.size() == slots_.size() && covered_by(context) && context.total() == total_;
  }
  /// The last event of each replica, here or folded.
  [[nodiscard]] VersionVector version() const;
  /// The first event that is not in `version`; kNone if all are.
  [[nodiscard]] std::uint32_t first_unseen(const SlotVersion& version) const noexcept;

  /// Appends an event; its splices follow by `append_splice`. Its seq is greater than that of the
  /// replica's last one. `context` is closed; null: all that is here.
  void append(const Dot& dot, const Stamp& stamp, std::string_view author,
              const SlotVersion* context);
  void append_splice(std::uint32_t position, std::uint32_t removed, std::string_view inserted,
                     std::uint32_t points) {
    const auto bytes = static_cast<std::uint32_t>(inserted.size());
    splices_.push_back({text_.size(), position, removed, bytes, points});
    if (bytes == 1) {
      text_.push_back(inserted[0]);
    } else {
      text_.append(inserted);
    }
  }

  friend bool same_events(const TextLog& a, const TextLog& b);

 private:
  /// Events that stand together and have consecutive seqs.
  struct Run {
    std::uint64_t seq = 0;
    std::uint32_t event = 0;
    std::uint32_t count = 0;
  };
  struct Slot {
    ReplicaId replica;
    std::uint64_t folded = 0;
    std::uint64_t last = 0;
    std::vector<Run> runs;
  };
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  [[nodiscard]] std::uint32_t search_slot(const ReplicaId& replica) const noexcept;
  std::uint32_t slot_for(const ReplicaId& replica);
  std::uint32_t number_of(std::string_view author);
  void join_seen(SlotVersion& version) const;
  [[nodiscard]] SlotVersion seen_until(std::uint32_t slot) const;
  std::uint32_t keep(const SlotVersion& version);

  std::vector<LoggedEvent> events_;
  std::vector<LoggedSplice> splices_;
  std::string text_;
  std::vector<std::string> authors_;
  std::vector<Slot> slots_;
  std::uint64_t total_ = 0;                ///< the sum of their last seqs
  std::vector<std::uint32_t> by_replica_;  ///< slots in the order of their replicas
  std::vector<SlotSeq> entries_;           ///< of all contexts
  std::vector<Range> contexts_;
  /// For each context: what its event *and the replica's earlier ones* had seen. Mostly the same.
  std::vector<Range> joined_;
};

/// Equal events, whatever the order of their arrival.
[[nodiscard]] bool same_events(const TextLog& a, const TextLog& b);

}  // namespace insieme::sync::detail
