#include "insieme/server/permission.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "storage/space_dossier.hpp"

namespace insieme::server {
namespace {

namespace chrono = std::chrono;

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool concerns(const Denial& denial, std::string_view section) {
  return denial.sections.empty() || has(denial.sections, section);
}

bool any_denial(const Standing& s, std::string_view section, bool of_everybody) {
  return std::any_of(s.denials.begin(), s.denials.end(), [&](const Denial& denial) {
    const bool everybody = denial.account == "*";
    if (everybody != of_everybody || !concerns(denial, section)) return false;
    return everybody ? !has(denial.except, s.account) : denial.account == s.account;
  });
}

template <class Test>
bool any_organization(const Standing& s, Test test) {
  return std::any_of(s.organizations.begin(), s.organizations.end(), test);
}

/// Organization and territory: those of the team and those who keep their period are beyond them.
bool is_bound_to_place(const Standing& s) {
  return !s.organizations.empty() && !s.mandate->team && !s.mandate->kept_to;
}

bool outside_organization(const Standing& s) {
  return is_bound_to_place(s) && !s.dossier_organizations.empty() &&
         !has(s.dossier_organizations, s.organizations.front().id);
}

bool outside_territory(const Standing& s) {
  if (!is_bound_to_place(s) || s.territory.empty()) return false;
  const auto nearest =
      std::find_if(s.organizations.begin(), s.organizations.end(),
                   [](const Organization& one) { return !one.territories.empty(); });
  return nearest != s.organizations.end() && !has(nearest->territories, s.territory);
}

bool may_be_given(const Standing& s, std::string_view section) {
  return s.rules != nullptr && s.rules->may_be_given(section);
}

/// What the role is given with a dossier, and no section that has to be named.
bool opened_by_glass(const Standing& s, std::string_view section) {
  return s.glass && s.rules != nullptr && s.rules->glass_hours != 0 && s.rules->may_write &&
         has(s.rules->sections, section);
}

/// Asked where there is an assignment that holds.
bool is_of_space(const Standing& s, std::string_view section) {
  return s.mandate->basis == kSpaceBasis && section == sync::kSpaceSection;
}

struct Line {
  Rule rule;
  May may;
  bool (*speaks)(const Standing&, std::string_view section);
  RuleWords words;
};

using S = const Standing&;
using Section = std::string_view;

// The table. Lines after `not_assigned` may rely on a mandate.
constexpr std::array<Line, 19> kLines{{
    {Rule::erased, May::nothing, [](S s, Section) { return s.erased; },
     {"erased", "the dossier was erased by order", "il fascicolo è stato cancellato per ordine"}},
    {Rule::denied, May::nothing, [](S s, Section name) { return any_denial(s, name, false); },
     {"denied", "denied to this person", "negato a questa persona"}},
    {Rule::reserved_to_others, May::nothing,
     [](S s, Section name) { return any_denial(s, name, true); },
     {"reserved", "reserved to the persons named", "riservato alle persone nominate"}},
    {Rule::contract_not_begun, May::nothing,
     [](S s, Section) { return !s.contract.has_begun(s.today); },
     {"contract-not-begun", "the person's contract has not begun",
      "il contratto della persona non è iniziato"}},
    {Rule::contract_ended, May::nothing,
     [](S s, Section) { return s.contract.has_ended(s.today); },
     {"contract-ended", "the person's contract has ended",
      "il contratto della persona è finito"}},
    {Rule::organization_not_begun, May::nothing,
     [](S s, Section) {
       return any_organization(s, [&s](const Organization& one) {
         return !one.contract.has_begun(s.today);
       });
     },
     {"organization-not-begun", "the organization's contract has not begun",
      "l'affidamento dell'ente non è iniziato"}},
    {Rule::organization_ended, May::nothing,
     [](S s, Section) {
       return any_organization(s, [&s](const Organization& one) {
         return one.contract.has_ended(s.today);
       });
     },
     {"organization-ended", "the organization's contract has ended",
      "l'affidamento dell'ente è finito"}},
    {Rule::glass, May::writes, [](S s, Section name) { return opened_by_glass(s, name); },
     {"glass", "opened by the person with a reason, for a while",
      "aperto dalla persona con un motivo, per un certo tempo"}},
    {Rule::not_assigned, May::nothing, [](S s, Section) { return !s.mandate; },
     {"not-assigned", "the dossier is not assigned to this person",
      "il fascicolo non è assegnato a questa persona"}},
    {Rule::assignment_not_begun, May::nothing,
     [](S s, Section) { return !s.mandate->term.has_begun(s.today); },
     {"assignment-not-begun", "the assignment has not begun", "l'assegnazione non è iniziata"}},
    {Rule::assignment_ended, May::nothing,
     [](S s, Section) { return s.mandate->term.has_ended(s.today); },
     {"assignment-ended", "the assignment has ended", "l'assegnazione è finita"}},
    {Rule::other_organization, May::nothing, [](S s, Section) { return outside_organization(s); },
     {"other-organization", "the dossier is another organization's",
      "il fascicolo è di un altro ente"}},
    {Rule::other_territory, May::nothing, [](S s, Section) { return outside_territory(s); },
     {"other-territory", "the dossier is of another territory",
      "il fascicolo è di un altro territorio"}},
    {Rule::not_of_role, May::nothing,
     [](S s, Section name) { return !may_be_given(s, name); },
     {"not-of-role", "the role is never given this section",
      "il ruolo non riceve mai questa sezione"}},
    {Rule::by_name_only, May::nothing,
     [](S s, Section name) { return s.mandate->sections.empty() && !has(s.rules->sections, name); },
     {"by-name-only", "given only where an assignment names it",
      "si riceve solo se l'assegnazione la nomina"}},
    {Rule::not_of_assignment, May::nothing,
     [](S s, Section name) {
       return !s.mandate->sections.empty() && !has(s.mandate->sections, name);
     },
     {"not-of-assignment", "the assignment does not name this section",
      "l'assegnazione non nomina questa sezione"}},
    {Rule::own_period, May::reads, [](S s, Section) { return s.mandate->kept_to.has_value(); },
     {"own-period", "transferred to another body: reads what there was until then",
      "trasferito a un altro ente: legge ciò che c'era fino ad allora"}},
    {Rule::role_reads_only, May::reads, [](S s, Section) { return !s.rules->may_write; },
     {"role-reads-only", "the role only reads", "il ruolo può solo leggere"}},
    {Rule::granted, May::writes, [](S, Section) { return true; },
     {"granted", "role and assignment give it", "la danno il ruolo e l'assegnazione"}},
}};

/// Of a month's last Sunday, 01:00 UTC, in milliseconds.
std::int64_t last_sunday_ms(chrono::year year, chrono::month month) {
  constexpr std::int64_t kHourMs = 3'600'000;
  const chrono::sys_days day = year / month / chrono::Sunday[chrono::last];
  return day.time_since_epoch().count() * 24 * kHourMs + kHourMs;
}

bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + digits, number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + digits) return false;
  text.remove_prefix(digits);
  return true;
}

bool take_mark(std::string_view& text, char mark) {
  if (text.empty() || text.front() != mark) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Result<Day> parse_day(std::string_view text) {
  int y = 0;
  int m = 0;
  int d = 0;
  std::string_view iso = text;
  std::string_view local = text;
  const bool is_iso = take_number(iso, 4, y) && take_mark(iso, '-') && take_number(iso, 2, m) &&
                      take_mark(iso, '-') && take_number(iso, 2, d) && iso.empty();
  const bool is_local = !is_iso && take_number(local, 2, d) && take_mark(local, '/') &&
                        take_number(local, 2, m) && take_mark(local, '/') &&
                        take_number(local, 4, y) && local.empty();
  const chrono::year_month_day date{chrono::year(y), chrono::month(static_cast<unsigned>(m)),
                                    chrono::day(static_cast<unsigned>(d))};
  if ((!is_iso && !is_local) || m < 1 || d < 1 || !date.ok()) {
    return Error{ErrorCode::invalid_argument,
                 "\"" + std::string(text) + "\" is not a day such as 2026-11-30 or 30/11/2026"};
  }
  return static_cast<Day>(chrono::sys_days(date).time_since_epoch().count());
}

std::string show_day(Day day) {
  const chrono::year_month_day date{chrono::sys_days(chrono::days(day))};
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", int{date.year()},
                                 unsigned{date.month()}, unsigned{date.day()});
  return {text.data(), static_cast<std::size_t>(size)};
}

Day day_in_italy(std::int64_t unix_ms) {
  constexpr std::int64_t kHourMs = 3'600'000;
  constexpr std::int64_t kDayMs = 24 * kHourMs;
  // Beyond the year 9999 either way nobody's clock means what it says.
  unix_ms = std::clamp<std::int64_t>(unix_ms, -62'135'596'800'000, 253'402'300'799'000);
  const auto floor_day = [](std::int64_t ms) {
    return static_cast<Day>(ms >= 0 ? ms / kDayMs : (ms - kDayMs + 1) / kDayMs);
  };
  const chrono::year_month_day utc{chrono::sys_days(chrono::days(floor_day(unix_ms)))};
  const bool summer = unix_ms >= last_sunday_ms(utc.year(), chrono::March) &&
                      unix_ms < last_sunday_ms(utc.year(), chrono::October);
  return floor_day(unix_ms + (summer ? 2 : 1) * kHourMs);
}

const RuleWords& words_of(Rule rule) { return kLines.at(static_cast<std::size_t>(rule)).words; }

std::vector<Rule> all_rules() {
  std::vector<Rule> rules;
  for (const Line& line : kLines) rules.push_back(line.rule);
  return rules;
}

SectionDecision decide(const Standing& standing, std::string_view section) {
  for (const Line& line : kLines) {
    // Of a role's sections and of places the space's own knows nothing: these ask no further.
    if (line.rule == Rule::other_organization && is_of_space(standing, section)) {
      return keeps_lists(standing.rules)
                 ? SectionDecision{std::string(section), May::writes, Rule::granted}
                 : SectionDecision{std::string(section), May::reads, Rule::role_reads_only};
    }
    if (line.speaks(standing, section)) return {std::string(section), line.may, line.rule};
  }
  return {std::string(section), May::nothing, Rule::not_assigned};
}

Decision decide(const Standing& standing) {
  Decision decision;
  std::vector<std::string> asked;
  if (standing.mandate) asked = standing.mandate->sections;
  if (asked.empty() && standing.rules != nullptr) asked = standing.rules->sections;
  if (standing.glass && standing.rules != nullptr) {
    for (const std::string& section : standing.rules->sections) {
      if (!has(asked, section)) asked.push_back(section);
    }
  }
  bool first = true;
  for (const std::string& section : asked) {
    const SectionDecision one = decide(standing, section);
    if (first) decision.rule = one.rule;
    first = false;
    if (one.may != May::nothing) decision.sections.push_back(section);
  }
  if (!decision.sections.empty()) {
    decision.rule = Rule::granted;
    if (standing.mandate && !standing.glass) decision.kept_to = standing.mandate->kept_to;
  }
  return decision;
}

}  // namespace insieme::server
