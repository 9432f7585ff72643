#pragma once
// A document folded at a causally closed set of its changes: what a first sync ships instead of the
// log, and what a compacted log stands on. Everything that a later change can still touch is here;
// what only history would tell is not (docs/adr/0007).

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "insieme/sync/frontier.hpp"
#include "insieme/sync/record.hpp"

namespace insieme::sync {

/// What a field showed before those parted who disagree about it: the base of its open item.
/// Of a text, after what it started from, what each alternative made of it when it was folded, in
/// the order of the item's dots. Evidence for people, no part of the state.
struct ContestedBase {
  RecordId record;
  std::string field;
  std::vector<Value> values;
  friend bool operator==(const ContestedBase&, const ContestedBase&) = default;
};

/// A pure function of the set of changes folded, as long as their whole log was at hand; folded
/// again from an earlier snapshot, `bases` alone may say less. The texts in `records` are folded.
/// Whoever folds makes sure that every change still to come depends on all of `version()`, and its
/// splices have it in their context; other contexts may be less.
struct Snapshot {
  DocumentId document;
  Frontier frontier;
  std::map<RecordId, RecordState> records;
  std::map<RecordId, Mark> newest;   ///< of each record: its operation of the greatest (stamp, dot)
  std::vector<ContestedBase> bases;  ///< by record and field, without empty ones

  [[nodiscard]] const VersionVector& version() const noexcept { return frontier.version(); }
  [[nodiscard]] const ContestedBase* base(const RecordId& record, std::string_view field) const;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// Hash over canonical record states and a version vector: equal iff the states are.
[[nodiscard]] Digest state_digest_of(const VersionVector& version,
                                     const std::map<RecordId, RecordState>& records);

/// In columns, compressed, with the digest of its state and a checksum. Equal snapshots have equal
/// bytes (of one version of zstd). `limit_exceeded`: a document too large for one
/// (kSnapshotBytesMax, kSnapshotFieldsMax), which travels as its log.
[[nodiscard]] Result<std::vector<std::uint8_t>> encode_snapshot(const Snapshot& snapshot);
/// Errors: those of decoding; `checksum` also when the state is not the one that the snapshot's
/// digest names.
[[nodiscard]] Result<Snapshot> decode_snapshot(std::span<const std::uint8_t> bytes);

}  // namespace insieme::sync
