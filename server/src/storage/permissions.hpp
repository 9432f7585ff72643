#pragma once
// What is declared of people, organizations and dossiers, and what follows from it: the rows of
// `assignments` that all reading and judging goes by.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "insieme/server/absences.hpp"
#include "insieme/server/repository.hpp"
#include "storage/erasures.hpp"
#include "storage/log_writer.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// Within the caller's transaction. What it has read of organizations it remembers.
class Permissions {
 public:
  Permissions(sql::Connection& db, std::int64_t space, const Roles& roles, std::int64_t now_ms)
      : db_(db),
        space_(space),
        roles_(roles),
        today_(day_in_italy(now_ms)),
        now_ms_(now_ms),
        erasures_(db, space) {}

  [[nodiscard]] Standing standing(const User& user, const sync::DossierId& dossier);
  [[nodiscard]] Day today() const noexcept { return today_; }
  /// As if nobody were away.
  [[nodiscard]] Standing declared(const User& user, const sync::DossierId& dossier);
  /// What passes to the deputy if the absence holds: their standing with it; nothing: it stays.
  [[nodiscard]] std::optional<Standing> passes(const Standing& away, const Absence& absence,
                                               const sync::DossierId& dossier);

  // ---- declarations ----
  [[nodiscard]] std::optional<Mandate> mandate(const std::string& account,
                                               const sync::DossierId& dossier);
  void put_mandate(const std::string& account, const sync::DossierId& dossier,
                   const Mandate& mandate, std::int64_t now_ms);
  /// False: there was none.
  bool end_mandate(const std::string& account, const sync::DossierId& dossier);
  [[nodiscard]] const std::map<std::string, Organization>& organizations();
  void put_organization(const Organization& organization);
  void place(const sync::DossierId& dossier, std::string_view organization,
             std::string_view territory);
  [[nodiscard]] std::vector<std::string> accounts_of(const sync::DossierId& dossier);
  void put_denial(const sync::DossierId& dossier, const Denial& denial);
  /// False: there was none.
  bool end_denial(const sync::DossierId& dossier, const std::string& account);
  [[nodiscard]] std::vector<DossierDenial> denials();

  // ---- what follows ----
  /// Brings one person's assignment of one dossier in line, with entries of the log. `reason` is
  /// told to the person when they lose it; empty: the rule's own words.
  void settle(LogWriter& log, const User& user, const sync::DossierId& dossier,
              std::string_view reason = {});
  /// Those who stand in for the account today, and whom it stands in for.
  void settle_partners(LogWriter& log, const std::string& account, const sync::DossierId& dossier);
  void settle_all(LogWriter& log);
  /// The space's own dossier is everybody's from when somebody administers: made, and given to
  /// whoever has it not yet.
  void keep_space_dossier(LogWriter& log);
  /// Whether it is kept by them is told with the grant: to be told anew.
  void tell_keeper(LogWriter& log, const User& user);
  void settle_dossier(LogWriter& log, const sync::DossierId& dossier);
  void settle_person(LogWriter& log, const User& user);
  /// For which day and roles (their digest) `settle_all` is true.
  [[nodiscard]] static std::string mark(const std::string& roles, std::int64_t now_ms);

 private:
  using Pair = std::pair<std::string, sync::DossierId>;
  [[nodiscard]] const std::vector<Absence>& absences_today();
  void settle_one(LogWriter& log, const User& user, const sync::DossierId& dossier,
                  std::string_view reason);
  [[nodiscard]] std::string told_of(const Standing& standing, Rule rule,
                                    const sync::DossierId& dossier);
  [[nodiscard]] bool stood_in(const std::string& account, const sync::DossierId& dossier);
  [[nodiscard]] std::optional<GlassTerm> glass_of(const std::string& account,
                                                  const sync::DossierId& dossier);
  [[nodiscard]] std::vector<Denial> denials_of(const sync::DossierId& dossier);
  void settle_pairs(LogWriter& log, const std::vector<Pair>& pairs);
  void keep_to(const std::string& account, const sync::DossierId& dossier, std::uint64_t position);

  sql::Connection& db_;
  std::int64_t space_;
  const Roles& roles_;
  Day today_;
  std::int64_t now_ms_;
  Erasures erasures_;
  std::optional<std::map<std::string, Organization>> organizations_;
  std::optional<std::vector<Absence>> absences_today_;
};

/// Rows of `absences`, the newest first.
[[nodiscard]] std::vector<Absence> load_absences(sql::Connection& db, std::int64_t space);

/// The columns of `users`, as `get_user` reads them.
#define INSIEME_USER_COLUMNS                                                          \
  "SELECT account, display_name, role, disabled, created_ms, organization, from_day," \
  " until_day FROM users "
[[nodiscard]] User get_user(const sql::Statement& row);
[[nodiscard]] std::optional<User> load_user(sql::Connection& db, std::int64_t space,
                                            const std::string& account);

/// Account and name stand in lists and in the audit, where the operator, the server and machines
/// have names of their own. `invalid_argument`.
[[nodiscard]] Status check_names(const User& user);
/// By role, all that were not given by name; to be settled.
void give_all_dossiers(sql::Connection& db, std::int64_t space, Permissions& permissions,
                       LogWriter& log, const std::string& account);

}  // namespace insieme::server
