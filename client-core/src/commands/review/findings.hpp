#pragma once
// What nobody could have saved alone, or what spans records: rules that a merge left broken, and
// records that may be one thing written twice. Found where the records are, stored nowhere, gone as
// soon as they are mended; what people decide about one is a record (docs/adr/0019).

#include <optional>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "insieme/schema/alike.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::client::commands {

/// A record that a finding is about, in words.
struct FoundRecord {
  sync::RecordId id;
  std::string type;
  sync::DossierId dossier;
  std::string title;
  schema::Problem problem;
};

/// What people decided about a finding.
struct FindingDecision {
  std::string state;                  ///< code of `finding_states`
  std::string words;                  ///< what was decided and why
  std::vector<std::string> evidence;  ///< what there was to see then
};

/// One broken rule and the records that break it together (two active case managers are one
/// finding), or two records that are alike.
struct Finding {
  std::string key;  ///< 64 hexadecimal digits, of its name and its records: the same on every
                    ///< replica that holds them
  const schema::Rule* rule = nullptr;  ///< one of these two
  const schema::Alike* alike = nullptr;
  std::vector<FoundRecord> records;   ///< in the order of their ids
  std::vector<std::string> evidence;  ///< of what is alike: why, in words of the API
  std::optional<FindingDecision> decision;

  /// By which people call it.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] const std::string& name() const {
    return rule != nullptr ? rule->name : alike->name;
  }
  /// Code of `finding_kinds`.
  [[nodiscard]] std::string kind() const { return rule != nullptr ? "regola" : alike->kind; }
  /// Nobody dismissed it, or there is more to see now than when it was dismissed.
  [[nodiscard]] bool is_open() const;
};

/// A pure function of the records that are held here, whatever the order in which they came. Costs
/// a look at every record of a type that rules or entries of `alike` are about.
[[nodiscard]] Outcome<std::vector<Finding>> find_all(Context& context);

[[nodiscard]] json::object finding_json(Context& context, const Finding& finding);

}  // namespace insieme::client::commands
