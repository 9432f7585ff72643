// Lock and wipe, and what was handed over before.
#include <algorithm>

#include "storage/erasures.hpp"
#include "storage/repository_impl.hpp"
#include "storage/revocations.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr const char* kNoDevice = "there is no such device";
constexpr const char* kTaken = "taken";
constexpr const char* kNoOrder = "no such order stands for this device";

bool is_fit_reason(const std::string& text) {
  return !text.empty() && text.size() <= sync::kOrderReasonBytesMax && sync::is_valid_utf8(text) &&
         text.find('\0') == std::string::npos;
}

bool stands(const DeviceFacts& facts, const sync::DeviceOrderId& order) {
  return facts.order && facts.order->id == order;
}

constexpr std::string_view kColumns =
    "SELECT device, app, order_id, order_kind, order_reason, ordered_ms, order_told_ms,"
    " order_escrowed_ms, order_destroyed_ms FROM devices WHERE space = ?";

std::optional<std::int64_t> get_optional(const sql::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.get_int64(column);
}

DeviceFacts get_facts(const sql::Statement& row) {
  DeviceFacts facts;
  facts.app = row.get_text(1);
  const std::int64_t kind = row.get_int64(3);
  if (kind == 0) return facts;
  StandingOrder& order = facts.order.emplace();
  order.id = get_bytes<sync::DeviceOrderId>(row, 2);
  order.kind = static_cast<sync::OrderKind>(kind);
  order.reason = row.get_text(4);
  order.ordered_ms = row.get_int64(5);
  order.told_ms = get_optional(row, 6);
  order.escrowed_ms = get_optional(row, 7);
  order.destroyed_ms = get_optional(row, 8);
  return facts;
}

DeviceFacts load_facts(sql::Connection& db, std::int64_t space, const sync::DeviceId& device) {
  static const std::string kSql = std::string(kColumns) + " AND device = ?";
  sql::Statement& row = db.cached(kSql);
  const sql::ResetGuard guard(row);
  row.bind_all(space, device.bytes);
  return row.step() ? get_facts(row) : DeviceFacts{};
}

std::vector<EscrowParcel> load_parcels(sql::Connection& db, std::int64_t space,
                                       const sync::DeviceId& device) {
  sql::Statement& rows =
      db.cached("SELECT name, kind, size, received_ms, fate, sealed IS NOT NULL"
                " FROM escrow_parcels WHERE space = ? AND device = ? ORDER BY received_ms, name");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space, device.bytes);
  std::vector<EscrowParcel> parcels;
  while (rows.step()) {
    EscrowParcel parcel;
    parcel.name = get_bytes<sync::Digest>(rows, 0);
    parcel.kind = static_cast<sync::ParcelKind>(rows.get_int64(1));
    parcel.size = u64(rows.get_int64(2));
    parcel.received_ms = rows.get_int64(3);
    parcel.fate = rows.get_text(4);
    parcel.is_kept = rows.get_int64(5) != 0;
    parcels.push_back(std::move(parcel));
  }
  return parcels;
}

}  // namespace

void put_order(sql::Connection& db, std::int64_t space, const sync::DeviceId& device,
               const StandingOrder& order) {
  db.cached("UPDATE devices SET order_id = ?, order_kind = ?, order_reason = ?, ordered_ms = ?,"
            " order_told_ms = NULL, order_escrowed_ms = NULL, order_destroyed_ms = NULL"
            " WHERE space = ? AND device = ?")
      .bind_all(order.id.bytes, static_cast<std::int64_t>(order.kind), order.reason,
                order.ordered_ms, space, device.bytes)
      .run();
}

DeviceOrderStore& device_orders_of(Repository& repository) {
  return dynamic_cast<SqlRepository&>(repository);
}

DeviceFacts SqlRepository::facts_of(const sync::DeviceId& device) {
  return read([&](sql::Connection& db) { return load_facts(db, space_, device); });
}

std::map<sync::DeviceId, DeviceFacts> SqlRepository::all_facts() {
  return read([&](sql::Connection& db) {
    static const std::string kSql(kColumns);
    std::map<sync::DeviceId, DeviceFacts> all;
    sql::Statement& rows = db.cached(kSql);
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) all.emplace(get_bytes<sync::DeviceId>(rows, 0), get_facts(rows));
    return all;
  });
}

Result<StandingOrder> SqlRepository::order_device(const sync::DeviceId& device,
                                                  const StandingOrder& order,
                                                  const std::string& by) {
  if (!is_fit_reason(order.reason)) {
    return Error{ErrorCode::invalid_argument, "a reason has 1 to 200 bytes of text"};
  }
  return write([&](sql::Connection& db, LogWriter& log) -> Result<StandingOrder> {
    const auto known = find_device(db, device);
    if (!known) return Error{ErrorCode::not_found, kNoDevice};
    const auto former = load_facts(db, space_, device).order;
    if (former && former->kind == order.kind) return *former;
    if (former && former->kind == sync::OrderKind::wipe) {
      return Error{ErrorCode::conflict, "the device is to be wiped"};
    }
    const bool is_wipe = order.kind == sync::OrderKind::wipe;
    if (!is_wipe && known->revoked_ms) {
      return Error{ErrorCode::conflict, "the device is revoked: there is nothing to lock"};
    }
    StandingOrder placed = order;
    placed.ordered_ms = log.now_ms();
    const std::string subject = sync::to_text(device);
    INSIEME_TRY(note_revocation({Revoked::order, subject, true, placed.kind, placed.id, by,
                                 log.now_ms()}));
    if (is_wipe) {
      INSIEME_TRY(note_revocation(
          {Revoked::device, subject, true, {}, {}, by, log.now_ms()}));
    }
    put_order(db, space_, device, placed);
    if (is_wipe) {
      db.cached("UPDATE devices SET revoked_ms = ?, revoke_reason = ?"
                " WHERE space = ? AND device = ? AND revoked_ms IS NULL")
          .bind_all(placed.ordered_ms, placed.reason, space_, device.bytes)
          .run();
      Erasures(db, space_).destroy_due_keys();  // nobody waits for it any more
    }
    log.audit(by, is_wipe ? "device.wipe" : "device.lock", subject, placed.reason);
    return placed;
  });
}

Status SqlRepository::lift_order(const sync::DeviceId& device, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto known = find_device(db, device);
    if (!known) return {ErrorCode::not_found, kNoDevice};
    const auto former = load_facts(db, space_, device).order;
    if (!former) return {ErrorCode::not_found, "nothing is ordered of this device"};
    const StandingOrder& order = *former;
    const bool is_wipe = order.kind == sync::OrderKind::wipe;
    if (is_wipe && order.told_ms) {
      return {ErrorCode::conflict, "the device was told to wipe itself: it cannot be taken back"};
    }
    const std::string subject = sync::to_text(device);
    const bool lets_in = is_wipe && known->revoked_ms == order.ordered_ms;
    INSIEME_TRY(note_revocation(
        {Revoked::order, subject, false, {}, {}, by, log.now_ms()}));
    if (lets_in) {
      INSIEME_TRY(note_revocation(
          {Revoked::device, subject, false, {}, {}, by, log.now_ms()}));
    }
    put_order(db, space_, device, {});
    if (lets_in) {
      db.cached("UPDATE devices SET revoked_ms = NULL, revoke_reason = ''"
                " WHERE space = ? AND device = ?")
          .bind_all(space_, device.bytes)
          .run();
    }
    log.audit(by, is_wipe ? "device.keep" : "device.unlock", subject);
    return {};
  });
}

void SqlRepository::note_order_told(const sync::DeviceId& device,
                                    const sync::DeviceOrderId& order) {
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto known = find_device(db, device);
    const DeviceFacts facts = load_facts(db, space_, device);
    if (!known || !stands(facts, order) || facts.order->told_ms) return {};
    db.cached("UPDATE devices SET order_told_ms = ? WHERE space = ? AND device = ?")
        .bind_all(log.now_ms(), space_, device.bytes)
        .run();
    log.audit(known->account, "device.told", sync::to_text(device));
    return {};
  }));
}

Status SqlRepository::put_parcel(const sync::DeviceId& device, const sync::DeviceOrderId& order,
                                 const EscrowParcel& parcel,
                                 const std::vector<std::uint8_t>& sealed) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (!stands(load_facts(db, space_, device), order)) return {ErrorCode::not_found, kNoOrder};
    const auto known = load_parcels(db, space_, device);
    std::uint64_t bytes = sealed.size();
    for (const EscrowParcel& one : known) {
      const bool is_same = one.name == parcel.name;
      if (is_same && (one.is_kept || one.fate == kTaken)) return {};
      if (is_same) {
        // Dropped since, and brought again: the device still has it, and is not to be told that it
        // is here when it is not.
        db.cached("UPDATE escrow_parcels SET sealed = ?, fate = '' WHERE space = ? AND device = ?"
                  " AND name = ?")
            .bind_all(sealed, space_, device.bytes, one.name.bytes)
            .run();
        return {};
      }
      bytes += one.size;
    }
    if (known.size() >= sync::kParcelsMax || bytes > kEscrowBytesMax) {
      return {ErrorCode::quota, "more than one device may hand over"};
    }
    db.cached("INSERT INTO escrow_parcels(space, device, name, kind, size, received_ms, fate,"
              " sealed) VALUES(?,?,?,?,?,?,'',?)")
        .bind_all(space_, device.bytes, parcel.name.bytes, static_cast<std::int64_t>(parcel.kind),
                  i64(sealed.size()), log.now_ms(), sealed)
        .run();
    return {};
  });
}

void SqlRepository::note_parcel(const sync::DeviceId& device, const sync::Digest& name,
                                const std::string& fate, bool keep) {
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    db.cached("UPDATE escrow_parcels SET fate = ? WHERE space = ? AND device = ? AND name = ?")
        .bind_all(fate, space_, device.bytes, name.bytes)
        .run();
    if (keep) return {};
    db.cached("UPDATE escrow_parcels SET sealed = NULL WHERE space = ? AND device = ?"
              " AND name = ?")
        .bind_all(space_, device.bytes, name.bytes)
        .run();
    return {};
  }));
}

std::vector<EscrowParcel> SqlRepository::parcels(const sync::DeviceId& device) {
  return read([&](sql::Connection& db) { return load_parcels(db, space_, device); });
}

Result<std::vector<std::uint8_t>> SqlRepository::parcel(const sync::DeviceId& device,
                                                        const sync::Digest& name) {
  return read([&](sql::Connection& db) -> Result<std::vector<std::uint8_t>> {
    sql::Statement& row =
        db.cached("SELECT sealed FROM escrow_parcels WHERE space = ? AND device = ? AND name = ?"
                  " AND sealed IS NOT NULL");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, device.bytes, name.bytes);
    if (!row.step()) return Error{ErrorCode::not_found, "there is no such parcel"};
    return get_vector(row, 0);
  });
}

Status SqlRepository::end_escrow(const sync::DeviceId& device, const sync::DeviceOrderId& order,
                                 const std::vector<sync::Digest>& names) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto known = find_device(db, device);
    const DeviceFacts facts = load_facts(db, space_, device);
    if (!known || !stands(facts, order)) return {ErrorCode::not_found, kNoOrder};
    const auto here = load_parcels(db, space_, device);
    for (const sync::Digest& name : names) {
      const bool found = std::any_of(here.begin(), here.end(), [&](const EscrowParcel& one) {
        return one.name == name &&
               (one.is_kept || one.fate == kTaken || facts.order->escrowed_ms);
      });
      if (!found) return {ErrorCode::conflict, "not all parcels are here: bring them again"};
    }
    if (facts.order->escrowed_ms) return {};
    db.cached("UPDATE devices SET order_escrowed_ms = ?, unsent = 0 WHERE space = ?"
              " AND device = ?")
        .bind_all(log.now_ms(), space_, device.bytes)
        .run();
    log.audit(known->account, "device.escrow", sync::to_text(device));
    return {};
  });
}

Status SqlRepository::note_destroyed(const sync::DeviceId& device,
                                     const sync::DeviceOrderId& order) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto known = find_device(db, device);
    const DeviceFacts facts = load_facts(db, space_, device);
    if (!known || !stands(facts, order)) return {ErrorCode::not_found, kNoOrder};
    if (facts.order->destroyed_ms) return {};
    db.cached("UPDATE devices SET order_destroyed_ms = ? WHERE space = ? AND device = ?")
        .bind_all(log.now_ms(), space_, device.bytes)
        .run();
    log.audit(known->account, "device.destroyed", sync::to_text(device));
    return {};
  });
}

Result<std::size_t> SqlRepository::drop_parcels(const sync::DeviceId& device) {
  return write([&](sql::Connection& db, LogWriter& log) -> Result<std::size_t> {
    const auto order = load_facts(db, space_, device).order;
    const bool is_under_way = order && order->kind == sync::OrderKind::wipe && order->told_ms &&
                              !order->escrowed_ms;
    if (is_under_way) {
      return Error{ErrorCode::conflict, "the device is handing over: wait until it has ended"};
    }
    std::size_t dropped = 0;
    for (const EscrowParcel& one : load_parcels(db, space_, device)) dropped += one.is_kept ? 1 : 0;
    db.cached("UPDATE escrow_parcels SET sealed = NULL WHERE space = ? AND device = ?")
        .bind_all(space_, device.bytes)
        .run();
    log.audit("operator", "device.escrow_drop", sync::to_text(device));
    return dropped;
  });
}

void SqlRepository::note_app(const sync::DeviceId& device, const std::string& app) {
  if (facts_of(device).app == app) return;
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    db.cached("UPDATE devices SET app = ? WHERE space = ? AND device = ?")
        .bind_all(app, space_, device.bytes)
        .run();
    return {};
  }));
}

}  // namespace insieme::server
