#pragma once
// What machines may be let do, and by which names they call this server.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/server/config.hpp"

namespace insieme::server {

/// `reports`: every report over the space; `report:CODE` is one of them. `flows`: fetches flows for
/// SIUSS, as INPS does. `metrics`: the server's own counters.
inline constexpr std::array<std::string_view, 3> kMachineScopes{"flows", "metrics", "reports"};
inline constexpr std::string_view kReportScope = "report:";

/// Where an assertion may say that it goes: the address of the token route, and the server's own.
/// Empty without `public_url`.
[[nodiscard]] std::vector<std::string> machine_audiences(const Config& config);

}  // namespace insieme::server
