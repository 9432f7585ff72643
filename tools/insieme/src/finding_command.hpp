#pragma once
// Findings: rules that a merge left broken, and records that may be one thing written twice.

#include "program.hpp"

namespace insieme::cli {

/// One finding of review.list, with what to type about it.
[[nodiscard]] std::string finding_page(const json::object& finding);
void add_finding_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
