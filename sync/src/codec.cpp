#include "codec.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "insieme/sync/frontier.hpp"

namespace insieme::sync {
namespace {

struct ValueWriter {
  WireOut& ar;
  void operator()(const Null&) const {}
  void operator()(bool value) const { ar(value); }
  void operator()(std::int64_t value) const { ar(value); }
  void operator()(double value) const {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    ar.fixed64(bits);
  }
  void operator()(const std::string& value) const { ar(text_of(value, kStringBytesMax)); }
  void operator()(const Bytes& value) const { ar(blob_of(value.data, kBytesValueMax)); }
  void operator()(const Date& value) const { ar(value.days); }
  void operator()(const Instant& value) const { ar(value.ms); }
  void operator()(const Reference& value) const { ar(value.record); }
};

template <class T>
T read(WireIn& ar) {
  T value{};
  ar(value);
  return value;
}

double read_double(WireIn& ar) {
  const std::uint64_t bits = ar.fixed64();
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  if (!std::isfinite(value) || (value == 0 && std::signbit(value))) {
    WireIn::fail(ErrorCode::malformed, "a number that is not finite, or minus zero");
  }
  return value;
}

std::string read_text(WireIn& ar) {
  std::string text;
  ar(text_of(text, kStringBytesMax));
  return text;
}

struct EscrowWriter {
  WireOut& ar;
  void operator()(const GrantOp& op) const { ar(op.to, op.amount); }
  void operator()(const TransferOp& op) const { ar(op.to, op.amount); }
  void operator()(const SpendOp& op) const { ar(op.amount, op.firm); }
  void operator()(const RefundOp& op) const { ar(op.spend); }
  void operator()(const ReclaimOp& op) const { ar(op.from, op.to); }
};

struct ActionWriter {
  WireOut& ar;
  void operator()(const WriteOp& op) const { ar(op.value); }
  void operator()(const AddOp& op) const { ar(op.element); }
  void operator()(const RemoveOp& op) const { ar(op.element); }
  void operator()(const IncrementOp& op) const { ar(op.delta); }
  void operator()(const SpliceOp& op) const {
    ar(list_of(op.splices, kSplicesPerOpMax));
    if (op.base) ar(text_of(*op.base, kTextBytesMax));
  }
  void operator()(const RetractOp&) const {}
  void operator()(const RestoreOp&) const {}
  void operator()(const ResolveOp& op) const {
    save_enum(ar, op.item);
    save_enum(ar, op.outcome);
    ar(list_of(op.decided, kDotsPerResolutionMax), optional_of(op.value),
       text_of(op.reason, kReasonBytesMax));
  }
  void operator()(const TouchOp&) const {}
  void operator()(const GrantOp& op) const { save_escrow_act(ar, op); }
  void operator()(const TransferOp& op) const { save_escrow_act(ar, op); }
  void operator()(const SpendOp& op) const { save_escrow_act(ar, op); }
  void operator()(const RefundOp& op) const { save_escrow_act(ar, op); }
  void operator()(const ReclaimOp& op) const { save_escrow_act(ar, op); }
  void operator()(const OpaqueOp& op) const { ar(blob_of(op.payload, kUnknownOpBytesMax)); }
  void operator()(const ErasedOp&) const {}
};

ResolveOp read_resolve(WireIn& ar) {
  ResolveOp op;
  op.item = load_enum<ItemKind>(ar, 1, 255);
  op.outcome = load_enum<Outcome>(ar, 1, 255);
  ar(list_of(op.decided, kDotsPerResolutionMax), optional_of(op.value),
     text_of(op.reason, kReasonBytesMax));
  return op;
}

}  // namespace

// ---- operation.hpp: actions ---------------------------------------------------------------------

void save_action(WireOut& ar, const Action& action) { std::visit(ActionWriter{ar}, action); }

Action load_action(WireIn& ar, std::uint8_t kind) {
  switch (static_cast<OpKind>(kind)) {
    case OpKind::write: return WriteOp{read<Value>(ar)};
    case OpKind::add: return AddOp{read<Value>(ar)};
    case OpKind::remove: return RemoveOp{read<Value>(ar)};
    case OpKind::increment: return IncrementOp{read<std::int64_t>(ar)};
    case OpKind::splice:
    case OpKind::late_splice: {
      SpliceOp op;
      ar(list_of(op.splices, kSplicesPerOpMax));
      if (static_cast<OpKind>(kind) == OpKind::late_splice) {
        ar(text_of(op.base.emplace(), kTextBytesMax));
      }
      return op;
    }
    case OpKind::retract: return RetractOp{};
    case OpKind::restore: return RestoreOp{};
    case OpKind::resolve: return read_resolve(ar);
    case OpKind::touch: return TouchOp{};
    case OpKind::grant:
    case OpKind::transfer:
    case OpKind::spend:
    case OpKind::refund:
    case OpKind::reclaim:
      return std::visit([](auto&& act) -> Action { return act; }, load_escrow_act(ar, kind));
    case OpKind::erased: break;  // has no record: read before
  }
  if (kind < kFirstOpaqueOpKind) WireIn::fail(ErrorCode::malformed, "unknown kind of operation");
  OpaqueOp op;
  op.kind = kind;
  ar(blob_of(op.payload, kUnknownOpBytesMax));
  return op;
}

std::uint8_t kind_byte(const Action& action) noexcept {
  if (const auto* opaque = std::get_if<OpaqueOp>(&action)) return opaque->kind;
  if (std::holds_alternative<ErasedOp>(action)) return static_cast<std::uint8_t>(OpKind::erased);
  const auto* splice = std::get_if<SpliceOp>(&action);
  if (splice != nullptr && splice->base) return static_cast<std::uint8_t>(OpKind::late_splice);
  return static_cast<std::uint8_t>(action.index() + 1);
}

// ---- escrow.hpp ---------------------------------------------------------------------------------

std::uint8_t escrow_kind(const EscrowAct& act) noexcept {
  return static_cast<std::uint8_t>(static_cast<std::size_t>(OpKind::grant) + act.index());
}

void save_escrow_act(WireOut& ar, const EscrowAct& act) { std::visit(EscrowWriter{ar}, act); }

EscrowAct load_escrow_act(WireIn& ar, std::uint8_t kind) {
  ReplicaId replica;
  std::uint64_t amount = 0;
  switch (static_cast<OpKind>(kind)) {
    case OpKind::grant: ar(replica, amount); return GrantOp{replica, amount};
    case OpKind::transfer: ar(replica, amount); return TransferOp{replica, amount};
    case OpKind::spend: {
      bool firm = false;
      ar(amount, firm);
      return SpendOp{amount, firm};
    }
    case OpKind::refund: return RefundOp{read<Dot>(ar)};
    case OpKind::reclaim: {
      ReplicaId to;
      ar(replica, to);
      return ReclaimOp{replica, to};
    }
    default: WireIn::fail(ErrorCode::malformed, "unknown kind of escrow operation");
  }
}

// ---- value.hpp, operation.hpp -------------------------------------------------------------------

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Value& value) {
  ar.byte(static_cast<std::uint8_t>(value.index()));
  save_value_content(ar, value);
}

void save_value_content(WireOut& ar, const Value& value) { std::visit(ValueWriter{ar}, value); }

void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Value& value) {
  value = load_value_content(ar, ar.byte());
}

Value load_value_content(WireIn& ar, std::uint8_t tag) {
  switch (tag) {
    case 0: return Null{};
    case 1: return read<bool>(ar);
    case 2: return read<std::int64_t>(ar);
    case 3: return read_double(ar);
    case 4: return read_text(ar);
    case 5: {
      Bytes bytes;
      ar(blob_of(bytes.data, kBytesValueMax));
      return bytes;
    }
    case 6: return Date{read<std::int32_t>(ar)};
    case 7: return Instant{read<std::int64_t>(ar)};
    case 8: return Reference{read<RecordId>(ar)};
    default: WireIn::fail(ErrorCode::malformed, "unknown kind of value");
  }
}

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const VersionVector& vector) {
  ar.varint(vector.size());
  for (const auto& entry : vector.entries()) ar(entry.replica, entry.seq);
}

void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, VersionVector& vector) {
  vector = {};
  const std::size_t count = ar.count(kReplicasPerDocumentMax);
  for (std::size_t i = 0; i < count; ++i) {
    ReplicaId replica;
    std::uint64_t seq = 0;
    ar(replica, seq);
    if (seq == 0 || (!vector.empty() && vector.entries().back().replica >= replica)) {
      WireIn::fail(ErrorCode::malformed, "a version vector out of order");
    }
    vector.set(replica, seq);
  }
}

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Operation& op) {
  if (std::holds_alternative<ErasedOp>(op.action)) return ar.byte(kind_byte(op.action));
  // The top bit of the kind says that a context follows.
  ar.byte(static_cast<std::uint8_t>(kind_byte(op.action) | (op.context ? 0x80 : 0)));
  ar(op.record, name_of_field(op.type, kNameBytesMax), name_of_field(op.field, kNameBytesMax));
  if (op.context) ar(*op.context);
  save_action(ar, op.action);
}

void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Operation& op) {
  ar.claim_operation();
  const std::uint8_t kind = ar.byte();
  if (kind == static_cast<std::uint8_t>(OpKind::erased)) {
    op = Operation{{}, {}, {}, ErasedOp{}, {}};
    return;
  }
  ar(op.record, name_of_field(op.type, kNameBytesMax), name_of_field(op.field, kNameBytesMax));
  op.context.reset();
  if ((kind & 0x80) != 0) ar(op.context.emplace());
  op.action = load_action(ar, kind & 0x7f);
}

// ---- change.hpp ---------------------------------------------------------------------------------

std::vector<std::uint8_t> encode_header(const ChangeHeader& header) {
  WireOut ar;
  serialize_header(ar, unconst(header), BodyDigest::written);
  return ar.take();
}

Result<ChangeHeader> decode_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kHeaderBytesMax) {
    return Error{ErrorCode::limit_exceeded, "the header of a change is too large"};
  }
  return decoding([&] {
    WireIn ar(bytes);
    ChangeHeader header;
    serialize_header(ar, header, BodyDigest::written);
    ar.expect_end();
    return header;
  });
}

Digest digest_of_work(const Change& change) {
  if (!change.ops) return {};
  std::vector<Operation> ops = *change.ops;
  for (Operation& op : ops) {
    op.context.reset();
    if (auto* splice = std::get_if<SpliceOp>(&op.action)) *splice = {};
    if (auto* resolve = std::get_if<ResolveOp>(&op.action)) resolve->decided.clear();
    if (auto* refund = std::get_if<RefundOp>(&op.action)) refund->spend = {};
    if (auto* grant = std::get_if<GrantOp>(&op.action)) grant->to = {};
  }
  return Hasher("insieme work v1").add(encode_body(ops)).finish();
}

std::vector<std::uint8_t> encode_body(const std::vector<Operation>& ops) {
  WireOut ar;
  serialize_ops(ar, unconst(ops));
  return ar.take();
}

Result<std::vector<Operation>> decode_body(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kBodyBytesMax) {
    return Error{ErrorCode::limit_exceeded, "the content of a change is too large"};
  }
  return decoding([&] {
    WireIn ar(bytes);
    std::vector<Operation> ops;
    serialize_ops(ar, ops);
    ar.expect_end();
    return ops;
  });
}

// ---- version_vector.hpp, frontier.hpp -----------------------------------------------------------

std::vector<std::uint8_t> encode_version(const VersionVector& version) {
  WireOut ar;
  ar(version);
  return ar.take();
}

Result<VersionVector> decode_version(std::span<const std::uint8_t> bytes) {
  return decoding([&] {
    WireIn ar(bytes);
    VersionVector version;
    ar(version);
    ar.expect_end();
    return version;
  });
}

std::vector<std::uint8_t> pack_frontier(const Frontier& frontier, Dictionary& dictionary) {
  WireOut ar(&dictionary);
  for (const std::uint64_t word : frontier.history().words) ar.fixed64(word);
  ar.varint(frontier.heads().size());
  for (const auto& [replica, head] : frontier.heads()) {
    ar(replica, head.seq, head.id.bytes, head.deps, head.stamp);
  }
  return ar.take();
}

Result<Frontier> unpack_frontier(std::span<const std::uint8_t> bytes,
                                 const Dictionary& dictionary) {
  return decoding([&] {
    WireIn ar(bytes, &dictionary);
    DigestSum history;
    for (std::uint64_t& word : history.words) word = ar.fixed64();
    std::map<ReplicaId, Head> heads;
    const std::size_t count = ar.count(kReplicasPerDocumentMax);
    for (std::size_t i = 0; i < count; ++i) {
      ReplicaId replica;
      Head head;
      ar(replica, head.seq, head.id.bytes, head.deps, head.stamp);
      heads.emplace(replica, std::move(head));
    }
    ar.expect_end();
    return Frontier::from_parts(std::move(heads), history);
  });
}

}  // namespace insieme::sync
