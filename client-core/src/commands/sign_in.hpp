#pragma once

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> sign_in_commands();

}  // namespace insieme::client::commands
