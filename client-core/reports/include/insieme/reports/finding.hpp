#pragma once
// What nobody could have saved alone, or what spans records: rules that a merge left broken, and
// records that may be one thing written twice. Found where the records are, stored nowhere, gone as
// soon as they are mended; what people decide about one is a record (docs/adr/0019). A pure
// function of the records, whatever their order: tablet and server find the same in the same
// records (docs/adr/0028). No clock, no I/O, no throw.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/reports/alike.hpp"
#include "insieme/schema/alike.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::reports {

/// A record that a finding is about.
struct FoundRecord {
  sync::RecordId id;
  std::string type;
  sync::DossierId dossier;
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
  std::set<sync::RecordId> seen;      ///< of a rule: what it looked at besides
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

/// What has to be read before anything can be found.
struct NeededForFindings {
  std::set<std::string> types;
  std::set<std::string> ruled;  ///< of these, types that need all of their fields
  /// Of the others: the fields that are compared, by type.
  std::map<std::string, std::vector<std::string>> fields;
};
[[nodiscard]] NeededForFindings needed_for_findings(const schema::Bundle& bundle);

/// Costs a look at every record of the types that rules or entries of `alike` are about, and at
/// its neighbours in an index. `records` holds the types of `needed_for_findings`. In the order of
/// their keys, each with the decision that stands.
[[nodiscard]] std::vector<Finding> find_all(const schema::Bundle& bundle, Records& records,
                                            const std::set<IdentityEdge>& edges);

/// Fields that an entry compares; names of the entry's types.
[[nodiscard]] std::vector<std::string> fields_of(const schema::Alike& alike);

/// The finding's kind, and one word of its evidence, as people read them.
[[nodiscard]] std::string kind_text(const schema::Bundle& bundle, const Finding& finding,
                                    schema::Language language);
[[nodiscard]] std::string evidence_text(std::string_view word, schema::Language language);

/// Which finding this is: of its name and the ids of its records, in their order.
[[nodiscard]] std::string finding_key(std::string_view name,
                                      const std::vector<sync::RecordId>& records);

}  // namespace insieme::reports
