#include "insieme/sync/change.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

Status check_name(std::string_view name, std::size_t max, const char* what) {
  if (name.empty()) return {ErrorCode::malformed, std::string(what) + " is empty"};
  if (name.size() > max) return {ErrorCode::limit_exceeded, std::string(what) + " is too long"};
  if (!is_valid_utf8(name)) {
    return {ErrorCode::malformed, std::string(what) + " is not valid UTF-8"};
  }
  return {};
}

Status check_amount(std::uint64_t amount) {
  if (amount > kEscrowAmountMax) return {ErrorCode::limit_exceeded, "an amount is too large"};
  return {};
}

Status check_rights(const ReplicaId& to, std::uint64_t amount) {
  if (to.is_nil()) return {ErrorCode::malformed, "rights for no replica"};
  return check_amount(amount);
}

struct ActionChecker {
  Status operator()(const WriteOp& op) const { return check_value(op.value); }
  Status operator()(const AddOp& op) const { return check_value(op.element); }
  Status operator()(const RemoveOp& op) const { return check_value(op.element); }
  Status operator()(const IncrementOp& op) const {
    if (op.delta > kCounterDeltaMax || op.delta < -kCounterDeltaMax) {
      return {ErrorCode::limit_exceeded, "an increment is too large"};
    }
    return {};
  }
  Status operator()(const SpliceOp& op) const {
    if (op.splices.size() > kSplicesPerOpMax) {
      return {ErrorCode::limit_exceeded, "too many splices in one operation"};
    }
    for (const Splice& splice : op.splices) {
      if (splice.inserted.size() > kSpliceBytesMax) {
        return {ErrorCode::limit_exceeded, "an inserted text is too long"};
      }
      if (!is_valid_utf8(splice.inserted)) {
        return {ErrorCode::malformed, "an inserted text is not valid UTF-8"};
      }
    }
    if (op.base && op.base->size() > kTextBytesMax) {
      return {ErrorCode::limit_exceeded, "the base of a late edit is too long"};
    }
    if (op.base && !is_valid_utf8(*op.base)) {
      return {ErrorCode::malformed, "the base of a late edit is not valid UTF-8"};
    }
    return {};
  }
  Status operator()(const RetractOp&) const { return {}; }
  Status operator()(const RestoreOp&) const { return {}; }
  Status operator()(const ResolveOp& op) const {
    if (op.decided.size() > kDotsPerResolutionMax) {
      return {ErrorCode::limit_exceeded, "a decision names too many values"};
    }
    for (std::size_t i = 1; i < op.decided.size(); ++i) {
      if (op.decided[i - 1] >= op.decided[i]) {
        return {ErrorCode::malformed, "a decision names its values out of order"};
      }
    }
    if (op.reason.size() > kReasonBytesMax) {
      return {ErrorCode::limit_exceeded, "a reason is too long"};
    }
    if (!is_valid_utf8(op.reason)) return {ErrorCode::malformed, "a reason is not valid UTF-8"};
    return op.value ? check_value(*op.value) : Status{};
  }
  Status operator()(const TouchOp&) const { return {}; }
  Status operator()(const GrantOp& op) const { return check_rights(op.to, op.amount); }
  Status operator()(const TransferOp& op) const { return check_rights(op.to, op.amount); }
  Status operator()(const SpendOp& op) const { return check_amount(op.amount); }
  Status operator()(const RefundOp& op) const {
    if (op.spend.replica.is_nil() || op.spend.seq == 0) {
      return {ErrorCode::malformed, "a refund of nothing"};
    }
    return {};
  }
  Status operator()(const ReclaimOp& op) const {
    if (op.from.is_nil() || op.to.is_nil()) {
      return {ErrorCode::malformed, "a reclaim without a replica"};
    }
    return {};
  }
  Status operator()(const ErasedOp&) const { return {}; }
  Status operator()(const OpaqueOp& op) const {
    if (op.kind < kFirstOpaqueOpKind || op.kind > 0x7f) {
      return {ErrorCode::malformed, "not a kind of operation"};
    }
    if (op.payload.size() > kUnknownOpBytesMax) {
      return {ErrorCode::limit_exceeded, "an operation is too long"};
    }
    return {};
  }
};

/// Operations on the record as a whole.
bool names_no_field(const Action& action) {
  return std::holds_alternative<RetractOp>(action) || std::holds_alternative<RestoreOp>(action) ||
         std::holds_alternative<TouchOp>(action);
}

/// What an operation writes; nothing for those of which one change may have several. Adds and
/// removes may repeat, and name one element both ways: operations of one change never remove each
/// other, so the element is in. Escrow operations count in their order.
struct WrittenKey {
  using Key = std::optional<std::pair<RecordId, std::string_view>>;
  const Operation& op;

  Key operator()(const WriteOp&) const { return of_field(); }
  Key operator()(const IncrementOp&) const { return of_field(); }
  Key operator()(const SpliceOp&) const { return of_field(); }
  Key operator()(const RetractOp&) const { return of_field(); }
  Key operator()(const RestoreOp&) const { return of_field(); }
  Key operator()(const ResolveOp& resolve) const {
    return resolve.outcome == Outcome::undo || !resolve.value ? Key{} : of_field();
  }
  template <class Repeatable>
  Key operator()(const Repeatable&) const {
    return {};
  }

 private:
  [[nodiscard]] Key of_field() const { return Key(std::in_place, op.record, op.field); }
};

}  // namespace

Status check_operation(const Operation& op) {
  if (std::holds_alternative<ErasedOp>(op.action)) {
    const bool says_nothing =
        op.record.is_nil() && op.type.empty() && op.field.empty() && !op.context;
    if (says_nothing) return {};
    return {ErrorCode::malformed, "an erased operation says something"};
  }
  if (op.record.is_nil()) return {ErrorCode::malformed, "an operation without a record"};
  INSIEME_TRY(check_name(op.type, kNameBytesMax, "a record type"));
  if (names_no_field(op.action)) {
    if (!op.field.empty()) return {ErrorCode::malformed, "an operation on a record names a field"};
  } else if (!op.field.empty() || !std::holds_alternative<ResolveOp>(op.action)) {
    INSIEME_TRY(check_name(op.field, kNameBytesMax, "a field"));
  }
  return std::visit(ActionChecker{}, op.action);
}

Status check_header(const ChangeHeader& header) {
  if (header.document.dossier.is_nil() || !is_valid_section(header.document.section)) {
    return {ErrorCode::malformed, "a change without a valid document"};
  }
  if (header.replica.is_nil() || header.seq == 0) {
    return {ErrorCode::malformed, "a change without replica or number"};
  }
  if (header.seq == 1 && header.previous_prefix != 0) {
    return {ErrorCode::malformed, "a first change that names one before it"};
  }
  INSIEME_TRY(check_name(header.author, kAuthorBytesMax, "an author"));
  if (header.deps.size() > kReplicasPerDocumentMax) {
    return {ErrorCode::limit_exceeded, "a change depends on too many replicas"};
  }
  for (std::size_t i = 0; i < header.deps.size(); ++i) {
    const DepEntry& entry = header.deps[i];
    if (entry.seq == 0 || entry.replica == header.replica ||
        (i != 0 && header.deps[i - 1].replica >= entry.replica)) {
      return {ErrorCode::malformed, "the dependencies of a change are out of order"};
    }
  }
  if (header.transaction && (header.transaction->count < 2 ||
                             header.transaction->count > kChangesPerTransactionMax)) {
    return {ErrorCode::malformed, "a transaction has an impossible number of changes"};
  }
  return {};
}

Status check_ops(const std::vector<Operation>& ops) {
  if (ops.empty()) return {ErrorCode::malformed, "a change without operations"};
  if (ops.size() > kOpsPerChangeMax) {
    return {ErrorCode::limit_exceeded, "a change has too many operations"};
  }
  std::vector<std::pair<RecordId, std::string_view>> all;
  all.reserve(ops.size());
  for (const Operation& op : ops) {
    INSIEME_TRY(check_operation(op));
    if (auto key = std::visit(WrittenKey{op}, op.action)) all.push_back(*key);
  }
  const bool some_left = std::any_of(ops.begin(), ops.end(), [](const Operation& op) {
    return !std::holds_alternative<ErasedOp>(op.action);
  });
  if (!some_left) return {ErrorCode::malformed, "a change of which all is erased has no body"};
  // Operations on one record mostly stand together: then only these are sorted.
  const auto by_record = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (std::is_sorted(all.begin(), all.end(), by_record)) {
    for (auto from = all.begin(); from != all.end();) {
      const auto to = std::find_if(from, all.end(),
                                   [&](const auto& one) { return one.first != from->first; });
      std::sort(from, to);
      from = to;
    }
  } else {
    std::sort(all.begin(), all.end());
  }
  if (std::adjacent_find(all.begin(), all.end()) != all.end()) {
    return {ErrorCode::malformed, "a change writes one field twice"};
  }
  return {};
}

Status check_contexts(const std::vector<Operation>& ops, const VersionVector& deps) {
  for (const Operation& op : ops) {
    if (op.context && !deps.covers(*op.context)) {
      return {ErrorCode::malformed, "an operation claims to have seen more than its change"};
    }
    if (const auto* resolve = std::get_if<ResolveOp>(&op.action)) {
      const bool seen = std::all_of(resolve->decided.begin(), resolve->decided.end(),
                                    [&](const Dot& dot) { return deps.contains(dot); });
      if (!seen) return {ErrorCode::malformed, "a decision about something not seen"};
    }
    if (const auto* refund = std::get_if<RefundOp>(&op.action)) {
      if (!deps.contains(refund->spend)) {
        return {ErrorCode::malformed, "a refund of something not seen"};
      }
    }
  }
  return {};
}

Digest digest_body(const DossierKey& key, std::span<const std::uint8_t> body) {
  return Hasher("insieme body v1", key.bytes).add(body).finish();
}

ChangeId compute_id(const ChangeId& previous, const std::vector<ChangeId>& dep_ids,
                    std::span<const std::uint8_t> header_bytes) {
  Hasher hasher("insieme change v1");
  hasher.add(previous);
  hasher.add(static_cast<std::uint64_t>(dep_ids.size()));
  for (const ChangeId& id : dep_ids) hasher.add(id);
  hasher.add(header_bytes);
  return ChangeId{hasher.finish()};
}

bool is_late(const std::vector<Operation>& ops) noexcept {
  return std::any_of(ops.begin(), ops.end(), [](const Operation& op) {
    const auto* splice = std::get_if<SpliceOp>(&op.action);
    return splice != nullptr && splice->base;
  });
}

}  // namespace insieme::sync
