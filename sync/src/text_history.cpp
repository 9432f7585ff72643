#include "text_history.hpp"

#include <algorithm>
#include <utility>

namespace insieme::sync::detail {
namespace {

/// An event that saw everything before it and that everything after it saw.
void replay_alone(const TextEvent& event, std::uint32_t& length, EditSink& sink) {
  for (const Splice& splice : event.splices) {
    MergedEdit edit{&event, std::min(splice.position, length), 0, splice.inserted,
                    count_code_points(splice.inserted)};
    edit.removed = std::min(splice.removed, length - edit.position);
    sink.edit(edit);
    length = length - edit.removed + edit.inserted_points;
  }
}

/// Passes edits on and keeps count of the length of the text.
class CountingSink final : public EditSink {
 public:
  CountingSink(EditSink& next, std::uint32_t& length) : next_(next), length_(length) {}
  void edit(const MergedEdit& edit) override {
    length_ = length_ - edit.removed + edit.inserted_points;
    next_.edit(edit);
  }

 private:
  EditSink& next_;
  std::uint32_t& length_;
};

}  // namespace

bool canonical_less(const TextEvent& a, const TextEvent& b) noexcept {
  const std::uint64_t a_total = a.context.total();
  const std::uint64_t b_total = b.context.total();
  return a_total != b_total ? a_total < b_total : a.dot < b.dot;
}

std::vector<bool> critical_points(const EventList& events, VersionVector seen) {
  std::vector<VersionVector> seen_after;
  seen_after.reserve(events.size());
  for (const TextEvent* event : events) {
    seen.raise(event->dot.replica, event->dot.seq);
    seen_after.push_back(seen);
  }
  std::vector<bool> critical(events.size(), true);
  VersionVector common;  // what all events after `i` have seen
  for (std::size_t i = events.size(); i-- > 0;) {
    if (i + 1 < events.size()) critical[i] = common.covers(seen_after[i]);
    if (i + 1 == events.size()) {
      common = events[i]->context;
    } else {
      common.meet(events[i]->context);
    }
  }
  return critical;
}

void replay_sections(const EventList& events, const std::vector<bool>& critical, std::size_t begin,
                     std::size_t end, std::uint32_t length, EditSink& sink,
                     std::vector<TextOverlap>& overlaps) {
  CountingSink counting(sink, length);
  while (begin < end) {
    if (critical[begin]) {
      replay_alone(*events[begin++], length, sink);
      continue;
    }
    TextReplay section(length);
    bool open = true;
    while (open && begin < end) {
      section.add(*events[begin], counting, overlaps);
      open = !critical[begin++];
    }
  }
}

void SeenIndex::add(const TextEvent& event) {
  const auto same = [&](const Log& log) { return log.replica == event.dot.replica; };
  auto log = std::find_if(logs_.begin(), logs_.end(), same);
  if (log == logs_.end()) log = logs_.insert(logs_.end(), Log{event.dot.replica, {}});
  auto& entries = log->entries;
  // Canonical order may put a later event first, when its author wrote it in an older form.
  std::size_t at = entries.size();
  while (at > 0 && entries[at - 1].seq > event.dot.seq) --at;
  Entry entry{event.dot.seq, event.context};
  if (at > 0) entry.seen.merge(entries[at - 1].seen);
  entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
  while (++at < entries.size()) entries[at].seen.merge(event.context);
}

VersionVector SeenIndex::closed(const VersionVector& context, const VersionVector& base) const {
  VersionVector result = base;
  const auto last_entry = [](const Log& log, std::uint64_t seq) -> const Entry* {
    const auto after =
        std::upper_bound(log.entries.begin(), log.entries.end(), seq,
                         [](std::uint64_t s, const Entry& entry) { return s < entry.seq; });
    return after == log.entries.begin() ? nullptr : &*(after - 1);
  };
  for (const Log& log : logs_) {
    const Entry* entry = last_entry(log, context[log.replica]);
    if (entry != nullptr) result.set(log.replica, entry->seq);
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (const Log& log : logs_) {
      const Entry* entry = last_entry(log, result[log.replica]);
      if (entry == nullptr || result.covers(entry->seen)) continue;
      result.merge(entry->seen);
      grown = true;
    }
  }
  return result;
}

void TextCache::keep(TextCheckpoint checkpoint) {
  const std::size_t count = checkpoint.count;
  checkpoints.push_back(std::move(checkpoint));
  for (std::size_t i = 0; i + 2 < checkpoints.size();) {
    if (count - checkpoints[i].count <= 2 * (count - checkpoints[i + 2].count)) {
      checkpoints.erase(checkpoints.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    } else {
      ++i;
    }
  }
}

void TextCache::forget_unseen(const VersionVector& context) {
  if (open && !context.covers(open->base)) open.reset();
  while (!checkpoints.empty() && !context.covers(checkpoints.back().seen)) checkpoints.pop_back();
}

}  // namespace insieme::sync::detail
