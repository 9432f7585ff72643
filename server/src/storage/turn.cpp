// The write transaction of one sync turn.
#include <algorithm>

#include "storage/blob_rows.hpp"
#include "storage/erasures.hpp"
#include "storage/access_log.hpp"
#include "storage/hand_overs.hpp"
#include "storage/held_rows.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/space_dossier.hpp"
#include "storage/stability.hpp"

namespace insieme::server {
namespace {

/// An idle device's state is written at most so often: an idle sync should cost no disk sync.
constexpr std::int64_t kIdleNoteMs = 60'000;

EntryKind kind_of(sync::Verdict verdict) noexcept {
  switch (verdict) {
    case sync::Verdict::held: return EntryKind::held_change;
    case sync::Verdict::refused: return EntryKind::refused_change;
    default: return EntryKind::change;
  }
}

sync::Verdict verdict_of(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::held_change: return sync::Verdict::held;
    case EntryKind::refused_change: return sync::Verdict::refused;
    default: return sync::Verdict::accepted;
  }
}

}  // namespace

/// Accepted, or held and not refused.
#define INSIEME_STANDS                                                                       \
  "(l.kind = 1 OR (l.kind = 2 AND EXISTS (SELECT 1 FROM held h WHERE h.space = l.space"      \
  " AND h.dossier = l.dossier AND h.section = l.section AND h.replica = l.replica"           \
  " AND h.seq = l.seq AND h.state <> 2)))"

class SqlTurn final : public Turn {
 public:
  SqlTurn(SqlRepository& repository, const Caller& caller)
      : repository_(repository),
        lock_(repository.writer_mutex_),
        db_(*repository.writer_),
        space_(repository.space_),
        transaction_(db_, space_),
        stability_(db_, space_),
        held_(db_, space_),
        erasures_(db_, space_),
        caller_(caller) {}

  sync::Loaded load(const sync::LoadAction& action) override {
    sync::Loaded loaded;
    const SpaceInfo space = load_space(db_, space_);
    loaded.epoch = space.epoch;
    replica_ = action.replica;
    cursor_position_ = action.cursor.position;
    shipped_position_ = space.position;
    protocol_ = action.protocol;
    loaded.cursor_known = knows_cursor(space, action.cursor) && !was_told_less(action);
    for (const sync::ReplicaId& replica : action.replicas) {
      const auto owner = owner_of(replica);
      if (!owner) new_replicas_.push_back(replica);
      if (owner && *owner != caller_.device.id) loaded.replica_allowed = false;
    }
    for (const sync::DocumentId& document : action.documents) {
      loaded.frontiers[document] = load_frontier(db_, space_, document);
      auto stable = stability_.stable(document);
      if (!stable.empty()) loaded.stable[document] = std::move(stable);
      auto redaction = erasures_.redaction(document);
      if (!redaction.empty()) loaded.redactions[document] = std::move(redaction);
    }
    for (const sync::ErasureId& id : action.erasures) {
      const auto known = erasures_.find(id);
      if (known && known->state == ErasureState::carried_out) loaded.erasures.push_back(id);
    }
    for (const sync::DossierId& dossier : action.dossiers) {
      sync::DossierAccess access;
      if (const auto key = load_key(db_, space_, dossier)) {
        access.known = true;
        access.key = *key;
        const Access now = load_access(db_, space_, caller_.user.account, dossier);
        if (!now.kept_to) access.sections = now.sections;
        access.on_hold = erasures_.on_hold(dossier);
        access.had = !access.sections.empty() || erasures_.held_once(caller_.user.account, dossier);
        access.opened =
            access.sections.empty() && !erasures_.is_whole(dossier) && has_opened(dossier);
      } else if (erasures_.has_lost_key(dossier)) {
        access.known = true;
        access.key_destroyed = true;
      }
      // Everybody reads it.
      if (dossier == sync::space_dossier(space.id) && !keeps_lists(caller_.rules)) {
        access.sections.clear();
      }
      loaded.dossiers[dossier] = std::move(access);
    }
    load_changes(action, loaded);
    for (const sync::DocumentId& document : action.grants) load_grants(document, loaded);
    for (const sync::ChangeRef& origin : action.origins) load_origins(origin, loaded);
    return loaded;
  }

  sync::Committed commit(const sync::CommitAction& action, const TurnNotes& notes) override {
    sync::Committed committed;
    const bool noted = note_device(notes, action.empty());
    if (!action.empty()) committed = write_log(action);
    if (noted) transaction_.commit();
    if (noted && moved_) repository_.tell_ear();
    return committed;
  }

 private:
  void load_grants(const sync::DocumentId& document, sync::Loaded& loaded) {
    sql::Statement& row =
        db_.cached("SELECT header, body FROM log INDEXED BY log_grants WHERE space = ?"
                   " AND dossier = ? AND section = ? AND kind = 1 AND grants IS DISTINCT FROM 0");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, document.dossier.bytes, document.section);
    while (row.step()) {
      if (row.is_null(1)) continue;
      const sync::Change change = make_change(row.get_blob(0), row.get_blob(1));
      for (sync::GrantPlace& place : sync::grants_of(change)) {
        loaded.grants.push_back(std::move(place));
      }
    }
  }

  /// The change that is named, and those that author it again.
  void load_origins(const sync::ChangeRef& origin, sync::Loaded& loaded) {
    sql::Statement& rows =
        db_.cached("SELECT l.header, l.body FROM log l WHERE l.space = ?1 AND l.dossier = ?2"
                   " AND l.section = ?3 AND l.origin = ?4 AND " INSIEME_STANDS
                   " UNION ALL SELECT l.header, l.body FROM log l WHERE l.space = ?1"
                   " AND l.dossier = ?2 AND l.section = ?3 AND l.replica = ?5 AND l.seq = ?6"
                   " AND " INSIEME_STANDS);
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, origin.document.dossier.bytes, origin.document.section,
                  pack_origin(origin.replica, origin.seq), origin.replica.bytes, i64(origin.seq));
    while (rows.step()) {
      std::optional<std::span<const std::uint8_t>> body;
      if (!rows.is_null(1)) body = rows.get_blob(1);
      const sync::Change change = make_change(rows.get_blob(0), body);
      const sync::ChangeHeader& header = change.header;
      const bool whole = !sync::is_redacted(change);
      loaded.origins[origin].push_back({header.replica, header.seq, header.stamp, header.author,
                                        whole ? sync::digest_of_work(change) : sync::Digest{}});
    }
  }

  /// Who wrote the first change of a dossier was assigned to it then, unless the server was put
  /// back to before that and got the dossier from somebody else.
  [[nodiscard]] bool has_opened(const sync::DossierId& dossier) {
    sql::Statement& row =
        db_.cached("SELECT account = ?3 AND NOT EXISTS (SELECT 1 FROM assignments a"
                   "  WHERE a.space = ?1 AND a.dossier = ?2 AND a.account = ?3) FROM log"
                   " WHERE space = ?1 AND dossier = ?2 AND kind = 1 ORDER BY position LIMIT 1");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, dossier.bytes, caller_.user.account);
    return row.step() && row.get_int64(0) != 0;
  }

  void load_changes(const sync::LoadAction& action, sync::Loaded& loaded) {
    sql::Statement& row =
        db_.cached("SELECT l.item_id, l.position, l.kind, h.code, h.reason, h.state,"
                   " h.decision_reason, h.body IS NULL, l.body IS NULL"
                   " FROM log l"
                   " LEFT JOIN held h ON h.space = l.space AND h.dossier = l.dossier"
                   "  AND h.section = l.section AND h.replica = l.replica AND h.seq = l.seq"
                   " WHERE l.space = ? AND l.dossier = ? AND l.section = ? AND l.replica = ?"
                   " AND l.seq = ? AND l.kind <= 3");
    for (const sync::ChangeRef& ref : action.changes) {
      const sql::ResetGuard guard(row);
      row.bind_all(space_, ref.document.dossier.bytes, ref.document.section, ref.replica.bytes,
                   i64(ref.seq));
      if (!row.step()) continue;
      sync::KnownChange known;
      known.id = get_bytes<sync::ChangeId>(row, 0);
      known.position = u64(row.get_int64(1));
      known.verdict = verdict_of(static_cast<EntryKind>(row.get_int64(2)));
      known.code = static_cast<ErrorCode>(row.get_int64(3));
      known.reason = row.get_text(4);
      known.bodyless = row.get_int64(known.verdict == sync::Verdict::accepted ? 8 : 7) != 0;
      if (known.verdict == sync::Verdict::held) {
        known.decision = static_cast<sync::HeldState>(row.get_int64(5));
        known.decision_reason = row.get_text(6);
      }
      loaded.changes[ref] = std::move(known);
    }
  }

  [[nodiscard]] bool knows_cursor(const SpaceInfo& space, const sync::Cursor& cursor) {
    if (cursor.position == 0) return true;
    if (cursor.epoch != space.epoch || cursor.position > space.position) return false;
    sql::Statement& row =
        db_.cached("SELECT log_hash FROM log WHERE space = ? AND position = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, i64(cursor.position));
    return row.step() && get_bytes<sync::Digest>(row, 0) == cursor.log_hash;
  }

  [[nodiscard]] std::optional<sync::DeviceId> owner_of(const sync::ReplicaId& replica) {
    sql::Statement& row =
        db_.cached("SELECT device FROM replicas WHERE space = ? AND replica = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, replica.bytes);
    if (!row.step()) return std::nullopt;
    return get_bytes<sync::DeviceId>(row, 0);
  }

  sync::Committed write_log(const sync::CommitAction& action) {
    LogWriter log(db_, space_, repository_.clock_());
    Permissions permissions(db_, space_, repository_.roles_, log.now_ms());
    for (const sync::DossierSecret& secret : action.new_dossiers) {
      create_dossier(log, permissions, secret);
    }
    for (const sync::DossierId& dossier : action.opened) {
      permissions.put_mandate(caller_.user.account, dossier, {"opened"}, log.now_ms());
      permissions.settle(log, caller_.user, dossier);
    }
    sync::Committed committed;
    for (const sync::NewChange& change : action.changes) {
      committed.positions.push_back(append_change(log, change));
    }
    for (const auto& [document, frontier] : action.frontiers) {
      save_frontier(db_, space_, document, frontier, action.changes);
    }
    for (const sync::NewChange& change : action.changes) {
      // What came back without its body is told when the body comes.
      if (change.verdict != sync::Verdict::held || change.healed) continue;
      held_.announce(log, caller_.user.account, change);
    }
    for (const sync::Change& change : action.bodies) {
      held_.add_body(log, caller_.user.account, change);
      if (!change.ops) continue;
      BlobRows(db_, space_)
          .note(change.header.document, *change.ops, caller_.user.account, log.position());
    }
    for (const sync::Seen& seen : action.seen) append_seen(log, seen);
    for (const sync::HeldDecision& decision : action.held_decisions) held_.close(log, decision);
    for (const sync::Acknowledgement& a : action.acknowledgements) {
      stability_.acknowledge(caller_.device.id, replica_, a);
    }
    for (const sync::Acknowledgement& a : action.acknowledgements) {
      stability_.advance(a.document, repository_.snapshots_, log.now_ms());
    }
    HandOvers(db_, space_, repository_.roles_)
        .carry_out(log, permissions, caller_, action.changes);
    note_origin(log, action, committed.positions);
    note_writes(log, action);
    erasures_.confirm(caller_.device.id, action.erased, log.now_ms());
    for (const sync::ErasureOrder& order : action.erasures) erase(log, order);
    log.finish();
    moved_ = log.has_moved();
    return committed;
  }

  /// A record that one person may have erased: who decides there, from a device.
  void erase(LogWriter& log, const sync::ErasureOrder& order) {
    const LedgerEntry entry{order, caller_.user.account, {}, log.now_ms()};
    if (const Status noted = repository_.note_in_ledger(entry); !noted.ok()) {
      throw StorageFailure(noted.code(), noted.error().detail);
    }
    erasures_.carry_out(log, entry);
  }

  /// A device of an older version heard of a revocation where there was an erasure, and nothing of
  /// late texts that wait. It takes orders now, or these: it reads the log from its beginning. A
  /// request that comes once more, long after, stands where the device was then: what counts is
  /// how far it may have read since, or the device's own next request would find nothing amiss.
  [[nodiscard]] bool was_told_less(const sync::LoadAction& action) {
    const std::uint64_t before = caller_.device.protocol;
    const auto from = [&](std::uint64_t version) {
      return before != 0 && before < version && action.protocol >= version;
    };
    if (action.cursor.position == 0) return false;
    const std::uint64_t read = std::max(action.cursor.position, caller_.device.shipped_position);
    return (from(4) && was_told_of_no_order(read)) || (from(5) && was_told_of_no_text(read));
  }

  [[nodiscard]] bool was_told_of_no_text(std::uint64_t read) {
    sql::Statement& row = db_.cached(
        "SELECT 1 FROM held h JOIN assignments a ON a.space = h.space AND a.dossier = h.dossier"
        " WHERE h.space = ? AND h.state = 0 AND h.code = ? AND h.position <= ? AND a.account = ?"
        " LIMIT 1");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, static_cast<std::int64_t>(ErrorCode::expired), i64(read),
                 caller_.user.account);
    return row.step();
  }

  [[nodiscard]] bool was_told_of_no_order(std::uint64_t read) {
    sql::Statement& row = db_.cached(
        "SELECT 1 FROM erasures e JOIN assignments a ON a.space = e.space AND a.dossier = e.dossier"
        " WHERE e.space = ? AND e.state = 1 AND e.position <= ? AND a.account = ? LIMIT 1");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, i64(read), caller_.user.account);
    return row.step();
  }

  /// Of whoever opens it and of the roles that have all dossiers; in the place of whoever opens it.
  void create_dossier(LogWriter& log, Permissions& permissions,
                      const sync::DossierSecret& secret) {
    db_.cached("INSERT INTO dossiers(space, dossier, key, created_by, created_ms)"
               " VALUES(?,?,?,?,?)")
        .bind_all(space_, secret.dossier.bytes, secret.key.bytes, caller_.user.account,
                  log.now_ms())
        .run();
    if (erasures_.is_whole(secret.dossier)) return;  // a restored server, and a stale device
    const User& opener = caller_.user;
    permissions.place(secret.dossier, opener.organization, {});
    permissions.put_mandate(opener.account, secret.dossier, {"opened"}, log.now_ms());
    permissions.settle(log, opener, secret.dossier);
    if (!load_access(db_, space_, opener.account, secret.dossier).any()) {
      // Their tablet is not to keep it: it is with those who decide.
      const Rule rule = decide(permissions.standing(opener, secret.dossier)).rule;
      log.revoke(opener.account, secret.dossier, words_of(rule).en);
    }
    for (const User& user : others_with_all_dossiers()) {
      permissions.put_mandate(user.account, secret.dossier, {"role"}, log.now_ms());
      permissions.settle(log, user, secret.dossier);
    }
  }

  [[nodiscard]] std::vector<User> others_with_all_dossiers() {
    std::vector<User> others;
    sql::Statement& rows =
        db_.cached(INSIEME_USER_COLUMNS "WHERE space = ? AND account <> ? ORDER BY account");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, caller_.user.account);
    while (rows.step()) {
      User user = get_user(rows);
      const RoleRules* rules = repository_.roles_.find(user.role);
      if (rules != nullptr && rules->all_dossiers) others.push_back(std::move(user));
    }
    return others;
  }

  std::uint64_t append_change(LogWriter& log, const sync::NewChange& change) {
    const sync::ChangeHeader& header = change.change.header;
    const std::vector<std::uint8_t> header_bytes = sync::encode_header(header);
    std::optional<std::vector<std::uint8_t>> body;
    if (change.change.ops) body = sync::encode_body(*change.change.ops);
    LogItem item;
    item.kind = kind_of(change.verdict);
    item.dossier = header.document.dossier;
    item.section = header.document.section;
    item.account = header.author;
    item.replica = header.replica;
    item.seq = header.seq;
    if (header.transaction) item.transaction = header.transaction->id;
    item.change_id = change.id;
    item.header = header_bytes;
    if (item.kind == EntryKind::change && body) item.body = *body;
    item.grants = item.kind == EntryKind::change && !sync::grants_of(change.change).empty();
    if (item.kind != EntryKind::refused_change && header.origin) {
      item.origin = pack_origin(header.origin->replica, header.origin->seq);
    }
    const std::uint64_t position = log.append(item);
    const std::string& sender = change.healed ? header.author : caller_.user.account;
    if (change.change.ops) {
      BlobRows(db_, space_).note(header.document, *change.change.ops, sender, position);
    }
    if (item.kind != EntryKind::change) {
      held_.keep(log, sender, position, change, body);
    }
    return position;
  }

  void append_seen(LogWriter& log, const sync::Seen& seen) {
    // A repeated request tells again what is known: no entry, no position.
    sql::Statement& row =
        db_.cached("SELECT version FROM seen WHERE space = ? AND dossier = ? AND section = ?"
                   " AND account = ?");
    sync::VersionVector version;
    {
      const sql::ResetGuard guard(row);
      row.bind_all(space_, seen.document.dossier.bytes, seen.document.section, seen.by);
      if (row.step()) version = unpack_version(row.get_blob(0));
    }
    if (!seen.version.empty() && version.covers(seen.version)) return;
    version.merge(seen.version);
    db_.cached("INSERT INTO seen(space, dossier, section, account, version) VALUES(?,?,?,?,?)"
               " ON CONFLICT(space, dossier, section, account) DO UPDATE SET"
               " version = excluded.version")
        .bind_all(space_, seen.document.dossier.bytes, seen.document.section, seen.by,
                  pack_version(version))
        .run();
    const std::vector<std::uint8_t> payload = pack_version(seen.version);
    LogItem item;
    item.kind = EntryKind::seen;
    item.dossier = seen.document.dossier;
    item.section = seen.document.section;
    item.account = seen.by;
    item.header = payload;
    log.append(item);
  }

  /// Who wrote where, and who would have and may not.
  void note_writes(const LogWriter& log, const sync::CommitAction& action) {
    std::vector<AccessNote> notes;
    for (const sync::NewChange& change : action.changes) {
      if (change.healed) continue;
      const bool accepted = change.verdict == sync::Verdict::accepted;
      add_note(notes, change.change.header.document,
               accepted ? AccessKind::write : AccessKind::refused);
    }
    write_access(db_, space_, caller_, notes, log.now_ms());
  }

  /// What was given back stands first, and on the server's own word, not on the device's.
  void note_origin(LogWriter& log, const sync::CommitAction& action,
                   const std::vector<std::uint64_t>& positions) {
    const auto pushed = std::find_if(action.changes.begin(), action.changes.end(),
                                     [](const sync::NewChange& change) { return !change.healed; });
    const auto given_back = static_cast<std::size_t>(pushed - action.changes.begin());
    if (given_back != 0) {
      log.audit(sync::to_text(caller_.device.id), "give back",
                std::to_string(positions.front()) + "-" +
                    std::to_string(positions[given_back - 1]));
    }
    if (pushed == action.changes.end()) return;
    save_manifest(log, action, positions[given_back], action.changes.size() - given_back);
  }

  void save_manifest(LogWriter& log, const sync::CommitAction& action, std::uint64_t first,
                     std::size_t count) {
    db_.cached("INSERT INTO manifests(space, first_position, count, device, manifest, signature,"
               " at_ms) VALUES(?,?,?,?,?,?,?)")
        .bind_all(space_, i64(first), i64(count), caller_.device.id.bytes,
                  action.manifest.bytes, action.manifest_signature.bytes, log.now_ms())
        .run();
  }

  /// True when something was written.
  bool note_device(const TurnNotes& notes, bool idle) {
    const std::int64_t now_ms = repository_.clock_();
    for (const sync::ReplicaId& replica : new_replicas_) {
      db_.cached("INSERT INTO replicas(space, replica, device, first_seen_ms) VALUES(?,?,?,?)")
          .bind_all(space_, replica.bytes, caller_.device.id.bytes, now_ms)
          .run();
    }
    if (notes.by_letter) return !idle || !new_replicas_.empty();
    const Device& device = caller_.device;
    const bool fresh = device.last_sync_ms && !device.given_up_ms &&
                       device.shipped_position == shipped_position_ &&
                       now_ms - *device.last_sync_ms < kIdleNoteMs &&
                       device.unsent == notes.unsent_left && device.protocol == protocol_;
    if (idle && new_replicas_.empty() && fresh) return false;
    db_.cached("UPDATE devices SET last_sync_ms = ?, clock_offset_ms = ?, unsent = ?,"
               " cursor_position = ?, shipped_position = ?, given_up_ms = NULL, protocol = ?"
               " WHERE space = ? AND device = ?")
        .bind_all(now_ms, offset(notes.device_ms, now_ms), i64(notes.unsent_left),
                  i64(cursor_position_), i64(shipped_position_), i64(protocol_), space_,
                  device.id.bytes)
        .run();
    return true;
  }

  /// A tablet may claim any time at all: no overflow.
  [[nodiscard]] static std::int64_t offset(std::int64_t device_ms, std::int64_t now_ms) noexcept {
    constexpr std::int64_t kFar = std::int64_t{1} << 60;
    return std::min(std::max(device_ms, -kFar), kFar) - now_ms;
  }

  SqlRepository& repository_;
  std::unique_lock<std::recursive_mutex> lock_;
  sql::Connection& db_;
  std::int64_t space_;
  sql::Transaction transaction_;
  Stability stability_;
  HeldRows held_;
  Erasures erasures_;
  const Caller caller_;
  sync::ReplicaId replica_;  ///< that the device writes under
  std::uint64_t cursor_position_ = 0;
  std::uint64_t shipped_position_ = 0;
  std::uint64_t protocol_ = 0;
  bool moved_ = false;  ///< the log grew
  std::vector<sync::ReplicaId> new_replicas_;  ///< bound to the device by the commit
};

std::unique_ptr<Turn> SqlRepository::begin_turn(const Caller& caller) {
  return std::make_unique<SqlTurn>(*this, caller);
}

}  // namespace insieme::server
