#pragma once
// The commands about reports.

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> report_commands();
[[nodiscard]] std::vector<CommandSpec> report_export_commands();
[[nodiscard]] std::vector<CommandSpec> report_freeze_commands();
[[nodiscard]] std::vector<CommandSpec> report_frozen_commands();

}  // namespace insieme::client::commands
