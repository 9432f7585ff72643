// What is asked of a text's history now and then: who wrote what, and what somebody saw.
#include <algorithm>
#include <utility>

#include "insieme/sync/text.hpp"
#include "insieme/sync/value.hpp"
#include "text_core.hpp"

namespace insieme::sync {
namespace {

using detail::TextCore;

/// Cuts the runs of a text as its edits do. Runs left of the last edit stand in one pile, those
/// right of it in another, upside down: edits cluster.
class RunSink final : public detail::EditSink {
 public:
  /// A run of the base, or, counted on from there, one of an event of the log.
  struct Run {
    std::uint32_t source = 0;
    std::uint32_t length = 0;
  };

  explicit RunSink(const TextBase* base) {
    if (base == nullptr) return;
    for (const TextRun& run : base->runs) left_.push_back({base_++, run.length});
    for (const Run& run : left_) position_ += run.length;
  }

  void edit(const detail::MergedEdit& edit) override {
    go_to(edit.position);
    for (std::uint32_t removed = edit.removed; removed > 0;) {
      Run& run = right_.back();
      const std::uint32_t taken = std::min(removed, run.length);
      removed -= taken;
      run.length -= taken;
      if (run.length == 0) right_.pop_back();
    }
    if (edit.inserted_points == 0) return;
    left_.push_back({base_ + edit.event, edit.inserted_points});
    position_ += edit.inserted_points;
  }

  [[nodiscard]] std::vector<Run> runs() const {
    std::vector<Run> all = left_;
    all.insert(all.end(), right_.rbegin(), right_.rend());
    return all;
  }
  [[nodiscard]] std::uint32_t base_runs() const noexcept { return base_; }

 private:
  void go_to(std::uint32_t position) {
    while (position_ > position) {
      Run run = left_.back();
      left_.pop_back();
      const std::uint32_t back = std::min(run.length, position_ - position);
      if (back < run.length) left_.push_back({run.source, run.length - back});
      right_.push_back({run.source, back});
      position_ -= back;
    }
    while (position_ < position) {
      Run run = right_.back();
      right_.pop_back();
      const std::uint32_t on = std::min(run.length, position - position_);
      if (on < run.length) right_.push_back({run.source, run.length - on});
      left_.push_back({run.source, on});
      position_ += on;
    }
  }

  std::vector<Run> left_;
  std::vector<Run> right_;
  std::uint32_t position_ = 0;  ///< characters on the left
  std::uint32_t base_ = 0;
};

class GapSink final : public detail::EditSink {
 public:
  explicit GapSink(detail::GapText& text) : text_(text) {}
  void edit(const detail::MergedEdit& edit) override {
    text_.splice(edit.position, edit.removed, edit.inserted, edit.inserted_points);
  }

 private:
  detail::GapText& text_;
};

/// Who wrote what, with `mark(source)` of each run; neighbours of one event are one run.
std::vector<TextRun> runs_of(const TextCore& core) {
  RunSink sink(core.base.get());
  core.replay(nullptr, sink);
  std::vector<TextRun> result;
  for (const RunSink::Run& run : sink.runs()) {
    Mark mark = run.source < sink.base_runs() ? core.base->runs[run.source].mark
                                              : core.log.mark(run.source - sink.base_runs());
    if (!result.empty() && result.back().mark.dot == mark.dot) {
      result.back().length += run.length;
    } else {
      result.push_back({std::move(mark), run.length});
    }
  }
  return result;
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

/// The events that `version` has seen (null: all).
std::vector<TextEvent> events_of(const TextCore& core, const detail::SlotVersion* version) {
  std::vector<TextEvent> events;
  for (std::uint32_t i = 0; i < core.log.count(); ++i) {
    if (version != nullptr) {
      const auto at = std::find_if(version->begin(), version->end(), [&](const auto& entry) {
        return entry.slot == core.log[i].slot;
      });
      if (at == version->end() || at->seq < core.log[i].seq) continue;
    }
    Mark mark = core.log.mark(i);
    TextEvent event{mark.dot, mark.stamp, std::move(mark.author), core.log.context_of(i), {}};
    for (const detail::LoggedSplice& splice : core.log.splices(i)) {
      event.splices.push_back(
          {splice.position, splice.removed, std::string(core.log.inserted(splice))});
    }
    events.push_back(std::move(event));
  }
  return events;
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
  if (!core_) return {};
  core_->open_log();
  if (core_->log.count() == 0) return *core_->base;
  TextBase folded;
  folded.seen = core_->log.version();
  folded.text = text();
  folded.runs = runs_of(*core_);
  folded.overlaps = core_->overlaps;
  for (const Dot& dot : dots_of(core_->overlaps)) {
    const auto mark = mark_of(dot);
    INSIEME_ASSERT(mark.has_value());
    folded.overlap_marks.push_back(*mark);
  }
  return folded;
}

std::optional<Mark> TextState::mark_of(const Dot& dot) const {
  if (!core_) return {};
  core_->open_log();
  const std::uint32_t event = core_->log.find(dot);
  if (event != detail::kNone) {
    Mark mark = core_->log.mark(event);
    return mark.dot == dot ? std::optional(std::move(mark)) : std::nullopt;
  }
  if (!core_->base) return {};
  const auto& marks = core_->base->overlap_marks;
  const auto at = std::lower_bound(marks.begin(), marks.end(), dot,
                                   [](const Mark& m, const Dot& d) { return m.dot < d; });
  if (at != marks.end() && at->dot == dot) return *at;
  for (const TextRun& run : core_->base->runs) {
    if (run.mark.dot == dot) return run.mark;
  }
  return {};
}

bool operator==(const TextState& a, const TextState& b) {
  if (!a.core_ || !b.core_) return !a.core_ && !b.core_;
  a.core_->open_log();
  b.core_->open_log();
  if (!(a.core_->log.version() == b.core_->log.version())) return false;
  const auto& a_base = a.core_->base;
  const auto& b_base = b.core_->base;
  const bool same_base = a_base == b_base || (a_base && b_base && *a_base == *b_base);
  if (same_base) return same_events(a.core_->log, b.core_->log);
  return a.folded() == b.folded();
}

std::vector<TextEvent> TextState::events() const {
  const TextCore* core = detail::TextAccess::opened(*this);
  return core != nullptr ? events_of(*core, nullptr) : std::vector<TextEvent>();
}

std::vector<AuthorRun> TextState::author_runs() const {
  std::vector<AuthorRun> result;
  if (!core_) return result;
  core_->open_log();
  for (const TextRun& run : runs_of(*core_)) result.push_back(AuthorRun{run.mark.dot, run.length});
  return result;
}

std::string TextState::text_at(const VersionVector& context) const {
  if (!core_) return {};
  core_->open_log();
  const detail::SlotVersion seen = core_->log.closed(context);
  if (core_->log.first_unseen(seen) == detail::kNone) return text();
  detail::GapText body;
  if (core_->base) body = detail::GapText(core_->base->text);
  GapSink sink(body);
  core_->replay(&seen, sink);
  return body.text();
}

TextState TextState::as_of(const VersionVector& context) const {
  std::vector<TextEvent> events;
  if (core_) {
    core_->open_log();
    const detail::SlotVersion seen = core_->log.closed(context);
    events = events_of(*core_, &seen);
  }
  auto known = from_base(base() != nullptr ? *base() : TextBase{}, events);
  INSIEME_ASSERT(known.ok());
  return std::move(known).value();
}

std::vector<Splice> TextState::moved(const std::vector<Splice>& splices, const VersionVector& from,
                                     const VersionVector& to) const {
  const TextState known = as_of(to);
  TextState merged = known;
  // A replica that wrote nothing here: where two insert at one place, this one comes last.
  ReplicaId nobody;
  nobody.bytes.fill(0xff);
  const Status applied =
      merged.apply(Dot{nobody, 1, 0}, {}, {}, from, splices, Origin::received);
  INSIEME_ASSERT(applied.ok());
  return diff_text(known.text(), merged.text());
}

std::vector<Splice> rebase_splices(std::string_view before, const std::vector<Splice>& splices,
                                   std::string_view now) {
  const auto replica = [](std::uint8_t number) {
    ReplicaId id;
    id.bytes[0] = number;
    return id;
  };
  TextState text;
  const auto apply = [&](std::uint8_t number, const VersionVector& seen,
                         const std::vector<Splice>& edit) {
    const Status applied = text.apply(Dot{replica(number), 1, 0}, {}, {}, seen, edit,
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
