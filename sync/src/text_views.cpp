// What is asked of a text's history now and then: who wrote what, and what somebody saw.
#include <algorithm>
#include <map>
#include <utility>

#include "insieme/sync/text.hpp"
#include "insieme/sync/value.hpp"
#include "text_history.hpp"

namespace insieme::sync {
namespace {

/// Cuts the runs of a text as its edits do.
class RunSink final : public detail::EditSink {
 public:
  explicit RunSink(const TextBase* base) {
    if (base == nullptr) return;
    for (const TextRun& run : base->runs) runs_.push_back(AuthorRun{run.mark.dot, run.length});
  }

  void edit(const detail::MergedEdit& edit) override {
    const std::size_t at = cut(edit.position);
    if (edit.removed > 0) {
      const std::size_t end = cut(edit.position + edit.removed);
      runs_.erase(iterator_at(at), iterator_at(end));
    }
    if (edit.inserted_points > 0) {
      runs_.insert(iterator_at(at), AuthorRun{edit.event->dot, edit.inserted_points});
    }
    near_ = {at, edit.position};
  }

  [[nodiscard]] std::vector<AuthorRun> runs() const {
    std::vector<AuthorRun> result;
    for (const AuthorRun& run : runs_) {
      if (!result.empty() && result.back().dot == run.dot) {
        result.back().length += run.length;
      } else {
        result.push_back(run);
      }
    }
    return result;
  }

 private:
  struct Place {
    std::size_t index = 0;
    std::uint32_t position = 0;
  };

  [[nodiscard]] std::vector<AuthorRun>::iterator iterator_at(std::size_t index) {
    return runs_.begin() + static_cast<std::ptrdiff_t>(index);
  }

  /// The index of the run that starts at `position`, which lies within the text.
  std::size_t cut(std::uint32_t position) {
    // Edits cluster: the search starts where the last one was.
    Place at = near_;
    while (at.position > position) at.position -= runs_[--at.index].length;
    while (at.position < position) at.position += runs_[at.index++].length;
    if (at.position > position) {
      const std::uint32_t rest = at.position - position;
      AuthorRun& run = runs_[at.index - 1];
      run.length -= rest;
      const Dot dot = run.dot;
      runs_.insert(iterator_at(at.index), AuthorRun{dot, rest});
    }
    near_ = {at.index, position};
    return at.index;
  }

  std::vector<AuthorRun> runs_;
  Place near_;  ///< a run and where it starts
};

/// Replays `events` on what was folded.
void replay_all(const detail::EventList& events, const TextBase* base, detail::EditSink& sink) {
  std::vector<TextOverlap> overlaps;
  const VersionVector seen = base == nullptr ? VersionVector{} : base->seen;
  const std::uint32_t length = base == nullptr ? 0 : count_code_points(base->text);
  detail::replay_sections(events, detail::critical_points(events, seen), 0, events.size(), length,
                          sink, overlaps);
}

std::map<Dot, Mark> marks_of(const TextBase* base, const std::vector<TextEvent>& events) {
  std::map<Dot, Mark> marks;
  if (base != nullptr) {
    for (const TextRun& run : base->runs) marks.emplace(run.mark.dot, run.mark);
    for (const Mark& mark : base->overlap_marks) marks.emplace(mark.dot, mark);
  }
  for (const TextEvent& e : events) marks.emplace(e.dot, Mark{e.dot, e.stamp, e.author});
  return marks;
}

std::vector<Dot> dots_of(const std::vector<TextOverlap>& overlaps) {
  std::vector<Dot> dots;
  for (const TextOverlap& overlap : overlaps) {
    dots.push_back(overlap.first);
    dots.push_back(overlap.second);
  }
  std::sort(dots.begin(), dots.end());
  dots.erase(std::unique(dots.begin(), dots.end()), dots.end());
  return dots;
}

}  // namespace

namespace detail {

Status check_base(const TextBase& base) {
  const Status wrong{ErrorCode::malformed, "a folded text that does not fit together"};
  if (!is_valid_utf8(base.text)) return wrong;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < base.runs.size(); ++i) {
    const TextRun& run = base.runs[i];
    if (run.length == 0 || run.mark.dot.seq == 0 || !base.seen.contains(run.mark.dot)) return wrong;
    if (i > 0 && base.runs[i - 1].mark.dot == run.mark.dot) return wrong;
    length += run.length;
  }
  if (length != count_code_points(base.text)) return wrong;
  for (std::size_t i = 0; i < base.overlaps.size(); ++i) {
    const TextOverlap& overlap = base.overlaps[i];
    if (!(overlap.first < overlap.second)) return wrong;
    if (i == 0) continue;
    const TextOverlap& last = base.overlaps[i - 1];
    const bool ordered = last.first == overlap.first ? last.second < overlap.second
                                                     : last.first < overlap.first;
    if (!ordered) return wrong;
  }
  const std::vector<Dot> dots = dots_of(base.overlaps);
  if (dots.size() != base.overlap_marks.size()) return wrong;
  for (std::size_t i = 0; i < dots.size(); ++i) {
    const Dot& dot = base.overlap_marks[i].dot;
    if (!(dot == dots[i]) || dot.seq == 0 || !base.seen.contains(dot)) return wrong;
  }
  return {};
}

}  // namespace detail

TextBase TextState::folded() const {
  if (events_.empty()) return base_ ? *base_ : TextBase{};
  TextBase folded;
  folded.seen = seen_;
  folded.text = plain_.bytes;
  const std::map<Dot, Mark> marks = marks_of(base_.get(), events_);
  for (const AuthorRun& run : author_runs()) {
    folded.runs.push_back(TextRun{marks.at(run.dot), run.length});
  }
  folded.overlaps = overlaps_;
  for (const Dot& dot : dots_of(overlaps_)) folded.overlap_marks.push_back(marks.at(dot));
  return folded;
}

std::optional<Mark> TextState::mark_of(const Dot& dot) const {
  for (const TextEvent& event : events_) {
    if (event.dot == dot) return Mark{event.dot, event.stamp, event.author};
  }
  if (!base_) return {};
  for (const Mark& mark : base_->overlap_marks) {
    if (mark.dot == dot) return mark;
  }
  for (const TextRun& run : base_->runs) {
    if (run.mark.dot == dot) return run.mark;
  }
  return {};
}

bool operator==(const TextState& a, const TextState& b) {
  if (!(a.seen_ == b.seen_)) return false;
  const bool same_base = a.base_ == b.base_ || (a.base_ && b.base_ && *a.base_ == *b.base_);
  if (same_base) return a.events_ == b.events_;
  return a.folded() == b.folded();
}

std::vector<AuthorRun> TextState::author_runs() const {
  detail::EventList events;
  events.reserve(events_.size());
  for (const TextEvent& event : events_) events.push_back(&event);
  RunSink sink(base_.get());
  replay_all(events, base_.get(), sink);
  return sink.runs();
}

std::string TextState::text_at(const VersionVector& context) const {
  const VersionVector seen = seen_in(context);
  if (seen.covers(seen_)) return plain_.bytes;
  detail::EventList events;
  for (const TextEvent& event : events_) {
    if (seen.contains(event.dot)) events.push_back(&event);
  }
  detail::PlainText text;
  if (base_) {
    text.bytes = base_->text;
    text.length = count_code_points(base_->text);
  }
  detail::PlainSink sink(text);
  replay_all(events, base_.get(), sink);
  return std::move(text.bytes);
}

std::vector<Splice> TextState::moved(const std::vector<Splice>& splices, const VersionVector& from,
                                     const VersionVector& to) const {
  const VersionVector seen = seen_in(to);
  std::vector<TextEvent> events;
  for (const TextEvent& event : events_) {
    if (seen.contains(event.dot)) events.push_back(event);
  }
  auto known = from_base(base_ ? *base_ : TextBase{}, std::move(events));
  INSIEME_ASSERT(known.ok());
  TextState merged = *known;
  // A replica that wrote nothing here: where two insert at one place, this one comes last.
  ReplicaId nobody;
  nobody.bytes.fill(0xff);
  const Status applied =
      merged.apply(Dot{nobody, 1, 0}, {}, {}, from, splices, Origin::received);
  INSIEME_ASSERT(applied.ok());
  return diff_text(known->text(), merged.text());
}

std::vector<Splice> rebase_splices(std::string_view before, const std::vector<Splice>& splices,
                                   std::string_view now) {
  const auto replica = [](std::uint8_t number) {
    ReplicaId id;
    id.bytes[0] = number;
    return id;
  };
  TextState text;
  const auto apply = [&](std::uint8_t number, const VersionVector& seen, std::vector<Splice> edit) {
    const Status applied = text.apply(Dot{replica(number), 1, 0}, {}, {}, seen, std::move(edit),
                                      TextState::Origin::received);
    INSIEME_ASSERT(applied.ok());
  };
  VersionVector base;
  base.set(replica(1), 1);
  apply(1, {}, {{0, 0, std::string(before)}});
  apply(2, base, diff_text(before, now));
  apply(3, base, splices);
  return diff_text(now, text.text());
}

}  // namespace insieme::sync
