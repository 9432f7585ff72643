#pragma once
// insieme package … and the territory's offer: what other systems read, and what people look up.

#include "program.hpp"

namespace insieme::cli {

void add_package_commands(CLI::App& app, Program& program);
void add_offer_commands(CLI::App& app, Program& program);

}  // namespace insieme::cli
