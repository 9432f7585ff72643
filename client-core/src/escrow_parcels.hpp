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
/// refused, decisions and openings that were not told; `with_blobs`: the bytes that are still to be
/// sent, too. Writes nothing; the same content is the same bytes. `limit_exceeded`: more than a
/// server takes of one device, or than is handed over so; `internal`: something is in no parcel;
/// and what the store reports. With an error nothing may be destroyed.
[[nodiscard]] Result<std::vector<OutgoingParcel>> escrow_parcels(Store& store, bool with_blobs);
[[nodiscard]] std::vector<sync::Digest> names_of(const std::vector<OutgoingParcel>& parcels);
/// That these are all that is here now; `unavailable`: not so, as work was added meanwhile.
[[nodiscard]] Status check_handed_over(Store& store, const std::vector<sync::Digest>& names);

}  // namespace insieme::client
