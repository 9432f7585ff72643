#pragma once

#include "program.hpp"

namespace insieme::cli {

/// Says which address to open in a browser of this machine, waits for it to come back (RFC 8252, by
/// a port of loopback), and gives the invitation that came of it. Throws Stop.
[[nodiscard]] std::string sign_in(Program& program, const std::string& server);

}  // namespace insieme::cli
