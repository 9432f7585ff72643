#pragma once
// import roles: what roles may do, out of a table, into insieme.conf.

#include "cli/commands.hpp"

namespace insieme::server::cli {

void add_import_roles(Program& program, CLI::App* all);

}  // namespace insieme::server::cli
