#pragma once
// insieme-server absence: who is away, and who stands in.

#include "cli/commands.hpp"

namespace insieme::server::cli {

void add_absence_commands(Program& program);  ///< absence, absence set, absence end

}  // namespace insieme::server::cli
