#pragma once

#include "cli/commands.hpp"

namespace insieme::server::cli {

void add_invite_command(Program& program);

}  // namespace insieme::server::cli
