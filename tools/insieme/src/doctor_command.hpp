#pragma once
// insieme doctor: how this store is, what to do about it, and a file for whoever helps.

#include "program.hpp"

namespace insieme::cli {

void add_doctor_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
