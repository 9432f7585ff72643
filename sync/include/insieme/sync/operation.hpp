#pragma once
// What a change does. How a field merges is in the operation, not in the schema, so that an engine
// merges fields that it has never heard of.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "insieme/sync/escrow.hpp"
#include "insieme/sync/ids.hpp"
#include "insieme/sync/text.hpp"
#include "insieme/sync/value.hpp"
#include "insieme/sync/version_vector.hpp"

namespace insieme::sync {

/// Numbers stand on the wire and are fixed for ever. Kinds from 32 on carry their length, so that
/// an engine that does not know one keeps it and forwards it.
enum class OpKind : std::uint8_t {
  write = 1,
  add = 2,
  remove = 3,
  increment = 4,
  splice = 5,
  retract = 6,
  restore = 7,
  resolve = 8,
  touch = 9,
  grant = 10,
  transfer = 11,
  spend = 12,
  refund = 13,
  reclaim = 14,
  erased = 15,
  late_splice = 16,  ///< a splice with its base; in work that waits for somebody's decision alone
};
inline constexpr std::uint8_t kFirstOpaqueOpKind = 32;

/// Multi-value register: removes the surviving values in its context, adds this one.
struct WriteOp {
  Value value;
  friend bool operator==(const WriteOp&, const WriteOp&) = default;
};
/// Add-wins set (observed-remove).
struct AddOp {
  Value element;
  friend bool operator==(const AddOp&, const AddOp&) = default;
};
struct RemoveOp {
  Value element;
  friend bool operator==(const RemoveOp&, const RemoveOp&) = default;
};
/// Counter: |delta| <= kCounterDeltaMax. The sum wraps at 64 bits, so that it always commutes.
struct IncrementOp {
  std::int64_t delta = 0;
  friend bool operator==(const IncrementOp&, const IncrementOp&) = default;
};
struct SpliceOp {
  std::vector<Splice> splices;
  /// Set in late work alone, whose text the others have folded since: what `splices` name places
  /// of, or the part of it around them. Whoever accepts it carries the edit over to the text as it
  /// is then. Never in an accepted change; applied, it has no effect.
  std::optional<std::string> base{};
  friend bool operator==(const SpliceOp&, const SpliceOp&) = default;
};
struct RetractOp {
  friend bool operator==(const RetractOp&, const RetractOp&) = default;
};
struct RestoreOp {
  friend bool operator==(const RestoreOp&, const RestoreOp&) = default;
};

/// Kinds of review items that are a pure function of one document's state. Fixed numbers.
enum class ItemKind : std::uint8_t {
  concurrent_values = 1,
  edited_after_retraction = 2,
  concurrent_lifecycle = 3,
  text_overlap = 4,
  provisional_spend = 5,  ///< one item per spend; its value is the amount
  edited_after_closure = 6,
};

enum class Outcome : std::uint8_t {
  choose = 1,     ///< one of the values
  combine = 2,    ///< made out of several
  write_new = 3,  ///< none of them
  dismiss = 4,    ///< leave it as it is
  undo = 5,       ///< brings one losing value back; one operation per value
  contest = 6,    ///< an author disagrees with a decision
  confirm = 7,    ///< a provisional spend is accepted
  refuse = 8,     ///< a provisional spend is not accepted
};

/// A decision on a review item. Its context is exactly `decided`: if it brings a `value`, it
/// removes these values of the register `field` and no others, and adds that one. Without a value
/// it writes nothing: a dismissal closes the item's generation that `decided` names, a contest
/// opens it (again, or at all: an author who disagrees with a choice contests the dot of that
/// choice). Besides what stood, `decided` may name what an unconfirmed one of these had replaced:
/// where that one is held, it must not stand again beside the decision.
struct ResolveOp {
  ItemKind item = ItemKind::concurrent_values;
  Outcome outcome = Outcome::choose;
  std::vector<Dot> decided;  ///< sorted, unique
  std::optional<Value> value;
  std::string reason;
  friend bool operator==(const ResolveOp&, const ResolveOp&) = default;
};

/// Somebody worked on the record and no field of it changed: it exists, and it is edited.
struct TouchOp {
  friend bool operator==(const TouchOp&, const TouchOp&) = default;
};

/// An operation of a later engine: kept and forwarded untouched, without effect here.
struct OpaqueOp {
  std::uint8_t kind = 0;
  std::vector<std::uint8_t> payload;
  friend bool operator==(const OpaqueOp&, const OpaqueOp&) = default;
};

/// What an erasure left of an operation: its place, so that the dots of the others stay what they
/// are. Names no record, no type, no field; without effect.
struct ErasedOp {
  friend bool operator==(const ErasedOp&, const ErasedOp&) = default;
};

using Action = std::variant<WriteOp, AddOp, RemoveOp, IncrementOp, SpliceOp, RetractOp, RestoreOp,
                            ResolveOp, TouchOp, GrantOp, TransferOp, SpendOp, RefundOp, ReclaimOp,
                            OpaqueOp, ErasedOp>;

struct Operation {
  RecordId record;    ///< nil, and no type, only where it was erased
  std::string type;   ///< record type, 1..kNameBytesMax bytes
  std::string field;  ///< empty for retract, restore and touch
  Action action;
  /// What the author had in front of them where that is less than the deps of the change (a form
  /// opened before a sync, work authored again). Always <= deps; absent means equal to deps.
  std::optional<VersionVector> context;
  friend bool operator==(const Operation&, const Operation&) = default;
};

/// Everything about one operation that does not need a document: limits, UTF-8, names, sorted dots.
[[nodiscard]] Status check_operation(const Operation& op);

}  // namespace insieme::sync
