#pragma once
// Storage behind an interface: a SQLite file, or PostgreSQL for several servers. One contract test
// suite (tests/server/repository_contract.hpp) holds for every implementation.
//
// A repository serves one space; every row is led by the space, so that spaces may share tables.
// Expected outcomes are values. StorageFailure means that the operation could not be done at all;
// nothing of it is then stored. All functions may be called from any thread.

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "insieme/server/erasure.hpp"
#include "insieme/server/flows.hpp"
#include "insieme/server/glass.hpp"
#include "insieme/server/local_accounts.hpp"
#include "insieme/server/machines.hpp"
#include "insieme/server/news.hpp"
#include "insieme/server/permission.hpp"
#include "insieme/server/roles.hpp"
#include "insieme/server/sign_in_links.hpp"
#include "insieme/server/sign_in_rows.hpp"
#include "insieme/sync/device_order.hpp"
#include "insieme/sync/server_sync.hpp"

namespace insieme::server {

/// Milliseconds since 1970 UTC.
using Clock = std::function<std::int64_t()>;

/// Codes: busy, storage_full, storage_failure, storage_newer, internal. what() is for an
/// operator's log and holds no personal data.
class StorageFailure : public std::exception {
 public:
  StorageFailure(ErrorCode code, std::string what) : code_(code), what_(std::move(what)) {}
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
  std::string what_;
};

struct SpaceInfo {
  sync::SpaceId id;
  std::string name;
  std::uint64_t epoch = 1;
  std::uint64_t position = 0;  ///< of the newest entry of the log
  sync::Digest log_hash;       ///< there
  std::uint64_t log_bytes = 0; ///< headers and bodies, what the quota counts
  std::int64_t created_ms = 0;
  std::uint64_t covered_position = 0;  ///< up to there a backup was made and read again
};

struct User {
  std::string account;
  std::string display_name;
  std::string role;
  bool disabled = false;
  std::int64_t created_ms = 0;
  std::string organization{};  ///< empty: none, bound to no place
  Term contract{};
};

struct Device {
  sync::DeviceId id;
  std::string account;
  std::string name;
  sync::PublicKey key;
  std::int64_t enrolled_ms = 0;
  std::optional<std::int64_t> last_sync_ms;
  std::optional<std::int64_t> clock_offset_ms;  ///< device clock minus server clock
  std::optional<std::uint64_t> unsent;          ///< as it last told
  std::optional<std::int64_t> revoked_ms;
  std::string revoke_reason;
  std::uint64_t shipped_position = 0;       ///< it may have received the log up to there
  std::optional<std::int64_t> given_up_ms;  ///< silent for too long: nobody waits for it
  std::uint64_t protocol = 0;               ///< that it spoke last; 0: not known
  sync::OrderKind order = sync::OrderKind::none;  ///< what is ordered of it (device_orders.hpp)
};

/// A device, whose it is, and what that person's role allows.
struct Caller {
  Device device;
  User user;
  RoleRules rules;
};

struct Enrolment {
  sync::Digest invitation_hash;
  sync::PublicKey device_key;
  std::string device_name;
  sync::ReplicaId replica;
  sync::DeviceId new_device;  ///< the id that the device gets, unless it is enrolled already
};

struct DossierInfo {
  sync::DossierId id;
  std::string created_by;
  std::int64_t created_ms = 0;
  std::uint64_t changes = 0;
  struct Assignment {
    std::string account;
    std::vector<std::string> sections;
    std::uint64_t from_position = 0;
    std::optional<std::uint64_t> to_position;  ///< none: it holds now
    std::optional<std::uint64_t> kept_to{};    ///< reads the log up to there, and writes nothing
  };
  std::vector<Assignment> assignments;
  std::string organization{};
  std::string territory{};
};

/// Beyond the sections, what an assignment says.
struct AssignTerms {
  Term term{};
  bool team = false;  ///< of the multidisciplinary team: from whatever organization
};

/// What is changed of a person; the rest stays.
struct PersonChange {
  std::optional<std::string> organization;
  std::optional<std::optional<Day>> from;
  std::optional<std::optional<Day>> until;
};

/// A denial and the dossier that it stands on.
struct DossierDenial {
  sync::DossierId dossier;
  Denial denial;
};

/// `opened`: something of a sensitive section was shown on a tablet, which said so later.
enum class AccessKind : std::uint8_t { read = 1, write = 2, refused = 3, opened = 4 };

/// What one exchange did with one dossier.
struct AccessNote {
  sync::DossierId dossier;
  AccessKind kind = AccessKind::read;
  std::vector<std::string> sections;
  std::uint64_t changes = 0;
  std::int64_t opened_ms = 0;  ///< of `opened`: when it was, by the tablet's clock
  std::string opened_for{};    ///< of `opened`: why, if the person said it
};

/// One line of the access log. Each one's hash stands on the one before.
struct AccessRow {
  std::uint64_t number = 0;  ///< 1, 2, 3 …
  std::int64_t at_ms = 0;
  std::string account;
  sync::DeviceId device;
  std::string purpose;  ///< why the person had it: the basis of the assignment; empty: none
  AccessNote note;
  sync::Digest hash;
};
[[nodiscard]] sync::Digest next_access_hash(const sync::Digest& previous, const AccessRow& row);

using sync::HeldState;

struct HeldInfo {
  sync::ChangeRef change;
  std::string author;
  std::string reason;
  HeldState state = HeldState::waiting;
  std::uint64_t position = 0;
  std::int64_t received_ms = 0;
};

struct Counts {
  std::uint64_t users = 0;
  std::uint64_t devices = 0;
  std::uint64_t devices_revoked = 0;
  std::uint64_t dossiers = 0;
  std::uint64_t documents = 0;
  std::uint64_t changes = 0;
  std::uint64_t held_waiting = 0;
  std::uint64_t database_bytes = 0;
  std::optional<std::int64_t> last_backup_ms;  ///< when one was noted
  std::uint64_t blobs = 0;          ///< begun and whole
  std::uint64_t blob_bytes = 0;     ///< of their content
  std::uint64_t blobs_awaited = 0;  ///< named, and not all here
};

/// Names the sealed bytes of a blob: within its dossier, so that two dossiers never share any.
struct BlobKey {
  sync::DossierId dossier;
  sync::Digest name;
  friend bool operator==(const BlobKey&, const BlobKey&) = default;
};

enum class BlobStanding : std::uint8_t {
  awaited = 0,  ///< named by a record, nobody has brought a byte yet
  begun = 1,    ///< counts against the limits from here on
  whole = 2,
  erased = 3,   ///< nothing names it any more: its bytes are to be removed
  gone = 4,     ///< and they were
  unknown = 255,
};

struct BlobFacts {
  BlobKey key;
  std::uint64_t size = 0;  ///< of the content, as the first record that named it says
  BlobStanding standing = BlobStanding::unknown;
};

/// What one person may do with one blob.
struct BlobRight {
  BlobFacts facts;
  std::vector<std::string> sections;  ///< where it is named and they may read; empty: may not read
  bool may_bring = false;
};

struct BlobUsage {
  std::uint64_t count = 0;  ///< begun and whole ones
  std::uint64_t bytes = 0;  ///< of their content
};

/// What the server notes about the device when a turn is committed.
struct TurnNotes {
  std::int64_t device_ms = 0;
  std::uint64_t unsent_left = 0;
  /// Somebody else brought it: nothing is learnt of where the device stands.
  bool by_letter = false;
};

/// One write transaction of the sync machine: `load`, then at most one `commit`. Without a commit
/// the destructor rolls everything back. Belongs to one thread; blocks other writers.
class Turn {
 public:
  virtual ~Turn() = default;
  [[nodiscard]] virtual sync::Loaded load(const sync::LoadAction& action) = 0;
  /// Durable when it returns. Also notes the device's state and binds new replicas to it.
  virtual sync::Committed commit(const sync::CommitAction& action, const TurnNotes& notes) = 0;

 protected:
  Turn() = default;
  Turn(const Turn&) = default;
  Turn& operator=(const Turn&) = default;
};

struct DigestPage {
  std::vector<sync::DocumentDigest> documents;
  bool more = false;
  std::uint64_t position = 0;  ///< of the log, at which all of this page holds
};

enum class EntryKind : std::uint8_t {
  change = 1,       ///< accepted
  held_change = 2,  ///< hollow; waits or waited for a decision
  refused_change = 3,
  grant = 10,
  revoke = 11,
  held = 12,
  held_closed = 13,
  seen = 14,
  erasure = 15,
};
[[nodiscard]] constexpr bool is_change(EntryKind kind) noexcept {
  return kind <= EntryKind::refused_change;
}

/// One entry of the log as stored, for verification.
struct LogEntry {
  std::uint64_t position = 0;
  EntryKind kind = EntryKind::change;
  sync::DocumentId document;  ///< the section is empty for grants and revocations
  sync::Digest item_id;       ///< stored for changes, computed from the columns for events
  sync::Digest log_hash;
  sync::ReplicaId replica;
  std::uint64_t seq = 0;
  std::vector<std::uint8_t> header;
  std::optional<std::vector<std::uint8_t>> body;
};

/// What a device vouched for in one hand-out.
struct ManifestRow {
  sync::DeviceId device;
  sync::PublicKey device_key;
  sync::Digest manifest;
  sync::Signature signature;
  std::uint64_t first_position = 0;
  std::uint64_t count = 0;
};

/// In the audit, who acts at the server's command line.
inline constexpr const char* kOperator = "operator";

struct AuditRow {
  std::int64_t at_ms = 0;
  std::string actor;
  std::string action;
  std::string subject;
};

/// A first snapshot is worth its bytes from so many changes on; a later one when it folds so many
/// more, or an eighth: all snapshots of a document together cost a small multiple of its log.
struct SnapshotPolicy {
  std::uint64_t first = 16;
  std::uint64_t next = 32;
  /// Nothing counts as stable, and so nothing is folded anywhere, before a backup covers it: what
  /// is folded cannot be given back to a server that has lost it.
  bool covered_only = false;
};

class Repository : public FlowStore,
                   public GlassStore,
                   public NewsSource,
                   public SignInStore,
                   public SignInRowStore,
                   public LocalAccountStore,
                   public MachineStore {
 public:
  [[nodiscard]] virtual SpaceInfo space() = 0;
  [[nodiscard]] virtual Counts counts() = 0;

  // ---- people and devices ----
  // `by`: whom the audit names for it, an account or the operator at the command line.
  /// `already_exists`; `invalid_argument` for a role that is not configured. A person whose role
  /// has all dossiers is granted those that exist.
  [[nodiscard]] virtual Status add_user(const User& user, const std::string& by = kOperator) = 0;
  [[nodiscard]] virtual std::vector<User> users() = 0;
  [[nodiscard]] virtual Status set_disabled(const std::string& account, bool disabled,
                                            const std::string& by = kOperator) = 0;
  /// `not_found`: no such account.
  [[nodiscard]] virtual Status add_invitation(const sync::Digest& hash, const std::string& account,
                                              std::int64_t expires_ms,
                                              const std::string& by = kOperator) = 0;
  /// `not_found`: no such invitation. `expired`. `conflict`: used by another device, or the key
  /// is another device's. `not_allowed`: the account is disabled. The same again is the same
  /// answer, whatever the time. A device that is known comes back with a new one of its own
  /// account, revoked or not: it may never have heard the answer.
  [[nodiscard]] virtual Result<Caller> enrol(const Enrolment& enrolment) = 0;
  [[nodiscard]] virtual std::optional<Caller> find_caller(const sync::DeviceId& device) = 0;
  [[nodiscard]] virtual std::vector<Device> devices() = 0;
  [[nodiscard]] virtual Status revoke_device(const sync::DeviceId& device,
                                             const std::string& reason,
                                             const std::string& by = kOperator) = 0;
  /// Nobody waits for it any more before what all others have seen is folded. It may come back at
  /// any time; its work is then authored again on top of what was folded. `not_found`.
  [[nodiscard]] virtual Status give_up_device(const sync::DeviceId& device) = 0;
  /// The same for all that did not synchronise within `ms` before the newest synchronisation of any
  /// device, or before now if that is earlier: a clock that jumps ahead gives nobody up. Those that
  /// it was done to.
  [[nodiscard]] virtual std::vector<Device> give_up_silent(std::int64_t ms) = 0;

  // ---- who may see what ----
  /// Replaces what the account had there. Empty `sections`: those of its role. Returns what holds
  /// now; nothing is logged when that is what held before.
  /// `not_allowed`: the role is never given a section, or a rule stands against it now.
  [[nodiscard]] virtual Result<std::vector<std::string>> assign(
      const std::string& account, const sync::DossierId& dossier,
      std::vector<std::string> sections, const AssignTerms& terms = {},
      const std::string& by = kOperator) = 0;
  /// `not_found`: no such account, dossier or current assignment.
  [[nodiscard]] virtual Status unassign(const std::string& account, const sync::DossierId& dossier,
                                        const std::string& reason,
                                        const std::string& by = kOperator) = 0;
  /// Takes the dossier from one account and gives it to another, in one transaction.
  [[nodiscard]] virtual Status hand_over(const sync::DossierId& dossier, const std::string& from,
                                         const std::string& to, const std::string& reason) = 0;
  [[nodiscard]] virtual std::vector<DossierInfo> dossiers() = 0;
  [[nodiscard]] virtual std::vector<HeldInfo> held() = 0;

  // ---- permission (docs/permission.md) ----
  /// Brings what is granted in line with what is declared: on a new civil day, and under other
  /// roles than before. Does nothing, and quickly, at any other time.
  virtual void settle() = 0;
  /// Adds or replaces. `invalid_argument`: a name, or a parent that is not there or below it.
  [[nodiscard]] virtual Status put_organization(const Organization& organization) = 0;
  [[nodiscard]] virtual std::vector<Organization> organizations() = 0;
  /// `not_found`: no such account or organization.
  [[nodiscard]] virtual Status set_person(const std::string& account,
                                          const PersonChange& change) = 0;
  /// Whose the dossier is, by a correction: nobody keeps what is no longer theirs to see.
  [[nodiscard]] virtual Status place(const sync::DossierId& dossier,
                                     const std::string& organization,
                                     const std::string& territory) = 0;
  /// Another body takes the dossier over: who falls outside keeps reading what there was.
  [[nodiscard]] virtual Status transfer(const sync::DossierId& dossier,
                                        const std::string& organization,
                                        const std::string& territory,
                                        const std::string& reason) = 0;
  /// Adds or replaces what stands against the account. Held from the next exchange on.
  [[nodiscard]] virtual Status deny(const sync::DossierId& dossier, const Denial& denial) = 0;
  /// Undoes it. `not_found`.
  [[nodiscard]] virtual Status allow(const sync::DossierId& dossier, const std::string& account,
                                     const std::string& by) = 0;
  [[nodiscard]] virtual std::vector<DossierDenial> denials() = 0;
  /// All that a decision looks at. `not_found`.
  [[nodiscard]] virtual Result<Standing> standing(const std::string& account,
                                                  const sync::DossierId& dossier) = 0;
  /// Into the access log, durable when it returns.
  virtual void note_access(const Caller& caller, const std::vector<AccessNote>& notes) = 0;
  /// What the caller's device says was opened on it: notes of kind `opened`, one section each. Each
  /// is one line for its dossier, section, purpose and civil day in Rome, however often it is told.
  /// How many were new; durable when it returns.
  virtual std::size_t note_openings(const Caller& caller, const std::vector<AccessNote>& notes) = 0;
  /// The oldest first; stops when `visit` gives false.
  virtual void visit_access(const std::function<bool(const AccessRow&)>& visit) = 0;
  /// Of one dossier, the newest first: those with a smaller number than `before`.
  [[nodiscard]] virtual std::vector<AccessRow> access_of(const sync::DossierId& dossier,
                                                         std::uint64_t before,
                                                         std::size_t count_max) = 0;
  /// The last line's number and hash, as the space knows them.
  [[nodiscard]] virtual std::pair<std::uint64_t, sync::Digest> access_end() = 0;

  // ---- erasure ----
  /// From here on every order is written there before it is carried out, as denials and revocations
  /// are beside it. What they hold and the database does not know is done now, and the other way.
  [[nodiscard]] virtual Status attach_ledger(ErasureLedger ledger) = 0;
  /// Nothing happens yet. `not_found` (no such account or dossier), `not_allowed` (a legal hold),
  /// `invalid_argument`.
  [[nodiscard]] virtual Status propose_erasure(const sync::ErasureOrder& order,
                                               const std::string& asked_by) = 0;
  /// Carries it out. `not_allowed`: the same person, one whose role does not decide, or a legal
  /// hold; `not_found`, `conflict` (withdrawn). Of an order that was carried out: done again is
  /// done.
  [[nodiscard]] virtual Status confirm_erasure(const sync::ErasureId& id,
                                               const std::string& by) = 0;
  [[nodiscard]] virtual Status withdraw_erasure(const sync::ErasureId& id,
                                                const std::string& by) = 0;
  [[nodiscard]] virtual std::vector<Erasure> erasures() = 0;
  [[nodiscard]] virtual std::vector<ErasureDevice> erasure_devices(const sync::ErasureId& id) = 0;
  /// An empty `reason` releases it. `not_found`.
  [[nodiscard]] virtual Status set_hold(const sync::DossierId& dossier, const std::string& by,
                                        const std::string& reason) = 0;
  [[nodiscard]] virtual std::vector<LegalHold> holds() = 0;
  /// Writes anew whatever part of the database may still hold erased content in a page that nobody
  /// reads any more. Takes as long as copying the database. False: somebody uses it just now, or it
  /// failed; to be tried again.
  virtual bool clean_traces() = 0;

  // ---- blobs: what names them (their bytes are elsewhere: blobs.hpp) ----
  [[nodiscard]] virtual BlobStanding blob_standing(const BlobKey& key) = 0;
  /// `not_found`: no record names it.
  [[nodiscard]] virtual Result<BlobRight> blob_right(const Caller& caller, const BlobKey& key) = 0;
  /// Of those whose standing is `erased` only `gone` is noted, of others anything else.
  virtual void note_blob(const BlobKey& key, BlobStanding standing) = 0;
  [[nodiscard]] virtual std::vector<BlobKey> erased_blobs() = 0;
  /// All that was ever named. Stops when `visit` gives false. `visit` does not call the repository.
  virtual void visit_blobs(const std::function<bool(const BlobFacts&)>& visit) = 0;
  /// Of one dossier, or of the space.
  [[nodiscard]] virtual BlobUsage blob_usage(const std::optional<sync::DossierId>& dossier) = 0;

  // ---- synchronisation ----
  [[nodiscard]] virtual std::unique_ptr<Turn> begin_turn(const Caller& caller) = 0;
  /// What `caller` may see after the action's cursor; `replica` is the one it writes under.
  [[nodiscard]] virtual sync::PageRead read_page(const Caller& caller,
                                                 const sync::ReplicaId& replica,
                                                 const sync::ReadAction& action) = 0;
  /// Documents that the caller may see, ordered, after `after`.
  [[nodiscard]] virtual DigestPage digests(const Caller& caller,
                                           const std::optional<sync::DocumentId>& after,
                                           std::size_t count_max) = 0;

  // ---- inspection; each call sees one committed state ----
  /// Stops when `visit` gives false.
  virtual void visit_log(const std::function<bool(const LogEntry&)>& visit) = 0;
  virtual void visit_document(const sync::DocumentId& document,
                              const std::function<bool(const LogEntry&)>& visit) = 0;
  virtual void visit_manifests(const std::function<bool(const ManifestRow&)>& visit) = 0;
  [[nodiscard]] virtual std::vector<sync::DocumentId> documents() = 0;
  [[nodiscard]] virtual sync::Frontier frontier(const sync::DocumentId& document) = 0;
  [[nodiscard]] virtual std::optional<sync::DossierKey> dossier_key(
      const sync::DossierId& dossier) = 0;
  /// Into the audit, durable when it returns.
  virtual void note_act(const std::string& actor, const std::string& action,
                        const std::string& subject) = 0;
  /// The newest first.
  [[nodiscard]] virtual std::vector<AuditRow> audit(std::size_t count_max) = 0;
  /// "ok", or what is wrong.
  [[nodiscard]] virtual std::string integrity_check() = 0;

  /// A backup that was read and checked holds the log up to `position`. What was covered before
  /// stays so. `invalid_argument`: the log does not go so far.
  [[nodiscard]] virtual Status note_backup(std::uint64_t position) = 0;
  /// After the database was put back from a copy: what devices know of the log from before is not
  /// trusted any more, and they offer what the copy lacks. The new epoch, at least `at_least`.
  virtual std::uint64_t raise_epoch(const std::string& reason, std::uint64_t at_least) = 0;
  /// Of the tables: which release's they are.
  [[nodiscard]] virtual std::uint64_t schema_version() = 0;
  /// A consistent copy while others go on working; the file must not exist.
  virtual void backup_to(const std::string& path) = 0;
  /// Before a clean end: leaves one tidy file.
  virtual void checkpoint() = 0;
};

}  // namespace insieme::server
