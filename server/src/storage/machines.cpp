// Machines, the assertions that they used up, and their tokens.
#include "insieme/server/machines.hpp"

#include <algorithm>

#include "insieme/sync/value.hpp"
#include "storage/repository_impl.hpp"
#include "storage/revocations.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kTitleMax = 200;
constexpr std::size_t kScopesMax = 1'000;
constexpr std::size_t kReasonMax = 1'000;
constexpr std::int64_t kAssertion = 1;  // kinds of marks
constexpr std::int64_t kToken = 2;

constexpr std::string_view kColumns =
    "SELECT client, title, keys, scopes, generation, created_ms, changed_ms, used_ms, revoked_ms,"
    " revoke_reason FROM machines WHERE space = ?";

Machine get_machine(const sql::Statement& row) {
  Machine machine;
  machine.client = row.get_text(0);
  machine.title = row.get_text(1);
  machine.keys = row.get_text(2);
  machine.scopes = row.get_text(3);
  machine.generation = u64(row.get_int64(4));
  machine.created_ms = row.get_int64(5);
  machine.changed_ms = row.get_int64(6);
  if (!row.is_null(7)) machine.used_ms = row.get_int64(7);
  if (!row.is_null(8)) machine.revoked_ms = row.get_int64(8);
  machine.revoke_reason = row.get_text(9);
  return machine;
}

std::optional<Machine> find(sql::Connection& db, std::int64_t space, const std::string& client) {
  sql::Statement& row = db.cached(std::string(kColumns) + " AND client = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, client);
  if (!row.step()) return std::nullopt;
  return get_machine(row);
}

std::int64_t count(sql::Connection& db, std::int64_t space, std::int64_t kind,
                   const std::string& client) {
  sql::Statement& row = db.cached(
      "SELECT count(*) FROM machine_marks WHERE space = ? AND kind = ? AND client = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, kind, client);
  return row.step() ? row.get_int64(0) : 0;
}

bool is_text(const std::string& text, std::size_t max) {
  return text.size() <= max && sync::is_valid_utf8(text) && text.find('\0') == std::string::npos;
}

bool is_keys(const std::string& keys) {
  return !keys.empty() && is_text(keys, MachineStore::kKeysBytesMax);
}

/// What is over, and what a clock that ran ahead left behind.
void sweep(sql::Connection& db, std::int64_t space, std::int64_t now_ms) {
  db.cached("DELETE FROM machine_marks WHERE space = ? AND (until_ms <= ? OR until_ms > ?)")
      .bind_all(space, now_ms, now_ms + MachineStore::kLongestMs)
      .run();
}

void put_mark(sql::Connection& db, std::int64_t space, std::int64_t kind, const sync::Digest& name,
              const MachineGrant& grant, std::int64_t until_ms) {
  db.cached("INSERT INTO machine_marks(space, kind, name, client, scopes, until_ms)"
            " VALUES(?,?,?,?,?,?)")
      .bind_all(space, kind, name.bytes, grant.client, grant.scopes, until_ms)
      .run();
}

bool has_mark(sql::Connection& db, std::int64_t space, std::int64_t kind,
              const sync::Digest& name) {
  sql::Statement& row =
      db.cached("SELECT 1 FROM machine_marks WHERE space = ? AND kind = ? AND name = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, kind, name.bytes);
  return row.step();
}

}  // namespace

bool is_machine_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-';
         });
}

void end_tokens(sql::Connection& db, std::int64_t space, const std::string& client) {
  db.cached("DELETE FROM machine_marks WHERE space = ? AND kind = ? AND client = ?")
      .bind_all(space, kToken, client)
      .run();
}

Status SqlRepository::add_machine(const Machine& machine) {
  if (!is_machine_name(machine.client)) {
    return {ErrorCode::invalid_argument, "a machine's name has 1 to 64 of a-z, 0-9, . _ -"};
  }
  if (!is_text(machine.title, kTitleMax) || !is_text(machine.scopes, kScopesMax) ||
      !is_keys(machine.keys)) {
    return {ErrorCode::invalid_argument,
            "a machine has a title of at most 200 bytes, keys and scopes"};
  }
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (find(db, space_, machine.client)) {
      return {ErrorCode::already_exists, "there is a machine \"" + machine.client + "\" already"};
    }
    sql::Statement& row = db.cached("SELECT count(*) FROM machines WHERE space = ?");
    {
      const sql::ResetGuard guard(row);
      row.bind_all(space_);
      if (row.step() && u64(row.get_int64(0)) >= kMachinesMax) {
        return {ErrorCode::limit_exceeded, "there are 1,000 machines already"};
      }
    }
    INSIEME_TRY(note_let_in(Revoked::machine, machine.client, kOperator, log.now_ms()));
    db.cached("INSERT INTO machines(space, client, title, keys, scopes, generation, created_ms,"
              " changed_ms, revoke_reason) VALUES(?,?,?,?,?,1,?,?,?)")
        .bind_all(space_, machine.client, machine.title, machine.keys, machine.scopes,
                  log.now_ms(), log.now_ms(), std::string())
        .run();
    log.audit("operator", "machine.add", machine.client + " " + machine.scopes);
    return {};
  });
}

Status SqlRepository::change_machine(const std::string& client, const MachineChange& change) {
  const bool fits = (!change.keys || is_keys(*change.keys)) &&
                    (!change.scopes || is_text(*change.scopes, kScopesMax));
  if (!fits) return {ErrorCode::invalid_argument, "a machine has keys, 32 KiB of them at most"};
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto before = find(db, space_, client);
    if (!before) return {ErrorCode::not_found, "there is no machine \"" + client + "\""};
    if (before->revoked_ms) {
      return {ErrorCode::not_allowed, client + " was revoked, for good: add it under another name"};
    }
    db.cached("UPDATE machines SET keys = ?, scopes = ?, generation = generation + 1,"
              " changed_ms = ? WHERE space = ? AND client = ?")
        .bind_all(change.keys.value_or(before->keys), change.scopes.value_or(before->scopes),
                  log.now_ms(), space_, client)
        .run();
    end_tokens(db, space_, client);
    if (change.keys) log.audit("operator", "machine.keys", client);
    if (change.scopes) log.audit("operator", "machine.scopes", client + " " + *change.scopes);
    return {};
  });
}

Status SqlRepository::revoke_machine(const std::string& client, const std::string& reason) {
  if (!is_text(reason, kReasonMax)) {
    return {ErrorCode::invalid_argument, "a reason is text of at most 1,000 bytes"};
  }
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto before = find(db, space_, client);
    if (!before) return {ErrorCode::not_found, "there is no machine \"" + client + "\""};
    if (before->revoked_ms) return {};
    INSIEME_TRY(
        note_revocation({Revoked::machine, client, true, {}, {}, kOperator, log.now_ms()}));
    db.cached("UPDATE machines SET revoked_ms = ?, revoke_reason = ?, generation = generation + 1"
              " WHERE space = ? AND client = ?")
        .bind_all(log.now_ms(), reason, space_, client)
        .run();
    end_tokens(db, space_, client);
    log.audit("operator", "machine.revoke", client, reason);
    return {};
  });
}

std::vector<Machine> SqlRepository::machines() {
  return read([&](sql::Connection& db) {
    std::vector<Machine> all;
    sql::Statement& rows = db.cached(std::string(kColumns) + " ORDER BY client");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) all.push_back(get_machine(rows));
    return all;
  });
}

std::optional<Machine> SqlRepository::machine(const std::string& client) {
  return read([&](sql::Connection& db) { return find(db, space_, client); });
}

Status SqlRepository::grant_machine(const MachineGrant& grant) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto machine = find(db, space_, grant.client);
    if (!machine) return {ErrorCode::conflict, "the machine is not there"};
    if (machine->revoked_ms) return {ErrorCode::not_allowed, "the machine was revoked"};
    if (machine->generation != grant.generation) {
      return {ErrorCode::conflict, "the machine was changed"};
    }
    sweep(db, space_, log.now_ms());
    if (has_mark(db, space_, kAssertion, grant.assertion)) {
      return {ErrorCode::duplicate, "the assertion was used before"};
    }
    if (count(db, space_, kAssertion, grant.client) >= kAssertionsMax) {
      return {ErrorCode::limit_exceeded, "too many assertions within minutes"};
    }
    const std::int64_t excess = count(db, space_, kToken, grant.client) - kTokensMax + 1;
    if (excess > 0) {
      db.cached("DELETE FROM machine_marks WHERE space = ? AND kind = ? AND name IN"
                " (SELECT name FROM machine_marks WHERE space = ? AND kind = ? AND client = ?"
                " ORDER BY until_ms LIMIT ?)")
          .bind_all(space_, kToken, space_, kToken, grant.client, excess)
          .run();
    }
    put_mark(db, space_, kAssertion, grant.assertion, grant, grant.assertion_until_ms);
    put_mark(db, space_, kToken, grant.token, grant, grant.token_until_ms);
    db.cached("UPDATE machines SET used_ms = ? WHERE space = ? AND client = ?")
        .bind_all(log.now_ms(), space_, grant.client)
        .run();
    return {};
  });
}

std::optional<MachineToken> SqlRepository::machine_token(const sync::Digest& hash) {
  return read([&](sql::Connection& db) -> std::optional<MachineToken> {
    sql::Statement& row =
        db.cached("SELECT t.client, t.scopes, t.until_ms FROM machine_marks t JOIN machines m"
                  " ON m.space = t.space AND m.client = t.client AND m.revoked_ms IS NULL"
                  " WHERE t.space = ? AND t.kind = ? AND t.name = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, kToken, hash.bytes);
    if (!row.step()) return std::nullopt;
    return MachineToken{std::string(row.get_text(0)), std::string(row.get_text(1)),
                        row.get_int64(2)};
  });
}

void SqlRepository::note_machine(const std::string& client, const std::string& action,
                                 const std::string& subject) {
  static_cast<void>(write([&](sql::Connection&, LogWriter& log) -> Status {
    log.audit("machine " + client, action, subject);
    return {};
  }));
}

}  // namespace insieme::server
