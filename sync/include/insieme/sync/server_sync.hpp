#pragma once
// The server's side of one sync turn as a machine without I/O. A repository performs its actions:
// Load and Commit in one write transaction, Read in any transaction that begins after it.

#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "insieme/sync/frontier.hpp"
#include "insieme/sync/protocol.hpp"

namespace insieme::sync {

/// Names one change of the log.
struct ChangeRef {
  DocumentId document;
  ReplicaId replica;
  std::uint64_t seq = 0;
  friend bool operator==(const ChangeRef&, const ChangeRef&) = default;
  friend std::strong_ordering operator<=>(const ChangeRef& a, const ChangeRef& b) noexcept {
    if (const auto order = a.document <=> b.document; order != 0) return order;
    if (const auto order = a.replica <=> b.replica; order != 0) return order;
    return a.seq <=> b.seq;
  }
};

/// What the server knows about a dossier and this device's user.
struct DossierAccess {
  bool known = false;
  DossierKey key;
  std::vector<std::string> sections;  ///< that the user may write now; empty: none
  bool on_hold = false;               ///< a legal hold: nothing of it may be erased
  /// All of it was erased, and nobody was waited for any more: what has a body cannot be checked.
  bool key_destroyed = false;
  /// The user wrote its first change and never had it: it was given back to a restored server by
  /// somebody else.
  bool opened = false;
  bool had = false;  ///< the user is assigned to it, or was once
};

/// What those who may decide made of a held change. Numbers are fixed for ever.
enum class HeldState : std::uint8_t { waiting = 0, accepted = 1, refused = 2 };

/// `verdict` and `reason` are what became of it the first time, so that a device whose reply was
/// lost hears the same again.
struct KnownChange {
  ChangeId id;
  std::uint64_t position = 0;
  Verdict verdict = Verdict::accepted;  ///< accepted, held or refused
  ErrorCode code = ErrorCode::ok;
  std::string reason;
  HeldState decision = HeldState::waiting;  ///< of a held one
  std::string decision_reason{};          ///< of a refusal
  /// Accepted hollow; or held, and its body is not aside: it was given back by others.
  bool bodyless = false;
};

/// Where a change of the log mints rights.
struct GrantPlace {
  ChangeRef change;
  RecordId record;
  std::string field;
};
/// One for each grant in the change; none for a hollow one.
/// `first_name`, as a place in the log.
[[nodiscard]] ChangeRef name_of_work(const ChangeHeader& header);

[[nodiscard]] std::vector<GrantPlace> grants_of(const Change& change);

// ---- actions ------------------------------------------------------------------------------------

/// Begin a write transaction and look these up.
struct LoadAction {
  DeviceId device;
  ReplicaId replica;
  std::vector<ReplicaId> replicas;    ///< that one and the authors of what was pushed, sorted
  Cursor cursor;
  std::vector<DocumentId> documents;  ///< their frontiers, sorted
  std::vector<DossierId> dossiers;    ///< sorted
  std::vector<ChangeRef> changes;     ///< ids and positions, as far as they exist, sorted
  std::uint64_t protocol = kProtocolVersion;  ///< that the device speaks
  std::vector<DocumentId> grants{};  ///< documents whose accepted grants are to be told, sorted
  std::vector<ErasureId> erasures{};  ///< which of these orders were carried out
  std::vector<ChangeRef> origins{};   ///< what was made of these is to be told, sorted
};

/// A change that authors the one that was asked for again, accepted or held; or that one itself, if
/// it was accepted.
struct Authored {
  ReplicaId replica;
  std::uint64_t seq = 0;
  Stamp stamp;
  std::string author;
  Digest work;  ///< `digest_of_work`; zero if its body is gone
};

/// An entry to append to the log. A held or refused change stands there hollow; its body, if any,
/// is kept aside for those who decide.
struct NewChange {
  Change change;           ///< with its body as it was sent
  ChangeId id;
  Verdict verdict = Verdict::accepted;  ///< accepted, held or refused
  ErrorCode code = ErrorCode::ok;
  std::string reason;
  /// The held or refused change whose text it stands on, and whose fate it shares. When a held one
  /// is refused by somebody, so is what waits and stands on it, in the same words.
  std::optional<ChangeRef> stands_on{};
  /// Given back by a device, with the server's own word: it was judged before, and `state` is what
  /// became of it if it is held.
  bool healed = false;
  HeldState state = HeldState::waiting;
};

/// Write everything below, in this order, commit, and tell the positions.
struct CommitAction {
  std::vector<DossierSecret> new_dossiers;  ///< to be granted to the user and to all coordinators
  std::vector<DossierId> opened{};          ///< known ones, to be granted to the user
  std::vector<NewChange> changes;           ///< consecutive positions
  std::map<DocumentId, Frontier> frontiers; ///< as they are after `changes`
  std::vector<Change> bodies;               ///< of held changes that are `bodyless`
  std::vector<Seen> seen;                   ///< to be logged as events
  std::vector<HeldDecision> held_decisions; ///< refusals, and acceptances found by origin
  /// What the device's replicas will have seen in all that they author from here on. No more than
  /// the log holds. The repository works out from all devices what is stable.
  std::vector<Acknowledgement> acknowledgements;
  std::vector<ErasureOrder> erasures{};  ///< to be carried out, after all of the above
  std::vector<ErasureId> erased{};       ///< that the device confirms
  Digest manifest;               ///< what the device signed for this hand-out
  Signature manifest_signature;
  /// Nothing to write: end the transaction without taking a position.
  [[nodiscard]] bool empty() const noexcept {
    return new_dossiers.empty() && opened.empty() && changes.empty() && bodies.empty() &&
           seen.empty() && held_decisions.empty() && acknowledgements.empty() &&
           erasures.empty() && erased.empty();
  }
};

/// Read the log for this device from the cursor on.
struct ReadAction {
  Cursor cursor;
  std::optional<Backfill> backfill;
  std::size_t bytes_max = 0;
  std::size_t items_max = 0;
  bool snapshots = false;             ///< the device takes them
  bool erasures = false;              ///< the device takes orders and redacted changes
  bool late_texts = false;            ///< the device takes held changes with `SpliceOp::base`
  std::vector<DocumentId> stable_of{};  ///< documents whose stable version is to be told
  bool vouches = false;                 ///< heads and hollow changes beside the digests
  std::vector<DossierId> permits_of{};  ///< what the person may see of these is to be told
};

struct AnswerAction { std::vector<std::uint8_t> frame; };
/// The request cannot be served; nothing was written.
struct RejectAction { Error error; };

using ServerAction = std::variant<LoadAction, CommitAction, ReadAction, AnswerAction, RejectAction>;

// ---- inputs -------------------------------------------------------------------------------------

struct RequestArrived {
  std::vector<std::uint8_t> frame;
  DeviceId authenticated;      ///< whom the token names
  PublicKey device_key;
  bool may_review = false;     ///< the user decides on held changes
  std::string account;         ///< the user's account name
  bool may_grant = false;      ///< the user mints rights
  /// The server's own; without it, it vouches for nothing, believes no voucher, gives no permits.
  std::optional<KeyPair> keys{};
  std::vector<LetterResult> letters{};     ///< what became of those of the request
  /// Not empty: nothing is taken without somebody's decision, for this reason (one of `reasons`).
  std::string_view held_for{};
};
struct Loaded {
  std::uint64_t epoch = 1;
  bool cursor_known = true;
  /// Every one of `LoadAction::replicas` is new or belongs to this device: nobody writes under
  /// somebody else's replica id.
  bool replica_allowed = true;
  std::map<DocumentId, Frontier> frontiers;
  std::map<DossierId, DossierAccess> dossiers;
  std::map<ChangeRef, KnownChange> changes;
  /// Of `LoadAction::documents`: what devices were told to be stable.
  std::map<DocumentId, VersionVector> stable;
  std::vector<GrantPlace> grants;  ///< of `LoadAction::grants`, in accepted changes
  std::map<DocumentId, Redaction> redactions{};  ///< of `LoadAction::documents`
  std::vector<ErasureId> erasures{};             ///< of `LoadAction::erasures`, carried out
  std::map<ChangeRef, std::vector<Authored>> origins{};  ///< of `LoadAction::origins`
};
struct Committed { std::vector<std::uint64_t> positions; };  ///< of `CommitAction::changes`
struct PageRead {
  std::vector<StreamItem> items;
  Cursor cursor;
  std::optional<Backfill> backfill;
  bool more = false;
  std::vector<DocumentDigest> digests;
  std::int64_t server_ms = 0;
  std::vector<Acknowledgement> stable;
  std::vector<Voucher> vouchers;  ///< of `digests`, not signed yet
  std::uint64_t covered = 0;      ///< SyncReply::covered
  std::map<DossierId, DossierAccess> permits{};  ///< of `ReadAction::permits_of`, those that exist
  std::map<DossierId, DossierKey> order_keys{};  ///< of the orders in `items`, unless destroyed
};
using ServerInput = std::variant<RequestArrived, Loaded, Committed, PageRead>;

/// One turn. Not thread-safe; lives as long as the request.
class ServerSync {
 public:
  [[nodiscard]] ServerAction resume(ServerInput input);

 private:
  enum class State : std::uint8_t { fresh, loading, committing, reading, ended };
  ServerAction on_request(RequestArrived arrived);
  ServerAction on_loaded(Loaded loaded);
  ServerAction on_committed(const Committed& committed);
  ServerAction on_page(PageRead page);
  ServerAction reject(Error error);
  void vouch(std::vector<Voucher>& vouchers);
  ServerAction read();
  void add_permits(PageRead& page);
  void seal_orders(const PageRead& page);

  State state_ = State::fresh;
  RequestArrived arrived_;
  SyncRequest request_;
  SyncReply reply_;
  std::vector<DocumentId> stable_of_;
  std::vector<std::size_t> healed_results_;     ///< which of `healed` the first positions are for
  std::vector<std::size_t> committed_results_;  ///< and which results the others
};

}  // namespace insieme::sync
