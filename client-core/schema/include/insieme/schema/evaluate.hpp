#pragma once
// Expressions of the bundle put to records, and which records they look at. Pure, bounded, no
// exceptions.

#include <set>
#include <string>
#include <vector>

#include "insieme/schema/report.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::schema {

/// What an expression gives for a record: one value, the elements of a set, or nothing (unknown).
/// `limit_exceeded` if it takes too many steps. `parameters` in the order of the report's.
[[nodiscard]] Result<std::vector<sync::Value>> evaluate(const Bundle& bundle,
                                                        const Expression& expression,
                                                        const RuleRecord& record,
                                                        RecordSource& others,
                                                        const std::vector<sync::Value>& parameters);

/// Adds the record types that an expression looks at, besides the one it is about.
void add_types_of(const Expression& expression, std::set<std::string>& types);
/// Every record type that a report, or a rule, looks at.
[[nodiscard]] std::set<std::string> types_of(const Report& report);
[[nodiscard]] std::set<std::string> types_of(const Rule& rule);

}  // namespace insieme::schema
