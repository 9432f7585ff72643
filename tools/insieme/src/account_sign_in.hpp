#pragma once
// Signing in at the terminal with a name and a password of the server's own.

#include "program.hpp"

namespace insieme::cli {

struct AccountSignIn {
  std::string server;  ///< empty: the store's own
  std::string name;    ///< empty: asked for
  std::string wants;   ///< what to change: password, totp, codes, separated by blanks
  bool from_input = false;  ///< one line of standard input for each thing that is asked
};

/// Whether the server knows such a way; false also when that cannot be heard.
[[nodiscard]] bool has_way(Program& program, const std::string& server, std::string_view way);

/// Asks for what the server asks for, unseen, and shows what it gives. What sign_in.finish takes:
/// `ticket`, `verifier` and perhaps `server`. Throws Stop.
[[nodiscard]] json::object sign_in_with_account(Program& program, const AccountSignIn& wanted);
/// The invitation that came of it.
[[nodiscard]] std::string invitation_of_account(Program& program, const AccountSignIn& wanted);

/// `insieme account`: changes the password, the app of codes or the recovery codes.
void add_account_command(CLI::App& app, Program& program);

}  // namespace insieme::cli
