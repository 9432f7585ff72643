// The write transaction of one sync turn.
#include <algorithm>

#include "storage/held_rows.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
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
        caller_(caller) {}

  sync::Loaded load(const sync::LoadAction& action) override {
    sync::Loaded loaded;
    const SpaceInfo space = load_space(db_, space_);
    loaded.epoch = space.epoch;
    replica_ = action.replica;
    cursor_position_ = action.cursor.position;
    shipped_position_ = space.position;
    loaded.cursor_known = knows_cursor(space, action.cursor);
    for (const sync::ReplicaId& replica : action.replicas) {
      const auto owner = owner_of(replica);
      if (!owner) new_replicas_.push_back(replica);
      if (owner && *owner != caller_.device.id) loaded.replica_allowed = false;
    }
    for (const sync::DocumentId& document : action.documents) {
      loaded.frontiers[document] = load_frontier(db_, space_, document);
      auto stable = stability_.stable(document);
      if (!stable.empty()) loaded.stable[document] = std::move(stable);
    }
    for (const sync::DossierId& dossier : action.dossiers) {
      sync::DossierAccess access;
      if (const auto key = load_key(db_, space_, dossier)) {
        access.known = true;
        access.key = *key;
        access.sections = load_access(db_, space_, caller_.user.account, dossier).sections;
      }
      loaded.dossiers[dossier] = std::move(access);
    }
    load_changes(action, loaded);
    for (const sync::DocumentId& document : action.grants) load_grants(document, loaded);
    return loaded;
  }

  sync::Committed commit(const sync::CommitAction& action, const TurnNotes& notes) override {
    sync::Committed committed;
    const bool noted = note_device(notes, action.empty());
    if (!action.empty()) committed = write_log(action);
    if (noted) transaction_.commit();
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
    for (const sync::DossierSecret& secret : action.new_dossiers) create_dossier(log, secret);
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
    }
    for (const sync::Seen& seen : action.seen) append_seen(log, seen);
    for (const sync::HeldDecision& decision : action.held_decisions) held_.close(log, decision);
    for (const sync::Acknowledgement& a : action.acknowledgements) {
      stability_.acknowledge(caller_.device.id, replica_, a);
    }
    for (const sync::Acknowledgement& a : action.acknowledgements) {
      stability_.advance(a.document, repository_.snapshots_, log.now_ms());
    }
    note_origin(log, action, committed.positions);
    log.finish();
    return committed;
  }

  void create_dossier(LogWriter& log, const sync::DossierSecret& secret) {
    db_.cached("INSERT INTO dossiers(space, dossier, key, created_by, created_ms)"
               " VALUES(?,?,?,?,?)")
        .bind_all(space_, secret.dossier.bytes, secret.key.bytes, caller_.user.account,
                  log.now_ms())
        .run();
    log.grant(caller_.user.account, secret.dossier, caller_.rules.sections);
    std::vector<std::pair<std::string, std::string>> others;
    {
      sql::Statement& rows =
          db_.cached("SELECT account, role FROM users WHERE space = ? AND account <> ?"
                     " ORDER BY account");
      const sql::ResetGuard guard(rows);
      rows.bind_all(space_, caller_.user.account);
      while (rows.step()) others.emplace_back(rows.get_text(0), rows.get_text(1));
    }
    for (const auto& [account, role] : others) {
      const RoleRules* rules = repository_.roles_.find(role);
      if (rules != nullptr && rules->all_dossiers) {
        log.grant(account, secret.dossier, rules->sections);
      }
    }
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
    const std::uint64_t position = log.append(item);
    if (item.kind != EntryKind::change) {
      held_.keep(log, change.healed ? header.author : caller_.user.account, position, change,
                 body);
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
                       device.unsent == notes.unsent_left;
    if (idle && new_replicas_.empty() && fresh) return false;
    db_.cached("UPDATE devices SET last_sync_ms = ?, clock_offset_ms = ?, unsent = ?,"
               " cursor_position = ?, shipped_position = ?, given_up_ms = NULL"
               " WHERE space = ? AND device = ?")
        .bind_all(now_ms, offset(notes.device_ms, now_ms), i64(notes.unsent_left),
                  i64(cursor_position_), i64(shipped_position_), space_, device.id.bytes)
        .run();
    return true;
  }

  /// A tablet may claim any time at all: no overflow.
  [[nodiscard]] static std::int64_t offset(std::int64_t device_ms, std::int64_t now_ms) noexcept {
    constexpr std::int64_t kFar = std::int64_t{1} << 60;
    return std::min(std::max(device_ms, -kFar), kFar) - now_ms;
  }

  SqlRepository& repository_;
  std::unique_lock<std::mutex> lock_;
  sql::Connection& db_;
  std::int64_t space_;
  sql::Transaction transaction_;
  Stability stability_;
  HeldRows held_;
  const Caller caller_;
  sync::ReplicaId replica_;  ///< that the device writes under
  std::uint64_t cursor_position_ = 0;
  std::uint64_t shipped_position_ = 0;
  std::vector<sync::ReplicaId> new_replicas_;  ///< bound to the device by the commit
};

std::unique_ptr<Turn> SqlRepository::begin_turn(const Caller& caller) {
  return std::make_unique<SqlTurn>(*this, caller);
}

}  // namespace insieme::server
