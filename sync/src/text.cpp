#include "insieme/sync/text.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "insieme/sync/limits.hpp"
#include "text_history.hpp"
#include "text_utf8.hpp"

namespace insieme::sync {
namespace {

// A sum of contexts must not wrap, or canonical order would not follow causality.
constexpr std::uint64_t kSeqMax = std::uint64_t{1} << 48;
// People who type at the same time are a few events apart: this many stay open for replay.
constexpr std::size_t kWindow = 64;
constexpr std::size_t kCheckpointEventsMin = 64;
// A checkpoint copies the text once in (size / this) events: that many bytes for each event.
constexpr std::size_t kCheckpointBytesPerEvent = 128;

void repair(std::vector<Splice>& splices) {
  for (Splice& splice : splices) detail::repair_utf8(splice.inserted);
}

std::size_t inserted_bytes(const std::vector<Splice>& splices) {
  std::size_t bytes = 0;
  for (const Splice& splice : splices) bytes += splice.inserted.size();
  return bytes;
}

bool overlap_less(const TextOverlap& a, const TextOverlap& b) {
  return a.first == b.first ? a.second < b.second : a.first < b.first;
}

/// Checks that events are a history on top of what was folded: nothing twice, nothing missing,
/// every context closed (it contains the base and the contexts of the events in it).
class HistoryCheck {
 public:
  explicit HistoryCheck(const VersionVector& folded) : folded_(folded) {}

  Status check(const std::vector<TextEvent>& events) {
    for (const TextEvent& event : events) {
      if (event.dot.seq == 0 || event.dot.seq > kSeqMax) {
        return {ErrorCode::malformed, "a text event has an impossible seq"};
      }
      if (folded_.contains(event.dot)) {
        return {ErrorCode::malformed, "a text event is folded and stands beside it"};
      }
      if (!event.context.covers(folded_)) {
        return {ErrorCode::malformed, "a text event has not seen what was folded"};
      }
      if (!by_replica_[event.dot.replica].emplace(event.dot.seq, &event.context).second) {
        return {ErrorCode::malformed, "a text event stands twice"};
      }
    }
    for (auto& [replica, contexts] : by_replica_) join(contexts);
    for (const TextEvent& event : events) {
      for (const VersionVector::Entry& entry : event.context.entries()) {
        INSIEME_TRY(check_entry(event, entry));
      }
    }
    return {};
  }

 private:
  /// By seq: the context of that event; after `join`, of all up to it.
  using Contexts = std::map<std::uint64_t, const VersionVector*>;

  void join(Contexts& contexts) {
    const VersionVector* last = nullptr;
    for (auto& [seq, context] : contexts) {
      if (last != nullptr && !context->covers(*last)) {
        joined_.push_back(std::make_unique<VersionVector>(*context));
        joined_.back()->merge(*last);
        context = joined_.back().get();
      }
      last = context;
    }
  }

  [[nodiscard]] Status check_entry(const TextEvent& event,
                                   const VersionVector::Entry& entry) const {
    if (entry.replica == event.dot.replica && entry.seq >= event.dot.seq) {
      return {ErrorCode::malformed, "a text event has seen itself"};
    }
    if (entry.seq == folded_[entry.replica]) return {};
    const auto contexts = by_replica_.find(entry.replica);
    if (contexts == by_replica_.end()) {
      return {ErrorCode::malformed, "a text event is missing"};
    }
    const auto seen = contexts->second.find(entry.seq);
    if (seen == contexts->second.end()) {
      return {ErrorCode::malformed, "a text event is missing"};
    }
    if (!event.context.covers(*seen->second)) {
      return {ErrorCode::malformed, "the context of a text event is not closed"};
    }
    return {};
  }

  const VersionVector& folded_;
  std::map<ReplicaId, Contexts> by_replica_;
  std::vector<std::unique_ptr<VersionVector>> joined_;
};

}  // namespace

TextState::TextState() noexcept = default;
TextState::TextState(TextState&& other) noexcept = default;
TextState& TextState::operator=(TextState&& other) noexcept = default;
TextState::~TextState() = default;

TextState::TextState(const TextState& other)
    : base_(other.base_),
      events_(other.events_),
      overlaps_(other.overlaps_),
      plain_(other.plain_),
      seen_(other.seen_),
      cache_(other.cache_ ? std::make_unique<detail::TextCache>(*other.cache_) : nullptr) {}

TextState& TextState::operator=(const TextState& other) {
  if (this != &other) *this = TextState(other);
  return *this;
}

Status TextState::apply(const Dot& dot, const Stamp& stamp, std::string_view author,
                        const VersionVector& context, std::vector<Splice> splices, Origin origin) {
  if (dot.seq == 0 || dot.seq > kSeqMax) {
    return {ErrorCode::malformed, "a text event has an impossible seq"};
  }
  if (seen_[dot.replica] >= dot.seq) {
    const bool folded = base_ && base_->seen.contains(dot);
    const auto same = [&](const TextEvent& event) {
      return event.dot.replica == dot.replica && event.dot.seq == dot.seq;
    };
    const bool known = folded || std::any_of(events_.begin(), events_.end(), same);
    if (known) return {ErrorCode::duplicate, "this text event is already applied"};
    return {ErrorCode::malformed, "text events of one replica come in order"};
  }
  repair(splices);
  const bool may_grow_too_long =
      plain_.bytes.size() + inserted_bytes(splices) > kTextBytesMax && origin == Origin::local;
  TextEvent event{dot, stamp, std::string(author), seen_in(context), std::move(splices)};
  if (!may_grow_too_long) {
    apply_checked(std::move(event));
    return {};
  }
  TextState trial(*this);
  trial.apply_checked(std::move(event));
  // A text that received edits made too long may still be cut down in steps.
  const std::size_t bytes = trial.plain_.bytes.size();
  if (bytes > kTextBytesMax && bytes > plain_.bytes.size()) {
    return {ErrorCode::limit_exceeded, "the text would be too long"};
  }
  *this = std::move(trial);
  return {};
}

/// `context` restricted to the events here, and closed.
VersionVector TextState::seen_in(const VersionVector& context) const {
  if (context.covers(seen_)) return seen_;
  if (cache_ && cache_->open && context.covers(cache_->open->base)) {
    return cache_->open->index.closed(context, cache_->open->base);
  }
  VersionVector result;
  if (base_) result = base_->seen;
  std::size_t from = 0;  // what stands before is in `result`, and closed
  if (cache_) {
    for (const detail::TextCheckpoint& checkpoint : cache_->checkpoints) {
      if (!context.covers(checkpoint.seen)) break;
      result = checkpoint.seen;
      from = checkpoint.count;
    }
  }
  for (std::size_t i = from; i < events_.size(); ++i) {
    if (context.contains(events_[i].dot)) result.raise(events_[i].dot.replica, events_[i].dot.seq);
  }
  // Backwards once is enough: what an event has seen stands before it.
  for (std::size_t i = events_.size(); i-- > from;) {
    const TextEvent& event = events_[i];
    if (result.contains(event.dot) && !result.covers(event.context)) result.merge(event.context);
  }
  return result;
}

void TextState::apply_checked(TextEvent event) {
  if (event.context.covers(seen_)) {
    apply_sequential(std::move(event));
  } else {
    apply_concurrent(std::move(event));
  }
}

void TextState::apply_sequential(TextEvent event) {
  seen_.raise(event.dot.replica, event.dot.seq);
  if (!cache_ || !cache_->open) {
    for (const Splice& splice : event.splices) plain_.splice(splice);
    events_.push_back(std::move(event));
    const std::size_t last =
        cache_ && !cache_->checkpoints.empty() ? cache_->checkpoints.back().count : 0;
    const std::size_t step =
        std::max(kCheckpointEventsMin, plain_.bytes.size() / kCheckpointBytesPerEvent);
    if (events_.size() - last >= step) keep_checkpoint();
    return;
  }
  detail::OpenEvents& open = *cache_->open;
  detail::PlainSink sink(plain_);
  open.add(event, sink, overlaps_);
  events_.push_back(std::move(event));
  if (++open.quiet >= std::max(kWindow, open.replay.count() / 2)) {
    cache_->open.reset();
    keep_checkpoint();
  } else {
    bound_open();
  }
}

void TextState::apply_concurrent(TextEvent event) {
  seen_.raise(event.dot.replica, event.dot.seq);
  const auto place =
      std::upper_bound(events_.begin(), events_.end(), event, detail::canonical_less);
  const auto at = events_.insert(place, std::move(event));
  if (cache_) cache_->forget_unseen(at->context);
  if (!cache_ || !cache_->open) {
    rebuild();
    return;
  }
  std::vector<TextOverlap> found;
  detail::PlainSink sink(plain_);
  cache_->open->add(*at, sink, found);
  note_overlaps(std::move(found));
  cache_->open->quiet = 0;
  bound_open();
}

/// Once the open part has doubled, settles what of it can be settled.
void TextState::bound_open() {
  if (cache_->open->replay.count() >= 2 * cache_->open->floor + 8 * kWindow) rebuild();
}

void TextState::keep_checkpoint() {
  if (!cache_) cache_ = std::make_unique<detail::TextCache>();
  cache_->keep({events_.size(), seen_, plain_});
}

/// Replays everything after the last checkpoint.
void TextState::rebuild() {
  if (!cache_) cache_ = std::make_unique<detail::TextCache>();
  detail::TextCache& cache = *cache_;
  cache.open.reset();
  std::size_t from = 0;
  VersionVector seen;
  plain_ = {};
  if (base_) {
    seen = base_->seen;
    plain_.bytes = base_->text;
    plain_.length = count_code_points(base_->text);
  }
  if (!cache.checkpoints.empty()) {
    const detail::TextCheckpoint& checkpoint = cache.checkpoints.back();
    from = checkpoint.count;
    seen = checkpoint.seen;
    plain_ = checkpoint.text;
  }
  detail::EventList tail;
  tail.reserve(events_.size() - from);
  for (std::size_t i = from; i < events_.size(); ++i) tail.push_back(&events_[i]);
  const std::vector<bool> critical = detail::critical_points(tail, seen);
  // The last events stay open even if settled now: the next one may not have seen them.
  std::size_t settled = tail.size() > kWindow ? tail.size() - kWindow : 0;
  while (settled > 0 && !critical[settled - 1]) --settled;
  std::vector<TextOverlap> found;
  detail::PlainSink sink(plain_);
  detail::replay_sections(tail, critical, 0, settled, plain_.length, sink, found);
  if (settled > 0) {
    for (std::size_t i = 0; i < settled; ++i) seen.raise(tail[i]->dot.replica, tail[i]->dot.seq);
    cache.keep({from + settled, seen, plain_});
  }
  const auto rest = critical.begin() + static_cast<std::ptrdiff_t>(settled);
  if (std::find(rest, critical.end(), false) == critical.end()) {
    detail::replay_sections(tail, critical, settled, tail.size(), plain_.length, sink, found);
  } else {
    cache.open.emplace(std::move(seen), plain_.length);
    for (std::size_t i = settled; i < tail.size(); ++i) cache.open->add(*tail[i], sink, found);
    cache.open->floor = tail.size() - settled;
  }
  note_overlaps(std::move(found));
}

void TextState::note_overlaps(std::vector<TextOverlap> found) {
  if (found.empty()) return;
  overlaps_.insert(overlaps_.end(), found.begin(), found.end());
  std::sort(overlaps_.begin(), overlaps_.end(), overlap_less);
  overlaps_.erase(std::unique(overlaps_.begin(), overlaps_.end()), overlaps_.end());
}

Result<TextState> TextState::from_events(std::vector<TextEvent> events) {
  return from_base({}, std::move(events));
}

Result<TextState> TextState::from_base(TextBase base, std::vector<TextEvent> events) {
  INSIEME_TRY(detail::check_base(base));
  for (TextEvent& event : events) repair(event.splices);
  std::sort(events.begin(), events.end(), detail::canonical_less);
  INSIEME_TRY(HistoryCheck(base.seen).check(events));
  TextState state;
  if (!base.seen.empty()) {
    state.seen_ = base.seen;
    state.overlaps_ = base.overlaps;
    state.plain_.bytes = base.text;
    state.plain_.length = count_code_points(base.text);
    state.base_ = std::make_shared<const TextBase>(std::move(base));
  }
  state.events_ = std::move(events);
  for (const TextEvent& event : state.events_) state.seen_.raise(event.dot.replica, event.dot.seq);
  if (!state.events_.empty()) state.rebuild();
  return state;
}

}  // namespace insieme::sync
