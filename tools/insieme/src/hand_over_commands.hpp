#pragma once
// handover: a dossier that passes from one person to another.

#include "program.hpp"

namespace insieme::cli {

void add_hand_over_commands(CLI::App& app, Program& program);

}  // namespace insieme::cli
