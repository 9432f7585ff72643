#include "storage/voucher_rows.hpp"

#include "insieme/sync/limits.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

sync::HollowState state_of(const sql::Statement& row) {
  if (static_cast<EntryKind>(row.get_int64(2)) != EntryKind::held_change || row.is_null(3)) {
    return sync::HollowState::plain;
  }
  switch (static_cast<sync::HeldState>(row.get_int64(3))) {
    case sync::HeldState::waiting: return sync::HollowState::waiting;
    case sync::HeldState::accepted: return sync::HollowState::accepted;
    case sync::HeldState::refused: return sync::HollowState::refused;
  }
  return sync::HollowState::plain;
}

}  // namespace

std::optional<sync::Voucher> load_voucher(sql::Connection& db, std::int64_t space,
                                          const sync::DocumentId& document) {
  sync::Voucher voucher;
  voucher.document = document;
  {
    sql::Statement& rows =
        db.cached("SELECT replica, seq, id FROM heads WHERE space = ? AND dossier = ?"
                  " AND section = ? ORDER BY replica");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space, document.dossier.bytes, document.section);
    while (rows.step()) {
      voucher.heads.push_back({get_bytes<sync::ReplicaId>(rows, 0), u64(rows.get_int64(1)),
                               get_bytes<sync::ChangeId>(rows, 2)});
    }
  }
  sql::Statement& rows =
      db.cached("SELECT l.replica, l.seq, l.kind, h.state FROM log l INDEXED BY log_hollow"
                " LEFT JOIN held h ON h.space = l.space AND h.dossier = l.dossier"
                "  AND h.section = l.section AND h.replica = l.replica AND h.seq = l.seq"
                " WHERE l.space = ? AND l.dossier = ? AND l.section = ? AND l.kind <= 3"
                "  AND l.body IS NULL ORDER BY l.replica, l.seq");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space, document.dossier.bytes, document.section);
  while (rows.step()) {
    if (voucher.hollow.size() == sync::kVouchedHollowMax) return std::nullopt;
    voucher.hollow.push_back(
        {get_bytes<sync::ReplicaId>(rows, 0), u64(rows.get_int64(1)), state_of(rows)});
  }
  return voucher;
}

}  // namespace insieme::server
