#pragma once
// What the retention rules of the space say is due: computed, proposed, never carried out. A term
// runs from the day on which the last case of a dossier was closed; a record type without a rule,
// or with a rule that gives no term, is never due: no term is guessed. Pure, as all of reports.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "insieme/reports/records.hpp"

namespace insieme::reports {

/// Records of one type in one closed dossier.
struct RetentionLine {
  sync::DossierId dossier;
  sync::Date closed_on;
  std::string type;
  std::int64_t months = 0;
  sync::Date due_on;
  std::string legal_basis;
  bool legal_hold = false;  ///< erasure is suspended, whatever is due
  std::vector<sync::RecordId> records;
};

struct Retention {
  std::vector<RetentionLine> due;      ///< by due_on, dossier, type
  std::vector<RetentionLine> on_hold;  ///< due but for a legal hold
  std::vector<RetentionLine> later;    ///< the term runs
  std::set<std::string> without_term;  ///< types in closed dossiers of which nothing is laid down
};

/// The types that `retention` has to be given, besides those of the rules themselves.
[[nodiscard]] std::set<std::string> retention_types();

/// `records` holds retention_types() and the types that are to be looked at; `on` is the day.
[[nodiscard]] Retention retention(const schema::Bundle& bundle, const Records& records,
                                  sync::Date on);

}  // namespace insieme::reports
