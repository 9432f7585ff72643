#pragma once
// The encrypted store of one device: one SQLite file. Every write is one transaction and one fsync;
// a process killed at any moment finds the last committed state. Documented tables:
// docs/storage-format.md.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "insieme/client/agenda.hpp"
#include "insieme/client/exchange_types.hpp"
#include "insieme/client/platform.hpp"
#include "insieme/client/store_types.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/schema/rules.hpp"
#include "insieme/sync/protocol.hpp"
#include "insieme/sync/sealed_blob.hpp"

namespace insieme::client {

using StoreKey = std::array<std::uint8_t, 32>;

struct StoreOptions {
  std::string path;
  StoreKey key{};
  const schema::Bundle* bundle = nullptr;  ///< must outlive the store
  Platform* platform = nullptr;            ///< must outlive the store
  /// A log is folded where it is stable once it has so many changes: each time all of its document
  /// is written anew.
  std::int64_t fold_from = 64;
};

/// Collects what one act writes; the store commits it whole or not at all. Valid inside `act` only.
class Writer {
 public:
  virtual ~Writer() = default;
  /// A new dossier with its key, known to the server after the next sync.
  virtual sync::DossierId create_dossier() = 0;
  /// Adds operations to the act. All operations on one document become one change; an act on
  /// several documents becomes a transaction. Errors: `not_allowed` (no such section here, or the
  /// dossier is leaving), `not_found`, `limit_exceeded`, `malformed`.
  virtual Status add(const sync::DocumentId& document, std::vector<sync::Operation> ops) = 0;
  /// The act is somebody else's, authored again here (a held change that was accepted).
  virtual void on_behalf_of(std::string author, const sync::Origin& origin) = 0;
  /// The state of a record as this act sees it, before its own operations.
  virtual Result<StoredRecord> read(const RecordRef& ref) = 0;
  /// Bytes that an operation of this act, or a draft, names in that document. `limit_exceeded`.
  virtual Status put_blob(const sync::DocumentId& document, const sync::SealedBlob& blob) = 0;
  virtual Status put_draft(const Draft& draft) = 0;
  virtual Status drop_draft(const std::string& id) = 0;
  /// Marks an inbox entry as decided; refusals travel to the server.
  virtual Status decide_held(const sync::DocumentId& document, const sync::ReplicaId& replica,
                             std::uint64_t seq, bool accepted, const std::string& reason) = 0;
  /// Asks the server to have it erased; here it goes when the server's order arrives.
  virtual Status ask_erasure(const sync::ErasureOrder& order) = 0;
  /// A person has looked at this document as it is now.
  virtual Status mark_seen(const sync::DocumentId& document) = 0;
};

/// Used from one thread at a time. All functions return errors as values; what SQLite reports comes
/// as storage_full, storage_failure, busy or wrong_key, and leaves the last committed state.
class Store {
 public:
  /// Makes a new store; `already_exists` if there is a file.
  [[nodiscard]] static Result<std::unique_ptr<Store>> create(const StoreOptions& options);
  /// Opens one: runs migrations, adapts typed columns to the bundle, and mints a new replica id if
  /// the file turns out to be a copy (its generation is kept in a file beside it). Errors:
  /// `not_found`, `wrong_key` (or damaged: the two cannot be told apart, nothing is changed),
  /// `storage_newer`, `busy` (another process has it open for writing right now).
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] const schema::Bundle& bundle() const noexcept;
  /// Titles are made where they are read, never stored: from now on in this language, with its
  /// words for codes. Italian until somebody says otherwise.
  void speak(schema::Language language) noexcept;
  [[nodiscard]] const Identity& identity() const noexcept;
  /// After enrolment. The replica id stays what it is in the store, and so does unsent work; what
  /// was written before the first one becomes that account's.
  Status set_identity(const Identity& identity);

  /// Performs one act exactly once: `act` fills the writer and returns the text to remember. A
  /// repeated `request_id` (1..64 bytes) gives the first text back and runs nothing; the same id
  /// with another `fingerprint` (of the command) is `conflict`. An error of `act` writes nothing.
  Result<std::string> once(const std::string& request_id, std::uint64_t fingerprint,
                           const std::function<Result<std::string>(Writer&)>& act);

  // ---- reading ----------------------------------------------------------------------------------
  /// While it lives, all reading sees the state that the first of it saw, and costs no transaction
  /// of its own. An act, `gather` or any other writing ends it early: what is read afterwards
  /// is newer. It must not outlive the store; a second one within it does nothing.
  class Reading {
   public:
    ~Reading();
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    friend class Store;
    explicit Reading(Store* store) : store_(store) {}
    Store* store_;  ///< null: one within another
  };
  [[nodiscard]] Reading reading();
  [[nodiscard]] Result<StoredRecord> record(const RecordRef& ref);
  /// Finds a record by id alone, in whatever document it lies; `not_found` otherwise. An id with
  /// facets in several sections gives its main one.
  [[nodiscard]] Result<RecordRef> locate(const sync::RecordId& id);
  [[nodiscard]] Result<std::vector<DossierLine>> dossiers();
  /// One dossier, by its whole id; `not_found` otherwise. Costs the same however many there are.
  [[nodiscard]] Result<DossierRef> dossier(const sync::DossierId& id);
  [[nodiscard]] Result<std::vector<sync::DossierId>> dossier_ids();
  /// Of sections that this person holds, in dossiers that are not leaving. `invalid_argument` if
  /// the query is out of its ranges.
  [[nodiscard]] Result<Agenda> agenda(const AgendaQuery& query);
  [[nodiscard]] Result<std::vector<RecordLine>> list(const ListQuery& query);
  /// What these fields show in every active record of a type, in any order: at the cost of reading
  /// their columns, however much else the records hold. Of a type with facets only the fields of
  /// its own section. Empty for a type that the bundle does not have.
  [[nodiscard]] Result<std::vector<schema::RuleRecord>> shown(
      const std::string& type, const std::vector<std::string>& fields);
  /// Words and beginnings of words in names and notes, accents and case ignored; best first. Where
  /// that finds fewer than three, names spelt like the words follow (schema/heard.hpp), the nearest
  /// first, marked as `alike`.
  [[nodiscard]] Result<std::vector<RecordLine>> search(const std::string& words, std::size_t limit);
  /// In the order in which they arose here. Costs what its page costs, however many there are.
  [[nodiscard]] Result<OpenItems> open_items(const ItemQuery& query);
  [[nodiscard]] Result<std::vector<HistoryLine>> history(const RecordRef& ref);
  /// What a decision that puts a value in the place of `dots` has to name besides: what no server
  /// has confirmed of them may be held there, and what it had replaced would stand again.
  [[nodiscard]] Result<std::vector<sync::Dot>> replaced_behind(const RecordRef& ref,
                                                               const std::string& field,
                                                               const std::vector<sync::Dot>& dots);
  /// Of `dots`, those that the author of another one saw and replaced, as far as is known here.
  [[nodiscard]] Result<std::vector<sync::Dot>> replaced_among(const RecordRef& ref,
                                                              const std::vector<sync::Dot>& dots);
  [[nodiscard]] Result<std::vector<Draft>> drafts();
  [[nodiscard]] Result<std::vector<HeldChange>> inbox(bool closed_too);
  [[nodiscard]] Result<std::vector<Quarantined>> quarantine();
  [[nodiscard]] Result<StoreStatus> status();
  /// Per document, the number and the sum of the changes that the server is known to have accepted.
  [[nodiscard]] Result<std::vector<sync::DocumentDigest>> accepted();
  /// What its owner was not told yet, or did not say to have read. Oldest first.
  [[nodiscard]] Result<std::vector<Notice>> notices();
  /// Recomputes everything that can be recomputed: chains, digests, record states against the log,
  /// references, SQLite's own check.
  [[nodiscard]] Result<VerifyReport> verify();

  // ---- synchronisation (called by the engine, in the order of ClientSync's actions)
  // -----------------
  [[nodiscard]] Result<sync::Gathered> gather(const sync::GatherAction& limits);
  /// Applies a reply in one transaction: results, items, cursor. Returns whether unsent work that
  /// can be sent is left.
  Result<bool> apply(const sync::SyncReply& reply);
  Status forget_cursor();
  /// Notes that the current unsent changes have been handed to the network.
  Status note_sent();
  /// The server does not accept this device, in its words. Forgotten when a reply is applied.
  Status note_refusal(const std::string& why);

  /// Notices up to this number were read.
  Status drop_notices(std::int64_t up_to);

  // ---- bytes of blobs (docs/adr/0032) ----------------------------------------------------------
  /// Ready to be put by an act. `not_found`, `invalid_argument`, `limit_exceeded`, `malformed`.
  [[nodiscard]] Result<sync::SealedBlob> seal_blob(const sync::DossierId& dossier,
                                                   std::string media_type,
                                                   std::span<const std::uint8_t> content);
  /// What a record of the document names. `not_found`: its bytes are not here, or not all.
  [[nodiscard]] Result<std::vector<std::uint8_t>> blob(const sync::DocumentId& document,
                                                       const sync::BlobRef& reference);
  /// All that records here name or named. In the order in which they became known.
  [[nodiscard]] Result<std::vector<BlobLine>> blobs();
  [[nodiscard]] Result<BlobCounts> blob_counts();
  /// The first after number `after` that is to be sent.
  [[nodiscard]] Result<std::optional<BlobParcel>> next_blob_to_send(std::int64_t after);
  /// The server has so many of its bytes, or all of them.
  Status note_blob_sent(std::int64_t n, std::uint64_t received, bool whole);
  /// Why the server does not take it; `lasting`: trying again cannot help.
  Status note_blob_refused(std::int64_t n, const std::string& why, bool lasting);
  /// Those asked for in vain come last, then the newest first. `storage_full`: no room for any.
  [[nodiscard]] Result<std::vector<BlobWanted>> blobs_wanted(std::size_t limit);
  /// The next bytes of it, durable when it returns. False: they are not what the name says; all of
  /// them are forgotten.
  Result<bool> keep_blob_piece(std::int64_t n, std::span<const std::uint8_t> piece);
  Status note_blob_absent(std::int64_t n);

  // ---- what was opened here (docs/adr/0029) ---------------------------------------------------
  /// Notes what is not noted yet for the civil day in Rome that it is now, durable when it returns;
  /// writes nothing if all of it is. `limit_exceeded`: so many wait for the server that no more are
  /// taken.
  Status note_openings(const std::vector<sync::DocumentId>& documents, const std::string& purpose);
  /// Those that the server was not told of, the oldest first.
  [[nodiscard]] Result<std::vector<Opening>> unsent_openings(std::size_t limit);
  /// The server has these. Those of earlier days are forgotten here.
  Status openings_told(const std::vector<Opening>& openings);

  // ---- dossiers opened for a while (docs/adr/0039) --------------------------------------------
  /// What the server says of them now.
  Status note_glasses(const std::vector<Glass>& glasses);
  /// The newest first.
  [[nodiscard]] Result<std::vector<Glass>> glasses();
  /// Whether the server is to be asked.
  [[nodiscard]] bool asks_for_glasses();
  /// Those of one's own whose time is over leave. Quick, and asked before everything: it reads at
  /// most once in a minute if none is due.
  Status end_due_glasses();

  /// The version and the digest of the rules that the server evaluates, and the newest version of
  /// the protocol that it speaks; 0: it did not say.
  Status note_server_rules(std::int64_t version, const std::string& digest,
                           std::int64_t protocol);

  // ---- exchange with other devices, without a server ------------------------------------------
  /// Hand-outs of what this device wrote and no server has answered; the same work gives the same
  /// bytes. `limit_exceeded`.
  [[nodiscard]] Result<std::vector<OutgoingBundle>> hand_out(const HandOutFor& whom);
  /// Of what this device wrote and the server has: what not everybody is known to have yet, or what
  /// this other device lacks. Nothing if there is none.
  [[nodiscard]] Result<std::vector<OutgoingBundle>> hand_out_answered();
  [[nodiscard]] Result<std::vector<OutgoingBundle>> hand_out_answered(
      const std::vector<sync::PeerDocument>& peer);
  /// Before they leave this device: from here on their changes may reach the server through
  /// anybody.
  Status note_handed_out(const OutgoingBundle& bundle);
  /// A colleague's device has kept it.
  Status note_kept(const OutgoingBundle& bundle);
  /// Hand-outs of others that are kept here, and one of them.
  [[nodiscard]] Result<std::vector<sync::OfferedBundle>> carried();
  [[nodiscard]] Result<std::vector<std::uint8_t>> carried_bundle(const sync::Digest& digest);
  [[nodiscard]] Result<sync::Holdings> exchange_holdings();
  /// Applies what is for this device, keeps it for others. Errors: `conflict` (another space),
  /// those of decoding, `quota` (no room to carry it).
  Result<TakenBundle> take_bundle(std::span<const std::uint8_t> bytes);
  /// A piece of one, durable when it returns; with the last one the whole is taken.
  Result<std::optional<TakenBundle>> keep_piece(const sync::KeepPiece& piece);

  // ---- care -------------------------------------------------------------------------------------
  /// A consistent encrypted copy under the same key, while the store is in use. `already_exists` if
  /// the target does.
  Status backup(const std::string& path);
  /// Makes a store at `options.path` out of a backup: always a new replica id, so that what the
  /// original did meanwhile and what this one will do never collide.
  [[nodiscard]] static Status restore(const std::string& backup_path, const StoreOptions& options);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace insieme::client
