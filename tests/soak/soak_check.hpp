#pragma once
// One soak as INSIEME_SOAK_TABLETS, INSIEME_SOAK_SECONDS and INSIEME_SEED say, and what must hold.

#include "support/cli_runner.hpp"

namespace insieme::testing {

/// Of `serve`: all tablets come from one address here.
[[nodiscard]] Words soak_flags();
/// Prints its figures.
void soak_and_check(OfficeServer& server, const TestFolder& folder);

}  // namespace insieme::testing
