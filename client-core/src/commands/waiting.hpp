#pragma once

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> waiting_commands();

}  // namespace insieme::client::commands
