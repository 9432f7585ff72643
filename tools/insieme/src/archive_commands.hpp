#pragma once
// archive export and import, move, retention.

#include "program.hpp"

namespace insieme::cli {

void add_archive_commands(CLI::App& app, Program& program);

}  // namespace insieme::cli
