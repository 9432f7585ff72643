#include "storage/blob_rows.hpp"
#include "storage/erasures.hpp"

#include <algorithm>

#include "storage/held_rows.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

#define INSIEME_ERASURE_COLUMNS                                                            \
  "SELECT e.payload, e.state, e.asked_by, e.proposed_ms, e.confirmed_by, e.decided_ms,"    \
  " e.position, e.cleaned_ms, length(d.key) FROM erasures e LEFT JOIN dossiers d"          \
  " ON d.space = e.space AND d.dossier = e.dossier "

constexpr const char* kErasedByOrder = "erased by order";

sync::ErasureOrder get_order(const sql::Statement& row, int column) {
  auto order = sync::decode_order(row.get_blob(column));
  if (!order.ok()) throw StorageFailure(ErrorCode::storage_failure, "a damaged erasure order");
  return std::move(order).value();
}

std::optional<std::int64_t> get_optional(const sql::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.get_int64(column);
}

Erasure get_erasure(const sql::Statement& row) {
  Erasure erasure;
  erasure.order = get_order(row, 0);
  erasure.state = static_cast<ErasureState>(row.get_int64(1));
  erasure.asked_by = row.get_text(2);
  erasure.proposed_ms = row.get_int64(3);
  erasure.confirmed_by = row.get_text(4);
  erasure.decided_ms = get_optional(row, 5);
  erasure.position = u64(row.get_int64(6));
  erasure.cleaned_ms = get_optional(row, 7);
  erasure.key_destroyed = !row.is_null(8) && row.get_int64(8) == 0;
  return erasure;
}

/// A body as it is stored, or nothing.
std::optional<std::vector<std::uint8_t>> body_of(const sync::Change& change) {
  if (!change.ops) return std::nullopt;
  return sync::encode_body(*change.ops);
}

}  // namespace

sync::Redaction Erasures::redaction(const sync::DocumentId& document) {
  sync::Redaction redaction;
  sql::Statement& rows = db_.cached(
      "SELECT payload FROM erasures WHERE space = ? AND dossier = ? AND state = 1");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, document.dossier.bytes);
  while (rows.step()) sync::add_order(redaction, get_order(rows, 0), document.section);
  return redaction;
}

bool Erasures::any(const sync::DossierId& dossier) {
  sql::Statement& row = db_.cached(
      "SELECT 1 FROM erasures WHERE space = ? AND dossier = ? AND state = 1 LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, dossier.bytes);
  return row.step();
}

bool Erasures::is_whole(const sync::DossierId& dossier) {
  // Of a section that nobody can have only an order of the whole dossier takes anything whole.
  return any(dossier) && redaction({dossier, {}}).whole();
}

bool Erasures::held_once(const std::string& account, const sync::DossierId& dossier) {
  sql::Statement& row = db_.cached(
      "SELECT 1 FROM assignments WHERE space = ? AND dossier = ? AND account = ? LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, dossier.bytes, account);
  return row.step();
}

bool Erasures::has_lost_key(const sync::DossierId& dossier) {
  sql::Statement& row = db_.cached(
      "SELECT 1 FROM dossiers WHERE space = ? AND dossier = ? AND length(key) = 0");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, dossier.bytes);
  return row.step();
}

bool Erasures::on_hold(const sync::DossierId& dossier) {
  sql::Statement& row = db_.cached("SELECT 1 FROM holds WHERE space = ? AND dossier = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, dossier.bytes);
  return row.step();
}

std::optional<Erasure> Erasures::find(const sync::ErasureId& id) {
  sql::Statement& row = db_.cached(INSIEME_ERASURE_COLUMNS "WHERE e.space = ? AND e.id = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, id.bytes);
  if (!row.step()) return std::nullopt;
  return get_erasure(row);
}

std::vector<Erasure> Erasures::all() {
  std::vector<Erasure> all;
  sql::Statement& rows =
      db_.cached(INSIEME_ERASURE_COLUMNS "WHERE e.space = ? ORDER BY e.proposed_ms, e.id");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_);
  while (rows.step()) all.push_back(get_erasure(rows));
  return all;
}

void Erasures::propose(const sync::ErasureOrder& order, const std::string& asked_by,
                       std::int64_t now_ms) {
  db_.cached("INSERT INTO erasures(space, id, dossier, state, asked_by, proposed_ms,"
             " confirmed_by, position, payload) VALUES(?,?,?,0,?,?,'',0,?)")
      .bind_all(space_, order.id.bytes, order.dossier.bytes, asked_by, now_ms,
                sync::encode_order(order))
      .run();
}

void Erasures::withdraw(const sync::ErasureId& id, const std::string& by, std::int64_t now_ms) {
  db_.cached("UPDATE erasures SET state = 2, confirmed_by = ?, decided_ms = ?"
             " WHERE space = ? AND id = ? AND state = 0")
      .bind_all(by, now_ms, space_, id.bytes)
      .run();
}

void Erasures::carry_out(LogWriter& log, const LedgerEntry& entry) {
  if (const auto known = find(entry.order.id); known && known->state == ErasureState::carried_out) {
    return;
  }
  const sync::ErasureOrder& order = entry.order;
  const std::string& by = entry.confirmed_by.empty() ? entry.asked_by : entry.confirmed_by;
  const std::vector<std::uint8_t> payload = sync::encode_order(order);
  LogItem item;
  item.kind = EntryKind::erasure;
  item.dossier = order.dossier;
  item.account = entry.asked_by;
  item.header = payload;
  const std::uint64_t position = log.append(item);
  note(log, entry, position);
  std::vector<std::string> sections;
  {
    sql::Statement& rows =
        db_.cached("SELECT section FROM documents WHERE space = ? AND dossier = ?");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, order.dossier.bytes);
    while (rows.step()) sections.emplace_back(rows.get_text(0));
  }
  for (const std::string& section : sections) {
    if (order.touches(section)) redact_document(log, {order.dossier, section}, by);
  }
  if (order.is_whole_dossier()) {
    end_assignments(order.dossier, position);
    forget_reasons(db_, space_, order.dossier);
    destroy_due_keys();
  }
  log.audit(by, "erase", sync::to_text(order.id) + " " + sync::to_text(order.dossier));
}

void Erasures::note(LogWriter& log, const LedgerEntry& entry, std::uint64_t position) {
  db_.cached("INSERT INTO erasures(space, id, dossier, state, asked_by, proposed_ms,"
             " confirmed_by, decided_ms, position, payload) VALUES(?,?,?,1,?,?,?,?,?,?)"
             " ON CONFLICT(space, id) DO UPDATE SET state = 1, asked_by = excluded.asked_by,"
             " confirmed_by = excluded.confirmed_by, decided_ms = excluded.decided_ms,"
             " position = excluded.position, payload = excluded.payload")
      .bind_all(space_, entry.order.id.bytes, entry.order.dossier.bytes, entry.asked_by,
                log.now_ms(), entry.confirmed_by, entry.at_ms, i64(position),
                sync::encode_order(entry.order))
      .run();
}

void Erasures::redact_document(LogWriter& log, const sync::DocumentId& document,
                               const std::string& by) {
  const sync::Redaction erased = redaction(document);
  log.forget_bytes(redact_log(document, erased));
  redact_held(log, document, erased, by);
  redact_snapshot(document, erased);
  BlobRows(db_, space_).forget_unnamed(document);
}

/// How many bytes went.
std::uint64_t Erasures::redact_log(const sync::DocumentId& document,
                                   const sync::Redaction& redaction) {
  struct Redacted {
    std::int64_t position = 0;
    std::optional<std::vector<std::uint8_t>> body;
    std::int64_t grants = 0;
  };
  std::vector<Redacted> redacted;
  std::uint64_t gone = 0;
  {
    const auto rows =
        db_.walk("SELECT position, header, body FROM log WHERE space = ? AND dossier = ?"
                 " AND section = ? AND kind <= 3 AND body IS NOT NULL ORDER BY position");
    rows->bind_all(space_, document.dossier.bytes, document.section);
    while (rows->step()) {
      sync::Change change = make_change(rows->get_blob(1), rows->get_blob(2));
      if (!sync::redact(change, redaction)) continue;
      Redacted one{rows->get_int64(0), body_of(change),
                   std::int64_t{sync::grants_of(change).empty() ? 0 : 1}};
      gone += rows->get_blob(2).size() - (one.body ? one.body->size() : 0);
      redacted.push_back(std::move(one));
    }
  }
  for (const Redacted& one : redacted) {
    db_.cached("UPDATE log SET body = ?, grants = ? WHERE space = ? AND position = ?")
        .bind_all(one.body, one.grants, space_, one.position)
        .run();
  }
  return gone;
}

void Erasures::redact_held(LogWriter& log, const sync::DocumentId& document,
                           const sync::Redaction& redaction, const std::string& by) {
  struct Held {
    sync::ReplicaId replica;
    std::uint64_t seq = 0;
    bool waits = false;
    std::optional<std::vector<std::uint8_t>> body;
  };
  std::vector<Held> redacted;
  {
    const auto rows =
        db_.walk("SELECT h.replica, h.seq, h.state, h.body, l.header FROM held h JOIN log l"
                 " ON l.space = h.space AND l.position = h.position"
                 " WHERE h.space = ? AND h.dossier = ? AND h.section = ? AND h.body IS NOT NULL");
    rows->bind_all(space_, document.dossier.bytes, document.section);
    while (rows->step()) {
      sync::Change change = make_change(rows->get_blob(4), rows->get_blob(3));
      if (!sync::redact(change, redaction)) continue;
      redacted.push_back({get_bytes<sync::ReplicaId>(*rows, 0), u64(rows->get_int64(1)),
                          rows->get_int64(2) == 0, body_of(change)});
    }
  }
  for (const Held& one : redacted) {
    // Nothing is left to decide on.
    if (one.waits && !one.body) {
      HeldRows(db_, space_)
          .close(log, {document, one.replica, one.seq, false, kErasedByOrder, by});
    }
    db_.cached("UPDATE held SET body = ? WHERE space = ? AND dossier = ? AND section = ?"
               " AND replica = ? AND seq = ?")
        .bind_all(one.body, space_, document.dossier.bytes, document.section, one.replica.bytes,
                  i64(one.seq))
        .run();
  }
}

void Erasures::redact_snapshot(const sync::DocumentId& document,
                               const sync::Redaction& redaction) {
  std::optional<std::vector<std::uint8_t>> bytes;
  {
    sql::Statement& row = db_.cached(
        "SELECT bytes FROM snapshots WHERE space = ? AND dossier = ? AND section = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, document.dossier.bytes, document.section);
    if (!row.step()) return;
    auto snapshot = sync::decode_snapshot(row.get_blob(0));
    if (snapshot.ok()) {
      if (!sync::redact(*snapshot, redaction)) return;
      if (auto encoded = sync::encode_snapshot(*snapshot); encoded.ok()) bytes = *encoded;
    }
  }
  if (bytes) {
    db_.cached("UPDATE snapshots SET digest = ?, bytes = ?"
               " WHERE space = ? AND dossier = ? AND section = ?")
        .bind_all(sync::digest_snapshot(*bytes).bytes, *bytes, space_, document.dossier.bytes,
                  document.section)
        .run();
    return;
  }
  db_.cached("DELETE FROM snapshots WHERE space = ? AND dossier = ? AND section = ?")
      .bind_all(space_, document.dossier.bytes, document.section)
      .run();
}

void Erasures::end_assignments(const sync::DossierId& dossier, std::uint64_t position) {
  db_.cached("UPDATE assignments SET to_position = ?"
             " WHERE space = ? AND dossier = ? AND to_position IS NULL")
      .bind_all(i64(position), space_, dossier.bytes)
      .run();
  db_.cached("DELETE FROM acknowledgements WHERE space = ? AND dossier = ?")
      .bind_all(space_, dossier.bytes)
      .run();
  // That it was opened, by whom and when stays; what was said of the family does not.
  db_.cached("UPDATE glass SET reason = '', note = '' WHERE space = ? AND dossier = ?")
      .bind_all(space_, dossier.bytes)
      .run();
  db_.cached("DELETE FROM mandates WHERE space = ? AND dossier = ?")
      .bind_all(space_, dossier.bytes)
      .run();
  // Their reasons may speak of the family.
  db_.cached("DELETE FROM denials WHERE space = ? AND dossier = ?")
      .bind_all(space_, dossier.bytes)
      .run();
}

void Erasures::confirm(const sync::DeviceId& device, const std::vector<sync::ErasureId>& ids,
                       std::int64_t now_ms) {
  for (const sync::ErasureId& id : ids) {
    const auto known = find(id);
    if (!known || known->state != ErasureState::carried_out) continue;
    db_.cached("INSERT INTO erasure_devices(space, id, device, confirmed_ms) VALUES(?,?,?,?)"
               " ON CONFLICT(space, id, device) DO NOTHING")
        .bind_all(space_, id.bytes, device.bytes, now_ms)
        .run();
  }
  if (!ids.empty()) destroy_due_keys();
}

void Erasures::destroy_due_keys() {
  for (const Erasure& erasure : all()) {
    if (erasure.state != ErasureState::carried_out || erasure.key_destroyed ||
        !erasure.order.is_whole_dossier()) {
      continue;
    }
    const auto devices = devices_of(erasure);
    const bool waits = std::any_of(devices.begin(), devices.end(), [](const ErasureDevice& d) {
      return !d.gone && !d.confirmed_ms;
    });
    if (waits) continue;
    db_.cached("UPDATE dossiers SET key = substr(key, 1, 0) WHERE space = ? AND dossier = ?")
        .bind_all(space_, erasure.order.dossier.bytes)
        .run();
  }
}

std::vector<ErasureDevice> Erasures::devices_of(const Erasure& erasure) {
  std::vector<ErasureDevice> devices;
  sql::Statement& rows =
      db_.cached("SELECT d.device, d.account, d.name, d.revoked_ms, d.given_up_ms, d.protocol,"
                 " d.cursor_position, d.last_sync_ms, c.confirmed_ms FROM devices d"
                 " LEFT JOIN erasure_devices c ON c.space = d.space AND c.device = d.device"
                 "  AND c.id = ?2"
                 " WHERE d.space = ?1 AND d.enrolled_ms <= ?4 AND EXISTS (SELECT 1"
                 "  FROM assignments a WHERE a.space = d.space AND a.dossier = ?3"
                 "  AND a.account = d.account)"
                 " ORDER BY d.account, d.device");
  const sql::ResetGuard guard(rows);
  const std::int64_t at_ms = erasure.decided_ms.value_or(INT64_MAX);
  rows.bind_all(space_, erasure.order.id.bytes, erasure.order.dossier.bytes, at_ms);
  while (rows.step()) {
    ErasureDevice one;
    one.device = get_bytes<sync::DeviceId>(rows, 0);
    one.account = rows.get_text(1);
    one.name = rows.get_text(2);
    one.gone = !rows.is_null(3) || !rows.is_null(4);
    // Never heard of: it has not synchronised since servers ask.
    one.takes_orders = rows.get_int64(5) == 0 || rows.get_int64(5) >= 4;
    one.told = erasure.position != 0 && u64(rows.get_int64(6)) >= erasure.position;
    one.last_sync_ms = get_optional(rows, 7);
    one.confirmed_ms = get_optional(rows, 8);
    devices.push_back(std::move(one));
  }
  return devices;
}

}  // namespace insieme::server
