// The façade: transactions, and exceptions turned into values.
#include "insieme/client/store.hpp"

#include "storage/departed.hpp"
#include "storage/exchange.hpp"
#include "storage/incoming.hpp"
#include "storage/notices.hpp"
#include "storage/outbox.hpp"
#include "storage/queries.hpp"
#include "storage/reauthor.hpp"
#include "storage/settle.hpp"
#include "storage/snapshots.hpp"
#include "storage/store_open.hpp"
#include "storage/vouchers.hpp"
#include "storage/writer.hpp"

namespace insieme::client {

struct Store::Impl {
  std::unique_ptr<Core> core;
  std::vector<std::int64_t> gathered;  ///< changes.n of the last request
  std::optional<std::string> place;    ///< where the last request stood in the server's log
  std::vector<sync::Acknowledgement> acknowledged;  ///< by the last request
  CarriedNotes carried;                ///< by the last request
  bool in_reading = false;             ///< a Reading lives
  std::optional<sqlite::Transaction> reading;  ///< its transaction, from the first read on

  /// `body` in one immediate transaction; its errors roll everything back.
  template <class Body>
  auto write(Body&& body) -> Result<decltype(body())> {
    Identity before = core->identity;
    std::int64_t version = core->identity_version;
    end_reading();
    try {
      sqlite::Transaction transaction(core->db);
      // Another program on this store may have taken a new replica id: one that is under the old
      // one in memory would fork what that one has left behind.
      core->refresh_identity();
      before = core->identity;
      version = core->identity_version;
      auto result = body();
      transaction.commit();
      return result;
    } catch (...) {
      core->dictionary.forget();
      core->identity = before;  // a replica id that was not stored must not be written under
      core->identity_version = version;
      return error_from_current_exception();
    }
  }
  /// `body` over one consistent state. Reading never writes.
  template <class Body>
  auto read(Body&& body) -> Result<decltype(body())> {
    try {
      if (reading) return body();
      std::optional<sqlite::Transaction> transaction;
      (in_reading ? reading : transaction).emplace(core->db, sqlite::TransactionKind::deferred);
      core->refresh_identity();
      return body();
    } catch (...) {
      core->dictionary.forget();
      return error_from_current_exception();
    }
  }
  void end_reading() noexcept {
    in_reading = false;
    reading.reset();
  }
  template <class Body>
  Status write_status(Body&& body) {
    const auto result = write([&] {
      body();
      return true;
    });
    return result.ok() ? Status{} : Status{result.error()};
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

namespace {

Result<std::unique_ptr<Core>> guarded_open(const StoreOptions& options, bool create) {
  try {
    return open_core(options, create);
  } catch (...) {
    return error_from_current_exception();
  }
}

}  // namespace

Result<std::unique_ptr<Store>> Store::create(const StoreOptions& options) {
  INSIEME_TRY_ASSIGN(auto core, guarded_open(options, true));
  auto impl = std::make_unique<Impl>();
  impl->core = std::move(core);
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  INSIEME_TRY_ASSIGN(auto core, guarded_open(options, false));
  auto impl = std::make_unique<Impl>();
  impl->core = std::move(core);
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

const schema::Bundle& Store::bundle() const noexcept { return impl_->core->bundle; }
const Identity& Store::identity() const noexcept { return impl_->core->identity; }

Status Store::set_identity(const Identity& identity) {
  Core& core = *impl_->core;
  return impl_->write_status([&] {
    // The caller's copy may be older than a replica id that another program took meanwhile.
    const sync::ReplicaId replica = core.identity.replica;
    const bool is_first = !core.identity.is_enrolled() && identity.is_enrolled();
    if (is_first && core.identity.account != identity.account) {
      author_as(core, identity.account);
    }
    core.identity = identity;
    core.identity.replica = replica;
    core.save_identity();
  });
}

Store::Reading Store::reading() {
  if (impl_->in_reading) return Reading(nullptr);
  impl_->in_reading = true;
  return Reading(this);
}

Store::Reading::~Reading() {
  if (store_ != nullptr) store_->impl_->end_reading();
}

Result<std::string> Store::once(const std::string& request_id, std::uint64_t fingerprint,
                                const std::function<Result<std::string>(Writer&)>& act) {
  if (request_id.empty() || request_id.size() > 64) {
    return Error{ErrorCode::invalid_argument, "a request id has 1 to 64 bytes"};
  }
  Core& core = *impl_->core;
  return impl_->write([&]() -> std::string {
    {
      auto& known = core.db.cached("SELECT answer, fingerprint FROM requests WHERE id = ?");
      const sqlite::ResetGuard guard(known);
      known.bind_all(request_id);
      if (known.step()) {
        if (static_cast<std::uint64_t>(known.get_int64(1)) != fingerprint) {
          refuse(ErrorCode::conflict, "this request id was used for something else");
        }
        return std::string(known.get_text(0));
      }
    }
    StoreWriter writer(core);
    std::string answer = require(act(writer));
    writer.finish();
    core.db.cached("INSERT INTO requests(id, fingerprint, answer, at_ms) VALUES(?, ?, ?, ?)")
        .bind_all(request_id, static_cast<std::int64_t>(fingerprint), answer,
                  core.platform.now_ms())
        .run();
    return answer;
  });
}

Result<StoredRecord> Store::record(const RecordRef& ref) {
  Core& core = *impl_->core;
  return impl_->read([&] {
    Documents documents(core, Access::read);
    return require(read_record(core, documents, ref));
  });
}

Result<RecordRef> Store::locate(const sync::RecordId& id) {
  // Not an exception: to find nothing is what usually happens when a record is made.
  INSIEME_TRY_ASSIGN(auto ref, impl_->read([&] { return locate_record(*impl_->core, id); }));
  if (!ref) return Error{ErrorCode::not_found, "there is no such record here"};
  return *std::move(ref);
}

Result<std::vector<DossierLine>> Store::dossiers() {
  return impl_->read([&] { return list_dossiers(*impl_->core); });
}

Result<DossierRef> Store::dossier(const sync::DossierId& id) {
  return impl_->read([&] {
    auto row = impl_->core->dossier(id);
    if (!row) refuse(ErrorCode::not_found, "this dossier is not on this device");
    return DossierRef{id, std::move(row->sections)};
  });
}

Result<std::vector<sync::DossierId>> Store::dossier_ids() {
  return impl_->read([&] { return list_dossier_ids(*impl_->core); });
}

Result<std::vector<RecordLine>> Store::list(const ListQuery& query) {
  return impl_->read([&] { return list_records(*impl_->core, query); });
}

Result<std::vector<schema::RuleRecord>> Store::shown(const std::string& type,
                                                     const std::vector<std::string>& fields) {
  return impl_->read([&] { return read_shown(*impl_->core, type, fields); });
}

Result<std::vector<RecordLine>> Store::search(const std::string& words, std::size_t limit) {
  return impl_->read([&] { return search_records(*impl_->core, words, limit); });
}

Result<OpenItems> Store::open_items(const ItemQuery& query) {
  return impl_->read([&] { return read_open_items(*impl_->core, query); });
}

Result<std::vector<HistoryLine>> Store::history(const RecordRef& ref) {
  return impl_->read([&] { return read_history(*impl_->core, ref); });
}

Result<std::vector<Draft>> Store::drafts() {
  return impl_->read([&] { return read_drafts(*impl_->core); });
}

Result<std::vector<HeldChange>> Store::inbox(bool closed_too) {
  return impl_->read([&] { return read_inbox(*impl_->core, closed_too); });
}

Result<std::vector<Quarantined>> Store::quarantine() {
  return impl_->read([&] { return read_quarantine(*impl_->core); });
}

Result<StoreStatus> Store::status() {
  return impl_->read([&] { return read_status(*impl_->core); });
}

Result<std::vector<sync::DocumentDigest>> Store::accepted() {
  return impl_->read([&] { return read_accepted(*impl_->core); });
}

Result<std::vector<Notice>> Store::notices() {
  return impl_->read([&] { return read_notices(*impl_->core); });
}

Status Store::drop_notices(std::int64_t up_to) {
  return impl_->write_status([&] { client::drop_notices(*impl_->core, up_to); });
}

Status Store::note_refusal(const std::string& why) {
  return impl_->write_status([&] { client::note_refusal(*impl_->core, why); });
}

Result<VerifyReport> Store::verify() {
  return impl_->read([&] { return verify_store(*impl_->core); });
}

namespace {

/// Cursor and backfill as they stand in the file.
std::string place_of(Core& core) {
  std::string place;
  for (const char* name : {"cursor_epoch", "cursor_position", "cursor_hash", "backfill"}) {
    place += core.setting(name).value_or("") + '|';
  }
  return place;
}

}  // namespace

Result<sync::Gathered> Store::gather(const sync::GatherAction& limits) {
  impl_->end_reading();  // the network follows, and it may be slow
  impl_->gathered.clear();
  impl_->carried = {};
  auto gathered = impl_->read([&] {
    impl_->place = place_of(*impl_->core);
    return client::gather(*impl_->core, limits, impl_->gathered, impl_->carried);
  });
  impl_->acknowledged = gathered.ok() ? gathered->acknowledgements
                                      : std::vector<sync::Acknowledgement>{};
  return gathered;
}

Status Store::note_sent() {
  if (impl_->gathered.empty()) return {};
  return impl_->write_status([&] { client::note_sent(*impl_->core, impl_->gathered); });
}

namespace {

/// Where the next request goes on.
void save_place(Core& core, const sync::Cursor& cursor,
                const std::optional<sync::Backfill>& backfill) {
  core.set_setting_number("cursor_epoch", static_cast<std::int64_t>(cursor.epoch));
  core.set_setting_number("cursor_position", static_cast<std::int64_t>(cursor.position));
  core.set_setting("cursor_hash", sync::to_hex(cursor.log_hash));
  save_backfill(core, backfill);
}

}  // namespace

Result<bool> Store::apply(const sync::SyncReply& reply) {
  Core& core = *impl_->core;
  return impl_->write([&] {
    Documents documents(core);
    note_acknowledged(core, documents, impl_->acknowledged);
    settle_healed(core, documents, reply.healed);
    for (const sync::PushResult& result : reply.results) settle(core, documents, result);
    settle_letters(core, documents, reply.letters);
    documents.flush();
    // Another program on this store was faster. What became of the changes is true all the same,
    // but the digests are of a log that this store has left behind: taken for its own they would
    // look like the work of a twin.
    if (impl_->place && *impl_->place != place_of(core)) return has_unsent(core);
    bool forked = reauthor_after_fork(core);
    if (forked) {
      documents.forget_closed();
      forget_other_branches(core, documents);
    }
    const bool forgotten = forget_noted(core, documents);
    bool usable = !forgotten;
    for (const sync::StreamItem& item : reply.items) {
      usable = receive(core, documents, item) && usable;
    }
    documents.flush();
    if (!forked) go_on_healing(core, documents, usable && !reply.more);
    std::vector<sync::DocumentId> folded;  // and not what the server has
    const bool same =
        forked || forgotten || compare_digests(core, documents, reply.digests, folded);
    if (!same) {
      // A twin may have written under this store's replica id, and the server does not send a
      // replica its own changes: under a new one everything comes.
      note_fork(core);
      forked = reauthor_after_fork(core);
      if (forked) documents.forget_closed();
      // Only now: what was not sent yet must not be offered under an id that a twin may have used.
      for (const sync::DocumentId& id : folded) {
        OpenDocument* document = forked ? documents.find(id) : nullptr;
        if (document != nullptr) forget_document(core, documents, *document);
      }
    }
    if (same && !forked) note_vouches(core, documents, reply);
    // Handed out and not answered: the next reply decides, and this page is asked for once more.
    const bool again = !same && !forked;
    const bool equal = same && usable;
    if (equal && !forked && !reply.more && reauthor_what_waits(core)) documents.forget_closed();
    for (const sync::Acknowledgement& stable : reply.stable) {
      if (equal && !forked) note_stable(core, documents, stable);
    }
    documents.flush();
    if (reply.covered != 0) forget_departed(core, reply.covered);
    take_permits(core, reply.permits);
    if (equal && !forked && !reply.more) take_carried_again(core, documents);
    drop_what_left(core, documents);
    client::note_refusal(core, "");
    note_carried(core, impl_->carried);
    core.set_setting_number("clock_offset_ms", reply.server_ms - core.platform.now_ms());
    core.set_setting_number("last_sync_ms", core.platform.now_ms());
    if (again) return has_unsent(core);
    const bool anew = forked || !usable;  // everything is received again
    save_place(core, anew ? sync::Cursor{} : reply.cursor, anew ? std::nullopt : reply.backfill);
    // What differed is healed change by change; snapshots are welcome again when that is done.
    if (!equal || !reply.more) core.set_setting("log_only", equal ? "" : "1");
    if (!equal) offer_everything_again(core, Anew::other_history);
    return anew || has_unsent(core);
  });
}

Status Store::forget_cursor() {
  Core& core = *impl_->core;
  return impl_->write_status([&] {
    save_place(core, {}, {});
    // The server may have lost what is folded here: all positions are to be told again.
    core.set_setting("log_only", "1");
    begin_healing(core);
    offer_everything_again(core, Anew::lost_cursor);
  });
}

// ---- without a server ---------------------------------------------------------------------------

Result<std::vector<OutgoingBundle>> Store::hand_out(const HandOutFor& whom) {
  return impl_->read([&] { return make_bundles(*impl_->core, whom); });
}

Result<std::optional<OutgoingBundle>> Store::hand_out_answered() {
  Core& core = *impl_->core;
  return impl_->read([&] {
    return make_answered(core, [&](const sync::DocumentId& document) {
      return std::optional(stable_version(core, document));
    });
  });
}

Result<std::optional<OutgoingBundle>> Store::hand_out_answered(
    const std::vector<sync::PeerDocument>& peer) {
  return impl_->read([&] {
    return make_answered(
        *impl_->core,
        [&](const sync::DocumentId& document) -> std::optional<sync::VersionVector> {
          for (const sync::PeerDocument& one : peer) {
            if (one.document == document) return one.version;
          }
          return std::nullopt;
        });
  });
}

Status Store::note_handed_out(const OutgoingBundle& bundle) {
  return impl_->write_status([&] { note_handed(*impl_->core, bundle.changes, Handed::written); });
}

Status Store::note_kept(const OutgoingBundle& bundle) {
  return impl_->write_status([&] { note_handed(*impl_->core, bundle.changes, Handed::kept); });
}

Result<std::vector<sync::OfferedBundle>> Store::carried() {
  return impl_->read([&] { return client::carried(*impl_->core); });
}

Result<std::vector<std::uint8_t>> Store::carried_bundle(const sync::Digest& digest) {
  return impl_->read([&] { return client::carried_bundle(*impl_->core, digest); });
}

Result<sync::Holdings> Store::exchange_holdings() {
  return impl_->read([&] { return client::exchange_holdings(*impl_->core); });
}

Result<TakenBundle> Store::take_bundle(std::span<const std::uint8_t> bytes) {
  Core& core = *impl_->core;
  return impl_->write([&] {
    Documents documents(core);
    return client::take_bundle(core, documents, bytes);
  });
}

Result<std::optional<TakenBundle>> Store::keep_piece(const sync::KeepPiece& piece) {
  Core& core = *impl_->core;
  return impl_->write([&] {
    Documents documents(core);
    return client::keep_piece(core, documents, piece);
  });
}

Status Store::backup(const std::string& path) {
  impl_->end_reading();  // SQLite copies nothing within a transaction
  try {
    backup_core(*impl_->core, path);
    return {};
  } catch (...) {
    return error_from_current_exception();
  }
}

Status Store::restore(const std::string& backup_path, const StoreOptions& options) {
  try {
    restore_core(backup_path, options);
    return {};
  } catch (...) {
    return error_from_current_exception();
  }
}

}  // namespace insieme::client
