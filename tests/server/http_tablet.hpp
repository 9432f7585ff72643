#pragma once
// A tablet in memory that speaks to a real server.

#include <string>

#include "support/memory_device.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {

/// A token for the tablet's device; empty when the server gives none.
[[nodiscard]] std::string get_token(std::uint16_t port, const MemoryDevice& tablet);
[[nodiscard]] std::string sync_request(const std::vector<std::uint8_t>& frame,
                                       const std::string& token);

}  // namespace insieme::testing
