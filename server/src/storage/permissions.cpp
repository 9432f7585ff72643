#include "storage/permissions.hpp"

#include <algorithm>

#include "insieme/sync/space_dossier.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/space_dossier.hpp"
#include "storage/stand_ins.hpp"

namespace insieme::server {
namespace {

/// Deeper trees are somebody's mistake, and rings end here.
constexpr int kDepthMax = 16;

std::optional<Day> get_day(const sql::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<Day>(row.get_int64(column));
}

std::optional<std::int64_t> number_of(const std::optional<Day>& day) {
  if (!day) return std::nullopt;
  return *day;
}

}  // namespace

User get_user(const sql::Statement& row) {
  User user;
  user.account = row.get_text(0);
  user.display_name = row.get_text(1);
  user.role = row.get_text(2);
  user.disabled = row.get_int64(3) != 0;
  user.created_ms = row.get_int64(4);
  user.organization = row.get_text(5);
  user.contract = {get_day(row, 6), get_day(row, 7)};
  return user;
}

std::optional<User> load_user(sql::Connection& db, std::int64_t space,
                              const std::string& account) {
  sql::Statement& row = db.cached(INSIEME_USER_COLUMNS "WHERE space = ? AND account = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, account);
  if (!row.step()) return std::nullopt;
  return get_user(row);
}

Standing Permissions::standing(const User& user, const sync::DossierId& dossier) {
  Standing standing = declared(user, dossier);
  for (const Absence& one : absences_today()) {
    if (one.account == user.account) {
      return passes(standing, one, dossier) ? standing_away(std::move(standing), one) : standing;
    }
    if (one.deputy != user.account || user.disabled) continue;
    const auto away = load_user(db_, space_, one.account);
    if (!away) continue;
    auto with = standing_in(standing, passing_sections(declared(*away, dossier)), one);
    if (with) standing = *std::move(with);
  }
  return standing;
}

std::optional<Standing> Permissions::passes(const Standing& away, const Absence& absence,
                                            const sync::DossierId& dossier) {
  const std::vector<std::string> passing = passing_sections(away);
  if (passing.empty()) return std::nullopt;
  const auto deputy = load_user(db_, space_, absence.deputy);
  if (!deputy || deputy->disabled) return std::nullopt;
  return standing_in(declared(*deputy, dossier), passing, absence);
}

Standing Permissions::declared(const User& user, const sync::DossierId& dossier) {
  Standing standing;
  standing.today = today_;
  standing.account = user.account;
  standing.role = user.role;
  standing.rules = roles_.find(user.role);
  standing.contract = user.contract;
  const auto& all = organizations();
  const auto chain = [&all](std::string id, auto take) {
    for (int depth = 0; !id.empty() && depth < kDepthMax; ++depth) {
      const auto at = all.find(id);
      // One that is gone binds all the same, to a place where nobody else is.
      take(at == all.end() ? Organization{id, id, {}} : at->second);
      id = at == all.end() ? std::string() : at->second.parent;
    }
  };
  chain(user.organization,
        [&](const Organization& one) { standing.organizations.push_back(one); });
  std::string organization;
  {
    sql::Statement& row = db_.cached(
        "SELECT organization, territory FROM dossiers WHERE space = ? AND dossier = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, dossier.bytes);
    if (row.step()) {
      organization = row.get_text(0);
      standing.territory = row.get_text(1);
    }
  }
  chain(organization,
        [&](const Organization& one) { standing.dossier_organizations.push_back(one.id); });
  standing.erased = erasures_.is_whole(dossier);
  standing.mandate = mandate(user.account, dossier);
  standing.glass = glass_of(user.account, dossier);
  standing.denials = denials_of(dossier);
  return standing;
}

// ---- declarations -------------------------------------------------------------------------------

std::optional<Mandate> Permissions::mandate(const std::string& account,
                                            const sync::DossierId& dossier) {
  sql::Statement& row =
      db_.cached("SELECT basis, sections, from_day, until_day, team, kept_to FROM mandates"
                 " WHERE space = ? AND dossier = ? AND account = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, dossier.bytes, account);
  if (!row.step()) return std::nullopt;
  Mandate mandate;
  mandate.basis = row.get_text(0);
  mandate.sections = split_names(row.get_text(1));
  mandate.term = {get_day(row, 2), get_day(row, 3)};
  mandate.team = row.get_int64(4) != 0;
  if (!row.is_null(5)) mandate.kept_to = u64(row.get_int64(5));
  return mandate;
}

std::optional<GlassTerm> Permissions::glass_of(const std::string& account,
                                               const sync::DossierId& dossier) {
  sql::Statement& row =
      db_.cached("SELECT until_ms FROM glass WHERE space = ? AND dossier = ? AND account = ?"
                 " AND refused = 0 AND ended_ms IS NULL AND until_ms > ? LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, dossier.bytes, account, now_ms_);
  if (!row.step()) return std::nullopt;
  return GlassTerm{row.get_int64(0)};
}

void Permissions::put_mandate(const std::string& account, const sync::DossierId& dossier,
                              const Mandate& mandate, std::int64_t now_ms) {
  std::optional<std::int64_t> kept_to;
  if (mandate.kept_to) kept_to = i64(*mandate.kept_to);
  db_.cached("INSERT INTO mandates(space, dossier, account, basis, sections, from_day, until_day,"
             " team, kept_to, since_ms) VALUES(?,?,?,?,?,?,?,?,?,?)"
             " ON CONFLICT(space, dossier, account) DO UPDATE SET basis = excluded.basis,"
             " sections = excluded.sections, from_day = excluded.from_day,"
             " until_day = excluded.until_day, team = excluded.team, kept_to = excluded.kept_to")
      .bind_all(space_, dossier.bytes, account, mandate.basis, join_names(mandate.sections),
                number_of(mandate.term.from), number_of(mandate.term.until),
                std::int64_t{mandate.team ? 1 : 0}, kept_to, now_ms)
      .run();
}

bool Permissions::end_mandate(const std::string& account, const sync::DossierId& dossier) {
  db_.cached("DELETE FROM mandates WHERE space = ? AND dossier = ? AND account = ?")
      .bind_all(space_, dossier.bytes, account)
      .run();
  return db_.changes() != 0;
}

const std::map<std::string, Organization>& Permissions::organizations() {
  if (organizations_) return *organizations_;
  organizations_.emplace();
  sql::Statement& rows =
      db_.cached("SELECT organization, name, parent, territories, from_day, until_day"
                 " FROM organizations WHERE space = ?");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_);
  while (rows.step()) {
    Organization one;
    one.id = rows.get_text(0);
    one.name = rows.get_text(1);
    one.parent = rows.get_text(2);
    one.territories = split_names(rows.get_text(3));
    one.contract = {get_day(rows, 4), get_day(rows, 5)};
    organizations_->emplace(one.id, std::move(one));
  }
  return *organizations_;
}

void Permissions::put_organization(const Organization& organization) {
  db_.cached("INSERT INTO organizations(space, organization, name, parent, territories, from_day,"
             " until_day) VALUES(?,?,?,?,?,?,?) ON CONFLICT(space, organization) DO UPDATE SET"
             " name = excluded.name, parent = excluded.parent, territories = excluded.territories,"
             " from_day = excluded.from_day, until_day = excluded.until_day")
      .bind_all(space_, organization.id, organization.name, organization.parent,
                join_names(organization.territories), number_of(organization.contract.from),
                number_of(organization.contract.until))
      .run();
  organizations_.reset();
}

const std::vector<Absence>& Permissions::absences_today() {
  if (absences_today_) return *absences_today_;
  absences_today_.emplace();
  sql::Statement& rows =
      db_.cached("SELECT number, account, deputy, from_day, until_day FROM absences"
                 " WHERE space = ? AND ended_ms IS NULL AND from_day <= ? AND until_day >= ?"
                 " ORDER BY number");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, std::int64_t{today_}, std::int64_t{today_});
  while (rows.step()) {
    absences_today_->push_back({u64(rows.get_int64(0)), std::string(rows.get_text(1)),
                                std::string(rows.get_text(2)),
                                static_cast<Day>(rows.get_int64(3)),
                                static_cast<Day>(rows.get_int64(4))});
  }
  return *absences_today_;
}

void Permissions::place(const sync::DossierId& dossier, std::string_view organization,
                        std::string_view territory) {
  db_.cached("UPDATE dossiers SET organization = ?, territory = ? WHERE space = ? AND dossier = ?")
      .bind_all(organization, territory, space_, dossier.bytes)
      .run();
}

std::vector<std::string> Permissions::accounts_of(const sync::DossierId& dossier) {
  std::vector<std::string> accounts;
  sql::Statement& rows = db_.cached(
      "SELECT account FROM mandates WHERE space = ? AND dossier = ? ORDER BY account");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, dossier.bytes);
  while (rows.step()) accounts.emplace_back(rows.get_text(0));
  return accounts;
}

namespace {

Denial get_denial(const sql::Statement& row, int column) {
  Denial denial;
  denial.account = row.get_text(column);
  denial.sections = split_names(row.get_text(column + 1));
  denial.except = split_names(row.get_text(column + 2));
  denial.reason = row.get_text(column + 3);
  denial.set_by = row.get_text(column + 4);
  denial.since_ms = row.get_int64(column + 5);
  return denial;
}

}  // namespace

std::vector<Denial> Permissions::denials_of(const sync::DossierId& dossier) {
  std::vector<Denial> all;
  sql::Statement& rows =
      db_.cached("SELECT account, sections, excepted, reason, set_by, since_ms FROM denials"
                 " WHERE space = ? AND dossier = ? ORDER BY account");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, dossier.bytes);
  while (rows.step()) all.push_back(get_denial(rows, 0));
  return all;
}

std::vector<DossierDenial> Permissions::denials() {
  std::vector<DossierDenial> all;
  sql::Statement& rows = db_.cached(
      "SELECT dossier, account, sections, excepted, reason, set_by, since_ms FROM denials"
      " WHERE space = ? ORDER BY dossier, account");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_);
  while (rows.step()) all.push_back({get_bytes<sync::DossierId>(rows, 0), get_denial(rows, 1)});
  return all;
}

void Permissions::put_denial(const sync::DossierId& dossier, const Denial& denial) {
  db_.cached("INSERT INTO denials(space, dossier, account, sections, excepted, reason, set_by,"
             " since_ms) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(space, dossier, account) DO UPDATE"
             " SET sections = excluded.sections, excepted = excluded.excepted,"
             " reason = excluded.reason, set_by = excluded.set_by, since_ms = excluded.since_ms")
      .bind_all(space_, dossier.bytes, denial.account, join_names(denial.sections),
                join_names(denial.except), denial.reason, denial.set_by, denial.since_ms)
      .run();
}

bool Permissions::end_denial(const sync::DossierId& dossier, const std::string& account) {
  db_.cached("DELETE FROM denials WHERE space = ? AND dossier = ? AND account = ?")
      .bind_all(space_, dossier.bytes, account)
      .run();
  return db_.changes() != 0;
}

// ---- what follows -------------------------------------------------------------------------------

void Permissions::settle(LogWriter& log, const User& user, const sync::DossierId& dossier,
                         std::string_view reason) {
  settle_one(log, user, dossier, reason);
  settle_partners(log, user.account, dossier);
}

void Permissions::settle_partners(LogWriter& log, const std::string& account,
                                  const sync::DossierId& dossier) {
  for (const Absence& one : absences_today()) {
    if (one.account != account && one.deputy != account) continue;
    const auto other = load_user(db_, space_, one.account == account ? one.deputy : one.account);
    if (other) settle_one(log, *other, dossier, {});
  }
}

/// What a person is told whose dossier goes. That it is denied or reserved, and why, is not said.
std::string Permissions::told_of(const Standing& standing, Rule rule,
                                 const sync::DossierId& dossier) {
  if (rule == Rule::denied || rule == Rule::reserved_to_others) return {};
  if (standing.mandate && standing.mandate->basis == kAbsenceBasis && standing.mandate->term.from) {
    const std::string day = show_day(*standing.mandate->term.from);
    return "with whoever stands in for you until you are back on " + day +
           " (a chi ti sostituisce, fino al tuo rientro il " + day + ")";
  }
  if (rule == Rule::not_assigned && stood_in(standing.account, dossier)) {
    return "whom you stood in for is back (chi sostituivi è rientrato)";
  }
  const RuleWords& words = words_of(rule);
  return std::string(words.en) + " (" + std::string(words.it) + ")";
}

void Permissions::settle_one(LogWriter& log, const User& user, const sync::DossierId& dossier,
                             std::string_view reason) {
  const Standing now_declared = standing(user, dossier);
  // Settings that lack a role are a mistake, and no reason to empty the tablets of everybody in it.
  if (now_declared.rules == nullptr) return;
  const Decision decision = decide(now_declared);
  const Access now = load_access(db_, space_, user.account, dossier);
  if (decision.sections.empty()) {
    if (!now.any()) return;
    const std::string told = reason.empty() ? told_of(now_declared, decision.rule, dossier)
                                            : std::string(reason);
    log.revoke(user.account, dossier, told);
    return;
  }
  // Who gets more again than a period of their own gets what they did not see, too.
  const bool widens = now.kept_to && (!decision.kept_to || *decision.kept_to > *now.kept_to);
  if (!now.any() || now.sections != decision.sections || widens) {
    log.grant(user.account, dossier, decision.sections);
  } else if (now.kept_to == decision.kept_to) {
    return;
  }
  if (decision.kept_to) keep_to(user.account, dossier, *decision.kept_to);
}

bool Permissions::stood_in(const std::string& account, const sync::DossierId& dossier) {
  sql::Statement& row =
      db_.cached("SELECT a.number FROM absences a JOIN mandates m"
                 " ON m.space = a.space AND m.account = a.account"
                 " WHERE a.space = ? AND a.deputy = ? AND m.dossier = ? LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, account, dossier.bytes);
  return row.step();
}

void Permissions::keep_to(const std::string& account, const sync::DossierId& dossier,
                          std::uint64_t position) {
  db_.cached("UPDATE assignments SET kept_to = ?"
             " WHERE space = ? AND dossier = ? AND account = ? AND to_position IS NULL")
      .bind_all(i64(position), space_, dossier.bytes, account)
      .run();
}

namespace {

/// Of rows of account and dossier, all of them at once: what is done with them changes the tables.
std::vector<std::pair<std::string, sync::DossierId>> pairs_of(sql::Statement& rows) {
  std::vector<std::pair<std::string, sync::DossierId>> pairs;
  while (rows.step()) {
    pairs.emplace_back(rows.get_text(0), get_bytes<sync::DossierId>(rows, 1));
  }
  return pairs;
}

}  // namespace

void Permissions::keep_space_dossier(LogWriter& log) {
  const sync::SpaceId space = load_space(db_, space_).id;
  const sync::DossierId dossier = sync::space_dossier(space);
  std::vector<User> without;
  {
    sql::Statement& rows = db_.cached(
        INSIEME_USER_COLUMNS "WHERE space = ? AND NOT EXISTS (SELECT 1 FROM mandates m"
        " WHERE m.space = users.space AND m.dossier = ? AND m.account = users.account"
        " AND m.basis = ?) ORDER BY account");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, dossier.bytes, kSpaceBasis);
    while (rows.step()) without.push_back(get_user(rows));
  }
  if (!load_key(db_, space_, dossier)) {
    const bool kept = std::any_of(without.begin(), without.end(), [&](const User& user) {
      return keeps_lists(roles_.find(user.role));
    });
    if (!kept || erasures_.is_whole(dossier)) return;
    db_.cached("INSERT INTO dossiers(space, dossier, key, created_by, created_ms)"
               " VALUES(?,?,?,?,?)")
        .bind_all(space_, dossier.bytes, sync::space_dossier_key(space).bytes, kOperator, now_ms_)
        .run();
  }
  const Mandate everybody{std::string(kSpaceBasis), {std::string(sync::kSpaceSection)}};
  for (const User& user : without) {
    put_mandate(user.account, dossier, everybody, now_ms_);
    settle(log, user, dossier);
  }
}

void Permissions::tell_keeper(LogWriter& log, const User& user) {
  const sync::DossierId dossier = sync::space_dossier(load_space(db_, space_).id);
  const Access now = load_access(db_, space_, user.account, dossier);
  if (now.any()) log.grant(user.account, dossier, now.sections);
}

void Permissions::settle_all(LogWriter& log) {
  keep_space_dossier(log);
  const auto rows =
      db_.walk("SELECT account, dossier FROM mandates WHERE space = ?1"
               " UNION SELECT account, dossier FROM assignments"
               " WHERE space = ?1 AND to_position IS NULL"
               " UNION SELECT a.deputy AS account, m.dossier FROM absences a JOIN mandates m"
               " ON m.space = a.space AND m.account = a.account"
               " WHERE a.space = ?1 AND a.ended_ms IS NULL AND a.from_day <= ?2"
               " AND a.until_day >= ?2 ORDER BY account, dossier");
  rows->bind_all(space_, today_);
  settle_pairs(log, pairs_of(*rows));
}

void Permissions::settle_dossier(LogWriter& log, const sync::DossierId& dossier) {
  const auto rows =
      db_.walk("SELECT account, dossier FROM mandates WHERE space = ?1 AND dossier = ?2"
               " UNION SELECT account, dossier FROM assignments"
               " WHERE space = ?1 AND dossier = ?2 AND to_position IS NULL ORDER BY account");
  rows->bind_all(space_, dossier.bytes);
  settle_pairs(log, pairs_of(*rows));
}

void Permissions::settle_person(LogWriter& log, const User& user) {
  const auto rows =
      db_.walk("SELECT account, dossier FROM mandates WHERE space = ?1 AND account = ?2"
               " UNION SELECT account, dossier FROM assignments"
               " WHERE space = ?1 AND account = ?2 AND to_position IS NULL ORDER BY dossier");
  rows->bind_all(space_, user.account);
  settle_pairs(log, pairs_of(*rows));
}

void Permissions::settle_pairs(LogWriter& log, const std::vector<Pair>& pairs) {
  std::optional<User> user;
  for (const auto& [account, dossier] : pairs) {
    if (!user || user->account != account) user = load_user(db_, space_, account);
    if (user) settle(log, *user, dossier);
  }
}

std::string Permissions::mark(const std::string& roles, std::int64_t now_ms) {
  return show_day(day_in_italy(now_ms)) + "/" + roles;
}

}  // namespace insieme::server
