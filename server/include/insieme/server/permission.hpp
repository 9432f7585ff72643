#pragma once
// Who may see and write which section of a dossier, and by which rule. Pure: a decision is a
// function of what is declared and of the civil day. The rules stand in one table
// (src/permission.cpp), in order: the first that speaks of a section decides, so that a denial
// beats whatever allows.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/server/roles.hpp"

namespace insieme::server {

/// Days since 1 January 1970.
using Day = std::int32_t;

/// `2026-11-30` or `30/11/2026`; `invalid_argument`.
[[nodiscard]] Result<Day> parse_day(std::string_view text);
/// `2026-11-30`.
[[nodiscard]] std::string show_day(Day day);
/// The civil day in Italy: UTC+1, +2 from the last Sunday of March to that of October, 01:00 UTC
/// (Directive 2000/84/EC).
[[nodiscard]] Day day_in_italy(std::int64_t unix_ms);

/// From one day to another, both included; an end that is missing is open.
struct Term {
  std::optional<Day> from;
  std::optional<Day> until;
  [[nodiscard]] bool has_begun(Day day) const noexcept { return !from || day >= *from; }
  [[nodiscard]] bool has_ended(Day day) const noexcept { return until && day > *until; }
};

/// A body: a commune, an Ambito, a cooperative under contract.
struct Organization {
  std::string id;
  std::string name;
  std::string parent;                     ///< empty: none
  std::vector<std::string> territories{};  ///< empty: those of its parent
  Term contract{};
};

/// That somebody is assigned a dossier.
struct Mandate {
  std::string basis;                    ///< opened, assigned, role, hand-over
  std::vector<std::string> sections{};  ///< empty: those of the role
  Term term{};
  bool team = false;  ///< of the multidisciplinary team: organization and territory do not matter
  /// The dossier was transferred to another body: it is read up to there in the log, not written.
  std::optional<std::uint64_t> kept_to{};
};

/// What beats every allowance.
struct Denial {
  std::string account;                  ///< `*`: everybody but `except`
  std::vector<std::string> sections{};  ///< empty: all
  std::vector<std::string> except{};
  std::string reason{};  ///< for whoever looks after permissions, never told to devices
  std::string set_by{};
  std::int64_t since_ms = 0;
};

/// That a person opened the dossier with a reason, and its time is not over.
struct GlassTerm {
  std::int64_t until_ms = 0;
};

/// All that a decision about one person and one dossier looks at.
struct Standing {
  Day today = 0;
  std::string account;
  std::string role;
  const RoleRules* rules = nullptr;  ///< none: the role is not configured
  Term contract{};
  std::vector<Organization> organizations{};  ///< the person's own, then those above it
  /// The dossier's own, then those above it. Empty: it has no place yet, and is everybody's.
  std::vector<std::string> dossier_organizations{};
  std::string territory{};  ///< of the dossier; empty: none
  bool erased = false;
  std::optional<Mandate> mandate{};
  std::optional<GlassTerm> glass{};
  std::vector<Denial> denials{};  ///< of the dossier
};

enum class May : std::uint8_t { nothing, reads, writes };

/// In the order in which they are asked.
enum class Rule : std::uint8_t {
  erased,
  denied,
  reserved_to_others,
  contract_not_begun,
  contract_ended,
  organization_not_begun,
  organization_ended,
  glass,
  not_assigned,
  assignment_not_begun,
  assignment_ended,
  other_organization,
  other_territory,
  not_of_role,
  by_name_only,
  not_of_assignment,
  own_period,
  role_reads_only,
  granted,
};

struct RuleWords {
  std::string_view code;  ///< for programs, fixed for ever
  std::string_view en;
  std::string_view it;
};
[[nodiscard]] const RuleWords& words_of(Rule rule);
/// All of them, in their order.
[[nodiscard]] std::vector<Rule> all_rules();

struct SectionDecision {
  std::string section;
  May may = May::nothing;
  Rule rule = Rule::not_assigned;
};
[[nodiscard]] SectionDecision decide(const Standing& standing, std::string_view section);

/// Of all sections at once.
struct Decision {
  std::vector<std::string> sections{};  ///< that may be seen, in the order of assignment or role
  std::optional<std::uint64_t> kept_to{};
  Rule rule = Rule::not_assigned;  ///< of the first section, where none may be seen
};
[[nodiscard]] Decision decide(const Standing& standing);

}  // namespace insieme::server
