// Dossiers that somebody opens with a reason, for a while (docs/adr/0039).
#include "insieme/server/glass.hpp"

#include <algorithm>

#include "insieme/server/secrets.hpp"
#include "insieme/sync/value.hpp"
#include "storage/access_log.hpp"
#include "storage/erasures.hpp"
#include "storage/glass_rows.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
/// Another server of the space may have opened one.
constexpr std::int64_t kLookAgainMs = 60'000;
constexpr std::int64_t kShownMs = 30 * kDayMs;
constexpr std::size_t kShownMax = 200;
constexpr const char* kEnded = "the time for which you had opened it is over";

#define INSIEME_GLASS_COLUMNS                                                               \
  "SELECT id, dossier, account, reason, opened_ms, until_ms, ended_ms, ended_by, seen_by," \
  " seen_ms, note, refused FROM glass WHERE space = ?"

Glass get_glass(const sql::Statement& row) {
  Glass glass;
  const auto id = row.get_blob(0);
  std::copy_n(id.begin(), std::min(id.size(), glass.id.size()), glass.id.begin());
  if (!row.get_blob(1).empty()) glass.dossier = get_bytes<sync::DossierId>(row, 1);
  glass.account = row.get_text(2);
  glass.reason = row.get_text(3);
  glass.opened_ms = row.get_int64(4);
  glass.until_ms = row.get_int64(5);
  if (!row.is_null(6)) glass.ended_ms = row.get_int64(6);
  glass.ended_by = row.get_text(7);
  glass.seen_by = row.get_text(8);
  if (!row.is_null(9)) glass.seen_ms = row.get_int64(9);
  glass.note = row.get_text(10);
  glass.refused = row.get_int64(11) != 0;
  return glass;
}

std::vector<Glass> all_of(sql::Statement& rows) {
  std::vector<Glass> all;
  while (rows.step()) all.push_back(get_glass(rows));
  return all;
}

void put_glass(sql::Connection& db, std::int64_t space, const Glass& glass) {
  const bool named = !glass.dossier.is_nil();
  db.cached("INSERT INTO glass(space, id, dossier, account, reason, opened_ms, until_ms, ended_ms,"
            " ended_by, seen_by, seen_ms, note, refused) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .bind_all(space, glass.id,
                std::span<const std::uint8_t>(glass.dossier.bytes).first(named ? 16 : 0),
                glass.account, glass.reason, glass.opened_ms, glass.until_ms, glass.ended_ms,
                glass.ended_by, glass.seen_by, glass.seen_ms, glass.note,
                std::int64_t{glass.refused ? 1 : 0})
      .run();
}

std::optional<Glass> find_glass(sql::Connection& db, std::int64_t space, const GlassId& id) {
  sql::Statement& row = db.cached(INSIEME_GLASS_COLUMNS " AND id = ? AND refused = 0");
  const sql::ResetGuard guard(row);
  row.bind_all(space, id);
  if (!row.step()) return std::nullopt;
  return get_glass(row);
}

std::optional<Glass> running_glass(sql::Connection& db, std::int64_t space,
                                   const std::string& account, const sync::DossierId& dossier) {
  sql::Statement& row = db.cached(INSIEME_GLASS_COLUMNS
                                  " AND dossier = ? AND account = ? AND refused = 0"
                                  " AND ended_ms IS NULL LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space, dossier.bytes, account);
  if (!row.step()) return std::nullopt;
  return get_glass(row);
}

std::uint64_t count_of(sql::Connection& db, std::int64_t space, const std::string& account,
                       bool refused, std::int64_t since_ms) {
  sql::Statement& row = db.cached(
      "SELECT count(*) FROM glass WHERE space = ? AND account = ? AND refused = ?"
      " AND opened_ms > ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, account, std::int64_t{refused ? 1 : 0}, since_ms);
  return row.step() ? u64(row.get_int64(0)) : 0;
}

Status check_request(const Caller& caller, const GlassRequest& request) {
  const std::uint32_t most = caller.rules.glass_hours;
  if (most == 0 || !caller.rules.may_write) {
    return {ErrorCode::not_allowed, "the role \"" + caller.user.role +
                                        "\" does not open dossiers that are not assigned"};
  }
  if (request.hours == 0 || request.hours > most) {
    return {ErrorCode::invalid_argument, "from 1 to " + std::to_string(most) + " hours"};
  }
  const bool words = request.reason.find_first_not_of(" \t\r\n") != std::string::npos &&
                     sync::is_valid_utf8(request.reason);
  if (!words || request.reason.size() < kGlassReasonMin ||
      request.reason.size() > kGlassReasonMax) {
    return {ErrorCode::invalid_argument, "the reason has 10 to 500 bytes, in words"};
  }
  return {};
}

Error nothing_of_that_name() {
  return {ErrorCode::not_found, "there is no such dossier, or it is not opened this way"};
}

void end(sql::Connection& db, std::int64_t space, const GlassId& id, std::int64_t at_ms,
         const std::string& by) {
  db.cached("UPDATE glass SET ended_ms = ?, ended_by = ? WHERE space = ? AND id = ?"
            " AND ended_ms IS NULL")
      .bind_all(at_ms, by, space, id)
      .run();
}

}  // namespace

bool is_open_by_glass(sql::Connection& db, std::int64_t space, const std::string& account,
                      const sync::DossierId& dossier) {
  return running_glass(db, space, account, dossier).has_value();
}

std::optional<sync::DossierId> SqlRepository::dossier_named(sql::Connection& db,
                                                            const std::string& text) const {
  std::string digits;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  constexpr std::size_t kWhole = 32;
  if (digits.size() < kGlassDigitsMin || digits.size() > kWhole) return std::nullopt;
  std::optional<sync::DossierId> found;
  sql::Statement& rows = db.cached("SELECT dossier FROM dossiers WHERE space = ?");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_);
  while (rows.step()) {
    const auto id = get_bytes<sync::DossierId>(rows, 0);
    if (!sync::to_hex(id.bytes).ends_with(digits)) continue;
    if (found) return std::nullopt;  // which of them, nobody guesses
    found = id;
  }
  return found;
}

Result<Glass> SqlRepository::break_glass(const Caller& caller, const GlassRequest& request) {
  INSIEME_TRY(check_request(caller, request));
  bool in_vain = false;
  auto outcome = write([&](sql::Connection& db, LogWriter& log) -> Result<Glass> {
    const std::string& account = caller.user.account;
    const std::int64_t now = log.now_ms();
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    Glass glass;
    glass.id = new_id(now);
    glass.account = account;
    glass.reason = request.reason;
    glass.opened_ms = now;
    glass.until_ms = now + request.hours * kHourMs;
    const auto dossier = dossier_named(db, request.dossier);
    if (dossier) glass.dossier = *dossier;
    if (dossier) {
      if (const auto same = running_glass(db, space_, account, *dossier)) return *same;
      if (load_access(db, space_, account, *dossier).any()) {
        return Error{ErrorCode::conflict, "the dossier is yours already: synchronise"};
      }
    }
    if (count_of(db, space_, account, false, now - kDayMs) >= kGlassPerDay ||
        count_of(db, space_, account, true, now - kDayMs) >= kGlassMissesPerDay) {
      return Error{ErrorCode::quota, "too many were opened, or asked for in vain, in 24 hours"};
    }
    Permissions permissions(db, space_, roles_, now);
    Decision decision;
    if (dossier && check_dossier(db, *dossier).ok()) {
      Standing standing = permissions.standing(user, *dossier);
      standing.glass = GlassTerm{glass.until_ms};
      decision = decide(standing);
    }
    if (decision.sections.empty()) {
      in_vain = true;
      glass.refused = true;
      glass.ended_ms = now;
      put_glass(db, space_, glass);
      log.audit(account, "glass.refused", dossier ? sync::to_text(*dossier) : std::string());
      if (dossier) {
        write_access(db, space_, caller, {{*dossier, AccessKind::refused, {}, 0}}, now);
      }
      return glass;
    }
    put_glass(db, space_, glass);
    permissions.settle(log, user, *dossier);
    log.audit(account, "glass", sync::to_text(*dossier));
    write_access(db, space_, caller, {{*dossier, AccessKind::read, decision.sections, 0}}, now);
    return glass;
  });
  if (!outcome.ok()) return outcome;
  if (in_vain) return nothing_of_that_name();
  const std::lock_guard lock(settled_mutex_);
  glass_due_ms_ = std::min(glass_due_ms_, outcome->until_ms);
  return outcome;
}

void SqlRepository::settle_glasses() {
  const std::int64_t now = clock_();
  {
    const std::lock_guard lock(settled_mutex_);
    // A clock that was set back is looked at again, too.
    if (now < glass_due_ms_ && glass_due_ms_ <= now + kLookAgainMs) return;
  }
  const auto due = read([&](sql::Connection& db) {
    sql::Statement& row =
        db.cached("SELECT min(until_ms) FROM glass WHERE space = ? AND ended_ms IS NULL");
    const sql::ResetGuard guard(row);
    row.bind_all(space_);
    return row.step() && !row.is_null(0) ? std::optional(row.get_int64(0)) : std::nullopt;
  });
  if (due && *due <= now) {
    const Status done = write([&](sql::Connection& db, LogWriter& log) -> Status {
      std::vector<Glass> over;
      {
        sql::Statement& rows =
            db.cached(INSIEME_GLASS_COLUMNS " AND ended_ms IS NULL AND until_ms <= ?");
        const sql::ResetGuard guard(rows);
        rows.bind_all(space_, log.now_ms());
        over = all_of(rows);
      }
      Permissions permissions(db, space_, roles_, log.now_ms());
      for (const Glass& glass : over) {
        end(db, space_, glass.id, glass.until_ms, "time");
        log.audit(glass.account, "glass.end", sync::to_text(glass.dossier));
        const auto user = load_user(db, space_, glass.account);
        if (user) permissions.settle(log, *user, glass.dossier, kEnded);
      }
      return {};
    });
    if (!done.ok()) return;
  }
  const std::lock_guard lock(settled_mutex_);
  glass_due_ms_ = now + kLookAgainMs;
  if (due && *due > now) glass_due_ms_ = std::min(glass_due_ms_, *due);
}

std::vector<Glass> SqlRepository::glasses() {
  return read([&](sql::Connection& db) {
    sql::Statement& rows = db.cached(INSIEME_GLASS_COLUMNS " ORDER BY opened_ms DESC, id DESC");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    return all_of(rows);
  });
}

bool SqlRepository::decides_on(sql::Connection& db, const std::string& account,
                               const sync::DossierId& dossier) const {
  const auto user = find_user(db, account);
  const RoleRules* rules = user ? roles_.find(user->role) : nullptr;
  return rules != nullptr && rules->may_review &&
         load_access(db, space_, account, dossier).any() &&
         !is_open_by_glass(db, space_, account, dossier);
}

std::vector<Glass> SqlRepository::glasses_for(const Caller& caller) {
  return read([&](sql::Connection& db) {
    std::vector<Glass> all;
    {
      sql::Statement& rows = db.cached(INSIEME_GLASS_COLUMNS
                                       " AND refused = 0 AND (seen_ms IS NULL OR opened_ms > ?)"
                                       " ORDER BY opened_ms DESC, id DESC");
      const sql::ResetGuard guard(rows);
      rows.bind_all(space_, clock_() - kShownMs);
      all = all_of(rows);
    }
    std::vector<Glass> shown;
    for (Glass& glass : all) {
      const bool mine = glass.account == caller.user.account;
      const bool recent = glass.opened_ms > clock_() - kShownMs;
      const bool theirs = !mine && caller.rules.may_review &&
                          decides_on(db, caller.user.account, glass.dossier);
      if (!theirs && !(mine && recent)) continue;
      shown.push_back(std::move(glass));
      if (shown.size() == kShownMax) break;
    }
    return shown;
  });
}

Status SqlRepository::end_glass(const GlassId& id, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto glass = find_glass(db, space_, id);
    const bool theirs = glass && (by.empty() || glass->account == by ||
                                  decides_on(db, by, glass->dossier));
    if (!theirs) return {ErrorCode::not_found, "there is no such opening"};
    if (glass->ended_ms) return {};
    end(db, space_, id, log.now_ms(), by.empty() ? "operator" : by);
    log.audit(by.empty() ? "operator" : by, "glass.end",
              glass->account + " " + sync::to_text(glass->dossier));
    const auto user = load_user(db, space_, glass->account);
    if (user) {
      Permissions(db, space_, roles_, log.now_ms()).settle(log, *user, glass->dossier, kEnded);
    }
    return {};
  });
}

Status SqlRepository::see_glass(const GlassId& id, const std::string& by,
                                const std::string& note) {
  if (note.size() > kGlassNoteMax || !sync::is_valid_utf8(note)) {
    return {ErrorCode::invalid_argument, "a note has at most 500 bytes"};
  }
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const auto glass = find_glass(db, space_, id);
    if (glass && !by.empty() && glass->account == by) {
      return {ErrorCode::not_allowed, "who opened it cannot be the one who looks into it"};
    }
    if (!glass || !(by.empty() || decides_on(db, by, glass->dossier))) {
      return {ErrorCode::not_found, "there is no such opening"};
    }
    if (glass->seen_ms) return {};
    const std::string who = by.empty() ? "operator" : by;
    db.cached("UPDATE glass SET seen_by = ?, seen_ms = ?, note = ? WHERE space = ? AND id = ?")
        .bind_all(who, log.now_ms(), note, space_, id)
        .run();
    log.audit(who, "glass.seen", glass->account + " " + sync::to_text(glass->dossier));
    return {};
  });
}

}  // namespace insieme::server
