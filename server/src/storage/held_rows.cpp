#include "storage/held_rows.hpp"

#include "insieme/sync/reasons.hpp"
#include "storage/rows.hpp"

namespace insieme::server {

void HeldRows::keep(const LogWriter& log, const std::string& account, std::uint64_t position,
                    const sync::NewChange& change,
                    const std::optional<std::vector<std::uint8_t>>& body) {
  const sync::ChangeHeader& header = change.change.header;
  const sync::HeldState state =
      change.verdict == sync::Verdict::held ? change.state : sync::HeldState::refused;
  std::optional<std::int64_t> below;
  if (change.stands_on) below = position_of(*change.stands_on);
  db_.cached("INSERT INTO held(space, dossier, section, replica, seq, position, account, state,"
             " code, reason, received_ms, body, stands_on) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .bind_all(space_, header.document.dossier.bytes, header.document.section,
                header.replica.bytes, i64(header.seq), i64(position), account,
                static_cast<std::int64_t>(state), static_cast<std::int64_t>(change.code),
                change.reason, log.now_ms(), body, below)
      .run();
}

void HeldRows::announce(LogWriter& log, const std::string& account,
                        const sync::NewChange& change) {
  announce(log, account, change.change.header, change.reason);
}

void HeldRows::announce(LogWriter& log, const std::string& account,
                        const sync::ChangeHeader& header, std::string_view reason) {
  LogItem item;
  item.kind = EntryKind::held;
  item.dossier = header.document.dossier;
  item.section = header.document.section;
  item.account = account;
  item.replica = header.replica;
  item.seq = header.seq;
  item.header = as_bytes(reason);
  log.append(item);
}

void HeldRows::add_body(LogWriter& log, const std::string& account, const sync::Change& change) {
  const sync::ChangeHeader& header = change.header;
  const std::vector<std::uint8_t> body = sync::encode_body(*change.ops);
  const auto code = sync::is_late(*change.ops) ? ErrorCode::expired : ErrorCode::ok;
  db_.cached("UPDATE held SET body = ?, account = ?, code = ? WHERE space = ? AND dossier = ?"
             " AND section = ? AND replica = ? AND seq = ? AND state = 0 AND body IS NULL")
      .bind_all(body, account, static_cast<std::int64_t>(code), space_,
                header.document.dossier.bytes, header.document.section, header.replica.bytes,
                i64(header.seq))
      .run();
  if (db_.changes() != 0) announce(log, account, header, sync::reasons::kHeldBefore);
}

void HeldRows::close(LogWriter& log, const sync::HeldDecision& decision) {
  // One after the other, not by recursion: a chain may be long.
  std::vector<sync::ChangeRef> due{{decision.document, decision.replica, decision.seq}};
  for (std::size_t i = 0; i < due.size(); ++i) {
    sync::HeldDecision one = decision;
    one.replica = due[i].replica;
    one.seq = due[i].seq;
    if (!close_one(log, one) || decision.accepted) continue;
    const auto position = position_of(due[i]);
    if (!position) continue;
    const auto above = waiting_on(decision.document, *position);
    due.insert(due.end(), above.begin(), above.end());
  }
}

bool HeldRows::close_one(LogWriter& log, const sync::HeldDecision& decision) {
  // Most changes with an origin never were held, and a decision may be told twice.
  db_.cached("UPDATE held SET state = ?, decided_by = ?, decided_ms = ?, decision_reason = ?"
             " WHERE space = ? AND dossier = ? AND section = ? AND replica = ? AND seq = ?"
             " AND state = 0")
      .bind_all(static_cast<std::int64_t>(decision.accepted ? sync::HeldState::accepted
                                                            : sync::HeldState::refused),
                decision.by, log.now_ms(), decision.reason, space_,
                decision.document.dossier.bytes, decision.document.section,
                decision.replica.bytes, i64(decision.seq))
      .run();
  if (db_.changes() == 0) return false;
  std::vector<std::uint8_t> payload{static_cast<std::uint8_t>(decision.accepted ? 1 : 0),
                                    static_cast<std::uint8_t>(decision.by.size())};
  payload.insert(payload.end(), decision.by.begin(), decision.by.end());
  payload.insert(payload.end(), decision.reason.begin(), decision.reason.end());
  LogItem item;
  item.kind = EntryKind::held_closed;
  item.dossier = decision.document.dossier;
  item.section = decision.document.section;
  const std::string author = author_of(decision);
  item.account = author;
  item.replica = decision.replica;
  item.seq = decision.seq;
  item.header = payload;
  log.append(item);
  return true;
}

std::string HeldRows::author_of(const sync::HeldDecision& decision) {
  sql::Statement& row =
      db_.cached("SELECT account FROM held WHERE space = ? AND dossier = ? AND section = ?"
                 " AND replica = ? AND seq = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, decision.document.dossier.bytes, decision.document.section,
               decision.replica.bytes, i64(decision.seq));
  return row.step() ? std::string(row.get_text(0)) : std::string();
}

std::optional<std::int64_t> HeldRows::position_of(const sync::ChangeRef& change) {
  sql::Statement& row =
      db_.cached("SELECT position FROM held WHERE space = ? AND dossier = ? AND section = ?"
                 " AND replica = ? AND seq = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, change.document.dossier.bytes, change.document.section,
               change.replica.bytes, i64(change.seq));
  if (!row.step()) return std::nullopt;
  return row.get_int64(0);
}

std::vector<sync::ChangeRef> HeldRows::waiting_on(const sync::DocumentId& document,
                                                  std::int64_t position) {
  sql::Statement& rows =
      db_.cached("SELECT replica, seq FROM held WHERE space = ? AND stands_on = ? AND state = 0"
                 " ORDER BY position");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, position);
  std::vector<sync::ChangeRef> found;
  while (rows.step()) {
    found.push_back({document, get_bytes<sync::ReplicaId>(rows, 0), u64(rows.get_int64(1))});
  }
  return found;
}

}  // namespace insieme::server
