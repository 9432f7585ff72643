#include "storage/stand_ins.hpp"

#include <algorithm>

#include "storage/space_dossier.hpp"

namespace insieme::server {
namespace {

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> seen_by_assignment(Standing standing) {
  standing.glass.reset();
  return decide(standing).sections;
}

}  // namespace

std::vector<std::string> passing_sections(const Standing& away) {
  if (!away.mandate || away.mandate->kept_to) return {};
  if (away.mandate->basis == "role" || away.mandate->basis == kSpaceBasis) return {};
  return seen_by_assignment(away);
}

std::optional<Standing> standing_in(Standing deputy, const std::vector<std::string>& passing,
                                    const Absence& absence) {
  if (deputy.rules == nullptr || (deputy.mandate && deputy.mandate->kept_to)) return std::nullopt;
  const std::vector<std::string> own = seen_by_assignment(deputy);
  // An assignment that does not hold today gives nothing, and is not in the way.
  Mandate mandate{kAbsenceBasis, own, Term{absence.from, absence.until}};
  if (deputy.mandate && !own.empty()) {
    mandate = *deputy.mandate;
    mandate.sections = own;
  }
  for (const std::string& section : passing) {
    if (among(deputy.rules->sections, section) && !among(own, section)) {
      mandate.sections.push_back(section);
    }
  }
  // Without sections it would give all of the role's.
  if (mandate.sections.empty()) return std::nullopt;
  deputy.mandate = std::move(mandate);
  const std::vector<std::string> sees = seen_by_assignment(deputy);
  const bool takes = std::any_of(passing.begin(), passing.end(),
                                 [&](const std::string& one) { return among(sees, one); });
  if (!takes) return std::nullopt;
  return deputy;
}

Standing standing_away(Standing away, const Absence& absence) {
  away.mandate->basis = kAbsenceBasis;
  away.mandate->term.from = absence.until + 1;
  return away;
}

}  // namespace insieme::server
