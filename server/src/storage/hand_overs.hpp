#pragma once
// Hand-overs that people agreed on: records of the type `hand_over` in the section `core`. Made
// offline they are proposals; whose answer comes first in the log counts, and it is here that the
// assignment passes from one person to the other.

#include <string>
#include <vector>

#include "insieme/server/repository.hpp"
#include "storage/permissions.hpp"

namespace insieme::server {

/// Passes a dossier on, within the caller's transaction: `from` loses it and is told `reason`, `to`
/// sees what it saw and its role may see. `actor`: for the audit. Errors: `not_found` (it is not
/// assigned to `from`, or no such person), `not_allowed` (`to` may see none of it),
/// `invalid_argument`, `conflict` (erased). Whoever gets one must not commit.
[[nodiscard]] Status pass_on(sql::Connection& db, std::int64_t space, const Roles& roles,
                             LogWriter& log, Permissions& permissions,
                             const sync::DossierId& dossier, const std::string& from,
                             const std::string& to, const std::string& reason,
                             const std::string& actor);

/// Within a turn's transaction, once its changes have their positions.
class HandOvers {
 public:
  HandOvers(sql::Connection& db, std::int64_t space, const Roles& roles)
      : db_(db), space_(space), roles_(roles) {}
  /// Carries out what these changes of `caller` agree to. What cannot be done (somebody answered
  /// before, it is not theirs to answer, the dossier went another way meanwhile) is noted in the
  /// audit, and the record stays as people wrote it.
  void carry_out(LogWriter& log, Permissions& permissions, const Caller& caller,
                 const std::vector<sync::NewChange>& changes);

 private:
  struct Story;
  [[nodiscard]] Story story_of(const sync::DocumentId& document, const sync::RecordId& record);
  [[nodiscard]] bool may_review(const std::string& account);
  sql::Connection& db_;
  std::int64_t space_;
  const Roles& roles_;
};

}  // namespace insieme::server
