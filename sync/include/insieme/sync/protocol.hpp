#pragma once
// What a device and a server say to each other. Normative text: docs/protocol.md.
// A message is one frame: magic, version, kind, flags, length, payload, checksum. One request and
// one reply make a turn; every turn is idempotent, bounded and may be repeated after a lost reply.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "insieme/sync/change.hpp"
#include "insieme/sync/erasure.hpp"
#include "insieme/sync/seal.hpp"
#include "insieme/sync/voucher.hpp"

namespace insieme::sync {

/// Version 2 brought snapshots and acknowledgements, version 3 vouchers and what devices need to
/// exchange without a server, version 4 erasures, version 5 the work of a device that was given up
/// and whose user lost the dossier, version 6 messages whose changes are in columns. A server
/// answers in the version of the request; what a later version added is then left out.
inline constexpr std::uint32_t kProtocolVersion = 6;
inline constexpr std::uint32_t kProtocolVersionMin = 1;  ///< that a server still answers
inline constexpr std::uint32_t kProtocolVersionSpoken = 3;  ///< the lowest of a client
/// Raised when an operation kind is added that older engines cannot merge.
inline constexpr std::uint32_t kEngineVersion = 1;

/// Where a device stands in its space's log. The hash shows a server that was rolled back.
struct Cursor {
  std::uint64_t epoch = 0;     ///< 0: never synchronised
  std::uint64_t position = 0;  ///< everything visible up to here, inclusive, was received
  Digest log_hash;             ///< of the log at `position`; zero at position 0
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// A document's snapshot, up to a byte, that a device has received.
struct SnapshotPlace {
  std::string section;
  Digest digest;  ///< of the snapshot's bytes
  std::uint64_t offset = 0;
  friend bool operator==(const SnapshotPlace&, const SnapshotPlace&) = default;
};
/// What a device needs no changes of any more: it was shipped in a snapshot.
struct ShippedFold {
  std::string section;
  VersionVector version;
  friend bool operator==(const ShippedFold&, const ShippedFold&) = default;
};

/// A dossier whose older changes are still being shipped after a grant: the cursor stands just
/// before the grant's position until they are all sent. First come the snapshots of its sections in
/// the order of their names (`next_position` is 0 as long), then the changes that are in none of
/// them. The device keeps it and sends it back untouched.
struct Backfill {
  DossierId dossier;
  std::uint64_t grant_position = 0;
  std::uint64_t next_position = 0;  ///< of the dossier's changes, the first not yet sent
  std::optional<SnapshotPlace> snapshot{};  ///< under way, from version 2 on
  std::vector<ShippedFold> folded{};        ///< by section, from version 2 on
  friend bool operator==(const Backfill&, const Backfill&) = default;
};

struct DossierSecret {
  DossierId dossier;
  DossierKey key;
  friend bool operator==(const DossierSecret&, const DossierSecret&) = default;
};

/// A person has looked at a document in this version; receipts of P6 come from it.
struct Seen {
  DocumentId document;
  VersionVector version;
  std::string by;  ///< account name
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// What became of a change that the server held because its author no longer had the dossier.
struct HeldDecision {
  DocumentId document;
  ReplicaId replica;
  std::uint64_t seq = 0;
  bool accepted = false;  ///< accepted ones travel as changes with an `origin`; sent for refusals
  std::string reason;
  std::string by;
  friend bool operator==(const HeldDecision&, const HeldDecision&) = default;
};

/// What a replica acknowledges of a document: whatever it will yet author there has seen this much.
struct Acknowledgement {
  DocumentId document;
  VersionVector version;
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

/// The server's word that a device may exchange these sections of a dossier with others: read them,
/// and hand out what its person wrote there. Shown to whoever is given something on its strength.
struct ExchangeGrant {
  SpaceId space;
  DeviceId device;
  PublicKey device_key;
  std::string account;  ///< whose device it is: changes of others are not theirs to hand out
  DossierId dossier;
  std::vector<std::string> sections;
  bool may_review = false;
  std::int64_t issued_ms = 0;   ///< by the server's clock
  std::int64_t expires_ms = 0;
  Signature signature;          ///< by the server, over `digest_of` this
  friend bool operator==(const ExchangeGrant&, const ExchangeGrant&) = default;
};
/// A grant and, for its device alone, what the documents are sealed with.
struct ExchangePermit {
  ExchangeGrant grant;
  std::vector<SealKey> keys;  ///< of `grant.sections`, in their order
  friend bool operator==(const ExchangePermit&, const ExchangePermit&) = default;
};

/// A text of the log that somebody else's change touches, and that own changes of the request stand
/// on: their author did not know yet what became of it. See server_judge.
struct TextOfOther {
  DocumentId document;
  ReplicaId replica;
  std::uint64_t seq = 0;
  RecordId record;
  std::string field;
  friend bool operator==(const TextOfOther&, const TextOfOther&) = default;
};

/// What became of a letter that was carried here. Fixed numbers.
enum class LetterFate : std::uint8_t {
  taken = 1,    ///< all of it was judged; its carrier is done with it
  waits = 2,    ///< something that it depends on is missing here: bring it again
  refused = 3,  ///< it is none of a device of this space: `code` and `reason` say why
  /// Some of it can never enter the log as it is: its author will author it again. What was taken
  /// from the same hand-out must go.
  superseded = 4,
};
struct LetterResult {
  Digest letter;  ///< `digest_letter_bytes`
  LetterFate fate = LetterFate::taken;
  ErrorCode code = ErrorCode::ok;
  std::string reason;
  friend bool operator==(const LetterResult&, const LetterResult&) = default;
};
[[nodiscard]] Digest digest_letter_bytes(std::span<const std::uint8_t> sealed);

/// What became of an order that this device asked for: `ok`, or why it is not carried out.
struct ErasureAnswer {
  ErasureId id;
  ErrorCode code = ErrorCode::ok;
  std::string reason;
  friend bool operator==(const ErasureAnswer&, const ErasureAnswer&) = default;
};

/// Where a document's log ends, for a device that stands on less than the others have folded: what
/// it authors again stands on these. Ids alone, nothing of what was written.
struct Ground {
  DocumentId document;
  bool may_write = false;          ///< it comes to the device anyway, with all that it stands on
  std::vector<VouchedHead> heads;  ///< the newest change of each replica, ascending
  friend bool operator==(const Ground&, const Ground&) = default;
};

struct SyncRequest {
  std::uint32_t protocol = kProtocolVersion;
  std::uint32_t engine = kEngineVersion;
  std::uint32_t schema_version = 0;
  SpaceId space;
  DeviceId device;
  ReplicaId replica;             ///< the one that this store writes under now
  Cursor cursor;
  std::optional<Backfill> backfill;
  std::int64_t device_ms = 0;    ///< the device's own clock, uncorrected
  std::uint64_t unsent_left = 0; ///< changes that stay unsent after this request
  std::uint32_t reply_bytes_max = 0;
  std::vector<DossierSecret> secrets;  ///< keys of dossiers created here whose changes follow
  std::vector<Change> changes;         ///< in causal order; whole transactions
  std::vector<Seen> seen;
  std::vector<HeldDecision> held_decisions;
  /// Ed25519 by the device over `manifest_of(device, changes)`: one signature per hand-out.
  Signature signature;
  // from version 2 on
  bool log_only = false;  ///< a snapshot did not hold what it promised: send changes
  std::vector<Acknowledgement> acknowledgements;  ///< after `changes`
  // from version 3 on
  Healing healing;  ///< before `changes`; the device does not sign it, the server once did
  std::vector<DossierId> permits_wanted;  ///< that have none, or one that expires soon
  std::vector<TextOfOther> texts_of_others;
  std::vector<std::vector<std::uint8_t>> letters;  ///< of others, sealed for the server
  std::vector<ErasureId> erased;    ///< orders that this store has carried out, traces included
  std::vector<ErasureOrder> erase;  ///< of single records, by whoever may decide there
  friend bool operator==(const SyncRequest&, const SyncRequest&) = default;
};

/// Fixed numbers.
enum class Verdict : std::uint8_t {
  accepted = 1,
  duplicate = 2,  ///< was accepted before, at `position`
  held = 3,       ///< waits for a coordinator: the author may not write there any more
  refused = 4,    ///< cannot be accepted; `code` and `reason` say why; the device keeps it
  forked = 5,     ///< another change stands at its place: author again under a new replica id
  deferred = 6,   ///< not looked at (an earlier one it needs was refused, or a limit): send again
};

struct PushResult {
  DocumentId document;
  ReplicaId replica;
  std::uint64_t seq = 0;
  Verdict verdict = Verdict::accepted;
  std::uint64_t position = 0;  ///< in the log, if it stands there
  ErrorCode code = ErrorCode::ok;
  std::string reason;
  friend bool operator==(const PushResult&, const PushResult&) = default;
};

/// The device's user may see these sections of a dossier from here on; `key` opens it.
struct GrantEvent {
  DossierId dossier;
  std::vector<std::string> sections;
  DossierKey key;
  bool may_review = false;  ///< decides on items and held changes
  friend bool operator==(const GrantEvent&, const GrantEvent&) = default;
};
/// The device drops the dossier as soon as its unsent work there is sent.
struct RevokeEvent {
  DossierId dossier;
  std::string reason;
  friend bool operator==(const RevokeEvent&, const RevokeEvent&) = default;
};
/// For those who may decide: a late change, whole.
struct HeldEvent {
  Change change;
  std::string reason;
  friend bool operator==(const HeldEvent&, const HeldEvent&) = default;
};
struct HeldClosedEvent {
  HeldDecision decision;
  friend bool operator==(const HeldClosedEvent&, const HeldClosedEvent&) = default;
};
struct SeenEvent {
  Seen seen;
  friend bool operator==(const SeenEvent&, const SeenEvent&) = default;
};
/// From version 4 on: for every device that ever held the dossier, assigned or not.
struct EraseEvent {
  ErasureOrder order;
  /// The same for others who hold the dossier (carried_order.hpp). Empty: its key is gone.
  std::vector<std::uint8_t> sealed{};
  friend bool operator==(const EraseEvent&, const EraseEvent&) = default;
};
/// The order of alternatives is their number on the wire: append only.
using Event = std::variant<GrantEvent, RevokeEvent, HeldEvent, HeldClosedEvent, SeenEvent,
                           EraseEvent>;

/// A piece of a document's snapshot (snapshot.hpp). Pieces come in order; one at offset 0 begins
/// anew, whatever came before. The last one ends at `total`.
struct SnapshotPart {
  DocumentId document;
  Digest digest;  ///< of all bytes: `digest_snapshot`
  std::uint64_t total = 0;
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;
  friend bool operator==(const SnapshotPart&, const SnapshotPart&) = default;
};
[[nodiscard]] Digest digest_snapshot(std::span<const std::uint8_t> bytes);

/// One entry of the space's log as this device may see it, with its position; a snapshot part has
/// that of the grant that it belongs to.
struct StreamItem {
  std::uint64_t position = 0;
  std::variant<Change, Event, SnapshotPart> content;
  friend bool operator==(const StreamItem&, const StreamItem&) = default;
};

/// Sum of the ids of all accepted changes of a document at the reply's cursor.
struct DocumentDigest {
  DocumentId document;
  std::uint64_t count = 0;
  DigestSum history;
  friend bool operator==(const DocumentDigest&, const DocumentDigest&) = default;
};

enum class ReplyStatus : std::uint8_t {
  ok = 1,
  /// The server does not know this cursor (it was restored from a backup, or the device has another
  /// space's): start at 0 and offer all own changes again.
  cursor_unknown = 2,
};

struct SyncReply {
  std::uint32_t protocol = kProtocolVersion;
  std::uint32_t engine_min = 1;  ///< the least engine that may write in this space
  ReplyStatus status = ReplyStatus::ok;
  std::int64_t server_ms = 0;
  std::vector<PushResult> results;  ///< one per pushed change, in order
  std::vector<StreamItem> items;    ///< a transaction is never split between replies
  Cursor cursor;                    ///< to be stored together with what came
  std::optional<Backfill> backfill;
  bool more = false;                ///< ask again at once
  /// Of documents of which something is in `items`, or was passed over because this replica wrote
  /// it, and of which nothing more is to come.
  std::vector<DocumentDigest> digests;
  // from version 2 on
  /// Of documents that were acknowledged: what all who hold them have acknowledged. It only grows;
  /// everything still to come depends on it.
  std::vector<Acknowledgement> stable;
  // from version 3 on
  std::vector<PushResult> healed;  ///< one per change of `healing` that was to be taken, in order
  std::vector<Vouch> vouches;      ///< of documents in `digests`
  /// A backup that was read and checked holds the log up to here: nobody need keep that much.
  std::uint64_t covered = 0;
  std::vector<ExchangePermit> permits;  ///< as far as they were wanted and the person has access
  std::vector<LetterResult> letters;    ///< one per letter of the request, in order
  std::vector<ErasureAnswer> erasures;  ///< one per order that was asked for, in order
  // from version 5 on
  std::vector<Ground> grounds;  ///< of documents of which something was not taken (section 13)
  friend bool operator==(const SyncReply&, const SyncReply&) = default;
};

using Message = std::variant<SyncRequest, SyncReply>;

/// One frame. Bodies are written in full, so their digests are not: the receiver computes them with
/// the dossier's key (`complete`). Never larger than kFrameBytesMax if the parts keep their limits.
[[nodiscard]] std::vector<std::uint8_t> encode_message(const Message& message);
/// Whether a frame of `encode_message` may be sent: nothing in it is larger than the limits allow.
[[nodiscard]] bool fits_limits(std::span<const std::uint8_t> frame) noexcept;
/// Changes come back with a zero `body_digest` unless they are hollow or redacted. Errors:
/// `truncated`, `malformed`, `trailing_bytes`, `limit_exceeded`, `wrong_version`, `checksum`.
[[nodiscard]] Result<Message> decode_message(std::span<const std::uint8_t> frame);

/// Fills in the body digest of a change that came with its body.
void complete(Change& change, const DossierKey& key);

/// What a device signs at a hand-out: a digest over the headers of the changes, in order. Headers
/// name their bodies by digest and outlive them, so the signature can be checked after an erasure.
/// Every change must be `complete`.
[[nodiscard]] Digest manifest_of(const DeviceId& device, const std::vector<Change>& changes);

/// Bytes that a change adds to a message at most, for filling one up to its target.
[[nodiscard]] std::size_t encoded_size(const Change& change);

}  // namespace insieme::sync
