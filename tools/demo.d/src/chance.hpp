#pragma once
// Chance with a seed (xorshift64*): the same seed plays the same demonstration on every machine.
// The standard library's distributions differ between implementations.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace insieme::demo {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {
    for (int i = 0; i < 8; ++i) next();
  }
  /// Uniform in 0..count-1; `count` is not 0.
  [[nodiscard]] std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(next() >> 16U) % count;
  }
  template <class T>
  [[nodiscard]] const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t next() {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  std::uint64_t state_;
};

}  // namespace insieme::demo
