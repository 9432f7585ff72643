#pragma once

#include <cstdint>

#include "doctor.hpp"

namespace insieme::server {

/// Whether the identity provider of the settings can be reached, is trusted, describes itself, and
/// has the same time. Asks it: takes some seconds at most. Never a fault: whoever is enrolled goes
/// on without it.
[[nodiscard]] Finding examine_provider(const Config& config, std::int64_t now_ms);

}  // namespace insieme::server
