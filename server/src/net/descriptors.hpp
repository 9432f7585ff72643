#pragma once
// How many files this process may have open: each connection is one.

#include <cstdint>

#include "insieme/server/config.hpp"

namespace insieme::server {

/// Raises the limit of the process as far as it goes, and gives how many of `waits_max` then fit
/// beside connections and files.
[[nodiscard]] std::uint32_t room_for_waits(const Config& config);

}  // namespace insieme::server
