#pragma once
// Who vouches for machines, as PDND does: a key of its own, its JWKS, and vouchers signed with it.

#include <boost/json.hpp>

#include <memory>
#include <string>

struct evp_pkey_st;

namespace insieme::testing {

class VoucherAuthority {
 public:
  enum class Kind { rsa, rsa_small, p256 };
  explicit VoucherAuthority(Kind kind = Kind::p256, std::string key_id = "k1");
  ~VoucherAuthority();
  VoucherAuthority(const VoucherAuthority&) = delete;
  VoucherAuthority& operator=(const VoucherAuthority&) = delete;

  /// Its public key, as one of the `keys` of a JWKS file.
  [[nodiscard]] boost::json::object key() const;
  [[nodiscard]] std::string jwks() const;
  /// `header` and `claims` beyond what is usual: `alg`, `kid`, `typ`.
  [[nodiscard]] std::string sign(const boost::json::object& claims,
                                 boost::json::object header = {}) const;
  /// A voucher that is good from now for some minutes.
  [[nodiscard]] std::string voucher(boost::json::object claims = {}) const;

 private:
  [[nodiscard]] std::string signature_of(const std::string& text) const;
  Kind kind_;
  std::string key_id_;
  evp_pkey_st* key_ = nullptr;
};

/// Without padding.
[[nodiscard]] std::string base64url(const std::string& bytes);
[[nodiscard]] std::string from_base64(const std::string& text);

inline constexpr const char* kVoucherAudience = "https://ambito.example/siuss/v1";

}  // namespace insieme::testing
