#pragma once
// Chance with a seed (xorshift64*): the same seed makes the same data on every machine. The
// standard library's distributions differ between implementations.

#include <array>
#include <cstddef>
#include <cstdint>

namespace insieme::bench {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {
    for (int i = 0; i < 8; ++i) (void)next();
  }
  [[nodiscard]] std::uint64_t next() {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  /// Uniform in 0..count-1; `count` is not 0.
  [[nodiscard]] std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(next() >> 16U) % count;
  }
  /// Small numbers are likelier, as with words of a language.
  [[nodiscard]] std::size_t skewed(std::size_t count) {
    return below(below(count) + 1);
  }
  template <class Range>
  [[nodiscard]] const auto& pick(const Range& from) {
    return from[below(from.size())];
  }
  /// A time-ordered id (UUIDv7) for the given millisecond.
  [[nodiscard]] std::array<std::uint8_t, 16> uuid7(std::uint64_t ms) {
    std::array<std::uint8_t, 16> id{};
    for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    const std::uint64_t a = next();
    const std::uint64_t b = next();
    for (std::size_t i = 6; i < 16; ++i) {
      id[i] = static_cast<std::uint8_t>((i < 8 ? a : b) >> (8 * (i % 8)));
    }
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0fU) | 0x70U);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3fU) | 0x80U);
    return id;
  }

 private:
  std::uint64_t state_;
};

}  // namespace insieme::bench
