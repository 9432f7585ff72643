#pragma once
// All that is on a device alone and can be handed over before it is wiped (docs/adr/0054), in
// parcels that only the server opens.

#include <vector>

#include "insieme/client/store.hpp"
#include "insieme/sync/device_order.hpp"

namespace insieme::client {

struct OutgoingParcel {
  sync::ParcelKind kind = sync::ParcelKind::rest;
  std::vector<std::uint8_t> sealed;  ///< for the server's key
};

/// Work that no server has answered, what is carried for others, drafts with their files, what was
/// refused, decisions that were not sent. Writes nothing; the same content is the same bytes.
/// `limit_exceeded`: more than a server takes of one device; and what the store reports.
[[nodiscard]] Result<std::vector<OutgoingParcel>> escrow_parcels(Store& store);

}  // namespace insieme::client
