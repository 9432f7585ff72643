#include "storage/frontier_rows.hpp"

#include "storage/rows.hpp"

namespace insieme::server {

sync::Frontier load_frontier(sql::Connection& db, std::int64_t space,
                             const sync::DocumentId& document) {
  std::map<sync::ReplicaId, sync::Head> heads;
  {
    sql::Statement& rows =
        db.cached("SELECT replica, seq, id, deps, stamp_ms, stamp_counter FROM heads"
                  " WHERE space = ? AND dossier = ? AND section = ?");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space, document.dossier.bytes, document.section);
    while (rows.step()) {
      sync::Head head;
      head.seq = u64(rows.get_int64(1));
      head.id = get_bytes<sync::ChangeId>(rows, 2);
      head.deps = unpack_version(rows.get_blob(3));
      head.stamp = {rows.get_int64(4), static_cast<std::uint32_t>(rows.get_int64(5))};
      heads.emplace(get_bytes<sync::ReplicaId>(rows, 0), std::move(head));
    }
  }
  if (heads.empty()) return {};
  sql::Statement& row = db.cached(
      "SELECT history FROM documents WHERE space = ? AND dossier = ? AND section = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, document.dossier.bytes, document.section);
  if (!row.step()) throw StorageFailure(ErrorCode::storage_failure, "heads without a document");
  return sync::Frontier::from_parts(std::move(heads), decode_sum(row.get_blob(0)));
}

void save_frontier(sql::Connection& db, std::int64_t space, const sync::DocumentId& document,
                   const sync::Frontier& frontier, const std::vector<sync::NewChange>& changes) {
  db.cached("INSERT INTO documents(space, dossier, section, count, history) VALUES(?,?,?,?,?)"
             " ON CONFLICT(space, dossier, section) DO UPDATE SET count = excluded.count,"
             " history = excluded.history")
      .bind_all(space, document.dossier.bytes, document.section, i64(frontier.count()),
                encode_sum(frontier.history()))
      .run();
  // Only the heads of replicas whose changes are new have moved.
  std::map<sync::ReplicaId, const sync::Head*> moved;
  for (const sync::NewChange& change : changes) {
    if (!(change.change.header.document == document)) continue;
    const sync::ReplicaId& replica = change.change.header.replica;
    moved[replica] = frontier.head(replica);
  }
  for (const auto& [replica, head] : moved) {
    INSIEME_ASSERT(head != nullptr);
    db.cached("INSERT INTO heads(space, dossier, section, replica, seq, id, deps, stamp_ms,"
              " stamp_counter) VALUES(?,?,?,?,?,?,?,?,?)"
              " ON CONFLICT(space, dossier, section, replica) DO UPDATE SET seq = excluded.seq,"
              " id = excluded.id, deps = excluded.deps, stamp_ms = excluded.stamp_ms,"
              " stamp_counter = excluded.stamp_counter")
        .bind_all(space, document.dossier.bytes, document.section, replica.bytes,
                  i64(head->seq), head->id.bytes, pack_version(head->deps), head->stamp.ms,
                  head->stamp.counter)
        .run();
  }
}

}  // namespace insieme::server
