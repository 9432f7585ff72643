#pragma once
// Lock and wipe (docs/adr/0054): what is ordered of a device, how far it is, and what the device
// handed over before it destroyed its keys.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "insieme/server/repository.hpp"
#include "insieme/sync/device_order.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

inline constexpr std::size_t kAppBytesMax = 64;
/// Of all parcels of one device together.
inline constexpr std::uint64_t kEscrowBytesMax = 512ULL * 1024 * 1024;

/// The order that stands, and when it reached each of its steps.
struct StandingOrder {
  sync::DeviceOrderId id;
  sync::OrderKind kind = sync::OrderKind::none;
  std::string reason;
  std::int64_t ordered_ms = 0;
  std::optional<std::int64_t> told_ms;       ///< the device was given it
  std::optional<std::int64_t> escrowed_ms;   ///< what it had not sent is here
  std::optional<std::int64_t> destroyed_ms;  ///< it said that its keys are gone
};

/// What is kept of a device beside `Device`.
struct DeviceFacts {
  std::string app;  ///< which program it says it is; empty: one that knows no orders
  std::optional<StandingOrder> order;
};

/// Something that a device handed over, sealed for the server's key.
struct EscrowParcel {
  sync::Digest name;
  sync::ParcelKind kind = sync::ParcelKind::rest;
  std::uint64_t size = 0;
  std::int64_t received_ms = 0;
  std::string fate;      ///< of a letter: what the judging said; else empty
  bool is_kept = true;   ///< false: all of it is in the log, the bytes are not kept
};

/// Every repository is one, too: `device_orders_of`. The same rules about threads and
/// StorageFailure. A device and an order that do not belong together are `not_found`.
class DeviceOrderStore {
 public:
  virtual ~DeviceOrderStore() = default;
  DeviceOrderStore(const DeviceOrderStore&) = delete;
  DeviceOrderStore& operator=(const DeviceOrderStore&) = delete;

  /// Nothing of a device that is not known.
  [[nodiscard]] virtual DeviceFacts facts_of(const sync::DeviceId& device) = 0;
  /// Of those of which anything is kept.
  [[nodiscard]] virtual std::map<sync::DeviceId, DeviceFacts> all_facts() = 0;
  /// `by`: whom the audit names for it. Takes the place of a lock; a wipe revokes the device, too.
  /// The same again is the same order.
  /// `not_found`; `conflict`: it is to be wiped, or was revoked and cannot be locked;
  /// `invalid_argument`: the reason, 1 to sync::kOrderReasonBytesMax bytes of text.
  [[nodiscard]] virtual Result<StandingOrder> order_device(const sync::DeviceId& device,
                                                           const StandingOrder& order,
                                                           const std::string& by = kOperator) = 0;
  /// Takes back a lock, or a wipe that the device was not told of yet. `not_found`: none stands;
  /// `conflict`: the device was told.
  [[nodiscard]] virtual Status lift_order(const sync::DeviceId& device,
                                          const std::string& by = kOperator) = 0;
  /// Repository::give_up_device, by somebody.
  [[nodiscard]] virtual Status let_go(const sync::DeviceId& device, const std::string& by) = 0;
  virtual void note_order_told(const sync::DeviceId& device, const sync::DeviceOrderId& order) = 0;
  /// Durable when it returns; known by its name, it is the same. `quota`: more than one device may
  /// hand over.
  [[nodiscard]] virtual Status put_parcel(const sync::DeviceId& device,
                                          const sync::DeviceOrderId& order,
                                          const EscrowParcel& parcel,
                                          const std::vector<std::uint8_t>& sealed) = 0;
  /// What the judging of a letter said; its bytes are forgotten unless `keep`.
  virtual void note_parcel(const sync::DeviceId& device, const sync::Digest& name,
                           const std::string& fate, bool keep) = 0;
  /// In the order in which they came.
  [[nodiscard]] virtual std::vector<EscrowParcel> parcels(const sync::DeviceId& device) = 0;
  /// `not_found`: no such one, or it is not kept.
  [[nodiscard]] virtual Result<std::vector<std::uint8_t>> parcel(const sync::DeviceId& device,
                                                                 const sync::Digest& name) = 0;
  /// The device says that these are all. `conflict`: not all of them are kept
  /// here or taken.
  [[nodiscard]] virtual Status end_escrow(const sync::DeviceId& device,
                                          const sync::DeviceOrderId& order,
                                          const std::vector<sync::Digest>& names) = 0;
  [[nodiscard]] virtual Status note_destroyed(const sync::DeviceId& device,
                                              const sync::DeviceOrderId& order) = 0;
  /// Forgets what was handed over and is not in the log. How many. `conflict`: a wipe is under way,
  /// and the device may be given its receipt for them.
  [[nodiscard]] virtual Result<std::size_t> drop_parcels(const sync::DeviceId& device) = 0;
  /// Which program the device says that it is; writes nothing if that is known.
  virtual void note_app(const sync::DeviceId& device, const std::string& app) = 0;

 protected:
  DeviceOrderStore() = default;
};

[[nodiscard]] DeviceOrderStore& device_orders_of(Repository& repository);

}  // namespace insieme::server
