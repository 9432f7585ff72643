// Who may see which dossier, and what waits because somebody no longer may.
#include <algorithm>

#include "storage/erasures.hpp"
#include "storage/hand_overs.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {

bool Access::has(std::string_view section) const noexcept {
  return std::find(sections.begin(), sections.end(), section) != sections.end();
}

Access load_access(sql::Connection& db, std::int64_t space, const std::string& account,
                   const sync::DossierId& dossier) {
  sql::Statement& row =
      db.cached("SELECT from_position, sections, kept_to FROM assignments"
                " WHERE space = ? AND dossier = ? AND account = ? AND to_position IS NULL");
  const sql::ResetGuard guard(row);
  row.bind_all(space, dossier.bytes, account);
  if (!row.step()) return {};
  Access access{u64(row.get_int64(0)), split_names(row.get_text(1))};
  if (!row.is_null(2)) access.kept_to = u64(row.get_int64(2));
  return access;
}

std::optional<sync::DossierKey> load_key(sql::Connection& db, std::int64_t space,
                                         const sync::DossierId& dossier) {
  sql::Statement& row = db.cached("SELECT key FROM dossiers WHERE space = ? AND dossier = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, dossier.bytes);
  if (!row.step() || row.get_blob(0).empty()) return std::nullopt;
  return get_bytes<sync::DossierKey>(row, 0);
}

Status SqlRepository::check_dossier(sql::Connection& db,
                                       const sync::DossierId& dossier) const {
  if (Erasures(db, space_).is_whole(dossier)) {
    return {ErrorCode::conflict, "dossier " + sync::to_text(dossier) + " was erased by order"};
  }
  if (load_key(db, space_, dossier)) return {};
  return {ErrorCode::not_found, "there is no dossier " + sync::to_text(dossier)};
}

namespace {

Status refusal(const std::string& account, Rule rule) {
  return {ErrorCode::not_allowed,
          "nothing is given to \"" + account + "\": " + std::string(words_of(rule).en)};
}

/// Sections that were asked for by name.
Status check_sections(const std::vector<std::string>& sections, const User& user,
                      const RoleRules* rules) {
  if (sections.empty() && (rules == nullptr || rules->sections.empty())) {
    return {ErrorCode::invalid_argument, "no sections to grant"};
  }
  for (const std::string& section : sections) {
    if (!sync::is_valid_section(section)) {
      return {ErrorCode::invalid_argument, "\"" + section + "\" is not a section's name"};
    }
    if (rules == nullptr || !rules->may_be_given(section)) {
      return {ErrorCode::not_allowed,
              "the role \"" + user.role + "\" is never given the section " + section};
    }
  }
  return {};
}

/// Declared for later: nothing is given yet, and nothing stands against it.
bool is_for_later(Rule rule) {
  return rule == Rule::assignment_not_begun || rule == Rule::contract_not_begun ||
         rule == Rule::organization_not_begun;
}

}  // namespace

Result<std::vector<std::string>> SqlRepository::assign(const std::string& account,
                                                       const sync::DossierId& dossier,
                                                       std::vector<std::string> sections,
                                                       const AssignTerms& terms,
                                                       const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Result<std::vector<std::string>> {
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    INSIEME_TRY(check_dossier(db, dossier));
    INSIEME_TRY(check_sections(sections, user, roles_.find(user.role)));
    Permissions permissions(db, space_, roles_, log.now_ms());
    const Access before = load_access(db, space_, account, dossier);
    permissions.put_mandate(
        account, dossier, {"assigned", std::move(sections), terms.term, terms.team}, log.now_ms());
    const Decision decision = decide(permissions.standing(user, dossier));
    if (decision.sections.empty() && !is_for_later(decision.rule)) {
      return refusal(account, decision.rule).error();
    }
    permissions.settle(log, user, dossier);
    const bool same = before.any() && before.sections == decision.sections && !before.kept_to;
    if (!same) log.audit(by, "assign", account + " " + sync::to_text(dossier));
    return decision.sections;
  });
}

Status SqlRepository::unassign(const std::string& account, const sync::DossierId& dossier,
                                  const std::string& reason, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    INSIEME_TRY(check_dossier(db, dossier));
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (!permissions.end_mandate(account, dossier)) {
      return {ErrorCode::not_found, "the dossier is not assigned to \"" + account + "\""};
    }
    end_now(log, db, account, dossier, reason);
    permissions.settle_partners(log, account, dossier);
    permissions.settle(log, user, dossier, reason);  // who goes on standing in keeps that
    log.audit(by, "unassign", account + " " + sync::to_text(dossier), reason);
    return {};
  });
}

void SqlRepository::end_now(LogWriter& log, sql::Connection& db, const std::string& account,
                            const sync::DossierId& dossier, const std::string& reason) const {
  if (load_access(db, space_, account, dossier).any()) log.revoke(account, dossier, reason);
}

Status SqlRepository::hand_over(const sync::DossierId& dossier, const std::string& from,
                                   const std::string& to, const std::string& reason) {
  if (from == to) return {ErrorCode::invalid_argument, "from and to are the same account"};
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, from));
    INSIEME_TRY(active_user(db, to));
    INSIEME_TRY(check_dossier(db, dossier));
    Permissions permissions(db, space_, roles_, log.now_ms());
    return pass_on(db, space_, roles_, log, permissions, dossier, from, to, reason, "operator");
  });
}

std::vector<DossierInfo> SqlRepository::dossiers() {
  return read([&](sql::Connection& db) {
    std::vector<DossierInfo> dossiers;
    std::map<sync::DossierId, std::size_t> index;
    sql::Statement& rows =
        db.cached("SELECT d.dossier, d.created_by, d.created_ms, d.organization, d.territory,"
                  " (SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM documents o"
                  "   WHERE o.space = d.space AND o.dossier = d.dossier)"
                  " FROM dossiers d WHERE d.space = ? ORDER BY d.created_ms, d.dossier");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      DossierInfo info;
      info.id = get_bytes<sync::DossierId>(rows, 0);
      info.created_by = rows.get_text(1);
      info.created_ms = rows.get_int64(2);
      info.organization = rows.get_text(3);
      info.territory = rows.get_text(4);
      info.changes = u64(rows.get_int64(5));
      index[info.id] = dossiers.size();
      dossiers.push_back(std::move(info));
    }
    sql::Statement& assigned =
        db.cached("SELECT dossier, account, from_position, to_position, sections, kept_to"
                  " FROM assignments WHERE space = ? ORDER BY dossier, from_position");
    const sql::ResetGuard assigned_guard(assigned);
    assigned.bind_all(space_);
    while (assigned.step()) {
      const auto at = index.find(get_bytes<sync::DossierId>(assigned, 0));
      if (at == index.end()) continue;
      DossierInfo::Assignment assignment;
      assignment.account = assigned.get_text(1);
      assignment.from_position = u64(assigned.get_int64(2));
      if (!assigned.is_null(3)) assignment.to_position = u64(assigned.get_int64(3));
      assignment.sections = split_names(assigned.get_text(4));
      if (!assigned.is_null(5)) assignment.kept_to = u64(assigned.get_int64(5));
      dossiers[at->second].assignments.push_back(std::move(assignment));
    }
    return dossiers;
  });
}

std::vector<HeldInfo> SqlRepository::held() {
  return read([&](sql::Connection& db) {
    std::vector<HeldInfo> all;
    sql::Statement& rows =
        db.cached("SELECT dossier, section, replica, seq, account, reason, state, position,"
                  " received_ms FROM held WHERE space = ? ORDER BY position");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      HeldInfo info;
      info.change = {get_document(rows, 0), get_bytes<sync::ReplicaId>(rows, 2),
                     u64(rows.get_int64(3))};
      info.author = rows.get_text(4);
      info.reason = rows.get_text(5);
      info.state = static_cast<HeldState>(rows.get_int64(6));
      info.position = u64(rows.get_int64(7));
      info.received_ms = rows.get_int64(8);
      all.push_back(std::move(info));
    }
    return all;
  });
}

}  // namespace insieme::server
