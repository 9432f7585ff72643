#pragma once

#include "program.hpp"

namespace insieme::cli {

void add_watch_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
