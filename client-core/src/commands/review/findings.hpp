#pragma once
// What is to be found in the records of this device (insieme/reports/finding.hpp), with what a
// person sees of them.

#include <map>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "insieme/reports/finding.hpp"

namespace insieme::client::commands {

using reports::Finding;
using reports::FoundRecord;

/// A pure function of the records that are held here, whatever the order in which they came. Costs
/// a look at every record of a type that rules or entries of `alike` are about.
[[nodiscard]] Outcome<std::vector<Finding>> find_all(Context& context);

/// Reads the titles of its records.
[[nodiscard]] Outcome<json::object> finding_json(Context& context, const Finding& finding);

}  // namespace insieme::client::commands
