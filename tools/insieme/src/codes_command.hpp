#pragma once
// insieme codes …: what code lists offer, and the values of the space's own.

#include "program.hpp"

namespace insieme::cli {

void add_codes_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
