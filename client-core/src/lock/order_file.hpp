#pragma once
// `<store>.order`: that the server locked this device, or that it is being wiped. It is there while
// the store is closed or gone, so it holds what a device needs to speak with its server then, and
// no secret but the word that says that its keys are destroyed. Layout: docs/storage-format.md.

#include <cstdint>
#include <string>

#include "insieme/sync/device_order.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::client::lock {

enum class OrderState : char {
  locked = 'L',     ///< the store does not open
  opened = 'O',     ///< by the coordinator's code, although that order stands
  wiping = 'W',     ///< closed and to be wiped: it opens for handing over, and for nothing else
  handed = 'H',     ///< the server has the unsent work: what is here is to be destroyed
  destroyed = 'D',  ///< done; the server does not know yet
  reported = 'R',   ///< and now it does
};

struct OrderFile {
  OrderState state = OrderState::locked;
  sync::DeviceOrder order;
  sync::PublicKey server_key;
  std::string server_url;
  std::string server_pin;
  sync::Digest report;        ///< of a wipe
  std::uint64_t parcels = 0;  ///< handed over
};

[[nodiscard]] std::string order_path(const std::string& store);

/// `not_found`; `checksum`: it was torn while it was written, so nothing had followed from it yet.
[[nodiscard]] Result<OrderFile> read_order_file(const std::string& path);
/// Durable when it returns. `limit_exceeded`, `storage_full`, `storage_failure`.
[[nodiscard]] Status write_order_file(const std::string& path, const OrderFile& file);
/// Changes one byte, durably: what else it says is never in danger.
[[nodiscard]] Status set_order_state(const std::string& path, OrderState state);

}  // namespace insieme::client::lock
