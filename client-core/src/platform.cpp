#include "insieme/client/platform.hpp"

#include <sodium.h>

#include <chrono>

#include "insieme/sync/result.hpp"

namespace insieme::client {
namespace {

template <class Clock>
std::int64_t ms_of() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch())
      .count();
}

class SystemPlatform final : public Platform {
 public:
  // Without randomness no key can be made and nothing safe can be done.
  SystemPlatform() { INSIEME_ASSERT(sodium_init() >= 0); }

  std::int64_t now_ms() override { return ms_of<std::chrono::system_clock>(); }
  std::int64_t steady_ms() override { return ms_of<std::chrono::steady_clock>(); }
  void random(std::span<std::uint8_t> bytes) override {
    randombytes_buf(bytes.data(), bytes.size());
  }
};

}  // namespace

Platform& system_platform() {
  static SystemPlatform platform;
  return platform;
}

}  // namespace insieme::client
