#pragma once
// The commands about archives of records, about moving one, and about what is due for erasure.

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> archive_export_commands();
[[nodiscard]] std::vector<CommandSpec> archive_import_commands();
[[nodiscard]] std::vector<CommandSpec> retention_commands();
[[nodiscard]] std::vector<CommandSpec> move_commands();

}  // namespace insieme::client::commands
