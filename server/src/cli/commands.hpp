#pragma once
// Every subcommand adds itself to the program and, if chosen, leaves what is to be run.

#include <CLI/CLI.hpp>

#include <functional>

#include "cli/context.hpp"

namespace insieme::server::cli {

struct Program {
  CLI::App app{"Insieme's sync server", "insieme-server"};
  Options options;
  std::function<int(Context&)> chosen;
};

void add_serve(Program& program);
void add_people_commands(Program& program);  ///< users, invite, devices, revoke
void add_access_commands(Program& program);  ///< assign, handover, dossiers, held
void add_check_commands(Program& program);   ///< init, status, verify, backup
void add_migrate(Program& program);

}  // namespace insieme::server::cli
