// People of the service: what their names may be, and how they come to another role.
#include "insieme/server/staff.hpp"

#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/space_dossier.hpp"

namespace insieme::server {
namespace {

bool has_controls(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
  });
}

}  // namespace

Status check_names(const User& user) {
  if (user.account.empty() || user.account.size() > sync::kAuthorBytesMax) {
    return {ErrorCode::invalid_argument, "an account has 1 to 64 bytes"};
  }
  if (!sync::is_valid_utf8(user.account) || has_controls(user.account)) {
    return {ErrorCode::invalid_argument, "an account is text in UTF-8 without control characters"};
  }
  if (!sync::is_valid_utf8(user.display_name) || has_controls(user.display_name)) {
    return {ErrorCode::invalid_argument, "a name is text in UTF-8 without control characters"};
  }
  const std::string_view account(user.account);
  constexpr std::string_view kMachine = "machine ";
  constexpr std::string_view kAtTerminal = "operator ";
  if (account == kOperator || account == "ledger" || account == "server" ||
      account.starts_with(kMachine) || account.starts_with(kAtTerminal)) {
    return {ErrorCode::invalid_argument,
            "\"" + user.account + "\" is whom the audit names for acts of no person"};
  }
  return {};
}

void give_all_dossiers(sql::Connection& db, std::int64_t space, Permissions& permissions,
                       LogWriter& log, const std::string& account) {
  std::vector<sync::DossierId> all;
  {
    sql::Statement& rows =
        db.cached("SELECT dossier FROM dossiers WHERE space = ? ORDER BY created_ms, dossier");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space);
    while (rows.step()) all.push_back(get_bytes<sync::DossierId>(rows, 0));
  }
  for (const sync::DossierId& dossier : all) {
    // What was given by name stays given by name, should the role be another one day.
    if (permissions.mandate(account, dossier)) continue;
    permissions.put_mandate(account, dossier, {"role"}, log.now_ms());
  }
}

StaffStore& staff_of(Repository& repository) { return dynamic_cast<SqlRepository&>(repository); }

Status SqlRepository::change_staff(const std::string& account, const StaffChange& change,
                                   const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY_ASSIGN(User user, active_user(db, account));
    const User before = user;
    if (change.role) user.role = *change.role;
    if (change.name) user.display_name = *change.name;
    const RoleRules* rules = roles_.find(user.role);
    if (change.role && rules == nullptr) {
      return {ErrorCode::invalid_argument, "there is no role \"" + user.role + "\""};
    }
    if (change.name && user.display_name.find_first_not_of(" \t") == std::string::npos) {
      return {ErrorCode::invalid_argument, "a name is empty: colleagues read it"};
    }
    INSIEME_TRY(check_names(user));
    db.cached("UPDATE users SET role = ?, display_name = ? WHERE space = ? AND account = ?")
        .bind_all(user.role, user.display_name, space_, account)
        .run();
    if (user.display_name != before.display_name) log.audit(by, "user.name", account);
    if (user.role == before.role) return {};
    log.audit(by, "user.role", account + " " + before.role + " " + user.role);
    Permissions permissions(db, space_, roles_, log.now_ms());
    permissions.keep_space_dossier(log);
    if (rules->all_dossiers) {
      give_all_dossiers(db, space_, permissions, log, account);
    } else {
      db.cached("DELETE FROM mandates WHERE space = ? AND account = ? AND basis = 'role'")
          .bind_all(space_, account)
          .run();
    }
    permissions.settle_person(log, user);
    if (keeps_lists(roles_.find(before.role)) != keeps_lists(rules)) {
      permissions.tell_keeper(log, user);
    }
    return {};
  });
}

std::vector<OpenInvitation> SqlRepository::open_invitations() {
  return read([&](sql::Connection& db) {
    std::vector<OpenInvitation> all;
    sql::Statement& rows =
        db.cached("SELECT account, created_ms, expires_ms FROM invitations"
                  " WHERE space = ? AND used_by IS NULL AND expires_ms > ?"
                  " ORDER BY created_ms DESC, hash");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, clock_());
    while (rows.step()) {
      all.push_back({std::string(rows.get_text(0)), rows.get_int64(1), rows.get_int64(2)});
    }
    return all;
  });
}

Status SqlRepository::withdraw_invitations(const std::string& account, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    bool is_open = false;
    {
      sql::Statement& row =
          db.cached("SELECT 1 FROM invitations WHERE space = ? AND account = ?"
                    " AND used_by IS NULL AND expires_ms > ?");
      const sql::ResetGuard guard(row);
      row.bind_all(space_, account, log.now_ms());
      is_open = row.step();
    }
    if (!is_open) return {ErrorCode::not_found, "no invitation of \"" + account + "\" is open"};
    db.cached("DELETE FROM invitations WHERE space = ? AND account = ? AND used_by IS NULL")
        .bind_all(space_, account)
        .run();
    log.audit(by, "invitation.withdraw", account);
    return {};
  });
}

}  // namespace insieme::server
