#pragma once
// Collaborative text: a sequence CRDT in FugueMax order (Weidner & Kleppmann, "The Art of the
// Fugue", arXiv 2305.00583), kept as a log of editing events; the CRDT itself is built only while
// events are concurrent (Gentle & Kleppmann, "Collaborative Text Editing with Eg-walker",
// arXiv 2409.14252). docs/adr/0010-texts-are-logs-in-columns.md says why.
//
// An event says: "in the text as I saw it (my context), at this place, take this many characters
// away and put these in". Positions and counts are Unicode code points, never bytes or UTF-16
// units.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"
#include "insieme/sync/stamp.hpp"
#include "insieme/sync/version_vector.hpp"

namespace insieme::sync {

/// Splices of one event apply in list order, each to the text that the one before it left.
/// `position` and `removed` are clamped to that text; `inserted` is valid UTF-8.
struct Splice {
  std::uint32_t position = 0;
  std::uint32_t removed = 0;
  std::string inserted;
  friend bool operator==(const Splice&, const Splice&) = default;
};

/// One text operation of one change. `context` is restricted to this text: entry (r, n) says that
/// of the events of replica r, the author had seen those with seq <= n, where n is the seq of an
/// event of this text by r. A replica has at most one event per (text, change).
struct TextEvent {
  Dot dot;
  Stamp stamp;
  std::string author;
  VersionVector context;
  std::vector<Splice> splices;
  friend bool operator==(const TextEvent&, const TextEvent&) = default;
};

/// Who wrote something and when.
struct Mark {
  Dot dot;
  Stamp stamp;
  std::string author;
  friend bool operator==(const Mark&, const Mark&) = default;
};

/// Two events, neither in the other's context, that both took away at least one same character,
/// and of which at least one put something in its place (by the same splice). `first` < `second`.
struct TextOverlap {
  Dot first;
  Dot second;
  friend bool operator==(const TextOverlap&, const TextOverlap&) = default;
};

/// A run of visible characters that came in by one event.
struct AuthorRun {
  Dot dot;
  std::uint32_t length = 0;  ///< code points
};

/// The same with the facts about its author.
struct TextRun {
  Mark mark;
  std::uint32_t length = 0;  ///< code points
  friend bool operator==(const TextRun&, const TextRun&) = default;
};

/// What is left of a text whose events need not be told apart any more, because every event still
/// to come has seen them all: the text, who wrote which part of it, and the overlaps found. A pure
/// function of the events; the canonical bytes of a text hold exactly this.
struct TextBase {
  VersionVector seen;             ///< the last event of each replica
  std::string text;               ///< UTF-8
  std::vector<TextRun> runs;      ///< of the text, neighbours of different dots
  std::vector<TextOverlap> overlaps;  ///< sorted
  std::vector<Mark> overlap_marks;    ///< of the events in `overlaps`, by dot
  friend bool operator==(const TextBase&, const TextBase&) = default;
};

namespace detail {
struct TextCore;
struct TextAccess;
}  // namespace detail

/// The state of one text field: a pure function of the set of events applied, whatever the order of
/// their arrival, provided that every event comes after those in its context (causal delivery).
/// The oldest of them may be folded into a base (`from_base`), after which every event must have
/// seen all of it; one that claims less is taken as having seen it.
/// A value type; not thread-safe.
class TextState {
 public:
  TextState() noexcept;
  TextState(const TextState& other);
  TextState(TextState&& other) noexcept;
  TextState& operator=(const TextState& other);
  TextState& operator=(TextState&& other) noexcept;
  ~TextState();

  /// The visible text, UTF-8. It is kept up to date; the first call after an edit moves what stands
  /// behind that edit once. Valid until the next change of this state.
  [[nodiscard]] const std::string& text() const noexcept;
  /// Length of the visible text in code points.
  [[nodiscard]] std::uint32_t length() const noexcept;
  /// True while no event was applied.
  [[nodiscard]] bool empty() const noexcept { return core_ == nullptr; }

  /// Applies one event. `context` may be any vector (the deps of the change): it is restricted to
  /// this text here, and closed: what an event in it had seen is seen too. `duplicate` when the dot
  /// is already applied, `malformed` when the replica's events come out of order; `limit_exceeded`
  /// when the text would grow beyond kTextBytesMax and the event is the caller's own
  /// (`Origin::local`): events that were received always apply, since refusing one would make
  /// replicas differ. The state is unchanged unless the status is ok.
  /// A sequential event (its context covers all events here) costs about what the edit costs in a
  /// gap buffer; a concurrent one replays the log from the last point that every later event has
  /// seen, and the next ones go on from there.
  enum class Origin : std::uint8_t { local, received };
  Status apply(const Dot& dot, const Stamp& stamp, std::string_view author,
               const VersionVector& context, const std::vector<Splice>& splices, Origin origin);

  /// The events not folded, in a causal order that depends on how they came here. Made for the call
  /// from the columns in which they are kept. Rebuilding from them gives an equal state.
  [[nodiscard]] std::vector<TextEvent> events() const;
  [[nodiscard]] std::size_t event_count() const noexcept;
  /// Takes events in any order, fastest in a causal one; `malformed` if one is missing something of
  /// its context, or stands twice.
  [[nodiscard]] static Result<TextState> from_events(const std::vector<TextEvent>& events);

  /// Everything folded: what a snapshot holds. Replays the log.
  [[nodiscard]] TextBase folded() const;
  /// What the events stand on; null while all events are here.
  [[nodiscard]] const TextBase* base() const noexcept;
  /// A folded text and the events since. `malformed` if the base is not one that `folded` gives, or
  /// an event is missing something of its context, or stands twice.
  [[nodiscard]] static Result<TextState> from_base(TextBase base,
                                                   const std::vector<TextEvent>& events);
  /// Who made an event; nothing if it is folded and left no trace in the text.
  [[nodiscard]] std::optional<Mark> mark_of(const Dot& dot) const;

  /// Who wrote what of the visible text, in text order. Replays the log.
  [[nodiscard]] std::vector<AuthorRun> author_runs() const;
  /// Overlapping rewrites, sorted; empty while all events are sequential. Kept, not recomputed.
  [[nodiscard]] const std::vector<TextOverlap>& overlaps() const noexcept;
  /// The text as somebody with this context saw it; with less than the base, the base. Replays the
  /// log.
  [[nodiscard]] std::string text_at(const VersionVector& context) const;
  /// Everything that somebody with this context saw, as a text of its own.
  [[nodiscard]] TextState as_of(const VersionVector& context) const;
  /// How to settle overlapping rewrites in favour of `chosen`, one of the events `all`: splices
  /// against the text as it is. Where another of them rewrote a part that `chosen` rewrote, what it
  /// put into that sentence goes and what only it took away there comes back. Everything else
  /// stays, whoever wrote it, what came later included, but for what the changes `settled` did to
  /// this text: earlier decisions on the same, which are taken back. `not_found`: one of `all` is
  /// folded. Replays the log.
  [[nodiscard]] Result<std::vector<Splice>> prefer(const Dot& chosen, const std::vector<Dot>& all,
                                                   const std::vector<Dot>& settled = {}) const;
  /// `splices`, written against the text that `from` shows, as splices against the one that `to`
  /// shows, with the effect that the merge would have given them. `to` covers `from`.
  [[nodiscard]] std::vector<Splice> moved(const std::vector<Splice>& splices,
                                          const VersionVector& from,
                                          const VersionVector& to) const;

  /// Equal events applied, folded or not.
  friend bool operator==(const TextState& a, const TextState& b);

 private:
  friend struct detail::TextAccess;  // the codec
  std::unique_ptr<detail::TextCore> core_;  ///< null: no event; most fields are no texts
};

/// The splices that turn `before` into `after` with as few and as small edits as is cheap: common
/// prefix and suffix first, then a bounded word- and character-level diff of the middle (Myers,
/// O(ND) with a cap; beyond the cap one splice). Boundaries never split a code point, and where
/// there is a choice they fall between a base character and no combining mark. Both must be UTF-8.
/// The result is within kSplicesPerOpMax and kSpliceBytesMax.
[[nodiscard]] std::vector<Splice> diff_text(std::string_view before, std::string_view after);

/// `splices`, written against `before`, as splices against `now`, which others made out of `before`
/// meanwhile: both are merged as concurrent edits of it. For work whose history is gone.
[[nodiscard]] std::vector<Splice> rebase_splices(std::string_view before,
                                                 const std::vector<Splice>& splices,
                                                 std::string_view now);

/// Applies splices to a plain text, with clamping: what a sequential event does.
[[nodiscard]] std::string splice_text(std::string_view text, const std::vector<Splice>& splices);

/// Number of code points of valid UTF-8.
[[nodiscard]] std::uint32_t count_code_points(std::string_view utf8) noexcept;

}  // namespace insieme::sync
