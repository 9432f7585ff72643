#pragma once

#include "program.hpp"

namespace insieme::cli {

void add_pin_commands(CLI::App& app, Program& program);

/// Asked for at the terminal, unseen, unless the environment says it. Empty: nobody to ask.
[[nodiscard]] std::string ask_pin(const char* variable, const char* it, const char* en);
/// Likewise, of what no environment may hold.
[[nodiscard]] std::string ask_unseen(const char* it, const char* en);

/// After an enrolment: what the space wants of its devices. No network is no failure.
void learn_policy(Program& program);
/// With a PIN whose recovery is not prepared yet: prepares it if the server can be reached.
void prepare_recovery(Program& program);

}  // namespace insieme::cli
