// Settling a disagreement about a passage in favour of one of those who rewrote it.
#include <algorithm>
#include <numeric>
#include <set>

#include "insieme/sync/limits.hpp"
#include "text_core.hpp"
#include "text_utf8.hpp"

namespace insieme::sync {
namespace {

using detail::kNone;
using detail::TextCore;
using detail::TextLog;

class NoSink final : public detail::EditSink {
 public:
  void edit(const detail::MergedEdit&) override {}
};

/// One splice of one event of the log.
struct Touch {
  std::uint32_t event = kNone;  ///< kNone: the text below
  std::uint32_t splice = 0;
  friend bool operator<(const Touch& a, const Touch& b) {
    return a.event != b.event ? a.event < b.event : a.splice < b.splice;
  }
};

/// Characters that came by one splice and went by the same ones.
struct Piece {
  Touch from;
  std::string_view text;
  std::uint32_t points = 0;
  std::vector<Touch> removals;
};

/// All characters that ever were, in their final order. Valid as long as `core` is not changed.
std::vector<Piece> pieces_of(const TextCore& core) {
  const std::string_view below = core.base ? std::string_view(core.base->text) : std::string_view();
  detail::TextReplay replay(detail::points_in(below));
  NoSink sink;
  std::vector<TextOverlap> ignored;
  for (std::uint32_t i = 0; i < core.log.count(); ++i) replay.add(core.log, i, sink, ignored);
  std::vector<Piece> pieces;
  const detail::SpanList& spans = replay.spans();
  detail::SpanList::Place at;
  for (std::uint32_t n = spans.after(at); n != kNone; ++at.index, n = spans.after(at)) {
    const detail::Span& span = spans[n];
    Piece piece;
    piece.points = span.length;
    std::string_view whole = below;
    std::uint32_t offset = span.first.offset;
    if (span.first.event != 0) {
      piece.from.event = replay.logged(span.first.event);
      for (const detail::LoggedSplice& splice : core.log.splices(piece.from.event)) {
        whole = core.log.inserted(splice);
        if (offset < splice.points) break;
        offset -= splice.points;
        ++piece.from.splice;
      }
    }
    const std::size_t begin = detail::point_offset(whole, 0, offset);
    piece.text = whole.substr(begin, detail::point_offset(whole, begin, span.length) - begin);
    for (std::uint32_t r = span.removal; r != kNone; r = spans.removal(r).next) {
      const detail::Removal& removal = spans.removal(r);
      piece.removals.push_back({replay.logged(removal.event), removal.splice});
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

bool ends_sentence(std::string_view text) {
  return text.find_first_of(".!?\n") != std::string_view::npos;
}

class Settlement {
 public:
  explicit Settlement(const TextCore& core) : core_(core), pieces_(pieces_of(core)) {}

  /// Takes back all that an earlier settlement did.
  void take_back(std::uint32_t event) {
    for (std::uint32_t i = 0; i < core_.log.splices(event).size(); ++i) undone_.insert({event, i});
  }

  /// Takes back what `other` made of the sentences of which it and `chosen` rewrote a same part.
  void take_back(std::uint32_t other, std::uint32_t chosen) {
    const std::vector<std::uint32_t> sentences = sentences_of(other);
    std::set<std::uint32_t> contested;
    for (const Piece& piece : pieces_) {
      for (const Touch& a : piece.removals) {
        if (a.event != other) continue;
        for (const Touch& b : piece.removals) {
          if (b.event == chosen && (replaces(a) || replaces(b))) {
            contested.insert(sentences[a.splice]);
          }
        }
      }
    }
    for (std::uint32_t i = 0; i < sentences.size(); ++i) {
      if (contested.count(sentences[i]) != 0) undone_.insert({other, i});
    }
  }

  /// Against the text as it is.
  [[nodiscard]] std::vector<Splice> splices() const {
    std::vector<Splice> out;
    std::uint32_t position = 0;  // in the text as the splices so far leave it
    std::uint32_t end = kNone;   // of the last splice
    for (const Piece& piece : pieces_) {
      const bool shown = piece.removals.empty();
      const bool wanted = undone_.count(piece.from) == 0 &&
                          std::all_of(piece.removals.begin(), piece.removals.end(),
                                      [&](const Touch& t) { return undone_.count(t) != 0; });
      if (shown != wanted) {
        if (position != end) out.push_back({position, 0, {}});
        if (shown) {
          out.back().removed += piece.points;
        } else {
          out.back().inserted += piece.text;
        }
      }
      if (wanted) position += piece.points;
      if (shown != wanted) end = position;
    }
    return out;
  }

 private:
  [[nodiscard]] bool replaces(const Touch& touch) const {
    return core_.log.splices(touch.event)[touch.splice].points > 0;
  }
  /// Whether the author of `event` had these characters in front of them.
  [[nodiscard]] bool is_seen(const Piece& piece, const VersionVector& context) const {
    const auto knows = [&](const Touch& touch) {
      return touch.event == kNone || context.contains(core_.log.dot(touch.event));
    };
    return knows(piece.from) && std::none_of(piece.removals.begin(), piece.removals.end(), knows);
  }

  /// By splice of `event`, the least splice that works on the same sentence.
  [[nodiscard]] std::vector<std::uint32_t> sentences_of(std::uint32_t event) const {
    std::vector<std::uint32_t> least(core_.log.splices(event).size());
    std::iota(least.begin(), least.end(), 0U);
    const auto root = [&](std::uint32_t at) {
      while (least[at] != at) at = least[at];
      return at;
    };
    const VersionVector context = core_.log.context_of(event);
    std::uint32_t sentence = kNone;
    const auto joins = [&](const Touch& touch) {
      if (touch.event != event) return false;
      const std::uint32_t own = root(touch.splice);
      const std::uint32_t joined = sentence == kNone ? own : std::min(own, root(sentence));
      least[own] = joined;
      if (sentence != kNone) least[root(sentence)] = joined;
      sentence = joined;
      return true;
    };
    for (const Piece& piece : pieces_) {
      bool touched = joins(piece.from);
      for (const Touch& removal : piece.removals) touched = joins(removal) || touched;
      const bool kept = !touched && is_seen(piece, context);
      if (kept && ends_sentence(piece.text)) sentence = kNone;
    }
    for (std::uint32_t i = 0; i < least.size(); ++i) least[i] = root(i);
    return least;
  }

  const TextCore& core_;
  std::vector<Piece> pieces_;
  std::set<Touch> undone_;
};

}  // namespace

Result<std::vector<Splice>> TextState::prefer(const Dot& chosen, const std::vector<Dot>& all,
                                              const std::vector<Dot>& settled) const {
  const TextCore* core = detail::TextAccess::opened(*this);
  const auto number_of = [&](const Dot& dot) {
    const std::uint32_t event = core == nullptr ? kNone : core->log.find(dot);
    return event != kNone && core->log.dot(event) == dot ? event : kNone;
  };
  const std::uint32_t kept = number_of(chosen);
  std::vector<std::uint32_t> others;
  for (const Dot& dot : all) {
    if (!(dot == chosen)) others.push_back(number_of(dot));
  }
  if (kept == kNone || std::count(others.begin(), others.end(), kNone) != 0) {
    return Error{ErrorCode::not_found, "how they left the text is not kept any more"};
  }
  Settlement settlement(*core);
  for (const std::uint32_t other : others) settlement.take_back(other, kept);
  for (const Dot& decision : settled) {
    const std::uint32_t event = core->log.find(decision);
    if (event != kNone) settlement.take_back(event);
  }
  auto splices = settlement.splices();
  if (splices.size() <= kSplicesPerOpMax) return splices;
  return diff_text(text(), splice_text(text(), splices));
}

}  // namespace insieme::sync
