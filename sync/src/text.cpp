#include "insieme/sync/text.hpp"

#include <algorithm>
#include <utility>

#include "insieme/sync/limits.hpp"
#include "text_core.hpp"

namespace insieme::sync {
namespace {

using detail::TextCore;

// A sum of contexts must not wrap, or its order would not follow causality.
constexpr std::uint64_t kSeqMax = std::uint64_t{1} << 48;

std::size_t inserted_bytes(const std::vector<Splice>& splices) {
  std::size_t bytes = 0;
  for (const Splice& splice : splices) bytes += splice.inserted.size();
  return bytes;
}

/// Events in a causal order in which also those of one replica follow each other.
std::vector<const TextEvent*> in_causal_order(const std::vector<TextEvent>& events) {
  struct Ranked {
    const TextEvent* event;
    std::uint64_t seen;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(events.size());
  for (const TextEvent& event : events) ranked.push_back({&event, 0});
  std::sort(ranked.begin(), ranked.end(),
            [](const Ranked& a, const Ranked& b) { return a.event->dot < b.event->dot; });
  // Someone may write in a form that is older than their last event: what counts is the sum of what
  // a replica had seen in all events so far.
  VersionVector seen;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const TextEvent& event = *ranked[i].event;
    if (i == 0 || ranked[i - 1].event->dot.replica != event.dot.replica) seen = {};
    seen.merge(event.context);
    if (i > 0 && ranked[i - 1].event->dot.replica == event.dot.replica) {
      seen.raise(event.dot.replica, ranked[i - 1].event->dot.seq);
    }
    ranked[i].seen = seen.total();
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.seen < b.seen; });
  std::vector<const TextEvent*> order;
  order.reserve(ranked.size());
  for (const Ranked& r : ranked) order.push_back(r.event);
  return order;
}

/// Appends an event that came as part of a history: nothing twice, nothing missing, and its context
/// closed (it contains the base and the contexts of the events in it).
Status take_recorded(TextCore& core, const TextEvent& event) {
  const Status wrong{ErrorCode::malformed, "the events of a text do not fit together"};
  INSIEME_TRY(detail::check_seq(event.dot.seq));
  const std::uint32_t slot = core.log.find_slot(event.dot.replica);
  if (slot != detail::kNone && core.log.last_seq(slot) >= event.dot.seq) return wrong;
  detail::SlotVersion context;
  const bool sequential = core.log.is_all_of(event.context);
  if (!sequential) {
    context = core.log.closed(event.context);
    if (!(core.log.as_vector(context) == event.context)) return wrong;
  }
  const auto begun =
      core.begin(event.dot, event.stamp, event.author, sequential ? nullptr : &context);
  for (const Splice& splice : event.splices) core.append(splice);
  core.finish(begun);
  return {};
}

std::unique_ptr<TextCore> core_on(const std::shared_ptr<const TextBase>& base) {
  return base ? std::make_unique<TextCore>(base) : std::make_unique<TextCore>();
}

}  // namespace

namespace detail {

Status check_seq(std::uint64_t seq) {
  if (seq != 0 && seq <= kSeqMax) return {};
  return {ErrorCode::malformed, "a text event has an impossible seq"};
}

}  // namespace detail

TextState::TextState() noexcept = default;
TextState::TextState(TextState&& other) noexcept = default;
TextState& TextState::operator=(TextState&& other) noexcept = default;
TextState::~TextState() = default;

TextState::TextState(const TextState& other)
    : core_(other.core_ ? std::make_unique<TextCore>(*other.core_) : nullptr) {}

TextState& TextState::operator=(const TextState& other) {
  if (this != &other) *this = TextState(other);
  return *this;
}

const std::string& TextState::text() const noexcept {
  static const std::string kNothing;
  return core_ ? core_->body.text() : kNothing;
}

std::uint32_t TextState::length() const noexcept { return core_ ? core_->body.length() : 0; }

const std::vector<TextOverlap>& TextState::overlaps() const noexcept {
  static const std::vector<TextOverlap> kNone;
  return core_ ? core_->overlaps : kNone;
}

const TextBase* TextState::base() const noexcept { return core_ ? core_->base.get() : nullptr; }

std::size_t TextState::event_count() const noexcept {
  return core_ ? core_->event_count() : 0;
}

Status TextState::apply(const Dot& dot, const Stamp& stamp, std::string_view author,
                        const VersionVector& context, const std::vector<Splice>& splices,
                        Origin origin) {
  INSIEME_TRY(detail::check_seq(dot.seq));
  const bool is_first = core_ == nullptr;
  if (!is_first) {
    core_->open_log();
    const std::uint32_t slot = core_->log.find_slot(dot.replica);
    if (slot != detail::kNone && core_->log.last_seq(slot) >= dot.seq) {
      if (dot.seq <= core_->log.folded(slot) || core_->log.find(dot) != detail::kNone) {
        return {ErrorCode::duplicate, "this text event is already applied"};
      }
      return {ErrorCode::malformed, "text events of one replica come in order"};
    }
  }
  if (origin == Origin::local) {
    const std::size_t before = is_first ? 0 : core_->body.bytes();
    if (event_count() >= kTextEventsMax) {
      return {ErrorCode::limit_exceeded, "the text has been edited too often"};
    }
    if (before + inserted_bytes(splices) > kTextBytesMax) {
      TextState trial(*this);
      INSIEME_TRY(trial.apply(dot, stamp, author, context, splices, Origin::received));
      // A text that received edits made too long may still be cut down in steps.
      const std::size_t bytes = trial.core_->body.bytes();
      if (bytes > kTextBytesMax && bytes > before) {
        return {ErrorCode::limit_exceeded, "the text would be too long"};
      }
      *this = std::move(trial);
      return {};
    }
  }
  if (is_first) core_ = std::make_unique<TextCore>();
  detail::SlotVersion seen;
  const bool sequential = core_->log.covered_by(context);
  if (!sequential) seen = core_->log.closed(context);
  const auto begun = core_->begin(dot, stamp, author, sequential ? nullptr : &seen);
  for (const Splice& splice : splices) core_->append(splice);
  core_->finish(begun);
  return {};
}

Result<TextState> TextState::from_events(const std::vector<TextEvent>& events) {
  return from_base({}, events);
}

Result<TextState> TextState::from_base(TextBase base, const std::vector<TextEvent>& events) {
  INSIEME_TRY(detail::check_base(base));
  if (base.seen.empty() && events.empty()) return TextState();
  std::shared_ptr<const TextBase> folded;
  if (!base.seen.empty()) folded = std::make_shared<const TextBase>(std::move(base));
  auto core = core_on(folded);
  const auto fits = [&](const TextEvent& event) { return take_recorded(*core, event).ok(); };
  if (!std::all_of(events.begin(), events.end(), fits)) {
    core = core_on(folded);
    for (const TextEvent* event : in_causal_order(events)) {
      INSIEME_TRY(take_recorded(*core, *event));
    }
  }
  return detail::TextAccess::state(std::move(core));
}

}  // namespace insieme::sync
