#pragma once
// Commands of a store to practise in; every other one refuses them.

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> practice_commands();

}  // namespace insieme::client::commands
