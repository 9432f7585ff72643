#pragma once
// import spaces: a data folder with a space and its settings for each line of a table.

#include "cli/commands.hpp"

namespace insieme::server::cli {

void add_import_spaces(Program& program, CLI::App* all);

}  // namespace insieme::server::cli
