#pragma once
// The state of one record and its merge. `apply` is commutative, associative and idempotent over
// causal deliveries: the state is a pure function of the set of operations applied
// (docs/merge-algebra.md states the laws and names the tests that show them).

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/dictionary.hpp"
#include "insieme/sync/operation.hpp"
#include "insieme/sync/stamp.hpp"
#include "insieme/sync/text.hpp"

namespace insieme::sync {

/// Where an operation comes from: the facts of its change that the merge needs.
struct Provenance {
  Dot dot;
  Stamp stamp;
  std::string_view author;
  const VersionVector& deps;  ///< of the change, in full
};

/// A value that nobody who saw it has replaced.
struct Survivor {
  Mark mark;
  Value value;
  friend bool operator==(const Survivor&, const Survivor&) = default;
};

struct SetMember {
  Value element;
  std::vector<Dot> adds;  ///< surviving adds, sorted, never empty
  friend bool operator==(const SetMember&, const SetMember&) = default;
};

struct CounterShare {
  ReplicaId replica;
  std::uint64_t sum = 0;  ///< two's complement, wraps
  friend bool operator==(const CounterShare&, const CounterShare&) = default;
};

/// A field may hold several of these when operations of different kinds were aimed at it by a
/// faulty peer; each merges by itself.
struct FieldState {
  std::string name;
  std::vector<Survivor> survivors;   ///< register: by dot
  std::vector<SetMember> members;    ///< set: by element
  std::vector<CounterShare> shares;  ///< counter: by replica
  TextState text;
  EscrowState escrow;
  friend bool operator==(const FieldState&, const FieldState&) = default;
};

struct Retraction {
  Mark mark;
  VersionVector context;
  friend bool operator==(const Retraction&, const Retraction&) = default;
};

/// A decision that no later decision on the same matter has seen. The matter is (item, field), and
/// for a provisional spend also which one.
struct Decision {
  Mark mark;
  ItemKind item = ItemKind::concurrent_values;
  std::string field;
  Outcome outcome = Outcome::choose;
  std::vector<Dot> decided;
  std::string reason;
  friend bool operator==(const Decision&, const Decision&) = default;
};

enum class Lifecycle : std::uint8_t { active = 0, retracted = 1 };

struct RecordState {
  RecordId id;
  std::string type;                     ///< the least one, should peers disagree
  std::vector<FieldState> fields;       ///< by name
  std::vector<Retraction> retractions;  ///< surviving, by dot
  std::vector<Mark> restores;           ///< surviving, by dot
  VersionVector last_edits;             ///< each replica's last change that edited this record
  std::vector<Decision> decisions;      ///< by dot

  /// Retracted iff a retraction survives and every edit and restore lies in the context of at least
  /// one surviving retraction.
  [[nodiscard]] Lifecycle lifecycle() const noexcept;
  [[nodiscard]] const FieldState* field(std::string_view name) const noexcept;
  friend bool operator==(const RecordState&, const RecordState&) = default;
};

/// Applies one operation of a change that `Frontier::admit` found ready. `op.record` must be the id
/// of the record. Nothing that was received is ever refused here: what an engine does not
/// understand has no effect.
void apply(RecordState& record, const Operation& op, const Provenance& provenance);

/// The survivor that is shown: the greatest (stamp, replica, seq, op). Null if there is none.
[[nodiscard]] const Survivor* displayed(const FieldState& field) noexcept;
/// Distinct surviving values, sorted.
[[nodiscard]] std::vector<Value> distinct_values(const FieldState& field);
/// The sum of all increments.
[[nodiscard]] std::int64_t counter_total(const FieldState& field) noexcept;

/// Canonical bytes: equal on all replicas that applied the same operations.
[[nodiscard]] std::vector<std::uint8_t> encode_record(const RecordState& record);
[[nodiscard]] Result<RecordState> decode_record(std::span<const std::uint8_t> bytes);

/// For a store that keeps a record's shown values in typed columns: values that stand there need
/// not stand in the blob again. Asked once per uncontested register and once per text; `true`
/// leaves the value out of the bytes.
using Elide = std::function<bool(const FieldState& field)>;
/// Brings a value back that was left out: the register's value, or the text as a string.
using Refill = std::function<Value(std::string_view field)>;

/// The same state for a store: without id and type (the row has them), with the store's numbers for
/// ids and names, and without the values that `elide` knows to be in columns.
[[nodiscard]] std::vector<std::uint8_t> pack_record(const RecordState& record,
                                                    Dictionary& dictionary, const Elide& elide);
[[nodiscard]] Result<RecordState> unpack_record(std::span<const std::uint8_t> bytes, RecordId id,
                                                std::string type, const Dictionary& dictionary,
                                                const Refill& refill);

}  // namespace insieme::sync
