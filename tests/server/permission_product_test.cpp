// Every role × place × assignment × day × denial × emergency × transfer: what the decision says,
// against a plain reading of what is declared. permission_matrix_test asks a server with tablets,
// and changes one of them at a time; here is the product.
#include <algorithm>
#include <optional>

#include "insieme/server/permission.hpp"
#include "role_meanings.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::Denial;
using server::May;
using server::Organization;
using server::Standing;
using server::Term;

namespace {

constexpr server::Day kToday = 20'000;

enum class Contract { open, ended, last_day, tomorrow };
/// Of the person, in the tree region > ambito > coop > team (works in x), beside it other.
enum class Place { anywhere, region, ambito, team, team_of_lapsed_region, other };
enum class Given { never, by_role, by_name, to_team };
enum class When { always, ended, last_day, first_day, tomorrow };
/// Of the dossier: nobody's, of the ambito, of the team below it in x or in y, of another body.
enum class Where { nowhere, ambito, team_x, team_y, other };
enum class Against { nothing, person, health_of_person, all_but_others, core_of_all_but_this };
enum class Beside { nothing, glass, kept };

template <class E>
std::vector<E> all_until(E last) {
  std::vector<E> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) all.push_back(static_cast<E>(i));
  return all;
}

struct Cell {
  std::string role;
  Contract contract = Contract::open;
  Place place = Place::anywhere;
  Given given = Given::never;
  When when = When::always;
  Where where = Where::nowhere;
  Against against = Against::nothing;
  Beside beside = Beside::nothing;
};

// ---- the oracle ---------------------------------------------------------------------------------

/// Roles that open what is not assigned.
bool may_break_glass(const std::string& role) {
  static const std::set<std::string> kRoles{"educator", "social_worker", "case_manager",
                                            "psychologist", "coordinator"};
  return kRoles.count(role) != 0;
}

bool is_denied(const Cell& cell, const std::string& section) {
  switch (cell.against) {
    case Against::nothing:
    case Against::core_of_all_but_this: return false;
    case Against::person:
    case Against::all_but_others: return true;
    case Against::health_of_person: return section == "health";
  }
  return true;
}

bool is_home(const Cell& cell) {
  if (cell.where == Where::nowhere) return true;
  switch (cell.place) {
    case Place::anywhere: return true;
    case Place::other: return cell.where == Where::other;
    // Bodies above another have what it has; above the team none names territories.
    case Place::region:
    case Place::ambito: return cell.where != Where::other;
    case Place::team:
    case Place::team_of_lapsed_region: return cell.where == Where::team_x;
  }
  return false;
}

May expected(const Cell& cell, const std::string& section) {
  const RoleMeaning& role = meanings().at(cell.role);
  if (is_denied(cell, section)) return May::nothing;
  if (cell.contract == Contract::ended || cell.contract == Contract::tomorrow) return May::nothing;
  if (cell.place == Place::team_of_lapsed_region) return May::nothing;
  const bool standing = role.standing.count(section) != 0;
  if (cell.beside == Beside::glass && standing && may_break_glass(cell.role)) return May::writes;
  if (cell.given == Given::never) return May::nothing;
  if (cell.when == When::ended || cell.when == When::tomorrow) return May::nothing;
  const bool kept = cell.beside == Beside::kept;
  // Beyond the place is who is of the team, and who keeps what there was before it went elsewhere.
  if (cell.given != Given::to_team && !kept && !is_home(cell)) return May::nothing;
  const bool theirs = cell.given == Given::by_name ? named_to(role).count(section) != 0 : standing;
  if (!theirs) return May::nothing;
  return role.writes && !kept ? May::writes : May::reads;
}

// ---- the same, declared -------------------------------------------------------------------------

std::vector<Organization> path_of(Place place) {
  const Term over{{}, kToday - 1};
  const Organization region{"region", "R", ""};
  const Organization ambito{"ambito", "A", "region"};
  const Organization coop{"coop", "C", "ambito"};
  const Organization team{"team", "T", "coop", {"x"}};
  switch (place) {
    case Place::anywhere: return {};
    case Place::region: return {region};
    case Place::ambito: return {ambito, region};
    case Place::team: return {team, coop, ambito, region};
    case Place::team_of_lapsed_region:
      return {team, coop, ambito, {"region", "R", "", {}, over}};
    case Place::other: return {{"other", "O", ""}};
  }
  return {};
}

Term term_of(When when) {
  switch (when) {
    case When::always: return {};
    case When::ended: return {{}, kToday - 1};
    case When::last_day: return {{}, kToday};
    case When::first_day: return {kToday, {}};
    case When::tomorrow: return {kToday + 1, {}};
  }
  return {};
}

Term term_of(Contract contract) {
  switch (contract) {
    case Contract::open: return {};
    case Contract::ended: return {{}, kToday - 1};
    case Contract::last_day: return {{}, kToday};
    case Contract::tomorrow: return {kToday + 1, {}};
  }
  return {};
}

void place_dossier(Standing& standing, Where where) {
  switch (where) {
    case Where::nowhere: return;
    case Where::ambito: standing.dossier_organizations = {"ambito", "region"}; break;
    case Where::team_x:
    case Where::team_y:
      standing.dossier_organizations = {"team", "coop", "ambito", "region"};
      break;
    case Where::other: standing.dossier_organizations = {"other"}; break;
  }
  standing.territory = where == Where::team_y ? "y" : where == Where::team_x ? "x" : "";
}

std::vector<Denial> denials_of(Against against) {
  // Of somebody else: it never speaks of this person.
  std::vector<Denial> all{{"somebody", {}, {}, "r", "x"}};
  switch (against) {
    case Against::nothing: break;
    case Against::person: all.push_back({"p", {}, {}, "r", "x"}); break;
    case Against::health_of_person: all.push_back({"p", {"health"}, {}, "r", "x"}); break;
    case Against::all_but_others: all.push_back({"*", {}, {"somebody"}, "r", "x"}); break;
    case Against::core_of_all_but_this: all.push_back({"*", {"core"}, {"p"}, "r", "x"}); break;
  }
  return all;
}

Standing declared(const server::Roles& roles, const Cell& cell) {
  Standing standing;
  standing.today = kToday;
  standing.account = "p";
  standing.role = cell.role;
  standing.rules = roles.find(cell.role);
  standing.contract = term_of(cell.contract);
  standing.organizations = path_of(cell.place);
  place_dossier(standing, cell.where);
  standing.denials = denials_of(cell.against);
  if (cell.beside == Beside::glass) standing.glass = server::GlassTerm{1};
  if (cell.given == Given::never) return standing;
  server::Mandate mandate{"assigned"};
  if (cell.given == Given::by_name) {
    const auto named = named_to(meanings().at(cell.role));
    mandate.sections.assign(named.begin(), named.end());
  }
  mandate.term = term_of(cell.when);
  mandate.team = cell.given == Given::to_team;
  if (cell.beside == Beside::kept) mandate.kept_to = 7;
  standing.mandate = mandate;
  return standing;
}

struct Sum {
  std::size_t cells = 0;
  std::size_t given = 0;
  std::size_t wrong = 0;
};

void check(const server::Roles& roles, const Cell& cell, Sum& sum) {
  const Standing standing = declared(roles, cell);
  std::set<std::string> seen;
  for (const std::string& section : kSections) {
    const May wanted = expected(cell, section);
    const May told = server::decide(standing, section).may;
    ++sum.cells;
    if (wanted != May::nothing) seen.insert(section);
    if (told == wanted || ++sum.wrong > 20) continue;
    CAPTURE(cell.role, static_cast<int>(cell.contract), static_cast<int>(cell.place),
            static_cast<int>(cell.given), static_cast<int>(cell.when),
            static_cast<int>(cell.where), static_cast<int>(cell.against),
            static_cast<int>(cell.beside), section);
    CHECK(static_cast<int>(told) == static_cast<int>(wanted));
  }
  sum.given += seen.size();
  // All at once says the same as one by one: a tablet is sent what this names.
  const server::Decision all = server::decide(standing);
  if (std::set<std::string>(all.sections.begin(), all.sections.end()) == seen) return;
  if (++sum.wrong > 20) return;
  CAPTURE(cell.role, static_cast<int>(cell.given), static_cast<int>(cell.beside),
          static_cast<int>(cell.where), all.sections, seen);
  CHECK(all.sections.size() == seen.size());
}

}  // namespace

TEST_CASE("permission: the decision is what is declared, in the product of all dimensions",
          "[server][permission][S039][S045][S048][S049][P7]") {
  const server::Roles roles = server::Roles::defaults();
  Sum sum;
  Cell cell;
  for (const auto& [role, meaning] : meanings()) {
    cell.role = role;
    for (const Contract contract : all_until(Contract::tomorrow)) {
      cell.contract = contract;
      for (const Place place : all_until(Place::other)) {
        cell.place = place;
        for (const Given given : all_until(Given::to_team)) {
          cell.given = given;
          for (const When when : all_until(When::tomorrow)) {
            cell.when = when;
            for (const Where where : all_until(Where::other)) {
              cell.where = where;
              for (const Against against : all_until(Against::core_of_all_but_this)) {
                cell.against = against;
                for (const Beside beside : all_until(Beside::kept)) {
                  cell.beside = beside;
                  check(roles, cell, sum);
                }
              }
            }
          }
        }
      }
    }
  }
  CAPTURE(sum.cells, sum.given);
  CHECK(sum.wrong == 0);
  CHECK(sum.cells == meanings().size() * 4 * 6 * 4 * 5 * 5 * 5 * 3 * kSections.size());
  CHECK(sum.given > sum.cells / 50);
  CHECK(sum.given < sum.cells / 2);
}
