#include <algorithm>

#include "codec.hpp"
#include "column_codec.hpp"
#include "insieme/sync/compress.hpp"
#include "insieme/sync/digest.hpp"
#include "text_columns.hpp"
#include "text_columns_parts.hpp"

namespace insieme::sync {

using namespace detail;  // NOLINT: the bits of the format

SpliceRun detail::run_of(std::uint32_t position, std::uint32_t removed, std::uint32_t points) {
  const Motion motion = points > 0 && removed == 0   ? Motion::typed
                        : points == 0 && removed > 0 ? Motion::deleted
                                                     : Motion::single;
  return {motion, 1, position, removed, points};
}

std::uint64_t detail::checksum_of(const PackedLog& log) {
  Hasher hasher("insieme text log v1");
  hasher.add(log.events).add(static_cast<std::uint64_t>(log.raw_size));
  for (const ReplicaId& replica : log.replicas) hasher.add(replica.bytes);
  for (const TextOverlap& overlap : log.overlaps) {
    for (const Dot* dot : {&overlap.first, &overlap.second}) {
      hasher.add(dot->replica.bytes).add(dot->seq).add(std::uint64_t{dot->op});
    }
  }
  return hasher.add(log.bytes).finish().prefix();
}

namespace {

constexpr std::size_t kCompressedBytesMin = 512;

class LogWriter {
 public:
  explicit LogWriter(const TextLog& log) : log_(log), last_(log.slots()) {
    for (std::uint32_t slot = 0; slot < log.slots(); ++slot) last_[slot] = log.folded(slot);
  }

  /// Columns, then the characters.
  std::vector<std::uint8_t> write() {
    for (std::uint32_t event = 0; event < log_.count(); ++event) add_event(event);
    end_run();
    end_splices();
    WireOut ar;
    for (ColumnOut* column : {&runs_, &contexts_, &ms_, &counters_, &splices_, &motions_,
                              &positions_, &sizes_}) {
      column->finish(ar);
    }
    const std::string& text = log_.text();
    ar.raw({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return ar.take();
  }

 private:
  /// Does the event go on where the one before it, by the same author, left off?
  [[nodiscard]] bool continues(const LoggedEvent& event) const {
    if (run_length_ == 0) return false;
    const LoggedEvent& first = *run_;
    if (event.slot != first.slot || event.author != first.author || event.op != first.op ||
        event.seq != first.seq + run_length_) {
      return false;
    }
    if (first.context == kNone || event.context == kNone) return first.context == event.context;
    const auto before = log_.context((&event)[-1]);
    const auto now = log_.context(event);
    // The same, but for the event before.
    SlotVersion expected(before.begin(), before.end());
    raise(expected, {event.slot, event.seq - 1});
    return std::equal(expected.begin(), expected.end(), now.begin(), now.end());
  }

  static void raise(SlotVersion& version, const SlotSeq& entry) {
    const auto at = std::lower_bound(
        version.begin(), version.end(), entry.slot,
        [](const SlotSeq& e, std::uint32_t slot) { return e.slot < slot; });
    if (at != version.end() && at->slot == entry.slot) {
      at->seq = entry.seq;
    } else {
      version.insert(at, entry);
    }
  }

  void add_event(std::uint32_t number) {
    const LoggedEvent& event = log_[number];
    if (!continues(event)) {
      end_run();
      begin_run(event);
    }
    ++run_length_;
    last_[event.slot] = event.seq;
    // Unsigned, and so wrapping: a device may claim any time.
    ms_.add_signed(static_cast<std::int64_t>(static_cast<std::uint64_t>(event.ms) - time_));
    time_ = static_cast<std::uint64_t>(event.ms);
    counters_.add(event.counter);
    const auto splices = log_.splices(number);
    splices_.add(splices.size());
    for (const LoggedSplice& splice : splices) add_splice(splice);
  }

  void begin_run(const LoggedEvent& event) {
    run_ = &event;
    runs_.add(event.slot);
    runs_.add(event.author);
    runs_.add(event.op);
    runs_.add(event.seq - last_[event.slot] - 1);
    if (event.context == kNone) {
      contexts_.add(0);
      return;
    }
    // What its author had not seen of what stands before it.
    std::vector<SlotSeq> unseen;
    const auto context = log_.context(event);
    for (std::uint32_t slot = 0; slot < log_.slots(); ++slot) {
      const auto at = std::lower_bound(
          context.begin(), context.end(), slot,
          [](const SlotSeq& e, std::uint32_t s) { return e.slot < s; });
      const bool found = at != context.end() && at->slot == slot;
      const std::uint64_t seq = found ? at->seq : log_.folded(slot);
      if (seq != last_[slot]) unseen.push_back({slot, last_[slot] - seq});
    }
    contexts_.add(unseen.size());
    for (const SlotSeq& entry : unseen) {
      contexts_.add(entry.slot);
      contexts_.add(entry.seq);
    }
  }
  void end_run() {
    if (run_length_ > 0) runs_.add(run_length_ - 1);
    run_length_ = 0;
  }

  void add_splice(const LoggedSplice& splice) {
    SpliceRun& run = splice_run_;
    if (run.count > 0 && splice.removed == run.removed && splice.points == run.points) {
      const bool turns = run.motion == Motion::deleted && run.count == 1 &&
                         std::int64_t{splice.position} + splice.removed == run.position;
      if (turns) run.motion = Motion::erased;
      if (turns || run.next() == splice.position) {
        ++run.count;
        run.position = splice.position;
        return;
      }
    }
    end_splices();
    positions_.add_signed(std::int64_t{splice.position} - run.end());
    run = run_of(splice.position, splice.removed, splice.points);
  }
  void end_splices() {
    const SpliceRun& run = splice_run_;
    if (run.count == 0) return;
    motions_.add((run.count - 1) << kMotionBits | static_cast<std::uint64_t>(run.motion));
    if (run.motion != Motion::typed) sizes_.add(run.removed);
    if (run.motion == Motion::typed || run.motion == Motion::single) sizes_.add(run.points);
  }

  const TextLog& log_;
  std::vector<std::uint64_t> last_;  ///< seq, by slot
  const LoggedEvent* run_ = nullptr;
  std::uint64_t run_length_ = 0;
  std::uint64_t time_ = 0;
  SpliceRun splice_run_;
  ColumnOut runs_;
  ColumnOut contexts_;
  ColumnOut ms_;
  ColumnOut counters_;
  ColumnOut splices_;
  ColumnOut motions_;
  ColumnOut positions_;
  ColumnOut sizes_;
};

void write_packed(WireOut& ar, const detail::PackedLog& log) {
  ar.varint(log.events);
  ar.varint(log.replicas.size());
  for (const ReplicaId& replica : log.replicas) ar.id(replica.bytes);
  ar.varint(log.authors.size());
  for (const std::string& author : log.authors) ar.name(author);
  ar.varint(log.overlaps.size());
  for (const TextOverlap& overlap : log.overlaps) ar(overlap.first, overlap.second);
  ar.varint(log.raw_size);
  ar.varint(log.compressed ? log.bytes.size() : 0);
  ar.raw(log.bytes);
  ar.fixed64(checksum_of(log));
}

}  // namespace

void write_text_log(WireOut& ar, const TextCore& core) {
  if (core.packed) return write_packed(ar, *core.packed);
  const TextLog& log = core.log;
  detail::PackedLog packed;
  packed.events = log.count();
  for (std::uint32_t slot = 0; slot < log.slots(); ++slot) {
    packed.replicas.push_back(log.replica(slot));
  }
  packed.authors = log.authors();
  packed.overlaps = core.overlaps;
  packed.bytes = LogWriter(log).write();
  packed.raw_size = packed.bytes.size();
  if (packed.raw_size >= kCompressedBytesMin) {
    std::vector<std::uint8_t> shorter = compress(packed.bytes, Effort::fast);
    packed.compressed = !shorter.empty();
    if (packed.compressed) packed.bytes = std::move(shorter);
  }
  write_packed(ar, packed);
}

}  // namespace insieme::sync
