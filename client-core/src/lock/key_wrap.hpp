#pragma once
// How the store's key is wrapped (ADR 20): under device secret and PIN together, and for the
// recovery. Pure but for the time that a PIN costs; randomness comes from outside.

#include <span>
#include <string_view>

#include "insieme/client/platform.hpp"
#include "insieme/sync/seal.hpp"
#include "lock/pin_file.hpp"

namespace insieme::client::lock {

/// Of what is wrapped from now on. 19 MiB is what a worker of a browser gives up without pain.
inline constexpr Cost kCost{4, 19 * 1024};
/// A file that asks for more than this is not tried: it could only be meant to stop the device.
inline constexpr Cost kCostMax{64, 64 * 1024};

/// Forgets what it holds when it ends.
class Wiped {
 public:
  explicit Wiped(std::span<std::uint8_t> bytes) : bytes_(bytes) {}
  ~Wiped();
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::span<std::uint8_t> bytes_;
};
void wipe(std::span<std::uint8_t> bytes) noexcept;

[[nodiscard]] std::array<std::uint8_t, 16> tag_of(const Secret& device_secret);

/// Puts salt, cost and key of `file` in place. Throws std::bad_alloc where there is no memory for
/// the PIN's price.
void wrap_with_pin(PinFile& file, const Secret& device_secret, std::string_view pin,
                   const Secret& store_key, Platform& platform);
/// `wrong_key`: not this PIN, or the file was changed; `limit_exceeded`: its cost is beyond
/// kCostMax.
[[nodiscard]] Result<Secret> unwrap_with_pin(const PinFile& file, const Secret& device_secret,
                                             std::string_view pin);

/// What the holder of the recovery key needs, and tells: `recovery_code`.
inline constexpr std::size_t kRecoverySecretBytes = 16;
using RecoverySecret = std::array<std::uint8_t, kRecoverySecretBytes>;

/// For whom a recovery is wrapped, and which device it is of.
struct RecoveryHolder {
  sync::PublicKey key;
  sync::DeviceId device;
};

/// `invalid_argument`: no public key.
[[nodiscard]] Result<RecoveryWrap> wrap_for_recovery(const RecoveryHolder& holder,
                                                     const Secret& device_secret,
                                                     const Secret& store_key, Platform& platform);
[[nodiscard]] Result<Secret> unwrap_recovered(const RecoveryWrap& wrap,
                                              const Secret& device_secret,
                                              const RecoverySecret& answer);
[[nodiscard]] Result<RecoveryHolder> holder_of(const RecoveryWrap& wrap, const Secret& store_key);

/// Digits in groups of four, with a check of four bytes at the end.
[[nodiscard]] std::string request_text(const RecoveryWrap& wrap);
/// `malformed`: no such code; `checksum`: mistyped, or the answer to another request.
[[nodiscard]] Result<RecoverySecret> read_answer(const RecoveryWrap& wrap, std::string_view text);

}  // namespace insieme::client::lock
