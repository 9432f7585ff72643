// Sign-ins under way.
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

void sweep(sql::Connection& db, std::int64_t space, std::int64_t now_ms) {
  db.cached("DELETE FROM sign_ins WHERE space = ? AND (until_ms < ? OR until_ms > ?)")
      .bind_all(space, now_ms, now_ms + SignInRowStore::kLongestMs)
      .run();
}

std::int64_t count(sql::Connection& db, std::int64_t space, SignInKind kind) {
  sql::Statement& row =
      db.cached("SELECT count(*) FROM sign_ins WHERE space = ? AND kind = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, static_cast<std::int64_t>(kind));
  return row.step() ? row.get_int64(0) : 0;
}

}  // namespace

Status SqlRepository::put_sign_in(const SignInRow& row, std::int64_t now_ms) {
  const Error full{ErrorCode::limit_exceeded, "too many sign in at once"};
  if (row.sealed.size() > kRowBytesMax) return full;
  return write([&](sql::Connection& db, LogWriter&) -> Status {
    sweep(db, space_, now_ms);
    if (count(db, space_, row.kind) >= kRowsMax) return full;
    db.cached("INSERT INTO sign_ins(space, kind, name, sealed, until_ms) VALUES(?,?,?,?,?)")
        .bind_all(space_, static_cast<std::int64_t>(row.kind), row.name.bytes, row.sealed,
                  row.until_ms)
        .run();
    return {};
  });
}

std::optional<SignInRow> SqlRepository::find_sign_in(SignInKind kind, const sync::Digest& name,
                                                     std::int64_t now_ms) {
  return read([&](sql::Connection& db) -> std::optional<SignInRow> {
    sql::Statement& row = db.cached(
        "SELECT sealed, until_ms FROM sign_ins WHERE space = ? AND kind = ? AND name = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, static_cast<std::int64_t>(kind), name.bytes);
    if (!row.step() || row.get_int64(1) < now_ms ||
        row.get_int64(1) > now_ms + SignInRowStore::kLongestMs) {
      return std::nullopt;
    }
    return SignInRow{kind, name, get_vector(row, 0), row.get_int64(1)};
  });
}

bool SqlRepository::replace_sign_in(const SignInRow& before, const SignInRow& after) {
  bool replaced = false;
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    db.cached("UPDATE sign_ins SET sealed = ?, until_ms = ?"
              " WHERE space = ? AND kind = ? AND name = ? AND sealed = ?")
        .bind_all(after.sealed, after.until_ms, space_, static_cast<std::int64_t>(before.kind),
                  before.name.bytes, before.sealed)
        .run();
    replaced = db.changes() == 1;
    return {};
  }));
  return replaced;
}

bool SqlRepository::take_sign_in(const SignInRow& row) {
  bool taken = false;
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    db.cached("DELETE FROM sign_ins WHERE space = ? AND kind = ? AND name = ? AND sealed = ?")
        .bind_all(space_, static_cast<std::int64_t>(row.kind), row.name.bytes, row.sealed)
        .run();
    taken = db.changes() == 1;
    return {};
  }));
  return taken;
}

void SqlRepository::sweep_sign_ins(std::int64_t now_ms) {
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    sweep(db, space_, now_ms);
    return {};
  }));
}

}  // namespace insieme::server
