#include "text_columns.hpp"

#include <algorithm>

#include "codec.hpp"
#include "column_codec.hpp"
#include "compress.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/limits.hpp"
#include "text_utf8.hpp"

namespace insieme::sync {
namespace {

using detail::kNone;
using detail::LoggedEvent;
using detail::LoggedSplice;
using detail::SlotSeq;
using detail::SlotVersion;
using detail::TextCore;
using detail::TextLog;

constexpr std::size_t kCompressedBytesMin = 512;

/// How the splices of a run follow each other.
enum class Motion : std::uint8_t {
  typed = 0,    ///< each inserts right after the one before
  deleted = 1,  ///< each takes away at the same place
  erased = 2,   ///< each takes away right before the one before
  single = 3,
};
constexpr unsigned kMotionBits = 2;

/// Splices of equal size that follow each other.
struct SpliceRun {
  Motion motion = Motion::single;
  std::uint64_t count = 0;
  std::uint32_t position = 0;  ///< of the last one
  std::uint32_t removed = 0;
  std::uint32_t points = 0;

  /// Where the next one of the run would be.
  [[nodiscard]] std::int64_t next() const {
    switch (motion) {
      case Motion::typed: return std::int64_t{position} + points;
      case Motion::deleted: return position;
      case Motion::erased: return std::int64_t{position} - removed;
      case Motion::single: break;
    }
    return -1;
  }
  /// Where an edit that follows this run most often is.
  [[nodiscard]] std::int64_t end() const { return std::int64_t{position} + points; }
};

SpliceRun run_of(std::uint32_t position, std::uint32_t removed, std::uint32_t points) {
  const Motion motion = points > 0 && removed == 0   ? Motion::typed
                        : points == 0 && removed > 0 ? Motion::deleted
                                                     : Motion::single;
  return {motion, 1, position, removed, points};
}

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

class LogReader {
 public:
  LogReader(WireIn& ar, TextCore& core, std::vector<ReplicaId> replicas,
            std::vector<std::string> authors)
      : core_(core),
        replicas_(std::move(replicas)),
        authors_(std::move(authors)),
        runs_(ar),
        contexts_(ar),
        ms_(ar),
        counters_(ar),
        splices_(ar),
        motions_(ar),
        positions_(ar),
        sizes_(ar) {
    const auto text = ar.raw(ar.remaining());
    text_ = {reinterpret_cast<const char*>(text.data()), text.size()};
    const auto points = detail::valid_points(text_);
    if (!points) wrong("a text that is not UTF-8");
    points_ = *points;
  }

  void read(std::uint64_t events) {
    while (core_.log.count() < events) read_run(events);
    for (const ColumnIn* column : {&runs_, &contexts_, &ms_, &counters_, &splices_, &motions_,
                                   &positions_, &sizes_}) {
      column->expect_end();
    }
    if (splice_run_.count != 0 || !text_.empty()) wrong("characters that no event inserted");
  }

 private:
  [[noreturn]] static void wrong(const char* detail) { WireIn::fail(ErrorCode::malformed, detail); }

  void read_run(std::uint64_t events) {
    const auto replica = runs_.next();
    const auto author = runs_.next();
    if (replica >= replicas_.size() || author >= authors_.size()) {
      wrong("an author who is not here");
    }
    Dot dot;
    dot.replica = replicas_[replica];
    dot.op = runs_.next_as<std::uint32_t>();
    const std::uint32_t slot = core_.log.find_slot(dot.replica);
    dot.seq = slot == kNone ? 0 : core_.log.last_seq(slot);
    const std::uint64_t step = runs_.next();
    const std::uint64_t unseen = contexts_.next();
    std::optional<VersionVector> context;
    if (unseen > 0) context = read_context(unseen);
    const std::uint64_t count = runs_.next();
    if (count >= events - core_.log.count()) wrong("more events than there are");
    if (step > UINT64_MAX / 2) wrong("a text event has an impossible seq");
    dot.seq += step;
    for (std::uint64_t i = 0; i <= count; ++i) {
      const std::uint64_t before = dot.seq++;
      if (i > 0 && context) context->raise(dot.replica, before);
      read_event(dot, authors_[author], context);
    }
  }

  VersionVector read_context(std::uint64_t unseen) {
    VersionVector context = core_.log.version();
    if (unseen > replicas_.size()) wrong("a context of more replicas than there are");
    for (std::uint64_t i = 0; i < unseen; ++i) {
      const std::uint64_t slot = contexts_.next();
      const std::uint64_t behind = contexts_.next();
      if (slot >= replicas_.size() || behind > context[replicas_[slot]]) {
        wrong("a context that is none");
      }
      context.set(replicas_[slot], context[replicas_[slot]] - behind);
    }
    return context;
  }

  void read_event(const Dot& dot, const std::string& author,
                  const std::optional<VersionVector>& context) {
    if (!detail::check_seq(dot.seq).ok()) wrong("a text event has an impossible seq");
    time_ += static_cast<std::uint64_t>(ms_.next_signed());
    const Stamp stamp{static_cast<std::int64_t>(time_), counters_.next_as<std::uint32_t>()};
    SlotVersion seen;
    if (context) {
      seen = core_.log.closed(*context);
      if (!(core_.log.as_vector(seen) == *context)) wrong("a context that is not closed");
    }
    const TextCore::Begun begun = core_.begin(dot, stamp, author, context ? &seen : nullptr);
    const std::uint64_t splices = splices_.next();
    if (splices > kSplicesPerOpMax || splices > kTextSplicesMax - core_.log.splice_count()) {
      WireIn::fail(ErrorCode::limit_exceeded, "too many edits of one text");
    }
    for (std::uint64_t i = 0; i < splices; ++i) read_splice();
    core_.finish(begun);
  }

  void read_splice() {
    SpliceRun& run = splice_run_;
    std::int64_t position = run.next();
    if (run.count == 0) {
      const std::int64_t way = positions_.next_signed();
      if (way < -2 * std::int64_t{UINT32_MAX} || way > 2 * std::int64_t{UINT32_MAX}) {
        wrong("an edit that is nowhere");
      }
      position = run.end() + way;
      const std::uint64_t shape = motions_.next();
      run.motion = static_cast<Motion>(shape & ((1U << kMotionBits) - 1));
      run.count = (shape >> kMotionBits) + 1;
      run.removed = run.motion == Motion::typed ? 0 : sizes_.next_as<std::uint32_t>();
      const bool inserts = run.motion == Motion::typed || run.motion == Motion::single;
      run.points = inserts ? sizes_.next_as<std::uint32_t>() : 0;
    }
    --run.count;
    if (position < 0 || position > UINT32_MAX) wrong("an edit that is nowhere");
    run.position = static_cast<std::uint32_t>(position);
    if (run.points > points_) wrong("more characters than there are");
    points_ -= run.points;
    const std::size_t bytes = detail::point_offset(text_, 0, run.points);
    core_.log.append_splice(run.position, run.removed, text_.substr(0, bytes), run.points);
    text_.remove_prefix(bytes);
  }

  TextCore& core_;
  std::vector<ReplicaId> replicas_;
  std::vector<std::string> authors_;
  std::uint64_t time_ = 0;
  SpliceRun splice_run_;
  ColumnIn runs_;
  ColumnIn contexts_;
  ColumnIn ms_;
  ColumnIn counters_;
  ColumnIn splices_;
  ColumnIn motions_;
  ColumnIn positions_;
  ColumnIn sizes_;
  std::string_view text_;  ///< what is left of it
  std::uint32_t points_ = 0;
};

std::uint64_t checksum_of(const detail::PackedLog& log) {
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

detail::PackedLog read_packed_log(WireIn& ar) {
  detail::PackedLog log;
  log.events = ar.varint();
  if (log.events == 0 || log.events > kTextEventsMax) {
    WireIn::fail(ErrorCode::limit_exceeded, "no events of a text, or too many");
  }
  log.replicas.resize(ar.count(kReplicasPerDocumentMax));
  for (ReplicaId& replica : log.replicas) replica.bytes = ar.id();
  for (std::size_t left = ar.count(kReplicasPerDocumentMax); left > 0; --left) {
    log.authors.push_back(ar.name());
  }
  for (std::size_t left = ar.count(kTextEventsMax); left > 0; --left) {
    TextOverlap overlap;
    ar(overlap.first, overlap.second);
    log.overlaps.push_back(overlap);
  }
  const std::uint64_t raw_size = ar.varint();
  if (raw_size > kTextLogBytesMax) {
    WireIn::fail(ErrorCode::limit_exceeded, "the history of a text is too long");
  }
  log.raw_size = static_cast<std::size_t>(raw_size);
  const std::size_t packed_size = ar.count(ar.remaining());
  log.compressed = packed_size > 0;
  const auto bytes = ar.raw(log.compressed ? packed_size : log.raw_size);
  log.bytes.assign(bytes.begin(), bytes.end());
  if (ar.fixed64() != checksum_of(log)) {
    WireIn::fail(ErrorCode::checksum, "the history of a text is damaged");
  }
  return log;
}

void unpack_log(const detail::PackedLog& log, TextCore& core) {
  std::vector<std::uint8_t> raw;
  std::span<const std::uint8_t> bytes(log.bytes);
  if (log.compressed) {
    auto unpacked = decompress(bytes, log.raw_size);
    if (!unpacked.ok()) WireIn::fail(unpacked.error().code, "the history of a text is damaged");
    raw = std::move(unpacked).value();
    bytes = raw;
  }
  WireIn columns(bytes);
  LogReader(columns, core, log.replicas, log.authors).read(log.events);
}

void detail::TextCore::unpack() {
  TextCore whole = base ? TextCore(base) : TextCore();
  // The bytes were checked when they were read: that they do not fit would be our own fault.
  const auto opened = decoding([&] {
    unpack_log(*packed, whole);
    return true;
  });
  INSIEME_ASSERT(opened.ok());
  log = std::move(whole.log);
  regions = std::move(whole.regions);
  milestones = std::move(whole.milestones);
  open = std::move(whole.open);
  packed.reset();
  // What was shown is what the events come to, unless somebody changed the column by hand: the
  // events win. References to the text and the overlaps stay good otherwise.
  if (body.text() != whole.body.text()) body = std::move(whole.body);
  if (!(overlaps == whole.overlaps)) overlaps = std::move(whole.overlaps);
}

}  // namespace insieme::sync
