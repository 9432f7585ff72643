#include "text_core.hpp"

#include <algorithm>

#include "text_utf8.hpp"

namespace insieme::sync::detail {
namespace {

// People who type at the same time are a few events apart: this many may stay open for replay, and
// milestones stand that far apart.
constexpr std::size_t kWindow = 64;

bool overlap_less(const TextOverlap& a, const TextOverlap& b) {
  return a.first == b.first ? a.second < b.second : a.first < b.first;
}

class BodySink final : public EditSink {
 public:
  explicit BodySink(GapText& body) : body_(body) {}
  void edit(const MergedEdit& edit) override {
    body_.splice(edit.position, edit.removed, edit.inserted, edit.inserted_points);
  }

 private:
  GapText& body_;
};

/// For events whose edits the text shows already.
class NoSink final : public EditSink {
 public:
  void edit(const MergedEdit&) override {}
};

/// Passes edits on and keeps count of the length of the text.
class CountingSink final : public EditSink {
 public:
  CountingSink(EditSink& next, std::uint32_t from) : length(from), next_(next) {}
  void edit(const MergedEdit& edit) override {
    length = length - edit.removed + edit.inserted_points;
    next_.edit(edit);
  }
  std::uint32_t length;

 private:
  EditSink& next_;
};

}  // namespace

TextCore::TextCore(std::shared_ptr<const TextBase> folded)
    : base(std::move(folded)),
      log(base->seen),
      body(base->text),
      overlaps(base->overlaps) {}

TextCore::TextCore(std::shared_ptr<const TextBase> folded, std::string text,
                   std::shared_ptr<const PackedLog> unopened)
    : base(std::move(folded)),
      body(std::move(text)),
      overlaps(unopened->overlaps),
      packed(std::move(unopened)) {}

TextCore::TextCore(std::string text, Mark author)
    : body(std::move(text)), only(std::move(author)) {}

TextCore::TextCore(const TextCore& other)
    : base(other.base),
      log(other.log),
      body(other.body),
      overlaps(other.overlaps),
      regions(other.regions),
      milestones(other.milestones),
      packed(other.packed),
      only(other.only) {}

void TextCore::unfold_only() {
  log.append(only->dot, only->stamp, only->author, nullptr);
  log.append_splice(0, 0, body.text(), body.length());
  only.reset();
}

TextCore::Begun TextCore::begin(const Dot& dot, const Stamp& stamp, std::string_view author,
                                const SlotVersion* context) {
  const std::uint32_t unseen = context == nullptr ? kNone : log.first_unseen(*context);
  const std::uint32_t number = log.count();
  log.append(dot, stamp, author, unseen == kNone ? nullptr : context);
  return {number, unseen};
}

void TextCore::append(const Splice& splice) {
  if (splice.inserted.empty()) return log.append_splice(splice.position, splice.removed, {}, 0);
  const auto points = valid_points(splice.inserted);
  if (points) return log.append_splice(splice.position, splice.removed, splice.inserted, *points);
  std::string repaired = splice.inserted;
  repair_utf8(repaired);
  log.append_splice(splice.position, splice.removed, repaired, points_in(repaired));
}

void TextCore::finish(const Begun& begun) {
  if (begun.unseen == kNone) {
    take_sequential(begun.event);
  } else {
    take_concurrent(begun.event, begun.unseen);
  }
}

void TextCore::take_sequential(std::uint32_t event) {
  const bool first = open && open->quiet == 0;
  if (first || event - (milestones.empty() ? 0 : milestones.back().events) >= kWindow) {
    milestones.push_back({event, body.length()});
  }
  if (!open) {
    for (const LoggedSplice& splice : log.splices(event)) {
      const std::uint32_t position = std::min(splice.position, body.length());
      const std::uint32_t removed = std::min(splice.removed, body.length() - position);
      body.splice(position, removed, log.inserted(splice), splice.points);
    }
    return;
  }
  BodySink sink(body);
  open->replay.add(log, event, sink, overlaps);
  if (++open->quiet >= std::max(kWindow, open->replay.count() / 2)) {
    open.reset();
  } else {
    bound_open();
  }
}

void TextCore::take_concurrent(std::uint32_t event, std::uint32_t first_unseen) {
  while (!milestones.empty() && milestones.back().events > first_unseen) milestones.pop_back();
  Region region{first_unseen, event + 1};
  while (!regions.empty() && regions.back().end > region.begin) {
    region.begin = std::min(region.begin, regions.back().begin);
    regions.pop_back();
  }
  regions.push_back(region);
  if (!open || open->begin > region.begin) {
    // Twice as far back as needed: should ever older events arrive, the work stays in proportion.
    const std::uint32_t back =
        std::max(static_cast<std::uint32_t>(kWindow), event - region.begin);
    reopen(region.begin - std::min(region.begin, back), event);
  }
  std::vector<TextOverlap> found;
  BodySink sink(body);
  open->replay.add(log, event, sink, found);
  note(std::move(found));
  open->quiet = 0;
  bound_open();
}

/// Replays the events up to `end` from the last milestone at or before `before`.
void TextCore::reopen(std::uint32_t before, std::uint32_t end) {
  const auto after = std::upper_bound(
      milestones.begin(), milestones.end(), before,
      [](std::uint32_t events, const Milestone& m) { return events < m.events; });
  const Milestone from = after == milestones.begin()
                             ? Milestone{0, base ? count_code_points(base->text) : 0}
                             : *(after - 1);
  open = std::make_unique<OpenSection>(from.events, from.length);
  NoSink sink;
  std::vector<TextOverlap> known;
  for (std::uint32_t i = from.events; i < end; ++i) {
    known.clear();
    open->replay.add(log, i, sink, known);
  }
  open->floor = end - from.events;
}

/// Once the open part has doubled, leaves behind what of it is settled.
void TextCore::bound_open() {
  if (open->replay.count() < 2 * open->floor + 8 * kWindow) return;
  const std::size_t quiet = open->quiet;
  reopen(log.count() - static_cast<std::uint32_t>(kWindow), log.count());
  open->quiet = quiet;
}

void TextCore::note(std::vector<TextOverlap> found) {
  if (found.empty()) return;
  overlaps.insert(overlaps.end(), found.begin(), found.end());
  std::sort(overlaps.begin(), overlaps.end(), overlap_less);
  overlaps.erase(std::unique(overlaps.begin(), overlaps.end()), overlaps.end());
}

void TextCore::replay(const SlotVersion* version, EditSink& sink) const {
  std::vector<std::uint64_t> last(log.slots(), version == nullptr ? UINT64_MAX : 0);
  if (version != nullptr) {
    for (const SlotSeq& entry : *version) last[entry.slot] = entry.seq;
  }
  const auto wanted = [&](std::uint32_t event) { return log[event].seq <= last[log[event].slot]; };
  CountingSink counting(sink, base ? count_code_points(base->text) : 0);
  std::vector<TextOverlap> ignored;
  auto region = regions.begin();
  for (std::uint32_t event = 0; event < log.count();) {
    if (region != regions.end() && region->begin == event) {
      TextReplay section(counting.length);
      for (; event < region->end; ++event) {
        ignored.clear();
        if (wanted(event)) section.add(log, event, counting, ignored);
      }
      ++region;
      continue;
    }
    for (const LoggedSplice& splice : log.splices(event)) {
      if (!wanted(event)) break;
      const std::uint32_t position = std::min(splice.position, counting.length);
      const std::uint32_t removed = std::min(splice.removed, counting.length - position);
      counting.edit({event, position, removed, log.inserted(splice), splice.points});
    }
    ++event;
  }
}

}  // namespace insieme::sync::detail
