#pragma once
// What a store takes and gives: plain structs.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/client_sync.hpp"
#include "insieme/sync/record.hpp"
#include "insieme/sync/review.hpp"

namespace insieme::client {

/// Who this store is. Before enrolment device and space are nil and the account is `local`.
struct Identity {
  sync::ReplicaId replica;  ///< minted anew whenever the store may have been copied
  sync::DeviceId device;
  sync::SpaceId space;
  std::string space_name;
  std::string server_url;
  std::string server_pin;  ///< HttpRequest::pin; may be empty
  sync::PublicKey server_key;  ///< as it was at the enrolment; zero before
  std::string account = "local";
  std::string display_name;
  std::string role;
  sync::KeyPair keys;
  [[nodiscard]] bool is_enrolled() const noexcept { return !device.is_nil(); }
};

/// Where a record stands in P6's words.
enum class Receipt : std::uint8_t {
  saved_here = 0,  ///< durable on this device, not sent yet
  sent = 1,        ///< handed to the server, no answer seen yet
  applied = 2,     ///< the server has it
  waiting = 3,     ///< held or disputed: waits for a decision
  seen = 4,        ///< applied, and a coordinator has looked at it
  refused = 5,     ///< the server cannot take it; kept here with its reason
  with_colleague = 6,  ///< here and on another device, which will bring it; not on the server
};
[[nodiscard]] std::string_view name_of(Receipt receipt) noexcept;

struct RecordRef {
  sync::DocumentId document;
  std::string type;
  sync::RecordId id;
  friend bool operator==(const RecordRef&, const RecordRef&) = default;
};

/// A record as it is now, with everything the merge knows.
struct StoredRecord {
  RecordRef ref;
  std::string title;  ///< from the type's template
  sync::RecordState state;
  sync::VersionVector version;  ///< of its document: the context for a form opened now
  std::int64_t edited_ms = 0;   ///< stamp of the newest change that touched it
  std::string edited_by;
  Receipt receipt = Receipt::applied;
};

/// A line of a list.
struct RecordLine {
  RecordRef ref;
  std::string title;
  bool retracted = false;
  bool in_review = false;
  std::int64_t edited_ms = 0;
  std::string edited_by;
  bool alike = false;  ///< of a search: a name in it is only like what was asked for
};

/// A dossier that is held here, without what a list shows of it.
struct DossierRef {
  sync::DossierId id;
  std::vector<std::string> sections;  ///< that are held here
};

struct DossierLine {
  sync::DossierId id;
  std::string title;  ///< of its root record, or empty
  std::string root_type;
  std::vector<std::string> sections;  ///< that are held here
  bool may_review = false;
  bool leaving = false;  ///< revoked; stays until its unsent work is sent
  std::uint64_t records = 0;
  std::uint64_t unsent = 0;
};

struct ListQuery {
  std::optional<std::string> type;  ///< all types if absent
  std::optional<sync::DossierId> dossier;
  bool retracted_too = false;
  /// Equality on typed columns (`funnel_stage` = `contattato`), as SQL text; unknown: an error.
  std::vector<std::pair<std::string, std::string>> where;
  /// A typed column: the greatest value first (of a day the latest), those without one last. Empty:
  /// in the order that people made by hand, or any. Unknown: an error.
  std::string order;
  std::size_t limit = 100;  ///< 1..1000
  std::size_t offset = 0;
};

/// Something done to a record: a line of its history.
struct HistoryLine {
  sync::Dot dot;
  sync::Stamp stamp;
  std::string author;
  /// write, add, remove, increment, splice, retract, …; `folded` stands for all that happened
  /// before this device's history begins: the server has it.
  std::string action;
  std::string field;
  /// What the author saw in the field: of registers the value, of a text the stretch that they
  /// changed and some words around it. Absent if there was nothing.
  std::optional<sync::Value> from;
  std::optional<sync::Value> to;  ///< what they made of it
  std::string reason;                     ///< of decisions
  std::optional<sync::Origin> origin;     ///< authored again for somebody
  bool clock_suspect = false;             ///< the stamp is ahead of the server's receipt of it
  std::optional<std::uint64_t> position;  ///< in the server's log, if it is there
};

struct OpenItem {
  RecordRef ref;
  std::string title;
  std::shared_ptr<const sync::RecordState> record;  ///< as it was read with the item; never null
  sync::ReviewItem item;
  std::string id;                 ///< short stable name of this generation, 16 hex digits
  std::vector<sync::Value> base;  ///< what the field showed before they parted; may be empty
  /// Of a text that is folded: by dot of the item, what each alternative made of it. May be empty.
  std::vector<sync::Value> folded;
  /// What the changes that it names did to the record, of items about lives and late edits. Without
  /// positions.
  std::vector<HistoryLine> edits;
  sync::VersionVector version;    ///< of the document when it was read
};

/// All that is given must hold.
struct ItemQuery {
  std::optional<sync::RecordId> record;
  std::optional<sync::DossierId> dossier;
  std::optional<sync::ItemKind> kind;
  std::string id;           ///< how the item's id begins
  std::size_t limit = 100;  ///< 1..1000
  std::size_t offset = 0;
};

/// A page of open items, and how many there are on all pages.
struct OpenItems {
  std::vector<OpenItem> items;
  std::uint64_t total = 0;
};

/// A form half filled in. Survives the death of the process.
struct Draft {
  std::string id;
  RecordRef ref;
  bool is_new = false;          ///< the record does not exist yet
  sync::VersionVector context;  ///< the document when the form was opened
  std::string values_json;      ///< the form's own content, opaque here
  std::int64_t updated_ms = 0;
};

/// A late change of somebody who no longer has the dossier, for a coordinator to decide on.
struct HeldChange {
  sync::Change change;
  /// What its author had in front of them: the change's deps in full, as far as this store can
  /// tell.
  sync::VersionVector context;
  std::string reason;
  bool open = true;
  std::optional<bool> accepted;
  std::string decided_by;
  std::string decision_reason;
};

/// An own change that the server refused or holds; nothing of it is lost.
struct Quarantined {
  sync::Change change;
  Receipt state = Receipt::refused;
  ErrorCode code = ErrorCode::ok;
  std::string reason;
};

/// That something of a sensitive section was opened here. One for each dossier, section, purpose
/// and day is kept and told to the server: docs/adr/0029.
struct Opening {
  sync::DocumentId document;
  std::int64_t at_ms = 0;  ///< the first time on that day; as the server's clock would say
  std::string purpose;     ///< code of the list `access_purposes`; empty: none was given
};

/// Where the bytes of a blob are, as far as this device knows.
enum class BlobPlace : std::uint8_t {
  here = 1,   ///< only here: to be sent
  both,       ///< here and on the server
  elsewhere,  ///< a record names them, and they are not here, or not all
  refused,    ///< here; the server does not take them
};
[[nodiscard]] std::string_view name_of(BlobPlace place) noexcept;

struct BlobLine {
  sync::DocumentId document;
  sync::Digest name;
  std::uint64_t size = 0;         ///< of the content
  std::uint64_t sealed_size = 0;  ///< of what travels
  std::uint64_t moved = 0;        ///< of these, sent or received so far
  BlobPlace place = BlobPlace::here;
  std::string note;  ///< why the server did not take them yet; as of other errors
};

struct BlobCounts {
  std::uint64_t to_send = 0;
  std::uint64_t to_fetch = 0;
  std::uint64_t refused = 0;
};

/// Bytes on their way to the server.
struct BlobParcel {
  std::int64_t n = 0;
  sync::DossierId dossier;
  sync::Digest name;
  std::uint64_t sealed_size = 0;
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;  ///< sealed, from the offset on
  bool is_due = false;  ///< the server had it once, and is asked whether it still does
};

/// Bytes that are wanted from the server.
struct BlobWanted {
  std::int64_t n = 0;
  sync::DossierId dossier;
  sync::Digest name;
  std::uint64_t sealed_size = 0;
  std::uint64_t offset = 0;
};

/// Something that happened to the store and that its owner should know of.
struct Notice {
  std::int64_t n = 0;
  std::int64_t at_ms = 0;  ///< by the device's clock
  std::string text;        ///< a sentence in English, and after a line end in Italian
};

using GlassId = std::array<std::uint8_t, 16>;

/// A dossier that somebody opened with a reason, for a while (docs/adr/0039).
struct Glass {
  GlassId id{};
  sync::DossierId dossier;
  std::string account;
  std::string name;
  std::string reason;
  std::int64_t opened_ms = 0;  ///< by the server's clock, as all of them
  std::int64_t until_ms = 0;
  std::optional<std::int64_t> ended_ms;
  std::string ended_by;
  std::string seen_by;  ///< who decides there and has seen it
  std::optional<std::int64_t> seen_ms;
  std::string note;
  bool mine = false;
};

struct StoreStatus {
  Identity identity;         ///< its secret key is left empty
  std::uint64_t unsent = 0;  ///< changes
  std::optional<std::int64_t> oldest_unsent_ms;
  std::uint64_t held = 0;
  std::uint64_t refused = 0;
  std::uint64_t open_items = 0;
  std::uint64_t open_held = 0;  ///< in this user's inbox
  std::uint64_t drafts = 0;
  std::uint64_t notices = 0;
  std::uint64_t exchanged = 0;  ///< changes of others, from a device, not on the server yet
  std::uint64_t letters = 0;    ///< hand-outs of others that are to be brought to the server
  std::uint64_t openings = 0;   ///< of sensitive sections that the server was not told of yet
  std::uint64_t glass_unseen = 0;  ///< openings of others that are to be looked into
  /// The rules of the server as it last told: version 0 and no digest if it never did.
  std::int64_t server_rules_version = 0;
  std::string server_rules_digest;
  /// Why the server did not accept this device at the last synchronisation, in its words (English,
  /// and after a line end Italian).
  std::string server_refusal;
  std::uint64_t dossiers = 0;
  std::uint64_t records = 0;
  sync::Cursor cursor;
  std::optional<std::int64_t> last_sync_ms;
  std::int64_t clock_offset_ms = 0;  ///< server minus device, as last measured
  bool clock_known = false;
  std::uint64_t bytes = 0;
};

struct VerifyReport {
  std::uint64_t documents = 0;
  std::uint64_t changes = 0;  ///< of the logs
  std::uint64_t folded = 0;   ///< changes that are folded and not in the logs
  std::uint64_t kept = 0;     ///< of these, own ones that are kept whole for a server put back
  std::uint64_t records = 0;
  std::vector<std::string> problems;  ///< empty: all is well
  struct DocumentState {
    sync::DocumentId document;
    std::uint64_t count = 0;  ///< changes
    sync::DigestSum history;
    sync::Digest state;
  };
  std::vector<DocumentState> states;  ///< by document
};

}  // namespace insieme::client
