#pragma once
// The commands that write records in the forms of other systems, and read them back.

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> siuss_commands();
[[nodiscard]] std::vector<CommandSpec> calendar_commands();
[[nodiscard]] std::vector<CommandSpec> directory_commands();
[[nodiscard]] std::vector<CommandSpec> sils_commands();

}  // namespace insieme::client::commands
