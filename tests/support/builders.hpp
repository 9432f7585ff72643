#pragma once
// Short names for what tests of the engine are made of: ids from small names, operations, and a
// replica that writes into its own copy of a document.

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "insieme/sync/document.hpp"

namespace insieme::testing {

using namespace insieme::sync;  // NOLINT: a namespace for tests only

/// The same bytes for the same name; ids are ordered as names are.
template <class Id>
[[nodiscard]] Id id_of(std::string_view name) {
  Id id;
  for (std::size_t i = 0; i < name.size() && i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(name[i]);
  }
  return id;
}
[[nodiscard]] inline ReplicaId rep(std::string_view name) { return id_of<ReplicaId>(name); }
[[nodiscard]] inline RecordId rec(std::string_view name) { return id_of<RecordId>(name); }
[[nodiscard]] inline DossierId dossier(std::string_view name) { return id_of<DossierId>(name); }
[[nodiscard]] inline DeviceId device(std::string_view name) { return id_of<DeviceId>(name); }

[[nodiscard]] inline DocumentId document_of(std::string_view name, std::string section = "core") {
  return DocumentId{dossier(name), std::move(section)};
}
[[nodiscard]] inline DossierKey key_of(std::string_view name) {
  DossierKey key;
  for (std::size_t i = 0; i < name.size() && i < key.bytes.size(); ++i) {
    key.bytes[i] = static_cast<std::uint8_t>(name[i]);
  }
  return key;
}

[[nodiscard]] inline Value text(std::string_view value) { return Value{std::string(value)}; }
[[nodiscard]] inline Value number(std::int64_t value) { return Value{value}; }

[[nodiscard]] inline VersionVector vv(
    std::initializer_list<std::pair<std::string_view, std::uint64_t>> entries) {
  VersionVector vector;
  for (const auto& [name, seq] : entries) vector.set(rep(name), seq);
  return vector;
}
[[nodiscard]] inline Dot dot(std::string_view replica, std::uint64_t seq, std::uint32_t op = 0) {
  return Dot{rep(replica), seq, op};
}

// ---- operations on record `r1` of type `visit`, unless told -------------------------------------

[[nodiscard]] inline Operation op_on(std::string_view record, std::string field, Action action) {
  return Operation{rec(record), "visit", std::move(field), std::move(action), {}};
}
template <class T>
[[nodiscard]] Operation set_op(std::string field, const T& value, std::string_view record = "r1") {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return op_on(record, std::move(field), WriteOp{text(value)});
  } else {
    return op_on(record, std::move(field), WriteOp{Value{value}});
  }
}
[[nodiscard]] inline Operation add_op(std::string field, std::string_view element,
                                      std::string_view record = "r1") {
  return op_on(record, std::move(field), AddOp{text(element)});
}
[[nodiscard]] inline Operation remove_op(std::string field, std::string_view element,
                                         std::string_view record = "r1") {
  return op_on(record, std::move(field), RemoveOp{text(element)});
}
[[nodiscard]] inline Operation inc_op(std::string field, std::int64_t delta,
                                      std::string_view record = "r1") {
  return op_on(record, std::move(field), IncrementOp{delta});
}
[[nodiscard]] inline Operation splice_op(std::string field, std::vector<Splice> splices,
                                         std::string_view record = "r1") {
  return op_on(record, std::move(field), SpliceOp{std::move(splices)});
}
[[nodiscard]] inline Operation retract_op(std::string_view record = "r1") {
  return op_on(record, "", RetractOp{});
}
[[nodiscard]] inline Operation restore_op(std::string_view record = "r1") {
  return op_on(record, "", RestoreOp{});
}
[[nodiscard]] inline Operation touch_op(std::string_view record = "r1") {
  return op_on(record, "", TouchOp{});
}
[[nodiscard]] inline Operation grant_op(std::string field, std::string_view to,
                                        std::uint64_t amount) {
  return op_on("r1", std::move(field), GrantOp{rep(to), amount});
}
[[nodiscard]] inline Operation transfer_op(std::string field, std::string_view to,
                                           std::uint64_t amount) {
  return op_on("r1", std::move(field), TransferOp{rep(to), amount});
}
/// `firm` is what the author claims.
[[nodiscard]] inline Operation spend_op(std::string field, std::uint64_t amount,
                                        bool firm = true) {
  return op_on("r1", std::move(field), SpendOp{amount, firm});
}
[[nodiscard]] inline Operation refund_op(std::string field, const Dot& spend) {
  return op_on("r1", std::move(field), RefundOp{spend});
}
[[nodiscard]] inline Operation reclaim_op(std::string field, std::string_view from,
                                          std::string_view to) {
  return op_on("r1", std::move(field), ReclaimOp{rep(from), rep(to)});
}
[[nodiscard]] inline Operation resolve_op(const ReviewItem& item, Outcome outcome,
                                          std::optional<Value> value = {},
                                          std::string reason = "because") {
  ResolveOp resolve{item.kind, outcome, item.dots, std::move(value), std::move(reason)};
  return Operation{item.record, "visit", item.field, std::move(resolve), {}};
}
[[nodiscard]] inline Operation with_context(Operation op, VersionVector context) {
  op.context = std::move(context);
  return op;
}

/// One replica with its own copy of a document and its own clock.
class Peer {
 public:
  explicit Peer(std::string name, DocumentId id = document_of("d1"))
      : name_(std::move(name)), document_(std::move(id), key_of("key")) {}

  [[nodiscard]] ReplicaId replica() const { return rep(name_); }
  [[nodiscard]] const Document& document() const { return document_; }
  [[nodiscard]] Document& document() { return document_; }
  [[nodiscard]] const VersionVector& version() const { return document_.frontier().version(); }
  [[nodiscard]] const std::vector<Change>& log() const { return document_.log(); }
  void set_clock(std::int64_t ms) { clock_ms_ = ms; }

  /// Authors a change; ends the process if the engine refuses it, since tests name valid ones here.
  Change write(std::vector<Operation> ops, std::optional<Transaction> transaction = {}) {
    auto change = try_write(std::move(ops), transaction);
    INSIEME_ASSERT(change.ok());
    return *change;
  }
  Result<Change> try_write(std::vector<Operation> ops,
                           std::optional<Transaction> transaction = {}) {
    stamp_ = next_stamp(stamp_, clock_ms_);
    return document_.author(replica(), stamp_, "user-" + name_, 1, std::move(ops), transaction);
  }
  Result<Delivery> receive(const Change& change) { return document_.deliver(change); }
  /// Everything that the other one has and this one lacks, in the other one's order.
  void pull(const Peer& other) {
    for (const Change& change : other.log()) {
      if (version().contains(change.header.replica, change.header.seq)) continue;
      INSIEME_ASSERT(receive(change).ok());
    }
  }

  [[nodiscard]] const RecordState& record(std::string_view name = "r1") const {
    return document_.records().at(rec(name));
  }
  [[nodiscard]] std::vector<Value> values(std::string_view field,
                                          std::string_view name = "r1") const {
    const FieldState* state = record(name).field(field);
    return state == nullptr ? std::vector<Value>{} : distinct_values(*state);
  }
  [[nodiscard]] std::vector<std::string> tags(std::string_view field,
                                              std::string_view name = "r1") const {
    std::vector<std::string> elements;
    const FieldState* state = record(name).field(field);
    if (state == nullptr) return elements;
    for (const SetMember& member : state->members) {
      elements.push_back(std::get<std::string>(member.element));
    }
    return elements;
  }
  [[nodiscard]] std::vector<ReviewItem> items() const {
    return document_.review_items([](std::string_view, std::string_view field) {
      if (field == "auto") return RegisterPolicy::automatic;
      return field == "flag" ? RegisterPolicy::maximum : RegisterPolicy::review;
    });
  }
  [[nodiscard]] Digest digest() const { return document_.state_digest(); }

 private:
  std::string name_;
  Document document_;
  Stamp stamp_;
  std::int64_t clock_ms_ = 0;
};

inline void sync_both(Peer& a, Peer& b) {
  a.pull(b);
  b.pull(a);
}

}  // namespace insieme::testing
