#pragma once
// Chance out of a seed, the same on every machine and compiler.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace insieme::simulation {

/// splitmix64. A value: a copy goes its own way.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }
  /// 0..bound-1; 0 for bound 0.
  std::size_t below(std::size_t bound) {
    return bound == 0 ? 0 : static_cast<std::size_t>(next() % bound);
  }
  std::int64_t between(std::int64_t least, std::int64_t greatest) {
    return least +
           static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(greatest - least + 1));
  }
  bool one_in(std::size_t n) { return below(n) == 0; }
  bool percent(std::size_t p) { return below(100) < p; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  void fill(std::span<std::uint8_t> bytes) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next() >> 32);
  }
  /// A source of its own, so that what happens there does not move what happens here.
  [[nodiscard]] static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return Chance(a ^ (b * 0xd1342543de82ef95ULL)).next();
  }

 private:
  std::uint64_t state_;
};

}  // namespace insieme::simulation
