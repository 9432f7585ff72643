#include "codec.hpp"
#include "column_codec.hpp"
#include "insieme/sync/compress.hpp"
#include "insieme/sync/limits.hpp"
#include "text_columns.hpp"
#include "text_columns_parts.hpp"
#include "text_utf8.hpp"

namespace insieme::sync {

using namespace detail;  // NOLINT: the bits of the format

namespace {

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
    dot.replica = replicas_[static_cast<std::size_t>(replica)];
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
      read_event(dot, authors_[static_cast<std::size_t>(author)], context);
    }
  }

  VersionVector read_context(std::uint64_t unseen) {
    VersionVector context = core_.log.version();
    if (unseen > replicas_.size()) wrong("a context of more replicas than there are");
    for (std::uint64_t i = 0; i < unseen; ++i) {
      const std::uint64_t slot = contexts_.next();
      const std::uint64_t behind = contexts_.next();
      if (slot >= replicas_.size()) wrong("a context that is none");
      const ReplicaId& replica = replicas_[static_cast<std::size_t>(slot)];
      if (behind > context[replica]) wrong("a context that is none");
      context.set(replica, context[replica] - behind);
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

}  // namespace

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
