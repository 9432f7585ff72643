#include "insieme/sync/device_order.hpp"

namespace insieme::sync {

std::string_view name_of(OrderKind kind) noexcept {
  switch (kind) {
    case OrderKind::none: return "none";
    case OrderKind::lock: return "lock";
    case OrderKind::wipe: return "wipe";
  }
  return "none";
}

std::string_view name_of(ParcelKind kind) noexcept {
  switch (kind) {
    case ParcelKind::letter: return "letter";
    case ParcelKind::drafts: return "drafts";
    case ParcelKind::rest: return "rest";
    case ParcelKind::file: return "file";
  }
  return "rest";
}

bool kind_named(std::string_view name, ParcelKind& kind) noexcept {
  for (const ParcelKind one :
       {ParcelKind::letter, ParcelKind::drafts, ParcelKind::rest, ParcelKind::file}) {
    if (name_of(one) != name) continue;
    kind = one;
    return true;
  }
  return false;
}

Digest digest_of(const DeviceOrder& order, const OrderAsk& ask) {
  return Hasher("insieme device order v1")
      .add(order.space.bytes)
      .add(order.device.bytes)
      .add(order.id.bytes)
      .add(static_cast<std::uint64_t>(order.kind))
      .add(std::string_view(order.reason))
      .add(static_cast<std::uint64_t>(order.ordered_ms))
      .add(ask)
      .finish();
}

Digest name_of_parcel(std::span<const std::uint8_t> sealed) {
  return Hasher("insieme escrow parcel v1").add(sealed).finish();
}

DigestSum sum_of_parcels(std::span<const Digest> names) {
  DigestSum sum;
  for (const Digest& name : names) sum.add(name);
  return sum;
}

Digest digest_of(const EscrowReceipt& receipt) {
  Hasher hasher("insieme escrow receipt v1");
  hasher.add(receipt.space.bytes)
      .add(receipt.device.bytes)
      .add(receipt.order.bytes)
      .add(receipt.parcels);
  for (const std::uint64_t word : receipt.sum.words) hasher.add(word);
  return hasher.add(receipt.report).finish();
}

Digest report_word(const SecretKey& server_secret, const DeviceOrderId& order) {
  return Hasher("insieme wipe report v1", server_secret.bytes).add(order.bytes).finish();
}

}  // namespace insieme::sync
