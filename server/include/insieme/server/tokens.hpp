#pragma once
// Challenges and access tokens, in memory and hashed: a restart makes devices sign a new challenge,
// which costs them one round trip and nobody a login.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::server {

inline constexpr std::size_t kNoncesPerDeviceMax = 8;
inline constexpr std::size_t kTokensPerDeviceMax = 8;

/// Thread-safe. Bounded per device: the oldest gives way.
class Tokens {
 public:
  /// A nonce that `take_nonce` will know once, until `expires_ms`.
  void put_nonce(const sync::DeviceId& device, std::string_view nonce, std::int64_t expires_ms);
  /// True if the nonce was given to this device, is not expired and was not used; uses it up.
  [[nodiscard]] bool take_nonce(const sync::DeviceId& device, std::string_view nonce,
                                std::int64_t now_ms);
  void put_token(const sync::DeviceId& device, std::string_view token, std::int64_t expires_ms);

  struct Found {
    sync::DeviceId device;
    bool expired = false;
    std::int64_t expires_ms = 0;
  };
  [[nodiscard]] std::optional<Found> find_token(std::string_view token, std::int64_t now_ms);

 private:
  struct Secret {
    sync::Digest hash;
    std::int64_t expires_ms = 0;
  };
  std::mutex mutex_;
  std::map<sync::DeviceId, std::deque<Secret>> nonces_;
  std::map<sync::DeviceId, std::deque<sync::Digest>> tokens_of_;
  std::map<sync::Digest, std::pair<sync::DeviceId, std::int64_t>> tokens_;
};

/// What a device signs to get a token.
[[nodiscard]] std::string token_message(const sync::SpaceId& space, const sync::DeviceId& device,
                                        std::string_view nonce);

}  // namespace insieme::server
