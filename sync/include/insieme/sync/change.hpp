#pragma once
// A change: an atomic, immutable group of operations by one replica on one document, in two parts.
// The header says who, when and after what; the body says what. A change whose body was refused,
// held or erased travels as its header alone ("hollow"), so that chain and causality stay whole.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"
#include "insieme/sync/operation.hpp"
#include "insieme/sync/stamp.hpp"
#include "insieme/sync/version_vector.hpp"

namespace insieme::sync {

/// The id of a change: a hash over the id of the change before it (same document, same replica),
/// the ids at its `deps` entries and its header. Two changes with one id are one change.
struct ChangeId : Digest {};

/// An entry of `deps` that moved since the replica's change before. The first 8 bytes of the id
/// there show a fork to whoever meets it.
struct DepEntry {
  ReplicaId replica;
  std::uint64_t seq = 0;
  std::uint64_t id_prefix = 0;
  friend bool operator==(const DepEntry&, const DepEntry&) = default;
};

/// What one act did in several documents; all of its changes are accepted or none.
struct Transaction {
  TransactionId id;
  std::uint32_t count = 0;  ///< 2..kChangesPerTransactionMax changes
  friend bool operator==(const Transaction&, const Transaction&) = default;
};

/// The change that this one authors again (after a hold, a clone or an eviction).
struct Origin {
  ReplicaId replica;
  std::uint64_t seq = 0;
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct ChangeHeader {
  DocumentId document;
  ReplicaId replica;
  std::uint64_t seq = 0;           ///< 1, 2, 3 … per (document, replica)
  /// First 8 bytes of the id of change seq - 1 (0 for seq 1), so that a change of one branch of a
  /// fork is never taken for the continuation of the other.
  std::uint64_t previous_prefix = 0;
  std::vector<DepEntry> deps;      ///< sorted by replica, without `replica` itself
  Stamp stamp;
  std::string author;              ///< the person's account name, 1..kAuthorBytesMax bytes
  std::uint32_t schema_version = 0;
  std::optional<Transaction> transaction;
  std::optional<Origin> origin;
  Digest body_digest;              ///< keyed with the dossier's key
  friend bool operator==(const ChangeHeader&, const ChangeHeader&) = default;
};

/// The first name of the work that a change is: its own, or of what it authors again.
[[nodiscard]] inline Origin first_name(const ChangeHeader& header) noexcept {
  return header.origin.value_or(Origin{header.replica, header.seq});
}

struct Change {
  ChangeHeader header;
  std::optional<std::vector<Operation>> ops;  ///< absent: hollow
  friend bool operator==(const Change&, const Change&) = default;
  [[nodiscard]] bool is_hollow() const noexcept { return !ops.has_value(); }
};

/// One key per dossier: without it nothing about a body can be guessed from its digest. Destroying
/// it is part of an erasure.
struct DossierKey {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const DossierKey&, const DossierKey&) = default;
};

/// Canonical bytes: equal changes have equal bytes. Used for digests and for the change log.
[[nodiscard]] std::vector<std::uint8_t> encode_header(const ChangeHeader& header);
[[nodiscard]] Result<ChangeHeader> decode_header(std::span<const std::uint8_t> bytes);
/// Which work a change is: one digest for it and for what authors it again, where contexts, texts
/// and references have been carried over. Zero without a body.
[[nodiscard]] Digest digest_of_work(const Change& change);

[[nodiscard]] std::vector<std::uint8_t> encode_body(const std::vector<Operation>& ops);
[[nodiscard]] Result<std::vector<Operation>> decode_body(std::span<const std::uint8_t> bytes);

/// Whether a text in it comes with its base: it waits for somebody's decision, whoever wrote it.
[[nodiscard]] bool is_late(const std::vector<Operation>& ops) noexcept;

/// The digest that belongs into the header of a change with this body.
[[nodiscard]] Digest digest_body(const DossierKey& key, std::span<const std::uint8_t> body);

/// `dep_ids` are the full ids at `header.deps`, in their order; `previous` is all zero for seq 1.
[[nodiscard]] ChangeId compute_id(const ChangeId& previous, const std::vector<ChangeId>& dep_ids,
                                  std::span<const std::uint8_t> header_bytes);

/// Everything about a header that does not need a document: limits, order of deps, names.
[[nodiscard]] Status check_header(const ChangeHeader& header);
/// Everything about operations that does not need a document: limits, and that no two operations of
/// one change write the same field (an undo, and adds or removes of different elements, may).
[[nodiscard]] Status check_ops(const std::vector<Operation>& ops);
/// That no operation claims to have seen more than its change (`deps` in full), nor decides on
/// something that its author cannot know. What passes converges; what does not must never be
/// merged.
[[nodiscard]] Status check_contexts(const std::vector<Operation>& ops, const VersionVector& deps);

}  // namespace insieme::sync
