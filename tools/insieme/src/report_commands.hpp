#pragma once
// insieme report …

#include "program.hpp"

namespace insieme::cli {

void add_report_commands(CLI::App& app, Program& program);

}  // namespace insieme::cli
