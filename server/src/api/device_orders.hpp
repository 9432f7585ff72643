#pragma once
// Lock and wipe over HTTP: one function per route, and what a device hears that asks for a token.

#include <optional>
#include <string>

#include "insieme/server/api.hpp"
#include "insieme/server/device_orders.hpp"

namespace insieme::server {

[[nodiscard]] Response device_order(const Services& services, const Request& request);
[[nodiscard]] Response bring_escrow(const Services& services, const Request& request);
[[nodiscard]] Response end_escrow(const Services& services, const Request& request);
[[nodiscard]] Response device_destroyed(const Services& services, const Request& request);

/// 403 to a device that proved who it is and of which something is ordered. With `ask`, if it knows
/// orders, the order is told, signed, and noted as told. `token`: to hand over with; may be empty.
[[nodiscard]] Response device_ordered(const Services& services, const sync::DeviceId& device,
                                      const StandingOrder& order,
                                      const std::optional<sync::OrderAsk>& ask,
                                      const std::string& token);

}  // namespace insieme::server
