#pragma once
// What the server orders of this device (docs/adr/0054), as it was heard and believed.

#include <optional>
#include <span>
#include <string>

#include "insieme/client/store_types.hpp"
#include "insieme/sync/device_order.hpp"

namespace insieme::client {

struct HeardOrder {
  sync::DeviceOrder order;
  std::string token;  ///< of a wipe: what the unsent work is handed over with
};

/// Out of the body of an answer. Believed only if the server that this device was enrolled with
/// signed it, for this space and device, together with what was asked a moment ago. `malformed`: it
/// is none; `bad_signature`: it is not to be believed.
[[nodiscard]] Result<HeardOrder> parse_device_order(std::span<const std::uint8_t> body,
                                                    const sync::SpaceId& space,
                                                    const sync::DeviceId& device,
                                                    const sync::PublicKey& server_key,
                                                    const sync::OrderAsk& ask);
/// Likewise: that the server has all that `names` names.
[[nodiscard]] Result<sync::EscrowReceipt> parse_escrow_receipt(
    std::span<const std::uint8_t> body, const sync::DeviceOrder& order,
    const sync::PublicKey& server_key, std::span<const sync::Digest> names);

}  // namespace insieme::client
