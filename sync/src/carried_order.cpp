#include "insieme/sync/carried_order.hpp"

#include "erasure_codec.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

constexpr std::string_view kOrderPurpose = "order";

Digest digest_of_order(const SpaceId& space, const ErasureOrder& order) {
  return Hasher("insieme erasure order v1").add(space.bytes).add(encode_order(order)).finish();
}

}  // namespace

SealKey order_key_of(const DossierId& dossier, const DossierKey& key) {
  return SealKey{Hasher("insieme order key v1", key.bytes).add(dossier.bytes).finish().bytes};
}

std::vector<std::uint8_t> seal_order(const SpaceId& space, const ErasureOrder& order,
                                     const DossierKey& key, const SecretKey& server) {
  const Signature signature = sign(server, digest_of_order(space, order).bytes);
  WireOut ar;
  ar(order, signature.bytes);
  return seal(order_key_of(order.dossier, key), kOrderPurpose, ar.take());
}

std::vector<std::uint8_t> bundle_of_order(const SpaceId& space, const SealKey& order_key,
                                          std::vector<std::uint8_t> sealed) {
  Bundle bundle;
  bundle.space = space;
  bundle.parts.push_back({label_of(order_key), std::move(sealed)});
  return encode_bundle(bundle);
}

Result<ErasureOrder> open_order(const SpaceId& space, const DossierId& dossier,
                                const SealKey& order_key, const PublicKey& server,
                                std::span<const std::uint8_t> sealed) {
  INSIEME_TRY_ASSIGN(const auto plain, open_sealed(order_key, kOrderPurpose, sealed));
  Signature signature;
  INSIEME_TRY_ASSIGN(ErasureOrder order, decoding([&] {
                       WireIn ar(plain);
                       ErasureOrder read;
                       ar(read, signature.bytes);
                       ar.expect_end();
                       return read;
                     }));
  INSIEME_TRY(check_order(order));
  if (order.dossier != dossier) {
    return Error{ErrorCode::malformed, "an order about another dossier than it is sealed for"};
  }
  if (!verify(server, digest_of_order(space, order).bytes, signature)) {
    return Error{ErrorCode::bad_signature, "an order that this server did not give"};
  }
  return order;
}

}  // namespace insieme::sync
