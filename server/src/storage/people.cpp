// Users, invitations and devices.
#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "storage/erasures.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kDeviceColumns =
    "SELECT device, account, name, public_key, enrolled_ms, last_sync_ms, clock_offset_ms, unsent,"
    " revoked_ms, revoke_reason, given_up_ms, shipped_position, protocol, order_kind FROM devices"
    " WHERE space = ?";

std::optional<std::int64_t> get_optional(const sql::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.get_int64(column);
}

Device get_device(const sql::Statement& row) {
  Device device;
  device.id = get_bytes<sync::DeviceId>(row, 0);
  device.account = row.get_text(1);
  device.name = row.get_text(2);
  device.key = get_bytes<sync::PublicKey>(row, 3);
  device.enrolled_ms = row.get_int64(4);
  device.last_sync_ms = get_optional(row, 5);
  device.clock_offset_ms = get_optional(row, 6);
  if (!row.is_null(7)) device.unsent = u64(row.get_int64(7));
  device.revoked_ms = get_optional(row, 8);
  device.revoke_reason = row.get_text(9);
  device.given_up_ms = get_optional(row, 10);
  device.shipped_position = u64(row.get_int64(11));
  device.protocol = u64(row.get_int64(12));
  device.order = static_cast<sync::OrderKind>(row.get_int64(13));
  return device;
}

bool exists(sql::Statement& query) {
  const sql::ResetGuard guard(query);
  return query.step();
}

bool is_to_be_wiped(sql::Connection& db, std::int64_t space, const sync::DeviceId& device) {
  return exists(db.cached("SELECT 1 FROM devices WHERE space = ? AND device = ?"
                          " AND order_kind = 2")
                    .bind_all(space, device.bytes));
}

}  // namespace

std::optional<User> SqlRepository::find_user(sql::Connection& db,
                                                const std::string& account) const {
  return load_user(db, space_, account);
}

void SqlRepository::save_terms(sql::Connection& db, const User& user) const {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> until;
  if (user.contract.from) from = *user.contract.from;
  if (user.contract.until) until = *user.contract.until;
  db.cached("UPDATE users SET organization = ?, from_day = ?, until_day = ?"
            " WHERE space = ? AND account = ?")
      .bind_all(user.organization, from, until, space_, user.account)
      .run();
}

Result<User> SqlRepository::active_user(sql::Connection& db,
                                           const std::string& account) const {
  auto user = find_user(db, account);
  if (!user) return Error{ErrorCode::not_found, "there is no account \"" + account + "\""};
  return *std::move(user);
}

std::optional<Device> SqlRepository::find_device(sql::Connection& db,
                                                    const sync::DeviceId& device) const {
  static const std::string kSql = std::string(kDeviceColumns) + " AND device = ?";
  sql::Statement& row = db.cached(kSql);
  const sql::ResetGuard guard(row);
  row.bind_all(space_, device.bytes);
  if (!row.step()) return std::nullopt;
  return get_device(row);
}

std::optional<Device> SqlRepository::find_device_by_key(sql::Connection& db,
                                                           const sync::PublicKey& key) const {
  static const std::string kSql = std::string(kDeviceColumns) + " AND public_key = ?";
  sql::Statement& row = db.cached(kSql);
  const sql::ResetGuard guard(row);
  row.bind_all(space_, key.bytes);
  if (!row.step()) return std::nullopt;
  return get_device(row);
}

Caller SqlRepository::make_caller(Device device, sql::Connection& db) const {
  Caller caller;
  auto user = find_user(db, device.account);
  if (!user) throw StorageFailure(ErrorCode::storage_failure, "a device without its account");
  caller.user = *std::move(user);
  caller.device = std::move(device);
  if (const RoleRules* rules = roles_.find(caller.user.role)) caller.rules = *rules;
  return caller;
}

Status SqlRepository::add_user(const User& user, const std::string& by) {
  const RoleRules* rules = roles_.find(user.role);
  if (rules == nullptr) {
    return {ErrorCode::invalid_argument, "there is no role \"" + user.role + "\""};
  }
  INSIEME_TRY(check_names(user));
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (find_user(db, user.account)) {
      return {ErrorCode::already_exists, "the account \"" + user.account + "\" exists already"};
    }
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (!user.organization.empty() && permissions.organizations().count(user.organization) == 0) {
      return {ErrorCode::not_found, "there is no organization \"" + user.organization + "\""};
    }
    INSIEME_TRY(note_let_in(Revoked::account, user.account, by, log.now_ms()));
    db.cached("INSERT INTO users(space, account, display_name, role, disabled, created_ms)"
              " VALUES(?,?,?,?,0,?)")
        .bind_all(space_, user.account, user.display_name, user.role, log.now_ms())
        .run();
    save_terms(db, user);
    log.audit(by, "user.add", user.account);
    permissions.keep_space_dossier(log);
    if (rules->all_dossiers) give_all_dossiers(db, space_, permissions, log, user.account);
    permissions.settle_person(log, user);
    return {};
  });
}

std::vector<User> SqlRepository::users() {
  return read([&](sql::Connection& db) {
    std::vector<User> users;
    sql::Statement& rows =
        db.cached(INSIEME_USER_COLUMNS "WHERE space = ? ORDER BY account");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) users.push_back(get_user(rows));
    return users;
  });
}

Status SqlRepository::set_disabled(const std::string& account, bool disabled,
                                   const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, account));
    INSIEME_TRY(note_revocation({Revoked::account, account, disabled, {}, {}, by, log.now_ms()}));
    db.cached("UPDATE users SET disabled = ? WHERE space = ? AND account = ?")
        .bind_all(disabled, space_, account)
        .run();
    log.audit(by, disabled ? "user.disable" : "user.enable", account);
    return {};
  });
}

Status SqlRepository::add_invitation(const sync::Digest& hash, const std::string& account,
                                        std::int64_t expires_ms, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    if (user.disabled) return {ErrorCode::not_allowed, "the account is disabled"};
    db.cached("INSERT INTO invitations(space, hash, account, created_ms, expires_ms)"
              " VALUES(?,?,?,?,?)")
        .bind_all(space_, hash.bytes, account, log.now_ms(), expires_ms)
        .run();
    log.audit(by, "invitation.add", account);
    return {};
  });
}

Result<Caller> SqlRepository::enrol(const Enrolment& enrolment) {
  return write([&](sql::Connection& db, LogWriter& log) -> Result<Caller> {
    std::string account;
    std::optional<sync::DeviceId> used_by;
    std::int64_t expires_ms = 0;
    {
      sql::Statement& row =
          db.cached("SELECT account, expires_ms, used_by FROM invitations"
                    " WHERE space = ? AND hash = ?");
      const sql::ResetGuard guard(row);
      row.bind_all(space_, enrolment.invitation_hash.bytes);
      if (!row.step()) return Error{ErrorCode::not_found, "there is no such invitation"};
      account = row.get_text(0);
      expires_ms = row.get_int64(1);
      if (!row.is_null(2)) used_by = get_bytes<sync::DeviceId>(row, 2);
    }
    if (used_by) {
      auto device = find_device(db, *used_by);
      if (device && device->key == enrolment.device_key) {
        return make_caller(*std::move(device), db);
      }
      return Error{ErrorCode::conflict, "the invitation was used by another device"};
    }
    if (log.now_ms() >= expires_ms) return Error{ErrorCode::expired, "the invitation has expired"};
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    if (user.disabled) return Error{ErrorCode::not_allowed, "the account is disabled"};
    INSIEME_TRY_ASSIGN(Device device, redeem(db, log, enrolment, account));
    return make_caller(std::move(device), db);
  });
}

Result<Device> SqlRepository::redeem(sql::Connection& db, LogWriter& log,
                                        const Enrolment& enrolment,
                                        const std::string& account) {
  if (auto known = find_device_by_key(db, enrolment.device_key)) {
    if (known->account != account) {
      return Error{ErrorCode::conflict, "this device key is enrolled already"};
    }
    if (is_to_be_wiped(db, space_, known->id)) {
      return Error{ErrorCode::conflict, "this store is to be wiped: make a new one"};
    }
    if (known->revoked_ms) {
      INSIEME_TRY(note_revocation(
          {Revoked::device, sync::to_text(known->id), false, {}, {}, account, log.now_ms()}));
    }
    return reinstate(db, log, enrolment, *std::move(known));
  }
  if (exists(db.cached("SELECT 1 FROM replicas WHERE space = ? AND replica = ?")
                 .bind_all(space_, enrolment.replica.bytes))) {
    return Error{ErrorCode::conflict, "this replica belongs to another device"};
  }
  db.cached("INSERT INTO devices(space, device, account, name, public_key, enrolled_ms,"
            " revoke_reason) VALUES(?,?,?,?,?,?,'')")
      .bind_all(space_, enrolment.new_device.bytes, account, enrolment.device_name,
                enrolment.device_key.bytes, log.now_ms())
      .run();
  db.cached("INSERT INTO replicas(space, replica, device, first_seen_ms) VALUES(?,?,?,?)")
      .bind_all(space_, enrolment.replica.bytes, enrolment.new_device.bytes, log.now_ms())
      .run();
  use_invitation(db, log, enrolment, enrolment.new_device);
  log.audit(account, "device.enrol", sync::to_text(enrolment.new_device));
  Device device;
  device.id = enrolment.new_device;
  device.account = account;
  device.name = enrolment.device_name;
  device.key = enrolment.device_key;
  device.enrolled_ms = log.now_ms();
  return device;
}

/// A tablet that was lost and is found: whoever invites its owner again vouches for it, and what
/// was never sent can be sent. Or one that never heard that it is enrolled, and asked for another
/// invitation.
Device SqlRepository::reinstate(sql::Connection& db, LogWriter& log,
                                   const Enrolment& enrolment, Device device) const {
  db.cached("UPDATE devices SET revoked_ms = NULL, revoke_reason = ''"
            " WHERE space = ? AND device = ?")
      .bind_all(space_, device.id.bytes)
      .run();
  use_invitation(db, log, enrolment, device.id);
  log.audit(device.account, "device.reinstate", sync::to_text(device.id));
  device.revoked_ms.reset();
  device.revoke_reason.clear();
  return device;
}

void SqlRepository::use_invitation(sql::Connection& db, LogWriter& log,
                                      const Enrolment& enrolment,
                                      const sync::DeviceId& device) const {
  db.cached("UPDATE invitations SET used_by = ?, used_ms = ? WHERE space = ? AND hash = ?")
      .bind_all(device.bytes, log.now_ms(), space_, enrolment.invitation_hash.bytes)
      .run();
}

std::optional<Caller> SqlRepository::find_caller(const sync::DeviceId& device) {
  return read([&](sql::Connection& db) -> std::optional<Caller> {
    auto found = find_device(db, device);
    if (!found) return std::nullopt;
    return make_caller(*std::move(found), db);
  });
}

std::vector<Device> SqlRepository::devices() {
  return read([&](sql::Connection& db) {
    static const std::string kSql = std::string(kDeviceColumns) + " ORDER BY account, enrolled_ms";
    std::vector<Device> devices;
    sql::Statement& rows = db.cached(kSql);
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) devices.push_back(get_device(rows));
    return devices;
  });
}

std::vector<WritingId> SqlRepository::writing_ids() {
  return read([&](sql::Connection& db) {
    std::vector<WritingId> all;
    sql::Statement& rows =
        db.cached("SELECT replica, device FROM replicas WHERE space = ? ORDER BY first_seen_ms");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      all.push_back({get_bytes<sync::ReplicaId>(rows, 0), get_bytes<sync::DeviceId>(rows, 1)});
    }
    return all;
  });
}

std::vector<WritingId> writing_ids_of(Repository& repository) {
  return dynamic_cast<SqlRepository&>(repository).writing_ids();
}

Status SqlRepository::revoke_device(const sync::DeviceId& device, const std::string& reason,
                                    const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (!find_device(db, device)) return {ErrorCode::not_found, "there is no such device"};
    INSIEME_TRY(note_revocation(
        {Revoked::device, sync::to_text(device), true, {}, {}, by, log.now_ms()}));
    db.cached("UPDATE devices SET revoked_ms = ?, revoke_reason = ?"
              " WHERE space = ? AND device = ? AND revoked_ms IS NULL")
        .bind_all(log.now_ms(), reason, space_, device.bytes)
        .run();
    log.audit(by, "device.revoke", sync::to_text(device), reason);
    Erasures(db, space_).destroy_due_keys();  // nobody waits for it any more
    return {};
  });
}

Status SqlRepository::give_up_device(const sync::DeviceId& device) {
  return let_go(device, kOperator);
}

Status SqlRepository::let_go(const sync::DeviceId& device, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (!find_device(db, device)) return {ErrorCode::not_found, "there is no such device"};
    db.cached("UPDATE devices SET given_up_ms = ? WHERE space = ? AND device = ?"
              " AND given_up_ms IS NULL")
        .bind_all(log.now_ms(), space_, device.bytes)
        .run();
    log.audit(by, "device.give_up", sync::to_text(device));
    Erasures(db, space_).destroy_due_keys();  // nobody waits for it any more
    return {};
  });
}

std::vector<Device> SqlRepository::give_up_silent(std::int64_t ms) {
  const std::vector<Device> all = devices();
  std::int64_t now = 0;
  for (const Device& device : all) now = std::max(now, device.last_sync_ms.value_or(0));
  now = std::min(now, clock_());
  std::vector<Device> given_up;
  for (const Device& device : all) {
    const std::int64_t heard = std::max(device.last_sync_ms.value_or(0), device.enrolled_ms);
    if (device.revoked_ms || device.given_up_ms || heard >= now - ms) continue;
    if (give_up_device(device.id).ok()) given_up.push_back(device);
  }
  return given_up;
}

}  // namespace insieme::server
