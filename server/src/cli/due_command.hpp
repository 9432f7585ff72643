#pragma once
// insieme-server erase due: what the retention rules say may be proposed.

#include "cli/commands.hpp"

namespace insieme::server::cli {

void add_due_command(CLI::App& erase, Program& program);

}  // namespace insieme::server::cli
