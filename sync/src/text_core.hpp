#pragma once
// What a TextState is made of: the log, the text that it comes to, and which parts of the log are
// concurrent.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "text_gap.hpp"
#include "text_log.hpp"
#include "text_replay.hpp"

namespace insieme::sync::detail {

/// Events [begin, end) of the log that must be replayed together. Outside of such stretches every
/// event saw all before it and was seen by all after it: it is a plain edit.
struct Region {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The length of the text after so many events, at a point that every later event has seen. Nobody
/// can tell its tombstones apart, since an insertion names the visible character on its left: a
/// replay may begin there, and needs to know no more than this.
struct Milestone {
  std::uint32_t events = 0;
  std::uint32_t length = 0;
};

/// The end of the log, ready for another event that has seen what stands before `begin`.
struct OpenSection {
  OpenSection(std::uint32_t from, std::uint32_t length) : begin(from), replay(length) {}
  std::uint32_t begin;
  TextReplay replay;
  std::size_t floor = 0;  ///< events when it was built
  std::size_t quiet = 0;  ///< sequential events since the last concurrent one
};

/// Events as a store keeps them (text_columns.hpp).
struct PackedLog {
  std::uint64_t events = 0;
  std::vector<ReplicaId> replicas;
  std::vector<std::string> authors;
  std::vector<TextOverlap> overlaps;  ///< that the events come to
  std::size_t raw_size = 0;
  bool compressed = false;
  std::vector<std::uint8_t> bytes;
};

struct TextCore {
  TextCore() = default;
  explicit TextCore(std::shared_ptr<const TextBase> folded);
  /// A text that is read long before anybody asks for its history. `log` must be one that was
  /// written from this text.
  TextCore(std::shared_ptr<const TextBase> folded, std::string text,
           std::shared_ptr<const PackedLog> unopened);
  /// A text that one event put into an empty one, likewise.
  TextCore(std::string text, Mark author);
  /// The copy opens its own section when it needs one.
  TextCore(const TextCore& other);
  TextCore(TextCore&& other) = default;
  TextCore& operator=(TextCore&& other) = default;

  [[nodiscard]] std::size_t event_count() const noexcept {
    if (packed) return static_cast<std::size_t>(packed->events);
    return only ? 1 : log.count();
  }
  /// Unpacks the log. Before, only `base`, `body`, `overlaps` and `event_count` may be used.
  void open_log() {
    if (packed) unpack();
    if (only) unfold_only();
  }

  /// An event that is being appended.
  struct Begun {
    std::uint32_t event = 0;
    std::uint32_t unseen = kNone;  ///< the first event that its author had not seen
  };
  /// Appends an event that is new and in order, in three steps: `begin`, its splices into the log,
  /// `finish`. `context` is closed; null: it has seen all here.
  [[nodiscard]] Begun begin(const Dot& dot, const Stamp& stamp, std::string_view author,
                            const SlotVersion* context);
  void append(const Splice& splice);
  void finish(const Begun& begun);
  /// Replays the events that `version` has seen (null: all) on what was folded.
  void replay(const SlotVersion* version, EditSink& sink) const;

  std::shared_ptr<const TextBase> base;  ///< null: nothing is folded
  TextLog log;
  GapText body;
  std::vector<TextOverlap> overlaps;
  std::vector<Region> regions;  ///< ascending
  std::vector<Milestone> milestones;
  std::unique_ptr<OpenSection> open;  ///< null while nothing is concurrent
  std::shared_ptr<const PackedLog> packed;  ///< instead of `log` and what hangs on it
  std::optional<Mark> only;  ///< instead of a log of one event, which put all of the text there

 private:
  void unfold_only();
  void unpack();
  void take_sequential(std::uint32_t event);
  void take_concurrent(std::uint32_t event, std::uint32_t first_unseen);
  void reopen(std::uint32_t before, std::uint32_t end);
  void bound_open();
  void note(std::vector<TextOverlap> found);
};

/// For the codec.
struct TextAccess {
  [[nodiscard]] static const TextCore* core(const TextState& text) { return text.core_.get(); }
  /// With its log unpacked; null if there is none.
  [[nodiscard]] static const TextCore* opened(const TextState& text) {
    if (text.core_) text.core_->open_log();
    return text.core_.get();
  }
  [[nodiscard]] static TextState state(std::unique_ptr<TextCore> core) {
    TextState text;
    text.core_ = std::move(core);
    return text;
  }
};

/// `malformed` unless it is what `TextState::folded` may give.
[[nodiscard]] Status check_base(const TextBase& base);
/// `malformed` unless a text event may have this seq.
[[nodiscard]] Status check_seq(std::uint64_t seq);

}  // namespace insieme::sync::detail
