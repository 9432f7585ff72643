#pragma once
#include "program.hpp"

namespace insieme::cli {

void add_file_commands(CLI::App& app, Program& program);

}  // namespace insieme::cli
