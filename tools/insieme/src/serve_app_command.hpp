#pragma once

#include "program.hpp"

namespace insieme::cli {

void add_serve_app_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
