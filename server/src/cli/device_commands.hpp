#pragma once
// devices, device list, show, lock, unlock, wipe, escrow.

#include "cli/commands.hpp"

namespace insieme::server::cli {

void add_device_commands(Program& program);

}  // namespace insieme::server::cli
