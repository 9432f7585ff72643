#pragma once
// How the structs of `sync` are written with the archive pair. Formats: docs/protocol.md and
// docs/storage-format.md.

#include "archive.hpp"
#include "insieme/sync/change.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::sync {

void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Value& value);
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Value& value);
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const VersionVector& vector);
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, VersionVector& vector);
void CEREAL_SAVE_FUNCTION_NAME(WireOut& ar, const Operation& op);
void CEREAL_LOAD_FUNCTION_NAME(WireIn& ar, Operation& op);

/// A value without its tag, which is its place in the variant.
void save_value_content(WireOut& ar, const Value& value);
[[nodiscard]] Value load_value_content(WireIn& ar, std::uint8_t tag);

/// An action by itself, without its kind: that of an operation without its bit for a context.
[[nodiscard]] std::uint8_t kind_byte(const Action& action) noexcept;
void save_action(WireOut& ar, const Action& action);
[[nodiscard]] Action load_action(WireIn& ar, std::uint8_t kind);

/// An escrow operation by itself: its kind on the wire, and the rest of it.
[[nodiscard]] std::uint8_t escrow_kind(const EscrowAct& act) noexcept;
void save_escrow_act(WireOut& ar, const EscrowAct& act);
[[nodiscard]] EscrowAct load_escrow_act(WireIn& ar, std::uint8_t kind);

template <class Archive>
void serialize(Archive& ar, Stamp& stamp) {
  ar(stamp.ms, stamp.counter);
}
template <class Archive>
void serialize(Archive& ar, Dot& dot) {
  ar(dot.replica, dot.seq, dot.op);
}
template <class Archive>
void serialize(Archive& ar, Digest& digest) {
  ar(digest.bytes);
}
template <class Archive>
void serialize(Archive& ar, DocumentId& id) {
  ar(id.dossier, name_of_field(id.section, kSectionBytesMax));
}
template <class Archive>
void serialize(Archive& ar, Splice& splice) {
  ar(splice.position, splice.removed, text_of(splice.inserted, kSpliceBytesMax));
}
template <class Archive>
void serialize(Archive& ar, DepEntry& entry) {
  ar(entry.replica, entry.seq, fixed64_of(entry.id_prefix));
}
template <class Archive>
void serialize(Archive& ar, Transaction& transaction) {
  ar(transaction.id, transaction.count);
}
template <class Archive>
void serialize(Archive& ar, Origin& origin) {
  ar(origin.replica, origin.seq);
}

/// Whether a header is followed by its body, whose digest then need not be written.
enum class BodyDigest : std::uint8_t { written, implied };

template <class Archive>
void serialize_header(Archive& ar, ChangeHeader& header, BodyDigest digest) {
  ar(header.document, header.replica, header.seq);
  if (header.seq > 1) ar(fixed64_of(header.previous_prefix));
  ar(list_of(header.deps, kReplicasPerDocumentMax), header.stamp,
     name_of_field(header.author, kAuthorBytesMax), header.schema_version,
     optional_of(header.transaction), optional_of(header.origin));
  if (digest == BodyDigest::written) ar(header.body_digest);
}
template <class Archive>
void serialize_ops(Archive& ar, std::vector<Operation>& ops) {
  ar(list_of(ops, kOpsPerChangeMax));
}

}  // namespace insieme::sync
