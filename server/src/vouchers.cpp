#include "insieme/server/vouchers.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <optional>

#include "jose.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSkewMs = 60'000;
constexpr std::size_t kClientMax = 64;

Error no_voucher() {
  return {ErrorCode::unauthenticated, "This is no voucher for this service."};
}

Status check_claims(const json::object& claims, const VoucherPolicy& policy, std::int64_t now_ms) {
  if (text_claim(claims, "iss") != policy.issuer || !has_audience(claims, policy.audience)) {
    return no_voucher();
  }
  const auto expires = date_claim(claims, "exp");
  if (!expires) return no_voucher();
  if (now_ms >= *expires + kSkewMs) return {ErrorCode::expired, "The voucher has expired."};
  for (const char* name : {"nbf", "iat"}) {
    const auto from = date_claim(claims, name);
    if (claims.contains(name) && !from) return no_voucher();
    if (from && now_ms + kSkewMs < *from) {
      return {ErrorCode::not_yet, "The voucher is not valid yet."};
    }
  }
  if (!policy.purpose.empty() && text_claim(claims, "purposeId") != policy.purpose) {
    return {ErrorCode::not_allowed, "The voucher is for another purpose."};
  }
  return {};
}

Voucher voucher_of(const json::object& claims) {
  std::string client = text_claim(claims, "client_id");
  if (client.empty()) client = text_claim(claims, "sub");
  // It goes into logs.
  const bool printable = std::all_of(client.begin(), client.end(),
                                     [](char c) { return c > ' ' && c <= '~'; });
  if (client.empty() || client.size() > kClientMax || !printable) client = "machine";
  return {client};
}

}  // namespace

Status VoucherKeys::reload() {
  std::ifstream stream(file_, std::ios::binary);
  std::string text(kKeysBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.empty()) return {ErrorCode::not_found, "siuss_keys: " + file_ + ": cannot be read"};
  if (text.size() > kKeysBytesMax) {
    return {ErrorCode::limit_exceeded, "siuss_keys: " + file_ + ": more than 256 KiB"};
  }
  auto keys = parse_key_set(text);
  if (!keys.ok()) {
    return {keys.error().code, "siuss_keys: " + file_ + ": " + keys.error().detail};
  }
  const std::lock_guard lock(mutex_);
  keys_ = std::make_shared<const JsonWebKeys>(std::move(keys).value());
  return {};
}

std::size_t VoucherKeys::size() const {
  const std::lock_guard lock(mutex_);
  return keys_ ? keys_->size() : 0;
}

Result<Voucher> VoucherKeys::verify(std::string_view token, const VoucherPolicy& policy,
                                    std::int64_t now_ms) const {
  std::shared_ptr<const JsonWebKeys> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  if (!keys) return no_voucher();
  const auto claims = open_jwt(token, *keys, kVoucherBytesMax);
  if (!claims.ok()) return no_voucher();
  INSIEME_TRY(check_claims(*claims, policy, now_ms));
  return voucher_of(*claims);
}

}  // namespace insieme::server
