#pragma once
// The seams to the machine: time and chance. A test brings its own; a program uses
// `system_platform`.

#include <array>
#include <cstdint>
#include <span>

#include "insieme/sync/ids.hpp"

namespace insieme::client {

class Platform {
 public:
  virtual ~Platform() = default;
  /// Milliseconds since 1970 UTC as the device believes; may jump either way, may be before 1970.
  [[nodiscard]] virtual std::int64_t now_ms() = 0;
  /// A clock that never goes back, from any start: for waiting and measuring.
  [[nodiscard]] virtual std::int64_t steady_ms() = 0;
  /// Fills with random bytes fit for keys.
  virtual void random(std::span<std::uint8_t> bytes) = 0;

 protected:
  Platform() = default;
  Platform(const Platform&) = default;
  Platform& operator=(const Platform&) = default;
};

/// Wall clock, steady clock and the operating system's randomness. Lives for ever, thread-safe.
[[nodiscard]] Platform& system_platform();

template <class Id>
[[nodiscard]] Id random_id(Platform& platform) {
  Id id;
  platform.random(id.bytes);
  return id;
}
template <class Id>
[[nodiscard]] Id new_uuid7(Platform& platform) {
  std::array<std::uint8_t, 10> chance{};
  platform.random(chance);
  return Id{sync::make_uuid7(platform.now_ms(), chance)};
}

}  // namespace insieme::client
