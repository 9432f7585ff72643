// text_local, text_merge, text_size: collaborative text on the public editing traces, against a
// plain gap buffer doing the same splices.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "bench.hpp"
#include "insieme/sync/change.hpp"
#include "insieme/sync/protocol.hpp"
#include "insieme/sync/record.hpp"
#include "note_record.hpp"
#include "subject.hpp"
#include "traces.hpp"

namespace insieme::bench {
namespace {

/// A text with a hole where the last edit was; positions are bytes (the sequential traces are
/// ASCII).
class GapBuffer {
 public:
  void splice(const sync::Splice& splice) {
    // Out of their order, the splices of concurrent traces may lie beyond the end.
    const std::size_t length = bytes_.size() - (end_ - begin_);
    const std::size_t position = std::min<std::size_t>(splice.position, length);
    move_gap(position);
    end_ += std::min<std::size_t>(splice.removed, length - position);
    if (end_ - begin_ < splice.inserted.size()) grow(splice.inserted.size());
    std::memcpy(bytes_.data() + begin_, splice.inserted.data(), splice.inserted.size());
    begin_ += splice.inserted.size();
  }
  [[nodiscard]] std::string text() const {
    return bytes_.substr(0, begin_) + bytes_.substr(end_);
  }

 private:
  void move_gap(std::size_t position) {
    if (position < begin_) {
      const std::size_t count = begin_ - position;
      std::memmove(bytes_.data() + end_ - count, bytes_.data() + position, count);
      begin_ -= count;
      end_ -= count;
    } else if (position > begin_) {
      const std::size_t count = position - begin_;
      std::memmove(bytes_.data() + begin_, bytes_.data() + end_, count);
      begin_ += count;
      end_ += count;
    }
  }
  void grow(std::size_t needed) {
    const std::size_t more = bytes_.size() + needed + 1024;
    const std::size_t tail = bytes_.size() - end_;
    std::string wider(bytes_.size() + more, '\0');
    std::memcpy(wider.data(), bytes_.data(), begin_);
    std::memcpy(wider.data() + wider.size() - tail, bytes_.data() + end_, tail);
    end_ = wider.size() - tail;
    bytes_ = std::move(wider);
  }
  std::string bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

void require_text(const Trace& trace, const std::string& got) {
  if (got != trace.end) stop("the text of " + trace.name + " came out wrong");
}

/// Every event as it comes, then the whole history as a store writes it: a person typing, then
/// saving.
std::size_t replay_one_by_one(const Trace& trace, sync::TextState::Origin origin) {
  sync::TextState text;
  for (const sync::TextEvent& event : trace.events) {
    must(text.apply(event.dot, event.stamp, event.author, event.context, event.splices, origin));
  }
  require_text(trace, text.text());
  Numbers numbers;
  sync::FieldState field;
  field.text = std::move(text);
  return sync::pack_record(note_with(std::move(field)), numbers, {}).size();
}

void replay_whole(const Trace& trace) {
  const auto text = must(sync::TextState::from_events(trace.events));
  require_text(trace, text.text());
}

void replay_gap_buffer(const Trace& trace) {
  GapBuffer buffer;
  for (const sync::TextEvent& event : trace.events) {
    for (const sync::Splice& splice : event.splices) buffer.splice(splice);
  }
  if (!trace.concurrent) require_text(trace, buffer.text());
}

/// Bytes on the wire for each keystroke when every one is a change of its own, in frames as a
/// device fills them.
double bytes_per_keystroke(const Trace& trace) {
  constexpr std::size_t kChanges = 2'000;
  sync::DossierKey key;
  sync::SyncReply reply;
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (!reply.items.empty()) bytes += sync::encode_message(reply).size();
    reply.items.clear();
  };
  for (const sync::TextEvent& event : trace.events) {
    sync::Change change;
    change.header.document.dossier.bytes[0] = 9;
    change.header.document.section = "core";
    change.header.replica = event.dot.replica;
    change.header.seq = event.dot.seq;
    change.header.previous_prefix = event.dot.seq == 1 ? 0 : event.dot.seq * 0x9e3779b97f4a7c15U;
    change.header.stamp = event.stamp;
    change.header.author = event.author;
    change.header.schema_version = 1;
    sync::RecordId record;
    record.bytes[0] = 1;
    change.ops.emplace();
    change.ops->push_back(
        sync::Operation{record, "note", "body", sync::SpliceOp{event.splices}, {}});
    change.header.body_digest = sync::digest_body(key, sync::encode_body(*change.ops));
    reply.items.push_back({reply.items.size() + 1, std::move(change)});
    if (reply.items.size() == kChanges) flush();
  }
  flush();
  return static_cast<double>(bytes) / static_cast<double>(trace.patches);
}

void measure_sequential(Bench& bench, const Trace& trace) {
  Runs local;
  Runs whole;
  Runs singly;
  std::size_t size = 0;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    const Cost floor = timed([&] { replay_gap_buffer(trace); });
    const Cost typed =
        timed([&] { size = replay_one_by_one(trace, sync::TextState::Origin::local); });
    local.add({typed, floor});
    whole.add({timed([&] { replay_whole(trace); }), typed});
    const auto received = sync::TextState::Origin::received;
    singly.add({timed([&] { (void)replay_one_by_one(trace, received); }), typed});
  }
  Figure figure = local.time("text_local", trace.name, "ms", 1e3, 1);
  figure.baseline = "gap buffer";
  figure.target = ratio_at_most(4);
  figure.note = fmt::format("{} edits, each an event of its own; the history's encoding included",
                            trace.patches);
  bench.report.add(std::move(figure));
  figure = whole.time("text_merge", trace.name + ", whole", "ms", 1e3, 1);
  figure.baseline = "text_local";
  figure.target = ratio_at_most(1.5);
  bench.report.add(std::move(figure));
  figure = singly.time("text_merge", trace.name + ", one by one", "ms", 1e3, 1);
  figure.baseline = "text_local";
  bench.report.add(std::move(figure));
  if (trace.name != "automerge-paper") return;
  figure = figure_of("text_size", "history", "kB", {static_cast<double>(size) / 1e3}, "final text",
                     {static_cast<double>(trace.end.size()) / 1e3});
  figure.target = value_at_most(105);
  bench.report.add(std::move(figure));
  figure = figure_of("text_size", "per keystroke, in frames", "B", {bytes_per_keystroke(trace)},
                     "one character", {1});
  figure.target = value_at_most(10);
  bench.report.add(std::move(figure));
}

void measure_concurrent(Bench& bench, const Trace& trace) {
  Runs whole;
  Runs singly;
  const auto received = sync::TextState::Origin::received;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    const Cost floor = timed([&] { replay_gap_buffer(trace); });
    whole.add({timed([&] { replay_whole(trace); }), floor});
    singly.add({timed([&] { (void)replay_one_by_one(trace, received); }), floor});
  }
  for (auto& [name, runs] : {std::pair{"whole", &whole}, {"one by one", &singly}}) {
    Figure figure = runs->time("text_merge", trace.name + ", " + name, "ms", 1e3, 1);
    figure.baseline = "gap buffer, any order";
    bench.report.add(std::move(figure));
  }
}

/// How a store opens a record with this note, against one whose note is a plain string: both read
/// their row from an encrypted file.
void measure_note(Bench& bench, const Trace& trace) {
  const auto typed = must(sync::TextState::from_events(trace.events));
  NoteStore notes(bench.fresh("notes") / "notes.db", typed);
  Runs runs;
  for (std::size_t run = 0; run < bench.scale.runs; ++run) {
    const auto costs = alternate(2, bench.scale.probes, [&](std::size_t contender, std::size_t n) {
      const Note kind = contender == 0 ? Note::typed : Note::plain;
      return timed([&] {
        if (notes.open(kind, n) != trace.end.size()) stop("a note came out wrong");
      });
    });
    runs.add(costs);
  }
  Figure figure = runs.time("note_open", trace.name, "us", 1e6,
                            static_cast<double>(bench.scale.probes));
  figure.baseline = "a plain string";
  figure.target = ratio_at_most(2);
  bench.report.add(std::move(figure));
}

void measure(Bench& bench, const Trace& trace) {
  if (trace.concurrent) return measure_concurrent(bench, trace);
  measure_sequential(bench, trace);
  if (trace.name == "automerge-paper") measure_note(bench, trace);
}

/// The beginning of a trace: what stands first never needs what stands later.
void shorten(Trace& trace, std::size_t events) {
  if (trace.events.size() <= events) return;
  trace.events.resize(events);
  trace.patches = 0;
  for (const sync::TextEvent& event : trace.events) trace.patches += event.splices.size();
  trace.end = must(sync::TextState::from_events(trace.events)).text();
}

}  // namespace

void measure_text(Bench& bench) {
  for (const std::string& name : bench.scale.traces) {
    auto trace = load_trace(name);
    if (trace) shorten(*trace, bench.scale.trace_events);
    if (!trace) {
      bench.report.skip("text_* on " + name, "no trace; INSIEME_SHARED names the folder");
    } else {
      measure(bench, *trace);
    }
  }
}

void measure_trace(Bench& bench, const std::string& path) { measure(bench, read_trace(path)); }

}  // namespace insieme::bench
