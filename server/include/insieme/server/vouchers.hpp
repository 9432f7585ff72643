#pragma once
// Machine clients show a voucher: a JWT (RFC 7519) that an authority signed, as PDND does for INPS.
// Verified after RFC 8725: algorithms are fixed by the key, issuer, audience and dates are checked.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "insieme/sync/result.hpp"

namespace insieme::server {

inline constexpr std::size_t kKeysBytesMax = 256 * 1024;
inline constexpr std::size_t kVoucherBytesMax = 6 * 1024;

struct VoucherPolicy {
  std::string issuer;
  std::string audience;
  std::string purpose;  ///< empty: any
};

struct Voucher {
  std::string client;  ///< `client_id`, or `sub`; printable, at most 64 bytes
};

class JsonWebKeys;

/// The authority's keys, out of a JWKS file (RFC 7517): RSA of 2048 bits or more for RS256, P-256
/// for ES256, Ed25519 for EdDSA; others are left aside. Thread-safe.
class VoucherKeys {
 public:
  explicit VoucherKeys(std::string file) : file_(std::move(file)) {}
  VoucherKeys(const VoucherKeys&) = delete;
  VoucherKeys& operator=(const VoucherKeys&) = delete;

  /// What was known stays if it fails. The error names the file.
  [[nodiscard]] Status reload();
  /// `unauthenticated`: no voucher of this authority for this service; `expired`; `not_yet`;
  /// `not_allowed`: another purpose. Details are for whoever sends it.
  [[nodiscard]] Result<Voucher> verify(std::string_view token, const VoucherPolicy& policy,
                                       std::int64_t now_ms) const;
  [[nodiscard]] std::size_t size() const;

 private:
  std::string file_;
  mutable std::mutex mutex_;
  std::shared_ptr<const JsonWebKeys> keys_;  ///< guarded by mutex_
};

}  // namespace insieme::server
