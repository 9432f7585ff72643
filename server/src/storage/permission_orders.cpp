// What whoever looks after permissions declares: organizations, people, places, denials.
#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/revocations.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

Status check_organization(const std::map<std::string, Organization>& all,
                          const Organization& organization) {
  const auto bad = [](std::string detail) {
    return Status(ErrorCode::invalid_argument, std::move(detail));
  };
  if (!sync::is_valid_section(organization.id)) {
    return bad("\"" + organization.id + "\" is not an organization's name (a-z, 0-9, _)");
  }
  if (organization.name.empty()) return bad("an organization has a name");
  std::string above = organization.parent;
  if (!above.empty() && all.count(above) == 0) {
    return {ErrorCode::not_found, "there is no organization \"" + above + "\""};
  }
  for (std::size_t depth = 0; !above.empty(); ++depth) {
    if (above == organization.id || depth > all.size()) {
      return bad("\"" + organization.parent + "\" lies below \"" + organization.id + "\"");
    }
    const auto at = all.find(above);
    above = at == all.end() ? std::string() : at->second.parent;
  }
  return {};
}

Status known_organization(Permissions& permissions, const std::string& id) {
  if (id.empty() || permissions.organizations().count(id) != 0) return {};
  return {ErrorCode::not_found, "there is no organization \"" + id + "\""};
}

/// Where the person that it stands against is named in the audit. Its reason, which may say much of
/// a family, goes when the dossier is erased.
std::string subject_of(const sync::DossierId& dossier, const std::string& account) {
  return account + " " + sync::to_text(dossier);
}

constexpr const char* kNotKept =
    "motivo non conservato: rimesso da denials.ledger (reason not kept: put back from there)";

bool is_same(const DenialEntry& entry, const DossierDenial& one) {
  return entry.denied && entry.dossier == one.dossier &&
         entry.denial.account == one.denial.account &&
         entry.denial.sections == one.denial.sections && entry.denial.except == one.denial.except;
}

bool stands_in(const std::vector<DossierDenial>& all, const DenialEntry& entry) {
  return std::any_of(all.begin(), all.end(),
                     [&](const DossierDenial& one) { return is_same(entry, one); });
}

}  // namespace

void SqlRepository::settle() {
  settle_glasses();
  const std::string mark = Permissions::mark(roles_digest_, clock_());
  {
    const std::lock_guard lock(settled_mutex_);
    if (settled_ == mark) return;
  }
  const Status done = write([&](sql::Connection& db, LogWriter& log) -> Status {
    {
      sql::Statement& row = db.cached("SELECT settled FROM spaces WHERE space = ?");
      const sql::ResetGuard guard(row);
      row.bind_all(space_);
      if (row.step() && row.get_text(0) == mark) return {};
    }
    Permissions(db, space_, roles_, log.now_ms()).settle_all(log);
    db.cached("UPDATE spaces SET settled = ? WHERE space = ?").bind_all(mark, space_).run();
    return {};
  });
  if (!done.ok()) return;
  const std::lock_guard lock(settled_mutex_);
  settled_ = mark;
}

Status SqlRepository::put_organization(const Organization& organization) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    Permissions permissions(db, space_, roles_, log.now_ms());
    INSIEME_TRY(check_organization(permissions.organizations(), organization));
    permissions.put_organization(organization);
    log.audit("operator", "organization", organization.id);
    permissions.settle_all(log);
    return {};
  });
}

std::vector<Organization> SqlRepository::organizations() {
  return read([&](sql::Connection& db) {
    std::vector<Organization> all;
    Permissions permissions(db, space_, roles_, clock_());
    for (const auto& [id, one] : permissions.organizations()) all.push_back(one);
    return all;
  });
}

Status SqlRepository::set_person(const std::string& account, const PersonChange& change) {
  return change_terms(account, change, kOperator);
}

Status SqlRepository::change_terms(const std::string& account, const PersonChange& change,
                                   const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY_ASSIGN(User user, active_user(db, account));
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (change.organization) {
      INSIEME_TRY(known_organization(permissions, *change.organization));
      user.organization = *change.organization;
    }
    if (change.from) user.contract.from = *change.from;
    if (change.until) user.contract.until = *change.until;
    save_terms(db, user);
    log.audit(by, "user.set", account);
    permissions.settle_person(log, user);
    return {};
  });
}

Status SqlRepository::place(const sync::DossierId& dossier, const std::string& organization,
                            const std::string& territory) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(check_dossier(db, dossier));
    Permissions permissions(db, space_, roles_, log.now_ms());
    INSIEME_TRY(known_organization(permissions, organization));
    permissions.place(dossier, organization, territory);
    log.audit("operator", "place", organization + " " + sync::to_text(dossier));
    permissions.settle_dossier(log, dossier);
    return {};
  });
}

Status SqlRepository::transfer(const sync::DossierId& dossier, const std::string& organization,
                               const std::string& territory, const std::string& reason) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(check_dossier(db, dossier));
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (organization.empty()) {
      return {ErrorCode::invalid_argument, "a dossier is transferred to an organization"};
    }
    INSIEME_TRY(known_organization(permissions, organization));
    std::vector<std::pair<User, Mandate>> saw;
    for (const std::string& account : permissions.accounts_of(dossier)) {
      const auto user = find_user(db, account);
      if (!user) continue;
      // Who is away keeps their period as everybody does.
      const Standing before = permissions.declared(*user, dossier);
      if (!decide(before).sections.empty()) saw.emplace_back(*user, *before.mandate);
    }
    permissions.place(dossier, organization, territory);
    for (auto& [user, mandate] : saw) {
      Standing after = permissions.declared(user, dossier);
      after.mandate->kept_to.reset();
      const Rule rule = decide(after).rule;
      const bool outside = rule == Rule::other_organization || rule == Rule::other_territory;
      // Who had kept an earlier period keeps that one; who is at home again by role, all of it.
      const bool comes_home = !outside && mandate.kept_to && mandate.basis == "role";
      if (comes_home) mandate.kept_to.reset();
      if (outside && !mandate.kept_to) mandate.kept_to = log.position();
      permissions.put_mandate(user.account, dossier, mandate, log.now_ms());
    }
    log.audit("operator", "transfer", organization + " " + sync::to_text(dossier), reason);
    permissions.settle_dossier(log, dossier);
    return {};
  });
}

Status SqlRepository::deny(const sync::DossierId& dossier, const Denial& denial) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(check_dossier(db, dossier));
    if (denial.account != "*") INSIEME_TRY(active_user(db, denial.account));
    for (const std::string& account : denial.except) INSIEME_TRY(active_user(db, account));
    if (denial.account != "*" && !denial.except.empty()) {
      return {ErrorCode::invalid_argument, "exceptions are of a denial to everybody (*)"};
    }
    if (denial.reason.empty()) return {ErrorCode::invalid_argument, "a denial has a reason"};
    for (const std::string& section : denial.sections) {
      if (sync::is_valid_section(section)) continue;
      return {ErrorCode::invalid_argument, "\"" + section + "\" is not a section's name"};
    }
    Denial dated = denial;
    dated.since_ms = log.now_ms();
    if (denial_ledger_) INSIEME_TRY(denial_ledger_->append({dossier, dated, true}));
    Permissions permissions(db, space_, roles_, log.now_ms());
    permissions.put_denial(dossier, dated);
    log.audit(denial.set_by, "deny", subject_of(dossier, denial.account), denial.reason);
    permissions.settle_dossier(log, dossier);
    return {};
  });
}

Status SqlRepository::allow(const sync::DossierId& dossier, const std::string& account,
                            const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (!permissions.end_denial(dossier, account)) {
      return {ErrorCode::not_found, "nothing is denied to \"" + account + "\" there"};
    }
    // Should it not be written below, it stands again at the next start: a denial wins.
    const DenialEntry over{dossier, {account, {}, {}, {}, by, log.now_ms()}, false};
    if (denial_ledger_) INSIEME_TRY(denial_ledger_->append(over));
    log.audit(by, "allow", subject_of(dossier, account));
    permissions.settle_dossier(log, dossier);
    return {};
  });
}

Status SqlRepository::attach_denials(const std::string& path) {
  denial_ledger_.emplace(path);
  INSIEME_TRY_ASSIGN(const std::vector<DenialEntry> entries, denial_ledger_->read());
  const std::vector<DossierDenial> before = denials();
  for (const DenialEntry& entry : entries) {
    if (entry.denied && !stands_in(before, entry)) INSIEME_TRY(put_back(entry));
  }
  for (const DossierDenial& one : denials()) {
    const bool noted = std::any_of(entries.begin(), entries.end(),
                                   [&](const DenialEntry& entry) { return is_same(entry, one); });
    if (!noted) INSIEME_TRY(denial_ledger_->append({one.dossier, one.denial, true}));
  }
  return {};
}

bool SqlRepository::knows(const DenialEntry& entry) {
  return read([&](sql::Connection& db) {
    return has_been_through(db, space_, subject_of(entry.dossier, entry.denial.account),
                            entry.denial.since_ms,
                            [](std::string_view action) { return action == "deny"; });
  });
}

/// Also of a dossier that this copy never had: it may be given back by a tablet. Another process
/// writes the entry before it commits the act: only with its turn over does the database say what
/// holds.
Status SqlRepository::put_back(const DenialEntry& entry) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (Erasures(db, space_).is_whole(entry.dossier)) return {};
    Denial denial = entry.denial;
    denial.reason = kNotKept;
    Permissions permissions(db, space_, roles_, log.now_ms());
    if (stands_in(permissions.denials(), entry)) return {};
    if (knows(entry)) {
      // Taken back or changed since, by a server with a ledger of its own if that is the last word.
      INSIEME_TRY_ASSIGN(const std::vector<DenialEntry> now, denial_ledger_->read());
      const bool is_last = std::any_of(now.begin(), now.end(), [&](const DenialEntry& one) {
        return one.denied && one.dossier == entry.dossier &&
               one.denial.account == denial.account && one.denial.since_ms == denial.since_ms;
      });
      if (!is_last) return {};
      return denial_ledger_->append(
          {entry.dossier, {denial.account, {}, {}, {}, denial.set_by, log.now_ms()}, false});
    }
    permissions.put_denial(entry.dossier, denial);
    log.audit("ledger", "deny", subject_of(entry.dossier, denial.account));
    permissions.settle_dossier(log, entry.dossier);
    return {};
  });
}

std::vector<DossierDenial> SqlRepository::denials() {
  return read([&](sql::Connection& db) {
    return Permissions(db, space_, roles_, clock_()).denials();
  });
}

Result<Standing> SqlRepository::standing(const std::string& account,
                                         const sync::DossierId& dossier) {
  return read([&](sql::Connection& db) -> Result<Standing> {
    INSIEME_TRY_ASSIGN(const User user, active_user(db, account));
    Permissions permissions(db, space_, roles_, clock_());
    Standing standing = permissions.standing(user, dossier);
    if (!standing.erased) INSIEME_TRY(check_dossier(db, dossier));
    return standing;
  });
}

}  // namespace insieme::server
