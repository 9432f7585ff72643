#pragma once
// Rules that the state of this device breaks, which nobody could have saved: what a merge left.

#include <string>
#include <vector>

#include "commands/context.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::client::commands {

/// A record in which a rule is broken, in words.
struct BrokenRecord {
  sync::RecordId id;
  std::string type;
  sync::DossierId dossier;
  std::string title;
  schema::Problem problem;
};

/// One broken rule, and the records that break it together: two active case managers are one
/// finding.
struct Finding {
  std::string id;  ///< of the rule and its records: the same on every replica that holds them
  const schema::Rule* rule = nullptr;
  std::vector<BrokenRecord> records;  ///< in the order of their ids
};

/// A pure function of the records that are held here, whatever the order in which they came: stored
/// nowhere, gone as soon as the rule holds again. Costs a look at every record of a type that rules
/// are about.
[[nodiscard]] Outcome<std::vector<Finding>> find_broken_rules(Context& context);

[[nodiscard]] json::object finding_json(Context& context, const Finding& finding);

}  // namespace insieme::client::commands
