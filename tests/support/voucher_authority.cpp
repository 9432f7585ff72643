#include "support/voucher_authority.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <chrono>
#include <stdexcept>
#include <vector>

namespace insieme::testing {
namespace {

namespace json = boost::json;

constexpr int kCoordinate = 32;

std::string number_of(EVP_PKEY* key, const char* name, int bytes) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error("no number");
  std::string text(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(text.data()),
               static_cast<int>(text.size()));
  BN_free(number);
  return base64url(text);
}

/// DER to both halves one after the other.
std::string halves_of(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string raw(2 * kCoordinate, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), out, kCoordinate);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), out + kCoordinate, kCoordinate);
  ECDSA_SIG_free(parts);
  return raw;
}

}  // namespace

std::string base64url(const std::string& bytes) {
  static const std::string kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (have += 8; have >= 6; have -= 6) text += kAlphabet[bits >> (have - 6) & 63U];
  }
  if (have > 0) text += kAlphabet[bits << (6 - have) & 63U];
  return text;
}

std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("no base 64");
  bytes.resize(static_cast<std::size_t>(size));
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '='; --i) bytes.pop_back();
  return bytes;
}

VoucherAuthority::VoucherAuthority(Kind kind, std::string key_id)
    : kind_(kind), key_id_(std::move(key_id)) {
  key_ = kind == Kind::p256 ? EVP_EC_gen("P-256")
                            : EVP_RSA_gen(kind == Kind::rsa ? 2048U : 1024U);
  if (key_ == nullptr) throw std::runtime_error("no key");
}

VoucherAuthority::~VoucherAuthority() { EVP_PKEY_free(key_); }

json::object VoucherAuthority::key() const {
  if (kind_ == Kind::p256) {
    return {{"kty", "EC"},
            {"crv", "P-256"},
            {"kid", key_id_},
            {"use", "sig"},
            {"x", number_of(key_, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinate)},
            {"y", number_of(key_, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinate)}};
  }
  return {{"kty", "RSA"},
          {"kid", key_id_},
          {"alg", "RS256"},
          {"n", number_of(key_, OSSL_PKEY_PARAM_RSA_N, 0)},
          {"e", number_of(key_, OSSL_PKEY_PARAM_RSA_E, 0)}};
}

std::string VoucherAuthority::jwks() const {
  return json::serialize(json::object{{"keys", json::array{key()}}});
}

std::string VoucherAuthority::signature_of(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                 text.size());
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return kind_ == Kind::p256 ? halves_of(signature) : signature;
}

std::string VoucherAuthority::sign(const json::object& claims, json::object header) const {
  if (!header.contains("alg")) header["alg"] = kind_ == Kind::p256 ? "ES256" : "RS256";
  if (!header.contains("kid")) header["kid"] = key_id_;
  if (!header.contains("typ")) header["typ"] = "at+jwt";
  const std::string text =
      base64url(json::serialize(header)) + "." + base64url(json::serialize(claims));
  return text + "." + base64url(signature_of(text));
}

std::string VoucherAuthority::voucher(json::object claims) const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  json::object all{{"iss", "interop.pagopa.it"}, {"aud", kVoucherAudience}, {"iat", now},
                   {"nbf", now},                 {"exp", now + 600},        {"client_id", "inps"}};
  for (auto& [name, value] : claims) all[name] = std::move(value);
  return sign(all);
}

}  // namespace insieme::testing
