#pragma once
// The commands that read documents for a form, look into the territory's offer, and show what a
// person and a case have.

#include "commands/table.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> words_commands();
[[nodiscard]] std::vector<CommandSpec> offer_commands();
[[nodiscard]] std::vector<CommandSpec> benefit_commands();
[[nodiscard]] std::vector<CommandSpec> list_commands_of_space();

}  // namespace insieme::client::commands
