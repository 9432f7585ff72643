// Messages and their frame. Layout of a frame, all numbers little-endian:
//   2 bytes magic "IS" | 1 format version | 1 kind | 1 flags | 4 payload length | 4 raw length |
//   payload | 8 bytes checksum over all before it
#include <algorithm>

#include "change_codec.hpp"
#include "insieme/sync/compress.hpp"
#include "erasure_codec.hpp"
#include "exchange_codec.hpp"
#include "message_columns.hpp"
#include "insieme/sync/protocol.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kFormatVersion = 1;
constexpr std::uint8_t kFlagCompressed = 1;
constexpr std::uint8_t kFlagColumns = 2;
/// With fewer changes, rows are as short.
constexpr std::size_t kChangesInRows = 8;
constexpr std::size_t kFrameHeaderBytes = 13;
constexpr std::size_t kChecksumBytes = 8;

}  // namespace

void write_in_columns(WireOut& ar, const Change& change, Content content) {
  ar.columns()->add(change, content);
}
Content read_from_columns(WireIn& ar, Change& change) { return ar.columns()->read(change); }

template <class Archive>
void serialize(Archive& ar, Cursor& cursor) {
  ar(cursor.epoch, cursor.position, cursor.log_hash);
}
template <class Archive>
void serialize(Archive& ar, Backfill& backfill) {
  ar(backfill.dossier, backfill.grant_position, backfill.next_position);
}
template <class Archive>
void serialize(Archive& ar, DossierSecret& secret) {
  ar(secret.dossier, secret.key.bytes);
}
template <class Archive>
void serialize(Archive& ar, Seen& seen) {
  ar(seen.document, seen.version, name_of_field(seen.by, kAuthorBytesMax));
}
template <class Archive>
void serialize(Archive& ar, HeldDecision& d) {
  ar(d.document, d.replica, d.seq, d.accepted, text_of(d.reason, kReasonBytesMax),
     name_of_field(d.by, kAuthorBytesMax));
}
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const GrantEvent& e) {
  ar(e.dossier);
  ar.varint(e.sections.size());
  for (const std::string& section : e.sections) ar(name_of_field(section, kSectionBytesMax));
  ar(e.key.bytes, e.may_review);
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, GrantEvent& e) {
  ar(e.dossier);
  e.sections.resize(ar.count(kSectionsPerDossierMax));
  for (std::string& section : e.sections) ar(name_of_field(section, kSectionBytesMax));
  ar(e.key.bytes, e.may_review);
}
template <class Archive>
void serialize(Archive& ar, RevokeEvent& e) {
  ar(e.dossier, text_of(e.reason, kReasonBytesMax));
}
template <class Archive>
void serialize(Archive& ar, HeldEvent& e) {
  ar(e.change, text_of(e.reason, kReasonBytesMax));
}
template <class Archive>
void serialize(Archive& ar, HeldClosedEvent& e) {
  ar(e.decision);
}
template <class Archive>
void serialize(Archive& ar, SeenEvent& e) {
  ar(e.seen);
}
template <class Archive>
void serialize(Archive& ar, EraseEvent& e) {
  ar(e.order, blob_of(e.sealed, kSealedOrderBytesMax));
}
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const ErasureAnswer& a) {
  ar(a.id, static_cast<std::uint16_t>(a.code), text_of(a.reason, kReasonBytesMax));
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, ErasureAnswer& a) {
  std::uint16_t code = 0;
  ar(a.id, code, text_of(a.reason, kReasonBytesMax));
  a.code = static_cast<ErrorCode>(code);
}
template <class Archive>
void serialize(Archive& ar, DocumentDigest& d) {
  ar(d.document, d.count);
  for (std::uint64_t& word : d.history.words) ar(fixed64_of(word));
}
template <class Archive>
void serialize(Archive& ar, SnapshotPlace& place) {
  ar(name_of_field(place.section, kSectionBytesMax), place.digest, place.offset);
}
template <class Archive>
void serialize(Archive& ar, ShippedFold& fold) {
  ar(name_of_field(fold.section, kSectionBytesMax), fold.version);
}
template <class Archive>
void serialize(Archive& ar, Acknowledgement& a) {
  ar(a.document, a.version);
}
template <class Archive>
void serialize(Archive& ar, SnapshotPart& p) {
  ar(p.document, p.digest, p.total, p.offset, blob_of(p.bytes, kSnapshotPartBytesMax));
}

template <class Archive>
void serialize(Archive& ar, VouchedHead& head) {
  ar(head.replica, head.seq, head.id.bytes);
}
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const VouchedHollow& one) {
  ar(one.replica, one.seq);
  save_enum(ar, one.state);
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, VouchedHollow& one) {
  ar(one.replica, one.seq);
  one.state = load_enum<HollowState>(ar, 0, 3);
}
template <class Archive>
void serialize(Archive& ar, Vouch& vouch) {
  ar(vouch.document, list_of(vouch.hollow, kVouchedHollowMax), vouch.signature.bytes);
}
template <class Archive>
void serialize(Archive& ar, Voucher& voucher) {
  ar(voucher.document, list_of(voucher.heads, kReplicasPerDocumentMax),
     list_of(voucher.hollow, kVouchedHollowMax), voucher.signature.bytes);
}
template <class Archive>
void serialize(Archive& ar, Healing& healing) {
  ar(list_of(healing.vouchers, kVouchersPerMessageMax),
     list_of(healing.changes, kHealingChangesMax), healing.take);
}

template <class Archive>
void serialize(Archive& ar, Ground& ground) {
  ar(ground.document, ground.may_write, list_of(ground.heads, kReplicasPerDocumentMax));
}

/// What version 2 added to a backfill. It stands at the end of a message, where version 1 ends.
template <class Archive>
void serialize_rest(Archive& ar, std::optional<Backfill>& backfill) {
  if (!backfill) return;
  ar(optional_of(backfill->snapshot), list_of(backfill->folded, kSectionsPerDossierMax));
}

template <class Archive>
void serialize(Archive& ar, SyncRequest& r) {
  ar(r.protocol, r.engine, r.schema_version, r.space, r.device, r.replica, r.cursor,
     optional_of(r.backfill), r.device_ms, r.unsent_left, r.reply_bytes_max,
     list_of(r.secrets, kSecretsPerMessageMax), list_of(r.changes, kChangesPerMessageMax),
     list_of(r.seen, kEventsPerMessageMax), list_of(r.held_decisions, kEventsPerMessageMax),
     r.signature.bytes);
  if (r.protocol < 2) return;
  serialize_rest(ar, r.backfill);
  ar(r.log_only, list_of(r.acknowledgements, kEventsPerMessageMax));
  if (r.protocol < 3) return;
  ar(r.healing);
  ar(list_of(r.permits_wanted, kExchangeGrantsPerMessageMax),
     list_of(r.texts_of_others, kEventsPerMessageMax));
  serialize_letters(ar, r.letters);
  if (r.protocol < 4) return;
  ar(list_of(r.erased, kErasuresPerMessageMax), list_of(r.erase, kErasuresPerMessageMax));
}

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const PushResult& r) {
  ar(r.document, r.replica, r.seq);
  save_enum(ar, r.verdict);
  ar(r.position, static_cast<std::uint16_t>(r.code), text_of(r.reason, kReasonBytesMax));
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, PushResult& r) {
  ar(r.document, r.replica, r.seq);
  r.verdict = load_enum<Verdict>(ar, 1, 6);
  std::uint16_t code = 0;
  ar(r.position, code, text_of(r.reason, kReasonBytesMax));
  r.code = static_cast<ErrorCode>(code);
}

namespace {

/// Apart from events, whose numbers go on from 1.
constexpr std::uint8_t kSnapshotPartKind = 128;

template <std::size_t Index = 0>
Event read_event(WireIn& ar, std::size_t index) {
  if constexpr (Index < std::variant_size_v<Event>) {
    if (index == Index) {
      std::variant_alternative_t<Index, Event> event{};
      ar(event);
      return event;
    }
    return read_event<Index + 1>(ar, index);
  }
  WireIn::fail(ErrorCode::malformed, "unknown kind of event");
}

}  // namespace

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const StreamItem& item) {
  if (ar.columns() != nullptr) {
    ar.columns()->add_position(item.position);
  } else {
    ar(item.position);
  }
  if (const auto* change = std::get_if<Change>(&item.content)) {
    ar.byte(0);
    ar(*change);
    return;
  }
  if (const auto* part = std::get_if<SnapshotPart>(&item.content)) {
    ar.byte(kSnapshotPartKind);
    ar(*part);
    return;
  }
  const Event& event = std::get<Event>(item.content);
  ar.byte(static_cast<std::uint8_t>(event.index() + 1));
  std::visit([&ar](const auto& e) { ar(e); }, event);
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, StreamItem& item) {
  if (ar.columns() != nullptr) {
    item.position = ar.columns()->read_position();
  } else {
    ar(item.position);
  }
  const std::uint8_t kind = ar.byte();
  if (kind == 0) {
    Change change;
    ar(change);
    item.content = std::move(change);
  } else if (kind == kSnapshotPartKind) {
    SnapshotPart part;
    ar(part);
    item.content = std::move(part);
  } else {
    item.content = read_event(ar, std::size_t{kind} - 1);
  }
}

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const SyncReply& r) {
  ar(r.protocol, r.engine_min);
  save_enum(ar, r.status);
  ar(r.server_ms, list_of(r.results, kChangesPerMessageMax),
     list_of(r.items, kChangesPerMessageMax + kEventsPerMessageMax), r.cursor,
     optional_of(r.backfill), r.more, list_of(r.digests, kEventsPerMessageMax));
  if (r.protocol < 2) return;
  serialize_rest(ar, unconst(r.backfill));
  ar(list_of(r.stable, kEventsPerMessageMax));
  if (r.protocol < 3) return;
  ar(list_of(r.healed, kChangesPerMessageMax), list_of(r.vouches, kEventsPerMessageMax),
     r.covered);
  ar(list_of(r.permits, kExchangeGrantsPerMessageMax), list_of(r.letters, kLettersPerMessageMax));
  if (r.protocol < 4) return;
  ar(list_of(r.erasures, kErasuresPerMessageMax));
  if (r.protocol < 5) return;
  ar(list_of(r.grounds, kGroundsPerMessageMax));
}
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, SyncReply& r) {
  ar(r.protocol, r.engine_min);
  r.status = load_enum<ReplyStatus>(ar, 1, 2);
  ar(r.server_ms, list_of(r.results, kChangesPerMessageMax),
     list_of(r.items, kChangesPerMessageMax + kEventsPerMessageMax), r.cursor,
     optional_of(r.backfill), r.more, list_of(r.digests, kEventsPerMessageMax));
  if (r.protocol < 2) return;
  serialize_rest(ar, r.backfill);
  ar(list_of(r.stable, kEventsPerMessageMax));
  if (r.protocol < 3) return;
  ar(list_of(r.healed, kChangesPerMessageMax), list_of(r.vouches, kEventsPerMessageMax),
     r.covered);
  ar(list_of(r.permits, kExchangeGrantsPerMessageMax), list_of(r.letters, kLettersPerMessageMax));
  if (r.protocol < 4) return;
  ar(list_of(r.erasures, kErasuresPerMessageMax));
  if (r.protocol < 5) return;
  ar(list_of(r.grounds, kGroundsPerMessageMax));
}

namespace {

void put32(std::vector<std::uint8_t>& out, std::size_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}
std::size_t get32(std::span<const std::uint8_t> bytes) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::size_t{bytes[i]} << (8 * i);
  return value;
}
std::uint64_t checksum_of(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme frame v1").add(bytes).finish().prefix();
}

/// A part of a payload in columns: its length, what it is compressed to or 0, and its bytes.
void append_part(WireOut& out, const std::vector<std::uint8_t>& part) {
  const std::vector<std::uint8_t> packed = compress(part);
  out.varint(part.size());
  out.varint(packed.size());
  out.raw(packed.empty() ? part : packed);
}

std::vector<std::uint8_t> read_part(WireIn& in, std::size_t bytes_max) {
  const std::uint64_t size = in.varint();
  const std::uint64_t packed = in.varint();
  if (size > bytes_max) WireIn::fail(ErrorCode::limit_exceeded, "a message too large");
  if (packed == 0) {
    const auto bytes = in.raw(static_cast<std::size_t>(size));
    return {bytes.begin(), bytes.end()};
  }
  if (packed > in.remaining()) WireIn::fail(ErrorCode::truncated, "ends too early");
  auto part = decompress(in.raw(static_cast<std::size_t>(packed)), static_cast<std::size_t>(size));
  if (!part.ok()) WireIn::fail(ErrorCode::malformed, "the compressed part is damaged");
  return std::move(*part);
}

struct Frame {
  std::uint8_t kind = 0;
  bool in_columns = false;
  std::vector<std::uint8_t> payload;
  ColumnParts parts;
};

Status open_payload(Frame& opened, std::uint8_t flags, std::span<const std::uint8_t> payload,
                    std::size_t raw_length) {
  if (flags == kFlagCompressed) {
    INSIEME_TRY_ASSIGN(opened.payload, decompress(payload, raw_length));
  } else if (flags == kFlagColumns) {
    opened.in_columns = true;
    INSIEME_TRY_ASSIGN(opened.parts, decoding([&] {
                         WireIn in(payload);
                         ColumnParts parts;
                         parts.words = read_part(in, raw_length);
                         parts.noise = read_part(in, raw_length - parts.words.size());
                         in.expect_end();
                         return parts;
                       }));
    if (opened.parts.words.size() + opened.parts.noise.size() != raw_length) {
      return {ErrorCode::malformed, "not as long as the frame says"};
    }
  } else if (flags == 0 && raw_length == payload.size()) {
    opened.payload.assign(payload.begin(), payload.end());
  } else {
    return {ErrorCode::malformed, "unknown flags of a frame"};
  }
  return {};
}

Result<Frame> open_frame(std::span<const std::uint8_t> frame) {
  if (frame.size() > kFrameBytesMax) return Error{ErrorCode::limit_exceeded, "a frame too large"};
  if (frame.size() < kFrameHeaderBytes + kChecksumBytes) {
    return Error{ErrorCode::truncated, "shorter than the smallest frame"};
  }
  if (frame[0] != 'I' || frame[1] != 'S') return Error{ErrorCode::malformed, "not a frame of ours"};
  if (frame[2] != kFormatVersion) {
    return Error{ErrorCode::wrong_version, "a frame of another format version"};
  }
  const std::size_t length = get32(frame.subspan(5));
  const std::size_t raw_length = get32(frame.subspan(9));
  const std::size_t expected = kFrameHeaderBytes + length + kChecksumBytes;
  if (frame.size() < expected) return Error{ErrorCode::truncated, "the frame is cut short"};
  if (frame.size() > expected) return Error{ErrorCode::trailing_bytes, "bytes after the frame"};
  if (raw_length > kMessageBytesMax) {
    return Error{ErrorCode::limit_exceeded, "a message too large"};
  }
  const auto covered = frame.first(kFrameHeaderBytes + length);
  std::uint64_t checksum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    checksum |= static_cast<std::uint64_t>(frame[covered.size() + i]) << (8 * i);
  }
  if (checksum != checksum_of(covered)) return Error{ErrorCode::checksum, "damaged on the way"};
  Frame opened;
  opened.kind = frame[3];
  const auto payload = covered.subspan(kFrameHeaderBytes);
  INSIEME_TRY(open_payload(opened, frame[4], payload, raw_length));
  return opened;
}

struct Payload {
  std::uint8_t flags = 0;
  std::size_t raw_length = 0;
  std::vector<std::uint8_t> bytes;
};

std::size_t changes_in(const SyncRequest& request) {
  return request.changes.size() + request.healing.changes.size();
}
std::size_t changes_in(const SyncReply& reply) {
  return static_cast<std::size_t>(
      std::count_if(reply.items.begin(), reply.items.end(), [](const StreamItem& item) {
        return std::holds_alternative<Change>(item.content);
      }));
}

template <class M>
std::optional<Payload> in_columns(const M& message) {
  if (message.protocol < 6 || changes_in(message) <= kChangesInRows) return {};
  MessageDictionary dictionary;
  MessageColumnsOut columns(dictionary);
  WireOut rest(&dictionary);
  rest.use_columns(&columns);
  rest(message);
  const auto parts = columns.finish(rest.take());
  if (!parts) return {};
  const std::size_t raw_length = parts->words.size() + parts->noise.size();
  if (raw_length > kMessageBytesMax) return {};
  WireOut out;
  append_part(out, parts->words);
  append_part(out, parts->noise);
  return Payload{kFlagColumns, raw_length, out.take()};
}

template <class M>
Payload in_rows(const M& message) {
  WireOut ar;
  ar(message);
  std::vector<std::uint8_t> raw = ar.take();
  std::vector<std::uint8_t> packed = compress(raw);
  const std::size_t raw_length = raw.size();
  if (packed.empty()) return {0, raw_length, std::move(raw)};
  return {kFlagCompressed, raw_length, std::move(packed)};
}

}  // namespace

std::vector<std::uint8_t> encode_message(const Message& message) {
  const Payload payload = std::visit(
      [](const auto& m) {
        auto columns = in_columns(m);
        return columns ? std::move(*columns) : in_rows(m);
      },
      message);
  std::vector<std::uint8_t> frame{'I', 'S', kFormatVersion,
                                  static_cast<std::uint8_t>(message.index() + 1), payload.flags};
  put32(frame, payload.bytes.size());
  put32(frame, payload.raw_length);
  frame.insert(frame.end(), payload.bytes.begin(), payload.bytes.end());
  const std::uint64_t checksum = checksum_of(frame);
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return frame;
}

bool fits_limits(std::span<const std::uint8_t> frame) noexcept {
  return frame.size() <= kFrameBytesMax && frame.size() >= kFrameHeaderBytes &&
         get32(frame.subspan(9)) <= kMessageBytesMax;
}

namespace {

Message read_message(WireIn& ar, std::uint8_t kind) {
  Message message;
  if (kind == 1) {
    ar(message.emplace<SyncRequest>());
  } else if (kind == 2) {
    ar(message.emplace<SyncReply>());
  } else {
    WireIn::fail(ErrorCode::malformed, "unknown kind of message");
  }
  // A later version may go on: whoever reads it says that it is later.
  const std::uint32_t protocol = std::visit([](const auto& m) { return m.protocol; }, message);
  if (protocol <= kProtocolVersion) ar.expect_end();
  return message;
}

}  // namespace

Result<Message> decode_message(std::span<const std::uint8_t> frame) {
  INSIEME_TRY_ASSIGN(const Frame opened, open_frame(frame));
  return decoding([&]() -> Message {
    if (!opened.in_columns) {
      WireIn ar(opened.payload);
      return read_message(ar, opened.kind);
    }
    MessageDictionary dictionary;
    MessageColumnsIn columns(dictionary, opened.parts.words, opened.parts.noise);
    WireIn ar(columns.rest(), &dictionary);
    ar.use_columns(&columns);
    Message message = read_message(ar, opened.kind);
    columns.expect_end();
    return message;
  });
}

void complete(Change& change, const DossierKey& key) {
  if (!change.ops || is_redacted(change)) return;
  change.header.body_digest = digest_body(key, encode_body(*change.ops));
}

std::vector<std::uint8_t> encode_voucher(const Voucher& voucher) {
  WireOut ar;
  ar(unconst(voucher));
  return ar.take();
}

Result<Voucher> decode_voucher(std::span<const std::uint8_t> bytes) {
  return decoding([&]() -> Voucher {
    WireIn ar(bytes);
    Voucher voucher;
    ar(voucher);
    ar.expect_end();
    return voucher;
  });
}

Digest digest_snapshot(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme snapshot bytes v1").add(bytes).finish();
}

Digest digest_letter_bytes(std::span<const std::uint8_t> sealed) {
  return Hasher("insieme letter bytes v1").add(sealed).finish();
}

Digest manifest_of(const DeviceId& device, const std::vector<Change>& changes) {
  Hasher hasher("insieme manifest v1");
  hasher.add(device.bytes);
  for (const Change& change : changes) hasher.add(encode_header(change.header));
  return hasher.finish();
}

std::size_t encoded_size(const Change& change) {
  WireOut ar;
  serialize_change(ar, unconst(change));
  return ar.size();
}

}  // namespace insieme::sync
