#include "storage/log_writer.hpp"

#include "storage/rows.hpp"

namespace insieme::server {

sync::Digest event_digest(const LogItem& item) {
  return sync::Hasher("insieme log event v1")
      .add(static_cast<std::uint64_t>(item.kind))
      .add(std::span<const std::uint8_t>(item.dossier.bytes))
      .add(item.section)
      .add(item.account)
      .add(std::span<const std::uint8_t>(item.replica.bytes))
      .add(item.seq)
      .add(item.header)
      .finish();
}

sync::Digest next_log_hash(const sync::Digest& previous, const sync::Digest& item) {
  return sync::Hasher("insieme log v1").add(previous).add(item).finish();
}

LogWriter::LogWriter(sql::Connection& db, std::int64_t space, std::int64_t now_ms)
    : db_(db), space_(space), now_ms_(now_ms) {
  sql::Statement& row =
      db_.cached("SELECT position, log_hash, log_bytes FROM spaces WHERE space = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_);
  if (!row.step()) throw StorageFailure(ErrorCode::storage_failure, "the space's row is gone");
  position_ = u64(row.get_int64(0));
  begun_at_ = position_;
  log_hash_ = get_bytes<sync::Digest>(row, 1);
  log_bytes_ = u64(row.get_int64(2));
}

std::uint64_t LogWriter::append(const LogItem& item) {
  sync::Digest id;
  if (item.change_id) {
    id = *item.change_id;
  } else {
    id = event_digest(item);
  }
  log_hash_ = next_log_hash(log_hash_, id);
  ++position_;
  log_bytes_ += item.header.size() + (item.body ? item.body->size() : 0);
  std::optional<std::span<const std::uint8_t>> tx;
  if (item.transaction) tx = std::span<const std::uint8_t>(item.transaction->bytes);
  db_.cached("INSERT INTO log(space, position, kind, dossier, section, account, replica, seq, tx,"
             " item_id, log_hash, received_ms, header, body, grants, origin)"
             " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .bind_all(space_, i64(position_), static_cast<std::int64_t>(item.kind), item.dossier.bytes,
                item.section, item.account, item.replica.bytes, i64(item.seq), tx, id.bytes,
                log_hash_.bytes, now_ms_, item.header, item.body, std::int64_t{item.grants ? 1 : 0},
                item.origin)
      .run();
  return position_;
}

void LogWriter::finish() {
  db_.cached("UPDATE spaces SET position = ?, log_hash = ?, log_bytes = ? WHERE space = ?")
      .bind_all(i64(position_), log_hash_.bytes, i64(log_bytes_), space_)
      .run();
}

void LogWriter::close_assignment(const std::string& account, const sync::DossierId& dossier,
                                 std::uint64_t position) {
  db_.cached("UPDATE assignments SET to_position = ?"
             " WHERE space = ? AND dossier = ? AND account = ? AND to_position IS NULL")
      .bind_all(i64(position), space_, dossier.bytes, account)
      .run();
  // Its devices drop the dossier, or are granted it anew and acknowledge again what they hold.
  db_.cached("DELETE FROM acknowledgements WHERE space = ? AND dossier = ? AND device IN"
             " (SELECT device FROM devices WHERE space = ? AND account = ?)")
      .bind_all(space_, dossier.bytes, space_, account)
      .run();
}

void LogWriter::grant(const std::string& account, const sync::DossierId& dossier,
                      const std::vector<std::string>& sections) {
  const std::string names = join_names(sections);
  LogItem item;
  item.kind = EntryKind::grant;
  item.dossier = dossier;
  item.account = account;
  item.header = as_bytes(names);
  const std::uint64_t position = append(item);
  close_assignment(account, dossier, position);
  db_.cached("INSERT INTO assignments(space, dossier, account, from_position, sections)"
             " VALUES(?,?,?,?,?)")
      .bind_all(space_, dossier.bytes, account, i64(position), names)
      .run();
}

void LogWriter::revoke(const std::string& account, const sync::DossierId& dossier,
                       std::string_view reason) {
  LogItem item;
  item.kind = EntryKind::revoke;
  item.dossier = dossier;
  item.account = account;
  item.header = as_bytes(reason);
  close_assignment(account, dossier, append(item));
}

}  // namespace insieme::server
