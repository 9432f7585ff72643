// The bytes of a snapshot: an envelope around columns.
//   2 bytes magic "IN" | 1 format version | 1 flags | 4 raw length | payload | 8 checksum
// Inside stand what a change can refer to (heads, then the changes that wrote what survives, sorted
// and by differences), then record type by record type the columns: ids, newest operations, lives,
// and field by field what each record has there.
#include "insieme/sync/snapshot.hpp"

#include <algorithm>
#include <set>

#include "insieme/sync/compress.hpp"
#include "insieme/sync/limits.hpp"
#include "record_codec.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kFormatVersion = 1;
constexpr std::uint8_t kFlagCompressed = 1;
constexpr std::size_t kEnvelopeBytes = 8;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kManyMax = 1'000'000;

/// Records of one type, by id.
using OfType = std::vector<const RecordState*>;

class SnapshotWriter {
 public:
  SnapshotWriter(WireOut& ar, const Snapshot& snapshot) : ar_(ar), snapshot_(snapshot) {}

  void write(const std::vector<Mark>& marks, const Digest& state) {
    ar_(snapshot_.document);
    write_heads();
    for (const std::uint64_t word : snapshot_.frontier.history().words) ar_.fixed64(word);
    ar_(state);
    write_marks(marks);
    ar_.use_marks(&marks);
    write_records();
    write_bases();
  }

  void write_records() {
    std::map<std::string, OfType> types;
    for (const auto& [id, record] : snapshot_.records) types[record.type].push_back(&record);
    ar_.varint(types.size());
    for (const auto& [type, records] : types) write_type(type, records);
  }

 private:
  void write_heads() {
    const auto& heads = snapshot_.frontier.heads();
    ar_.varint(heads.size());
    for (const auto& [replica, head] : heads) ar_(replica);
    for (const auto& [replica, head] : heads) ar_(head.seq);
    for (const auto& [replica, head] : heads) ar_(head.stamp);
    for (const auto& [replica, head] : heads) ar_(head.deps);
    for (const auto& [replica, head] : heads) ar_(head.id.bytes);
  }

  void write_marks(const std::vector<Mark>& marks) {
    ar_.varint(marks.size());
    const Mark* last = nullptr;
    for (const Mark& mark : marks) {
      ar_(mark.dot.replica);
      const bool same = last != nullptr && last->dot.replica == mark.dot.replica;
      ar_.varint(same ? mark.dot.seq - last->dot.seq : mark.dot.seq);
      last = &mark;
    }
    std::uint64_t ms = 0;
    for (const Mark& mark : marks) {
      const auto now = static_cast<std::uint64_t>(mark.stamp.ms);
      ar_.varint(zigzag(static_cast<std::int64_t>(now - ms)));  // wraps: any stamp is possible
      ms = now;
    }
    for (const Mark& mark : marks) ar_.varint(mark.stamp.counter);
    for (const Mark& mark : marks) ar_.name(mark.author);
  }

  void write_type(const std::string& type, const OfType& records) {
    ar_.name(type);
    ar_.varint(records.size());
    for (const RecordState* record : records) ar_.raw(record->id.bytes);
    for (const RecordState* record : records) ar_(snapshot_.newest.at(record->id));
    for (const RecordState* record : records) write_record_rest(ar_, *record);
    std::set<std::string> fields;
    for (const RecordState* record : records) {
      for (const FieldState& field : record->fields) fields.insert(field.name);
    }
    ar_.varint(fields.size());
    for (const std::string& name : fields) {
      ar_.name(name);
      for (const RecordState* record : records) ar_(record->field(name) != nullptr);
      for (const RecordState* record : records) {
        const FieldState* field = record->field(name);
        if (field != nullptr) write_field_content(ar_, *field);
      }
    }
  }

  void write_bases() {
    ar_.varint(snapshot_.bases.size());
    for (const ContestedBase& base : snapshot_.bases) {
      ar_(base.record);
      ar_.name(base.field);
      ar_.varint(base.values.size());
      for (const Value& value : base.values) ar_(value);
    }
  }

  WireOut& ar_;
  const Snapshot& snapshot_;
};

class SnapshotReader {
 public:
  explicit SnapshotReader(WireIn& ar) : ar_(ar) {}

  Snapshot read(Digest& state) {
    ar_(snapshot_.document);
    read_heads();
    ar_(state);
    read_marks();
    ar_.use_marks(&marks_);
    read_records();
    read_bases();
    ar_.expect_end();
    return std::move(snapshot_);
  }

 private:
  [[noreturn]] static void wrong(const char* detail) { WireIn::fail(ErrorCode::malformed, detail); }

  void read_heads() {
    const std::size_t count = ar_.count(kReplicasPerDocumentMax);
    std::vector<std::pair<ReplicaId, Head>> heads(count);
    for (std::size_t i = 0; i < count; ++i) {
      ar_(heads[i].first);
      if (i > 0 && heads[i - 1].first >= heads[i].first) wrong("replicas out of order");
    }
    VersionVector version;
    for (auto& [replica, head] : heads) {
      ar_(head.seq);
      if (head.seq == 0) wrong("a replica that wrote nothing");
      version.set(replica, head.seq);
    }
    for (auto& [replica, head] : heads) ar_(head.stamp);
    for (auto& [replica, head] : heads) {
      ar_(head.deps);
      if (!version.covers(head.deps) || head.deps[replica] != head.seq - 1) {
        wrong("a change that depends on something not in the snapshot");
      }
    }
    for (auto& [replica, head] : heads) ar_(head.id.bytes);
    DigestSum history;
    for (std::uint64_t& word : history.words) word = ar_.fixed64();
    std::map<ReplicaId, Head> sorted;
    for (auto& [replica, head] : heads) sorted.emplace(replica, std::move(head));
    snapshot_.frontier = Frontier::from_parts(std::move(sorted), history);
  }

  void read_marks() {
    marks_.resize(ar_.count(kManyMax));
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      Dot& dot = marks_[i].dot;
      ar_(dot.replica);
      dot.seq = ar_.varint();
      if (dot.seq == 0 || (i > 0 && marks_[i - 1].dot.replica > dot.replica)) {
        wrong("changes out of order");
      }
      if (i > 0 && marks_[i - 1].dot.replica == dot.replica) dot.seq += marks_[i - 1].dot.seq;
      if (!snapshot_.version().contains(dot) || (i > 0 && !(marks_[i - 1].dot < dot))) {
        wrong("a change that is not in the snapshot");
      }
    }
    std::uint64_t ms = 0;
    for (Mark& mark : marks_) {
      ms += static_cast<std::uint64_t>(unzigzag(ar_.varint()));
      mark.stamp.ms = static_cast<std::int64_t>(ms);
    }
    for (Mark& mark : marks_) mark.stamp.counter = ar_.varint_as<std::uint32_t>();
    for (Mark& mark : marks_) mark.author = ar_.name();
  }

  void read_records() {
    const std::size_t types = ar_.count(kManyMax);
    std::string last;
    for (std::size_t i = 0; i < types; ++i) {
      std::string type = ar_.name();
      if (i > 0 && last >= type) wrong("record types out of order");
      read_type(type);
      last = std::move(type);
    }
  }

  void read_type(const std::string& type) {
    const std::size_t count = ar_.count(kManyMax);
    if (count == 0) wrong("a record type without a record");
    std::vector<RecordState*> records;
    for (std::size_t i = 0; i < count; ++i) {
      RecordId id;
      const auto bytes = ar_.raw(id.bytes.size());
      std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
      if (i > 0 && records.back()->id >= id) wrong("records out of order");
      const auto [at, is_new] = snapshot_.records.try_emplace(id);
      if (!is_new) wrong("a record of two types");
      at->second.id = id;
      at->second.type = type;
      records.push_back(&at->second);
    }
    for (const RecordState* record : records) snapshot_.newest.emplace(record->id, ar_.mark());
    for (RecordState* record : records) read_record_rest(ar_, *record);
    const std::size_t fields = ar_.count(kManyMax);
    std::string last;
    for (std::size_t i = 0; i < fields; ++i) {
      std::string name = ar_.name();
      if (i > 0 && last >= name) wrong("fields out of order");
      read_column(name, records);
      last = std::move(name);
    }
  }

  void read_column(const std::string& name, const std::vector<RecordState*>& records) {
    std::vector<bool> present(records.size());
    bool any = false;
    for (std::size_t i = 0; i < records.size(); ++i) {
      bool here = false;
      ar_(here);
      present[i] = here;
      any = any || here;
    }
    if (!any) wrong("a field that no record has");
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!present[i]) continue;
      if (++fields_ > kSnapshotFieldsMax) {
        WireIn::fail(ErrorCode::limit_exceeded, "too many fields in one snapshot");
      }
      records[i]->fields.push_back(read_field_content(ar_, name));
    }
  }

  void read_bases() {
    const std::size_t count = ar_.count(kManyMax);
    for (std::size_t i = 0; i < count; ++i) {
      ContestedBase base;
      ar_(base.record);
      base.field = ar_.name();
      const std::size_t values = ar_.count(kManyMax);
      for (std::size_t v = 0; v < values; ++v) {
        Value value;
        ar_(value);
        base.values.push_back(std::move(value));
      }
      snapshot_.bases.push_back(std::move(base));
    }
  }

  WireIn& ar_;
  Snapshot snapshot_;
  std::vector<Mark> marks_;
  std::size_t fields_ = 0;
};

/// Every change that a mark of the snapshot names, once.
std::vector<Mark> marks_of(const Snapshot& snapshot) {
  std::vector<Mark> marks;
  WireOut ar;
  ar.collect_marks(&marks);
  SnapshotWriter(ar, snapshot).write_records();
  for (Mark& mark : marks) mark.dot.op = 0;
  std::sort(marks.begin(), marks.end(),
            [](const Mark& a, const Mark& b) { return a.dot < b.dot; });
  marks.erase(std::unique(marks.begin(), marks.end(),
                          [](const Mark& a, const Mark& b) { return a.dot == b.dot; }),
              marks.end());
  return marks;
}

std::uint64_t checksum_of(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme snapshot v1").add(bytes).finish().prefix();
}

Result<std::vector<std::uint8_t>> open_envelope(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kEnvelopeBytes + kChecksumBytes) {
    return Error{ErrorCode::truncated, "shorter than the smallest snapshot"};
  }
  if (bytes[0] != 'I' || bytes[1] != 'N') {
    return Error{ErrorCode::malformed, "not a snapshot of ours"};
  }
  if (bytes[2] != kFormatVersion) {
    return Error{ErrorCode::wrong_version, "a snapshot of another format version"};
  }
  const auto covered = bytes.first(bytes.size() - kChecksumBytes);
  std::uint64_t checksum = 0;
  std::size_t raw_length = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    checksum |= static_cast<std::uint64_t>(bytes[covered.size() + i]) << (8 * i);
  }
  for (std::size_t i = 0; i < 4; ++i) raw_length |= std::size_t{bytes[4 + i]} << (8 * i);
  if (checksum != checksum_of(covered)) {
    return Error{ErrorCode::checksum, "a snapshot damaged on the way"};
  }
  if (raw_length > kSnapshotBytesMax) {
    return Error{ErrorCode::limit_exceeded, "a snapshot too large"};
  }
  const auto payload = covered.subspan(kEnvelopeBytes);
  if (bytes[3] == kFlagCompressed) return decompress(payload, raw_length);
  if (bytes[3] != 0 || payload.size() != raw_length) {
    return Error{ErrorCode::malformed, "unknown flags of a snapshot"};
  }
  return std::vector<std::uint8_t>(payload.begin(), payload.end());
}

}  // namespace

const ContestedBase* Snapshot::base(const RecordId& record, std::string_view field) const {
  const auto at = std::find_if(bases.begin(), bases.end(), [&](const ContestedBase& b) {
    return b.record == record && b.field == field;
  });
  return at == bases.end() ? nullptr : &*at;
}

Digest state_digest_of(const VersionVector& version,
                       const std::map<RecordId, RecordState>& records) {
  Hasher hasher("insieme state v2");
  for (const auto& entry : version.entries()) hasher.add(entry.replica.bytes).add(entry.seq);
  for (const auto& [id, record] : records) hasher.add(encode_record(record));
  return hasher.finish();
}

Result<std::vector<std::uint8_t>> encode_snapshot(const Snapshot& snapshot) {
  std::size_t fields = 0;
  for (const auto& [id, record] : snapshot.records) fields += record.fields.size();
  const std::vector<Mark> marks = marks_of(snapshot);
  WireOut ar;
  SnapshotWriter(ar, snapshot)
      .write(marks, state_digest_of(snapshot.version(), snapshot.records));
  const std::vector<std::uint8_t> raw = ar.take();
  const std::size_t most = std::max({marks.size(), snapshot.records.size(), snapshot.bases.size()});
  if (raw.size() > kSnapshotBytesMax || fields > kSnapshotFieldsMax || most > kManyMax) {
    return Error{ErrorCode::limit_exceeded, "a document too large for a snapshot"};
  }
  const std::vector<std::uint8_t> packed = compress(raw, Effort::thorough);
  const bool compressed = !packed.empty();
  const auto& payload = compressed ? packed : raw;
  std::vector<std::uint8_t> bytes{'I', 'N', kFormatVersion,
                                  compressed ? kFlagCompressed : std::uint8_t{0}};
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(raw.size() >> shift));
  }
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  const std::uint64_t checksum = checksum_of(bytes);
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return bytes;
}

Result<Snapshot> decode_snapshot(std::span<const std::uint8_t> bytes) {
  INSIEME_TRY_ASSIGN(const std::vector<std::uint8_t> raw, open_envelope(bytes));
  Digest state;
  INSIEME_TRY_ASSIGN(Snapshot snapshot, decoding([&] {
                       WireIn ar(raw);
                       return SnapshotReader(ar).read(state);
                     }));
  if (!(state_digest_of(snapshot.version(), snapshot.records) == state)) {
    return Error{ErrorCode::checksum, "the state of a snapshot is not the one that it names"};
  }
  return snapshot;
}

}  // namespace insieme::sync
