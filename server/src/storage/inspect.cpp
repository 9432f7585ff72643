// Reading for people and for verification.
#include "storage/erasures.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

#define INSIEME_ENTRY_COLUMNS                                                                  \
  "SELECT position, kind, dossier, section, account, replica, seq, item_id, log_hash, header," \
  " body FROM log "

LogEntry get_entry(const sql::Statement& row) {
  LogEntry entry;
  entry.position = u64(row.get_int64(0));
  entry.kind = static_cast<EntryKind>(row.get_int64(1));
  entry.document = get_document(row, 2);
  entry.replica = get_bytes<sync::ReplicaId>(row, 5);
  entry.seq = u64(row.get_int64(6));
  entry.log_hash = get_bytes<sync::Digest>(row, 8);
  entry.header = get_vector(row, 9);
  if (!row.is_null(10)) entry.body = get_vector(row, 10);
  if (is_change(entry.kind)) {
    entry.item_id = get_bytes<sync::Digest>(row, 7);
  } else {
    LogItem item;
    item.kind = entry.kind;
    item.dossier = entry.document.dossier;
    item.section = entry.document.section;
    item.account = row.get_text(4);
    item.replica = entry.replica;
    item.seq = entry.seq;
    item.header = entry.header;
    entry.item_id = event_digest(item);
  }
  return entry;
}

std::uint64_t count(sql::Connection& db, std::string_view sql, std::int64_t space) {
  sql::Statement& row = db.cached(sql);
  const sql::ResetGuard guard(row);
  row.bind_all(space);
  return row.step() ? u64(row.get_int64(0)) : 0;
}

}  // namespace

SpaceInfo load_space(sql::Connection& db, std::int64_t space) {
  sql::Statement& row =
      db.cached("SELECT uuid, name, epoch, position, log_hash, log_bytes, created_ms,"
                " covered_position FROM spaces WHERE space = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space);
  if (!row.step()) throw StorageFailure(ErrorCode::storage_failure, "the space's row is gone");
  SpaceInfo info;
  info.id = get_bytes<sync::SpaceId>(row, 0);
  info.name = row.get_text(1);
  info.epoch = u64(row.get_int64(2));
  info.position = u64(row.get_int64(3));
  info.log_hash = get_bytes<sync::Digest>(row, 4);
  info.log_bytes = u64(row.get_int64(5));
  info.created_ms = row.get_int64(6);
  info.covered_position = u64(row.get_int64(7));
  return info;
}

SpaceInfo SqlRepository::space() {
  return read([&](sql::Connection& db) { return load_space(db, space_); });
}

Counts SqlRepository::counts() {
  return read([&](sql::Connection& db) {
    Counts counts;
    counts.users = count(db, "SELECT count(*) FROM users WHERE space = ?", space_);
    counts.devices = count(db, "SELECT count(*) FROM devices WHERE space = ?", space_);
    counts.devices_revoked = count(
        db, "SELECT count(*) FROM devices WHERE space = ? AND revoked_ms IS NOT NULL", space_);
    counts.dossiers = count(db, "SELECT count(*) FROM dossiers WHERE space = ?", space_);
    counts.blobs =
        count(db, "SELECT count(*) FROM blobs WHERE space = ? AND state IN (1, 2)", space_);
    counts.blob_bytes = count(db,
                              "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM blobs"
                              " WHERE space = ? AND state IN (1, 2)",
                              space_);
    counts.blobs_awaited =
        count(db, "SELECT count(*) FROM blobs WHERE space = ? AND state IN (0, 1)", space_);
    counts.documents = count(db, "SELECT count(*) FROM documents WHERE space = ?", space_);
    // Documents know their number of changes: no scan of the log.
    counts.changes =
        count(db, "SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM documents WHERE space = ?",
              space_);
    counts.held_waiting =
        count(db, "SELECT count(*) FROM held WHERE space = ? AND state = 0", space_);
    counts.database_bytes = u64(db.size_bytes());
    sql::Statement& row = db.cached("SELECT max(at_ms) FROM audit WHERE space = ? AND action = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, std::string_view("note backup"));
    if (row.step() && !row.is_null(0)) counts.last_backup_ms = row.get_int64(0);
    return counts;
  });
}

DigestPage SqlRepository::digests(const Caller& caller,
                                     const std::optional<sync::DocumentId>& after,
                                     std::size_t count_max) {
  return read([&](sql::Connection& db) {
    DigestPage page;
    page.position = load_space(db, space_).position;
    const sync::DocumentId from = after.value_or(sync::DocumentId{});
    sql::Statement& rows =
        db.cached("SELECT d.dossier, d.section, d.count, d.history, a.sections"
                  " FROM assignments a JOIN documents d"
                  " ON d.space = a.space AND d.dossier = a.dossier"
                  " WHERE a.space = ? AND a.account = ? AND a.to_position IS NULL"
                  " AND a.kept_to IS NULL"
                  " AND a.dossier >= ? AND (d.dossier, d.section) > (?, ?)"
                  " ORDER BY a.dossier, d.section");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, caller.user.account, from.dossier.bytes, from.dossier.bytes,
                  from.section);
    while (rows.step()) {
      const Access access{1, split_names(rows.get_text(4))};
      if (!access.has(rows.get_text(1))) continue;
      if (page.documents.size() == count_max) {
        page.more = true;
        break;
      }
      page.documents.push_back(
          {get_document(rows, 0), u64(rows.get_int64(2)), decode_sum(rows.get_blob(3))});
    }
    return page;
  });
}

void SqlRepository::visit_log(const std::function<bool(const LogEntry&)>& visit) {
  read([&](sql::Connection& db) {
    const auto rows =
        db.walk(INSIEME_ENTRY_COLUMNS "WHERE space = ? ORDER BY position");
    rows->bind_all(space_);
    while (rows->step() && visit(get_entry(*rows))) {
    }
  });
}

void SqlRepository::visit_document(const sync::DocumentId& document,
                                      const std::function<bool(const LogEntry&)>& visit) {
  read([&](sql::Connection& db) {
    const auto rows =
        db.walk(INSIEME_ENTRY_COLUMNS
                   "WHERE space = ? AND dossier = ? AND section = ? AND kind <= 3"
                   " ORDER BY position");
    rows->bind_all(space_, document.dossier.bytes, document.section);
    while (rows->step() && visit(get_entry(*rows))) {
    }
  });
}

void SqlRepository::visit_manifests(const std::function<bool(const ManifestRow&)>& visit) {
  read([&](sql::Connection& db) {
    const auto rows =
        db.walk("SELECT m.device, d.public_key, m.manifest, m.signature, m.first_position,"
                   " m.count FROM manifests m JOIN devices d"
                   " ON d.space = m.space AND d.device = m.device"
                   " WHERE m.space = ? ORDER BY m.first_position");
    rows->bind_all(space_);
    while (rows->step()) {
      ManifestRow row;
      row.device = get_bytes<sync::DeviceId>(*rows, 0);
      row.device_key = get_bytes<sync::PublicKey>(*rows, 1);
      row.manifest = get_bytes<sync::Digest>(*rows, 2);
      row.signature = get_bytes<sync::Signature>(*rows, 3);
      row.first_position = u64(rows->get_int64(4));
      row.count = u64(rows->get_int64(5));
      if (!visit(row)) break;
    }
  });
}

std::vector<sync::DocumentId> SqlRepository::documents() {
  return read([&](sql::Connection& db) {
    std::vector<sync::DocumentId> documents;
    sql::Statement& rows = db.cached(
        "SELECT dossier, section FROM documents WHERE space = ? ORDER BY dossier, section");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) documents.push_back(get_document(rows, 0));
    return documents;
  });
}

sync::Frontier SqlRepository::frontier(const sync::DocumentId& document) {
  return read([&](sql::Connection& db) { return load_frontier(db, space_, document); });
}

std::optional<sync::DossierKey> SqlRepository::dossier_key(const sync::DossierId& dossier) {
  return read([&](sql::Connection& db) -> std::optional<sync::DossierKey> {
    auto key = load_key(db, space_, dossier);
    // All bodies are gone: there is nothing that a key would have to fit.
    if (!key && Erasures(db, space_).is_whole(dossier)) key.emplace();
    return key;
  });
}

void SqlRepository::note_act(const std::string& actor, const std::string& action,
                             const std::string& subject) {
  static_cast<void>(write([&](sql::Connection&, LogWriter& log) -> Status {
    log.audit(actor, action, subject);
    return {};
  }));
}

std::vector<AuditRow> SqlRepository::audit(std::size_t count_max) {
  return read([&](sql::Connection& db) {
    std::vector<AuditRow> all;
    sql::Statement& rows =
        db.cached("SELECT at_ms, actor, action, subject FROM audit WHERE space = ?"
                  " ORDER BY id DESC LIMIT ?");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, i64(count_max));
    while (rows.step()) {
      all.push_back({rows.get_int64(0), std::string(rows.get_text(1)),
                     std::string(rows.get_text(2)), std::string(rows.get_text(3))});
    }
    return all;
  });
}

}  // namespace insieme::server
