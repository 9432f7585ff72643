#pragma once
// What a server orders a lost device to do, and what it signs of it (docs/protocol.md, 19). An
// order names one device and an id of its own, and is signed together with what that device asked
// a moment before: an order of another device, of another time or of another server is worth
// nothing.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::sync {

using DeviceOrderId = Id128<struct DeviceOrderTag>;

enum class OrderKind : std::uint8_t {
  none = 0,  ///< nothing is ordered: whoever was locked may open again
  lock = 1,  ///< the device closes its store
  wipe = 2,  ///< it hands over what was not sent, and then destroys its keys
};
/// "none", "lock", "wipe".
[[nodiscard]] std::string_view name_of(OrderKind kind) noexcept;

inline constexpr std::size_t kOrderReasonBytesMax = 200;

struct DeviceOrder {
  SpaceId space;
  DeviceId device;
  DeviceOrderId id;  ///< nil for `none`
  OrderKind kind = OrderKind::none;
  std::string reason;  ///< for the person who holds the device; at most kOrderReasonBytesMax
  std::int64_t ordered_ms = 0;
};

/// 32 random bytes of the device, new with each question.
using OrderAsk = std::array<std::uint8_t, 32>;
[[nodiscard]] Digest digest_of(const DeviceOrder& order, const OrderAsk& ask);

/// What kinds of parcels a device hands over.
enum class ParcelKind : std::uint8_t {
  letter = 1,  ///< work, judged as any letter: all of it is held for whoever decides
  drafts = 2,  ///< what was typed and never saved
  rest = 3,    ///< work that the server refused, decisions that were not sent
  file = 4,    ///< the bytes of a photo or a file of a draft
};
[[nodiscard]] std::string_view name_of(ParcelKind kind) noexcept;
/// False: no kind of that name.
[[nodiscard]] bool kind_named(std::string_view name, ParcelKind& kind) noexcept;

/// A parcel is a sealed box for the server's key, and is named by its bytes.
inline constexpr std::size_t kParcelBytesMax = 12 * 1024 * 1024;
inline constexpr std::size_t kParcelsMax = 4'096;
[[nodiscard]] Digest name_of_parcel(std::span<const std::uint8_t> sealed);
/// Of all parcels that a device handed over, in any order.
[[nodiscard]] DigestSum sum_of_parcels(std::span<const Digest> names);

/// The server has all of these, durably. `report` is what the device, which has no key any more by
/// then, tells to say that it has destroyed them.
struct EscrowReceipt {
  SpaceId space;
  DeviceId device;
  DeviceOrderId order;
  std::uint64_t parcels = 0;
  DigestSum sum;
  Digest report;
};
[[nodiscard]] Digest digest_of(const EscrowReceipt& receipt);
/// Kept by nobody: the server works it out again.
[[nodiscard]] Digest report_word(const SecretKey& server_secret, const DeviceOrderId& order);

}  // namespace insieme::sync
