#include "storage/stability.hpp"

#include <algorithm>

#include "insieme/sync/document.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

/// A page is read after the turn was noted: what others log in between may be on it.
constexpr std::int64_t kPositionsBetween = 256;

/// What the places in texts that a change names are places of.
void meet_splices(const sync::Change& change, sync::VersionVector& seen) {
  for (const sync::Operation& op : *change.ops) {
    if (std::holds_alternative<sync::SpliceOp>(op.action) && op.context) seen.meet(*op.context);
  }
}

}  // namespace

void Stability::acknowledge(const sync::DeviceId& device, const sync::ReplicaId& replica,
                            const sync::Acknowledgement& acknowledgement) {
  const sync::DocumentId& document = acknowledgement.document;
  db_.cached("INSERT INTO acknowledgements(space, dossier, section, device, replica, version)"
             " VALUES(?,?,?,?,?,?) ON CONFLICT(space, dossier, section, device)"
             " DO UPDATE SET replica = excluded.replica, version = excluded.version")
      .bind_all(space_, document.dossier.bytes, document.section, device.bytes, replica.bytes,
                pack_version(acknowledgement.version))
      .run();
}

sync::VersionVector Stability::stable(const sync::DocumentId& document) {
  sql::Statement& row = db_.cached(
      "SELECT version FROM stable WHERE space = ? AND dossier = ? AND section = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, document.dossier.bytes, document.section);
  return row.step() ? unpack_version(row.get_blob(0)) : sync::VersionVector{};
}

sync::VersionVector Stability::acknowledged(const sync::DeviceId& device,
                                            const sync::ReplicaId& replica,
                                            const sync::DocumentId& document) {
  sql::Statement& row =
      db_.cached("SELECT version FROM acknowledgements WHERE space = ? AND dossier = ?"
                 " AND section = ? AND device = ? AND replica = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, document.dossier.bytes, document.section, device.bytes, replica.bytes);
  return row.step() ? unpack_version(row.get_blob(0)) : sync::VersionVector{};
}

std::optional<sync::VersionVector> Stability::common(const sync::DocumentId& document) {
  sql::Statement& rows = db_.cached(
      "SELECT a.sections, k.version,"
      "  a.from_position <= d.shipped_position + ?4 OR EXISTS (SELECT 1 FROM heads h"
      "   JOIN replicas r ON r.space = h.space AND r.replica = h.replica WHERE h.space = d.space"
      "   AND h.dossier = a.dossier AND h.section = ?3 AND r.device = d.device)"
      " FROM assignments a"
      " JOIN users u ON u.space = a.space AND u.account = a.account AND u.disabled = 0"
      " JOIN devices d ON d.space = a.space AND d.account = a.account"
      "  AND d.revoked_ms IS NULL AND d.given_up_ms IS NULL"
      " LEFT JOIN acknowledgements k ON k.space = a.space AND k.dossier = a.dossier"
      "  AND k.section = ?3 AND k.device = d.device"
      " WHERE a.space = ?1 AND a.dossier = ?2"
      "  AND (a.to_position IS NULL OR a.to_position > d.cursor_position)");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, document.dossier.bytes, document.section, kPositionsBetween);
  std::optional<sync::VersionVector> common;
  while (rows.step()) {
    const Access access{1, split_names(rows.get_text(0))};
    if (!access.has(document.section) || rows.get_int64(2) == 0) continue;
    if (rows.is_null(1)) return std::nullopt;
    const sync::VersionVector version = unpack_version(rows.get_blob(1));
    if (common) {
      common->meet(version);
    } else {
      common = version;
    }
  }
  return common;
}

bool Stability::has_held(const sync::DocumentId& document) {
  sql::Statement& row =
      db_.cached("SELECT 1 FROM held WHERE space = ? AND dossier = ? AND section = ?"
                 " AND state = 0 LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, document.dossier.bytes, document.section);
  return row.step();
}

sync::VersionVector Stability::covered(const sync::DocumentId& document) {
  sql::Statement& rows =
      db_.cached("SELECT replica, seq FROM covered WHERE space = ? AND dossier = ?"
                 " AND section = ?");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, document.dossier.bytes, document.section);
  sync::VersionVector version;
  while (rows.step()) version.set(get_bytes<sync::ReplicaId>(rows, 0), u64(rows.get_int64(1)));
  return version;
}

void Stability::advance(const sync::DocumentId& document, const SnapshotPolicy& snapshots,
                        std::int64_t now_ms) {
  if (has_held(document)) return;
  auto now = common(document);
  if (now && snapshots.covered_only) now->meet(covered(document));
  const sync::VersionVector before = stable(document);
  if (!now || *now == before || !now->covers(before)) return;
  db_.cached("INSERT INTO stable(space, dossier, section, version) VALUES(?,?,?,?)"
             " ON CONFLICT(space, dossier, section) DO UPDATE SET version = excluded.version")
      .bind_all(space_, document.dossier.bytes, document.section, pack_version(*now))
      .run();
  std::uint64_t folded = 0;
  {
    sql::Statement& row = db_.cached(
        "SELECT changes FROM snapshots WHERE space = ? AND dossier = ? AND section = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, document.dossier.bytes, document.section);
    if (row.step()) folded = u64(row.get_int64(0));
  }
  const std::uint64_t wanted =
      folded == 0 ? snapshots.first : std::max(snapshots.next, folded / 8);
  if (now->total() < folded + wanted) return;
  const sync::VersionVector at = foldable(document, *now);
  if (at.total() >= folded + wanted) prepare(document, at, now_ms);
}

/// The greatest version within `at` on which everything else of the log stands. Who writes from now
/// on has seen all that is stable; what is here already, and was written without knowing of it, may
/// not have.
sync::VersionVector Stability::foldable(const sync::DocumentId& document, sync::VersionVector at) {
  for (bool shrinks = true; shrinks;) {
    shrinks = false;
    sync::DepsWalker walker;
    const auto rows =
        db_.walk("SELECT header, body FROM log WHERE space = ? AND dossier = ?"
                   " AND section = ? AND kind <= 3 ORDER BY position");
    rows->bind_all(space_, document.dossier.bytes, document.section);
    while (rows->step()) {
      const sync::ChangeHeader header = make_change(rows->get_blob(0), {}).header;
      sync::VersionVector seen = walker.step(header);
      if (at.contains(header.replica, header.seq)) continue;
      if (!rows->is_null(1)) {
        meet_splices(make_change(rows->get_blob(0), rows->get_blob(1)), seen);
      }
      if (seen.covers(at)) continue;
      at.meet(seen);
      shrinks = true;
    }
  }
  return at;
}

void Stability::prepare(const sync::DocumentId& id, const sync::VersionVector& at,
                        std::int64_t now_ms) {
  const auto key = load_key(db_, space_, id.dossier);
  if (!key) return;
  // From the whole log, so that the bytes are a function of it and of nothing else.
  sync::Document document(id, *key);
  {
    const auto rows =
        db_.walk("SELECT header, body, replica, seq FROM log WHERE space = ? AND dossier = ?"
                   " AND section = ? AND kind <= 3 ORDER BY position");
    rows->bind_all(space_, id.dossier.bytes, id.section);
    while (rows->step()) {
      if (!at.contains(get_bytes<sync::ReplicaId>(*rows, 2), u64(rows->get_int64(3)))) continue;
      std::optional<std::span<const std::uint8_t>> body;
      if (!rows->is_null(1)) body = rows->get_blob(1);
      if (!document.deliver(make_change(rows->get_blob(0), body)).ok()) return;
    }
  }
  // Less than that: what a device acknowledged was not causally closed. The log goes on serving.
  if (!(document.frontier().version() == at)) return;
  const auto snapshot = document.snapshot();
  if (!snapshot.ok()) return;
  const auto bytes = sync::encode_snapshot(*snapshot);
  if (!bytes.ok()) return;  // too large: it travels as its log
  db_.cached("INSERT INTO snapshots(space, dossier, section, digest, version, changes, made_ms,"
             " bytes) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(space, dossier, section) DO UPDATE SET"
             " digest = excluded.digest, version = excluded.version, changes = excluded.changes,"
             " made_ms = excluded.made_ms, bytes = excluded.bytes")
      .bind_all(space_, id.dossier.bytes, id.section, sync::digest_snapshot(*bytes).bytes,
                pack_version(at), i64(at.total()), now_ms, *bytes)
      .run();
}

}  // namespace insieme::server
