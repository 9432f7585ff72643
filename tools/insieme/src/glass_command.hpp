#pragma once
// glass: a dossier that is opened with a reason, for a while.

#include "program.hpp"

namespace insieme::cli {

void add_glass_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
