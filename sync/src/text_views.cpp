// What is asked of a text's history now and then: who wrote what, and what somebody saw.
#include <utility>

#include "insieme/sync/text.hpp"
#include "text_history.hpp"

namespace insieme::sync {
namespace {

/// Cuts the runs of a text as its edits do.
class RunSink final : public detail::EditSink {
 public:
  void edit(const detail::MergedEdit& edit) override {
    const std::size_t at = cut(edit.position);
    if (edit.removed > 0) {
      const std::size_t end = cut(edit.position + edit.removed);
      runs_.erase(iterator_at(at), iterator_at(end));
    }
    if (edit.inserted_points > 0) {
      runs_.insert(iterator_at(at), Run{edit.event, edit.inserted_points});
    }
    near_ = {at, edit.position};
  }

  [[nodiscard]] std::vector<AuthorRun> runs() const {
    std::vector<AuthorRun> result;
    for (const Run& run : runs_) {
      if (!result.empty() && result.back().dot == run.event->dot) {
        result.back().length += run.length;
      } else {
        result.push_back({run.event->dot, run.length});
      }
    }
    return result;
  }

 private:
  struct Run {
    const TextEvent* event = nullptr;
    std::uint32_t length = 0;
  };
  struct Place {
    std::size_t index = 0;
    std::uint32_t position = 0;
  };

  [[nodiscard]] std::vector<Run>::iterator iterator_at(std::size_t index) {
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
      Run& run = runs_[at.index - 1];
      run.length -= rest;
      runs_.insert(iterator_at(at.index), Run{run.event, rest});
    }
    near_ = {at.index, position};
    return at.index;
  }

  std::vector<Run> runs_;
  Place near_;  ///< a run and where it starts
};

void replay_all(const detail::EventList& events, detail::EditSink& sink) {
  std::vector<TextOverlap> overlaps;
  detail::replay_sections(events, detail::critical_points(events, {}), 0, events.size(), 0, sink,
                          overlaps);
}

}  // namespace

std::vector<AuthorRun> TextState::author_runs() const {
  detail::EventList events;
  events.reserve(events_.size());
  for (const TextEvent& event : events_) events.push_back(&event);
  RunSink sink;
  replay_all(events, sink);
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
  detail::PlainSink sink(text);
  replay_all(events, sink);
  return std::move(text.bytes);
}

}  // namespace insieme::sync
