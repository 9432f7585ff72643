#pragma once
// How often somebody may ask: a bucket of tokens for each of them, in memory.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace insieme::server {

struct Allowance {
  bool allowed = true;
  std::uint32_t limit = 0;      ///< in a minute; 0: there is none
  std::uint32_t remaining = 0;  ///< requests that would be answered now
  std::uint32_t reset_s = 0;    ///< until all of them would be
  std::uint32_t retry_s = 0;    ///< until the next one is, if this one was not
};

/// Thread-safe and bounded: with more names than fit, those that are at rest are forgotten, and
/// if all are busy, all of them.
class Limiter {
 public:
  static constexpr std::size_t kNamesMax = 65'536;

  /// 0: no limit.
  explicit Limiter(std::uint32_t per_minute) : per_minute_(per_minute) {}
  /// Takes one, if there is one.
  [[nodiscard]] Allowance take(std::string_view name, std::int64_t now_ms);
  /// The same without taking.
  [[nodiscard]] Allowance look(std::string_view name, std::int64_t now_ms);
  /// Of whoever has not asked yet, and of whoever is not counted.
  [[nodiscard]] Allowance whole() const {
    return per_minute_ == 0 ? Allowance{} : describe(per_minute_);
  }
  [[nodiscard]] std::size_t size() const;

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t at_ms = 0;
  };
  [[nodiscard]] double filled(const Bucket& bucket, std::int64_t now_ms) const;
  [[nodiscard]] Allowance describe(double tokens) const;
  void make_room(std::int64_t now_ms);

  const std::uint32_t per_minute_;
  mutable std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;  ///< guarded by mutex_
};

/// Whom an address counts as: itself, or its /64 if it is one of IPv6, where one customer has at
/// least so many. Empty for addresses of this machine, which are not counted.
[[nodiscard]] std::string counted_address(const std::string& address);
[[nodiscard]] bool is_own_address(const std::string& address);

}  // namespace insieme::server
