#pragma once
// Says what is wrong at a desk and has no item. It knows nothing of the engine, the rules or the
// reports: it reads what the desk shows of its records, and counts by itself.

#include <string>
#include <vector>

#include "client-core/commands/desk.hpp"

namespace insieme::testing {

/// What is broken without an item or a finding; with reports also what they add up wrongly. Empty:
/// all is well.
[[nodiscard]] std::vector<std::string> judged(Desk& desk, bool with_reports);

}  // namespace insieme::testing
