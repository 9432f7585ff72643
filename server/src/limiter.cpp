#include "insieme/server/limiter.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cmath>

namespace insieme::server {

double Limiter::filled(const Bucket& bucket, std::int64_t now_ms) const {
  // A clock that was set back gives nobody more, and takes nothing away.
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, now_ms - bucket.at_ms));
  const double rate = per_minute_ / 60'000.0;
  return std::min<double>(per_minute_, bucket.tokens + passed * rate);
}

Allowance Limiter::describe(double tokens) const {
  const double rate = per_minute_ / 60.0;
  Allowance allowance;
  allowance.limit = per_minute_;
  allowance.allowed = tokens >= 1;
  allowance.remaining = static_cast<std::uint32_t>(tokens);
  allowance.reset_s = static_cast<std::uint32_t>(std::ceil((per_minute_ - tokens) / rate));
  const double missing = std::max(0.0, 1 - tokens) / rate;
  allowance.retry_s = allowance.allowed ? 0 : static_cast<std::uint32_t>(std::ceil(missing));
  return allowance;
}

Allowance Limiter::take(std::string_view name, std::int64_t now_ms) {
  if (per_minute_ == 0) return {};
  const std::lock_guard lock(mutex_);
  auto at = buckets_.find(name);
  if (at == buckets_.end()) {
    make_room(now_ms);
    at = buckets_.emplace(name, Bucket{static_cast<double>(per_minute_), now_ms}).first;
  }
  Bucket& bucket = at->second;
  bucket.tokens = filled(bucket, now_ms);
  bucket.at_ms = now_ms;
  Allowance allowance = describe(bucket.tokens);
  if (!allowance.allowed) return allowance;
  bucket.tokens -= 1;
  allowance = describe(bucket.tokens);
  allowance.allowed = true;
  allowance.retry_s = 0;
  return allowance;
}

Allowance Limiter::look(std::string_view name, std::int64_t now_ms) {
  if (per_minute_ == 0) return {};
  const std::lock_guard lock(mutex_);
  const auto at = buckets_.find(name);
  return describe(at == buckets_.end() ? per_minute_ : filled(at->second, now_ms));
}

std::size_t Limiter::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

void Limiter::make_room(std::int64_t now_ms) {
  if (buckets_.size() < kNamesMax) return;
  std::erase_if(buckets_, [&](const auto& one) {
    return filled(one.second, now_ms) >= static_cast<double>(per_minute_);
  });
  // Whoever has so many addresses is not held back by a limit of each. Memory comes first.
  if (buckets_.size() >= kNamesMax) buckets_.clear();
}

bool is_own_address(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error) return false;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6())
        .is_loopback();
  }
  return parsed.is_loopback();
}

std::string counted_address(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error || is_own_address(address)) return {};
  if (!parsed.is_v6() || parsed.to_v6().is_v4_mapped()) return address;
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace insieme::server
