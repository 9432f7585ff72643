#pragma once
// An order to erase as devices carry it to one another without a server (docs/exchange.md): signed
// by the server, and sealed with a key that everybody has who holds the dossier. Who carries it
// learns nothing of it.

#include <span>
#include <vector>

#include "insieme/sync/erasure.hpp"
#include "insieme/sync/exchange.hpp"

namespace insieme::sync {

/// Of the orders of one dossier.
[[nodiscard]] SealKey order_key_of(const DossierId& dossier, const DossierKey& key);

/// At the server, before the dossier's key is destroyed. The same order gives the same bytes, at
/// most kSealedOrderBytesMax.
[[nodiscard]] std::vector<std::uint8_t> seal_order(const SpaceId& space, const ErasureOrder& order,
                                                   const DossierKey& key, const SecretKey& server);
/// What a device hands on: a bundle with this one part.
[[nodiscard]] std::vector<std::uint8_t> bundle_of_order(const SpaceId& space,
                                                        const SealKey& order_key,
                                                        std::vector<std::uint8_t> sealed);
/// `bad_signature`: this server did not order it, for this space. `malformed`: of another dossier,
/// or as of check_order. And those of open_sealed and decoding.
[[nodiscard]] Result<ErasureOrder> open_order(const SpaceId& space, const DossierId& dossier,
                                              const SealKey& order_key, const PublicKey& server,
                                              std::span<const std::uint8_t> sealed);

}  // namespace insieme::sync
