#include "insieme/server/absences.hpp"

#include <algorithm>

#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/stand_ins.hpp"

namespace insieme::server {
namespace {

Status check_days(const Absence& absence, Day today) {
  const auto bad = [](std::string detail) {
    return Status(ErrorCode::invalid_argument, std::move(detail));
  };
  if (absence.account == absence.deputy) return bad("nobody stands in for themselves");
  if (absence.until < absence.from) return bad("the last day is before the first");
  if (absence.until < today) return bad("these days are over");
  if (absence.until - absence.from >= kAbsenceDaysMax) {
    return bad("an absence is of 366 days at most: what lasts longer is handed over for good");
  }
  return {};
}

/// One person is with one deputy, who is there: what passes on passes once.
Status check_others(const std::vector<Absence>& all, const Absence& absence, Day today) {
  std::size_t standing = 0;
  for (const Absence& one : all) {
    if (one.ended_ms || one.until < today) continue;
    ++standing;
    if (one.until < absence.from || absence.until < one.from) continue;
    const std::string days = show_day(one.from) + ".." + show_day(one.until);
    if (one.account == absence.account) {
      return {ErrorCode::conflict, "\"" + one.account + "\" is away on " + days + " already (" +
                                       std::to_string(one.number) + "): end that one first"};
    }
    if (one.account == absence.deputy) {
      return {ErrorCode::conflict, "\"" + one.account + "\" is away, too, on " + days};
    }
    if (one.deputy == absence.account) {
      return {ErrorCode::conflict, "\"" + one.deputy + "\" stands in for \"" + one.account +
                                       "\" on " + days + ": somebody else has to first"};
    }
  }
  if (standing < kAbsencesMax) return {};
  return {ErrorCode::limit_exceeded, "too many absences are declared"};
}

void put(sql::Connection& db, std::int64_t space, const Absence& absence) {
  db.cached("INSERT INTO absences(space, number, account, deputy, from_day, until_day,"
            " declared_by, declared_ms, ended_ms, ended_by) VALUES(?,?,?,?,?,?,?,?,?,?)")
      .bind_all(space, i64(absence.number), absence.account, absence.deputy,
                std::int64_t{absence.from}, std::int64_t{absence.until}, absence.declared_by,
                absence.declared_ms, absence.ended_ms, absence.ended_by)
      .run();
}

std::vector<sync::DossierId> dossiers_of(sql::Connection& db, std::int64_t space,
                                         const std::string& account) {
  std::vector<sync::DossierId> all;
  sql::Statement& rows =
      db.cached("SELECT dossier FROM mandates WHERE space = ? AND account = ? ORDER BY dossier");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space, account);
  while (rows.step()) all.push_back(get_bytes<sync::DossierId>(rows, 0));
  return all;
}

/// The rule that keeps a dossier from the deputy.
Rule rule_against(Standing deputy, const Absence& absence) {
  deputy.mandate = Mandate{kAbsenceBasis, {}, Term{absence.from, absence.until}};
  deputy.today = absence.from;
  deputy.glass.reset();
  const Decision decision = decide(deputy);
  // Some of it could be theirs, and none of what the other has.
  return decision.sections.empty() ? decision.rule : Rule::not_of_role;
}

AbsenceEffect effect_of(sql::Connection& db, std::int64_t space, Permissions& permissions,
                        const Absence& absence, const User& away, const User& deputy) {
  AbsenceEffect effect{absence, {}, {}};
  Absence now = absence;
  now.from = std::min(absence.from, permissions.today());
  for (const sync::DossierId& dossier : dossiers_of(db, space, away.account)) {
    const Standing standing = permissions.declared(away, dossier);
    if (passing_sections(standing).empty()) continue;
    if (permissions.passes(standing, now, dossier)) {
      effect.passes.push_back(dossier);
    } else {
      effect.stays.emplace_back(dossier,
                                rule_against(permissions.declared(deputy, dossier), absence));
    }
  }
  return effect;
}

std::string subject_of(const Absence& absence) {
  return std::to_string(absence.number) + " " + absence.account + " " + absence.deputy + " " +
         show_day(absence.from) + ".." + show_day(absence.until);
}

/// Of both, who has what of what is the absent one's.
void settle_both(sql::Connection& db, std::int64_t space, Permissions& permissions, LogWriter& log,
                 const User& away, const User& deputy) {
  for (const sync::DossierId& dossier : dossiers_of(db, space, away.account)) {
    permissions.settle(log, away, dossier);
    permissions.settle(log, deputy, dossier);
  }
}

}  // namespace

std::vector<Absence> load_absences(sql::Connection& db, std::int64_t space) {
  std::vector<Absence> all;
  sql::Statement& rows =
      db.cached("SELECT number, account, deputy, from_day, until_day, declared_by, declared_ms,"
                " ended_ms, ended_by FROM absences WHERE space = ? ORDER BY number DESC");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space);
  while (rows.step()) {
    Absence one;
    one.number = u64(rows.get_int64(0));
    one.account = rows.get_text(1);
    one.deputy = rows.get_text(2);
    one.from = static_cast<Day>(rows.get_int64(3));
    one.until = static_cast<Day>(rows.get_int64(4));
    one.declared_by = rows.get_text(5);
    one.declared_ms = rows.get_int64(6);
    if (!rows.is_null(7)) one.ended_ms = rows.get_int64(7);
    one.ended_by = rows.get_text(8);
    all.push_back(std::move(one));
  }
  return all;
}

Absences& absences_of(Repository& repository) { return dynamic_cast<SqlRepository&>(repository); }

Result<AbsenceEffect> SqlRepository::declare_absence(const Absence& absence,
                                                     const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Result<AbsenceEffect> {
    INSIEME_TRY_ASSIGN(const User away, active_user(db, absence.account));
    INSIEME_TRY_ASSIGN(const User deputy, active_user(db, absence.deputy));
    const Day today = day_in_italy(log.now_ms());
    INSIEME_TRY(check_days(absence, today));
    const std::vector<Absence> all = load_absences(db, space_);
    INSIEME_TRY(check_others(all, absence, today));
    if (deputy.disabled) {
      return Error{ErrorCode::not_allowed, "the account \"" + deputy.account + "\" is disabled"};
    }
    Absence fresh = absence;
    fresh.number = all.empty() ? 1 : all.front().number + 1;
    fresh.declared_by = by;
    fresh.declared_ms = log.now_ms();
    fresh.ended_ms.reset();
    fresh.ended_by.clear();
    put(db, space_, fresh);
    Permissions permissions(db, space_, roles_, log.now_ms());
    AbsenceEffect effect = effect_of(db, space_, permissions, fresh, away, deputy);
    settle_both(db, space_, permissions, log, away, deputy);
    log.audit(by, "absence", subject_of(fresh));
    return effect;
  });
}

Status SqlRepository::end_absence(std::uint64_t number, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const std::vector<Absence> all = load_absences(db, space_);
    const auto one = std::find_if(all.begin(), all.end(), [&](const Absence& each) {
      return each.number == number && !each.ended_ms &&
             each.until >= day_in_italy(log.now_ms());
    });
    if (one == all.end()) return {ErrorCode::not_found, "there is no such absence, or it is over"};
    db.cached("UPDATE absences SET ended_ms = ?, ended_by = ? WHERE space = ? AND number = ?")
        .bind_all(log.now_ms(), by, space_, i64(number))
        .run();
    const auto away = find_user(db, one->account);
    const auto deputy = find_user(db, one->deputy);
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (away && deputy) settle_both(db, space_, permissions, log, *away, *deputy);
    log.audit(by, "absence.end", subject_of(*one));
    return {};
  });
}

std::vector<Absence> SqlRepository::absences() {
  return read([&](sql::Connection& db) { return load_absences(db, space_); });
}

}  // namespace insieme::server
