// People who sign in with a password of this server's own, and who was wrong how often.
#include <algorithm>

#include "storage/handed_out.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

#define INSIEME_LOCAL_ACCOUNT                                                                   \
  "SELECT l.account, u.display_name, u.disabled, l.password, l.first_until_ms, l.disabled,"     \
  " l.totp_required, l.totp, l.totp_step, l.generation, l.created_ms, l.changed_ms, l.used_ms," \
  " (SELECT count(*) FROM recovery_codes r WHERE r.space = l.space AND r.account = l.account)"  \
  " FROM local_accounts l JOIN users u ON u.space = l.space AND u.account = l.account"          \
  " WHERE l.space = ?"

LocalAccount get_account(const sql::Statement& row) {
  LocalAccount account;
  account.account = row.get_text(0);
  account.display_name = row.get_text(1);
  account.user_disabled = row.get_int64(2) != 0;
  account.password = row.get_text(3);
  if (!row.is_null(4)) account.first_until_ms = row.get_int64(4);
  account.disabled = row.get_int64(5) != 0;
  account.totp_required = row.get_int64(6) != 0;
  account.totp = get_vector(row, 7);
  account.totp_step = row.get_int64(8);
  account.generation = row.get_int64(9);
  account.created_ms = row.get_int64(10);
  account.changed_ms = row.get_int64(11);
  if (!row.is_null(12)) account.used_ms = row.get_int64(12);
  account.recovery_codes = u64(row.get_int64(13));
  return account;
}

Status absent(const std::string& account) {
  return {ErrorCode::not_found, "\"" + account + "\" has no password here"};
}

Status conflict() { return {ErrorCode::conflict, "the account was changed meanwhile"}; }

void put_codes(sql::Connection& db, std::int64_t space, const std::string& account,
               const std::vector<sync::Digest>& codes) {
  db.cached("DELETE FROM recovery_codes WHERE space = ? AND account = ?")
      .bind_all(space, account)
      .run();
  for (const sync::Digest& code : codes) {
    db.cached("INSERT INTO recovery_codes(space, account, code) VALUES(?,?,?)")
        .bind_all(space, account, code.bytes)
        .run();
  }
}

struct Attempts {
  std::int64_t count = 0;
  std::int64_t last_ms = 0;
};

Attempts load_attempts(sql::Connection& db, std::int64_t space, const sync::Digest& who) {
  sql::Statement& row =
      db.cached("SELECT attempts, last_ms FROM sign_in_attempts WHERE space = ? AND who = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, who.bytes);
  if (!row.step()) return {};
  return {row.get_int64(0), row.get_int64(1)};
}

void save_attempts(sql::Connection& db, std::int64_t space, const sync::Digest& who,
                   const Attempts& attempts) {
  if (attempts.count <= 0) {
    db.cached("DELETE FROM sign_in_attempts WHERE space = ? AND who = ?")
        .bind_all(space, who.bytes)
        .run();
    return;
  }
  db.cached("INSERT INTO sign_in_attempts(space, who, attempts, last_ms) VALUES(?,?,?,?)"
            " ON CONFLICT(space, who) DO UPDATE SET attempts = excluded.attempts,"
            " last_ms = excluded.last_ms")
      .bind_all(space, who.bytes, attempts.count, attempts.last_ms)
      .run();
}

/// After so many attempts that were wrong.
std::int64_t wait_after(std::int64_t count, const AttemptPolicy& policy) {
  if (count < policy.free) return 0;
  std::int64_t wait = policy.first_wait_ms;
  for (std::int64_t i = policy.free; i < count && wait < policy.longest_wait_ms; ++i) wait *= 2;
  return std::min(wait, policy.longest_wait_ms);
}

std::int64_t wait_of(const Attempts& attempts, const AttemptPolicy& policy, std::int64_t now_ms) {
  const std::int64_t since = std::max<std::int64_t>(0, now_ms - attempts.last_ms);
  return std::max<std::int64_t>(0, wait_after(attempts.count, policy) - since);
}

/// What is left of them now.
std::int64_t count_now(const Attempts& attempts, const AttemptPolicy& policy, std::int64_t now_ms) {
  if (policy.forget_one_ms == 0) return attempts.count;
  const std::int64_t forgotten = (now_ms - attempts.last_ms) / policy.forget_one_ms;
  return std::max<std::int64_t>(0, attempts.count - forgotten);
}

/// Somebody may try names that nobody has, one after the other.
void make_room(sql::Connection& db, std::int64_t space, std::int64_t now_ms) {
  db.cached("DELETE FROM sign_in_attempts WHERE space = ? AND last_ms < ?")
      .bind_all(space, now_ms - LocalAccountStore::kForgetMs)
      .run();
  std::int64_t count = 0;
  {
    sql::Statement& row = db.cached("SELECT count(*) FROM sign_in_attempts WHERE space = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space);
    if (row.step()) count = row.get_int64(0);
  }
  if (count < LocalAccountStore::kAttemptersMax) return;
  // Whoever was wrong often is remembered before whoever was wrong once, long ago.
  db.cached("DELETE FROM sign_in_attempts WHERE space = ? AND who IN (SELECT who FROM"
            " sign_in_attempts WHERE space = ? ORDER BY attempts, last_ms LIMIT 1000)")
      .bind_all(space, space)
      .run();
}

}  // namespace

Status SqlRepository::new_local_account(const std::string& account, const std::string& password,
                                        std::int64_t first_until_ms, bool totp_required) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, account));
    db.cached("INSERT INTO local_accounts(space, account, password, first_until_ms, disabled,"
              " totp_required, totp, totp_step, generation, created_ms, changed_ms)"
              " VALUES(?,?,?,?,0,?,?,0,1,?,?) ON CONFLICT(space, account) DO NOTHING")
        .bind_all(space_, account, password, first_until_ms, totp_required,
                  std::vector<std::uint8_t>(), log.now_ms(), log.now_ms())
        .run();
    if (db.changes() != 1) {
      return {ErrorCode::already_exists, "\"" + account + "\" has a password already"};
    }
    log.audit("operator", "account.new", account);
    return note_let_in(Revoked::password, account, kOperator, log.now_ms());
  });
}

Status SqlRepository::reset_local_account(const std::string& account, const std::string& password,
                                          std::int64_t first_until_ms, bool forget_totp) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    db.cached("UPDATE local_accounts SET password = ?, first_until_ms = ?, disabled = 0,"
              " generation = generation + 1, changed_ms = ? WHERE space = ? AND account = ?")
        .bind_all(password, first_until_ms, log.now_ms(), space_, account)
        .run();
    if (db.changes() != 1) return absent(account);
    end_invitations_of_sign_ins(db, space_, account);
    log.audit("operator", "account.reset", account);
    if (forget_totp) {
      db.cached("UPDATE local_accounts SET totp = ? WHERE space = ? AND account = ?")
          .bind_all(std::vector<std::uint8_t>(), space_, account)
          .run();
      put_codes(db, space_, account, {});
      log.audit("operator", "account.forget_totp", account);
    }
    return note_revocation({Revoked::password, account, true, {}, {}, kOperator, log.now_ms()});
  });
}

Status SqlRepository::disable_local_account(const std::string& account) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    db.cached("UPDATE local_accounts SET disabled = 1, generation = generation + 1"
              " WHERE space = ? AND account = ?")
        .bind_all(space_, account)
        .run();
    if (db.changes() != 1) return absent(account);
    end_invitations_of_sign_ins(db, space_, account);
    log.audit("operator", "account.disable", account);
    return note_revocation({Revoked::password, account, true, {}, {}, kOperator, log.now_ms()});
  });
}

Status SqlRepository::require_totp(const std::string& account, bool required) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    db.cached("UPDATE local_accounts SET totp_required = ?, generation = generation + 1"
              " WHERE space = ? AND account = ?")
        .bind_all(required, space_, account)
        .run();
    if (db.changes() != 1) return absent(account);
    log.audit("operator", required ? "account.require_totp" : "account.allow_no_totp", account);
    return {};
  });
}

Status SqlRepository::unlock_attempts(const sync::Digest& who, const std::string& subject) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    save_attempts(db, space_, who, {});
    log.audit("operator", "account.unlock", subject);
    return {};
  });
}

std::vector<LocalAccount> SqlRepository::local_accounts() {
  return read([&](sql::Connection& db) {
    std::vector<LocalAccount> all;
    sql::Statement& rows = db.cached(INSIEME_LOCAL_ACCOUNT " ORDER BY l.account");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) all.push_back(get_account(rows));
    return all;
  });
}

bool SqlRepository::has_local_accounts() {
  return read([&](sql::Connection& db) {
    sql::Statement& row =
        db.cached("SELECT 1 FROM local_accounts WHERE space = ? AND disabled = 0 LIMIT 1");
    const sql::ResetGuard guard(row);
    row.bind_all(space_);
    return row.step();
  });
}

std::optional<LocalAccount> SqlRepository::local_account(const std::string& account) {
  return read([&](sql::Connection& db) -> std::optional<LocalAccount> {
    sql::Statement& row = db.cached(INSIEME_LOCAL_ACCOUNT " AND l.account = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, account);
    if (!row.step()) return std::nullopt;
    return get_account(row);
  });
}

std::int64_t SqlRepository::begin_attempt(std::span<const Attempter> attempters) {
  std::int64_t wait = 0;
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    const std::int64_t now_ms = log.now_ms();
    make_room(db, space_, now_ms);
    for (const Attempter& one : attempters) {
      Attempts attempts = load_attempts(db, space_, one.who);
      if (attempts.last_ms > now_ms) {  // by a clock that was set back since
        attempts.last_ms = now_ms;
        save_attempts(db, space_, one.who, attempts);
      }
      wait = std::max(wait, wait_of(attempts, one.policy, now_ms));
    }
    if (wait > 0) return {};
    for (const Attempter& one : attempters) {
      const Attempts attempts = load_attempts(db, space_, one.who);
      save_attempts(db, space_, one.who, {count_now(attempts, one.policy, now_ms) + 1, now_ms});
    }
    return {};
  }));
  return wait;
}

void SqlRepository::end_attempt(std::span<const Attempter> attempters) {
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    for (const Attempter& one : attempters) {
      const Attempts attempts = load_attempts(db, space_, one.who);
      // As if the wait before it had just ended: only what was wrong makes anybody wait.
      const std::int64_t count = attempts.count - 1;
      const std::int64_t ended_ms = attempts.last_ms - wait_after(count, one.policy);
      save_attempts(db, space_, one.who, {count, ended_ms});
    }
    return {};
  }));
}

std::int64_t SqlRepository::attempt_wait(const Attempter& attempter) {
  const std::int64_t now_ms = clock_();
  return read([&](sql::Connection& db) {
    return wait_of(load_attempts(db, space_, attempter.who), attempter.policy, now_ms);
  });
}

Status SqlRepository::set_password(const std::string& account, std::int64_t generation,
                                   const std::string& password) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    // Whatever else is under way was begun with the password of before.
    db.cached("UPDATE local_accounts SET password = ?, first_until_ms = NULL, changed_ms = ?,"
              " generation = generation + 1"
              " WHERE space = ? AND account = ? AND generation = ? AND disabled = 0")
        .bind_all(password, log.now_ms(), space_, account, generation)
        .run();
    if (db.changes() != 1) return conflict();
    log.audit(account, "account.password", account);
    // Last, for what comes after it may only be refused by the disk: should the COMMIT be, the next
    // start disables the password, as of one that was changed, and the operator resets it.
    return note_revocation({Revoked::password, account, true, {}, {}, account, log.now_ms()});
  });
}

Status SqlRepository::set_totp(const std::string& account, std::int64_t generation,
                               const std::vector<std::uint8_t>& sealed, std::int64_t step,
                               const std::vector<sync::Digest>& recovery_codes) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    db.cached("UPDATE local_accounts SET totp = ?, totp_step = ?, generation = generation + 1"
              " WHERE space = ? AND account = ? AND generation = ? AND disabled = 0")
        .bind_all(sealed, step, space_, account, generation)
        .run();
    if (db.changes() != 1) return conflict();
    put_codes(db, space_, account, recovery_codes);
    log.audit(account, "account.totp", account);
    return {};
  });
}

Status SqlRepository::set_recovery_codes(const std::string& account, std::int64_t generation,
                                         const std::vector<sync::Digest>& recovery_codes) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    db.cached("UPDATE local_accounts SET changed_ms = changed_ms"
              " WHERE space = ? AND account = ? AND generation = ? AND disabled = 0")
        .bind_all(space_, account, generation)
        .run();
    if (db.changes() != 1) return conflict();
    put_codes(db, space_, account, recovery_codes);
    log.audit(account, "account.recovery_codes", account);
    return {};
  });
}

bool SqlRepository::use_totp_step(const std::string& account, std::int64_t step,
                                  std::int64_t newest_step) {
  bool used = false;
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    db.cached("UPDATE local_accounts SET totp_step = ? WHERE space = ? AND account = ?"
              " AND (totp_step < ? OR totp_step > ?)")
        .bind_all(step, space_, account, step, newest_step)
        .run();
    used = db.changes() == 1;
    return {};
  }));
  return used;
}

bool SqlRepository::use_recovery_code(const std::string& account, const sync::Digest& code) {
  bool used = false;
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    db.cached("DELETE FROM recovery_codes WHERE space = ? AND account = ? AND code = ?")
        .bind_all(space_, account, code.bytes)
        .run();
    used = db.changes() == 1;
    if (used) log.audit(account, "account.recovery_code", account);
    return {};
  }));
  return used;
}

Status SqlRepository::invite_local_account(const std::string& account, std::int64_t generation,
                                           const sync::Digest& invitation_hash,
                                           std::int64_t expires_ms, const sync::Digest& who) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    if (user.disabled) return {ErrorCode::not_allowed, "the account is disabled"};
    db.cached("UPDATE local_accounts SET used_ms = ?"
              " WHERE space = ? AND account = ? AND generation = ? AND disabled = 0")
        .bind_all(log.now_ms(), space_, account, generation)
        .run();
    if (db.changes() != 1) return conflict();
    db.cached("INSERT INTO invitations(space, hash, account, created_ms, expires_ms)"
              " VALUES(?,?,?,?,?)")
        .bind_all(space_, invitation_hash.bytes, account, log.now_ms(), expires_ms)
        .run();
    save_attempts(db, space_, who, {});
    log.audit(account, "sign_in", account);
    return {};
  });
}

}  // namespace insieme::server
