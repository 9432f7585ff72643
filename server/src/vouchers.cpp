#include "insieme/server/vouchers.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "owned.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;
using Bytes = std::vector<std::uint8_t>;

constexpr int kRsaBitsMin = 2048;
constexpr std::size_t kCoordinate = 32;
constexpr std::int64_t kSkewMs = 60'000;
constexpr std::size_t kClientMax = 64;

using Number = Owned<BIGNUM, BN_free>;
using KeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;

/// Without padding, and nothing else than its alphabet.
std::optional<Bytes> from_base64url(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() % 4 == 1) return std::nullopt;
  Bytes bytes;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> have));
    bits &= (1U << have) - 1;
  }
  if (bits != 0) return std::nullopt;  // two spellings of one signature
  return bytes;
}

std::optional<json::object> object_of(const Bytes& bytes) {
  json::parse_options options;
  options.max_depth = 4;
  json::error_code error;
  const json::value value = json::parse(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return value.get_object();
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// NumericDate, in seconds, also with a fraction.
std::optional<std::int64_t> date_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1000);
}

bool has_audience(const json::object& claims, const std::string& wanted) {
  const json::value* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (value->is_string()) return value->get_string() == wanted;
  if (!value->is_array()) return false;
  return std::any_of(value->get_array().begin(), value->get_array().end(),
                     [&](const json::value& one) {
                       return one.is_string() && one.get_string() == wanted;
                     });
}

KeyPtr build_key(const char* type, OSSL_PARAM_BLD* build) {
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(build));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return KeyPtr(key);
}

KeyPtr rsa_key(const Bytes& modulus, const Bytes& exponent) {
  const Number n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  const Number e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
  if (!n || !e || !build || BN_num_bits(n.get()) < kRsaBitsMin ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return build_key("RSA", build.get());
}

KeyPtr p256_key(const Bytes& x, const Bytes& y) {
  if (x.size() != kCoordinate || y.size() != kCoordinate) return nullptr;
  Bytes point{4};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
  if (!build ||
      OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return build_key("EC", build.get());
}

/// Both halves one after the other (RFC 7518) to what OpenSSL verifies.
std::optional<Bytes> der_of(const Bytes& signature) {
  if (signature.size() != 2 * kCoordinate) return std::nullopt;
  const Owned<ECDSA_SIG, ECDSA_SIG_free> parts(ECDSA_SIG_new());
  Number r(BN_bin2bn(signature.data(), kCoordinate, nullptr));
  Number s(BN_bin2bn(signature.data() + kCoordinate, kCoordinate, nullptr));
  if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) {
    return std::nullopt;
  }
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  if (size <= 0) return std::nullopt;
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Error no_voucher() {
  return {ErrorCode::unauthenticated, "This is no voucher for this service."};
}

Status check_claims(const json::object& claims, const VoucherPolicy& policy, std::int64_t now_ms) {
  if (text_at(claims, "iss") != policy.issuer || !has_audience(claims, policy.audience)) {
    return no_voucher();
  }
  const auto expires = date_at(claims, "exp");
  if (!expires) return no_voucher();
  if (now_ms >= *expires + kSkewMs) return {ErrorCode::expired, "The voucher has expired."};
  for (const char* name : {"nbf", "iat"}) {
    const auto from = date_at(claims, name);
    if (claims.contains(name) && !from) return no_voucher();
    if (from && now_ms + kSkewMs < *from) {
      return {ErrorCode::not_yet, "The voucher is not valid yet."};
    }
  }
  if (!policy.purpose.empty() && text_at(claims, "purposeId") != policy.purpose) {
    return {ErrorCode::not_allowed, "The voucher is for another purpose."};
  }
  return {};
}

Voucher voucher_of(const json::object& claims) {
  std::string client = text_at(claims, "client_id");
  if (client.empty()) client = text_at(claims, "sub");
  // It goes into logs.
  const bool printable = std::all_of(client.begin(), client.end(),
                                     [](char c) { return c > ' ' && c <= '~'; });
  if (client.empty() || client.size() > kClientMax || !printable) client = "machine";
  return {client};
}

}  // namespace

struct VoucherKeys::Key {
  KeyPtr key;
  std::string algorithm;
};

Result<VoucherKeys::Keys> VoucherKeys::read(const std::string& text) {
  const auto set = object_of(Bytes(text.begin(), text.end()));
  const json::value* list = set ? set->if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) {
    return Error{ErrorCode::malformed, "is no JWKS file: {\"keys\": [...]}"};
  }
  Keys keys;
  for (const json::value& one : list->get_array()) {
    if (!one.is_object()) continue;
    const json::object& told = one.get_object();
    const auto part = [&told](const char* name) {
      return from_base64url(text_at(told, name)).value_or(Bytes{});
    };
    const std::string use = text_at(told, "use");
    if (!use.empty() && use != "sig") continue;
    Key key;
    if (text_at(told, "kty") == "RSA") key = {rsa_key(part("n"), part("e")), "RS256"};
    if (text_at(told, "kty") == "EC") key = {p256_key(part("x"), part("y")), "ES256"};
    const std::string algorithm = text_at(told, "alg");
    const std::string id = text_at(told, "kid");
    if (!key.key || id.empty() || (!algorithm.empty() && algorithm != key.algorithm)) continue;
    keys.insert_or_assign(id, std::make_shared<const Key>(std::move(key)));
  }
  if (keys.empty()) {
    return Error{ErrorCode::malformed, "holds no key of RSA (2048 bits or more) or P-256"};
  }
  return Result<Keys>(std::move(keys));
}

Status VoucherKeys::reload() {
  std::ifstream stream(file_, std::ios::binary);
  std::string text(kKeysBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.empty()) return {ErrorCode::not_found, "siuss_keys: " + file_ + ": cannot be read"};
  if (text.size() > kKeysBytesMax) {
    return {ErrorCode::limit_exceeded, "siuss_keys: " + file_ + ": more than 256 KiB"};
  }
  auto keys = read(text);
  if (!keys.ok()) {
    return {keys.error().code, "siuss_keys: " + file_ + ": " + keys.error().detail};
  }
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys).value();
  return {};
}

std::size_t VoucherKeys::size() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

Result<Voucher> VoucherKeys::verify(std::string_view token, const VoucherPolicy& policy,
                                    std::int64_t now_ms) const {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > kVoucherBytesMax || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last) {
    return no_voucher();
  }
  const auto head_bytes = from_base64url(token.substr(0, first));
  const auto body_bytes = from_base64url(token.substr(first + 1, last - first - 1));
  auto signature = from_base64url(token.substr(last + 1));
  if (!head_bytes || !body_bytes || !signature) return no_voucher();
  const auto head = object_of(*head_bytes);
  const auto claims = object_of(*body_bytes);
  if (!head || !claims || head->contains("crit")) return no_voucher();
  std::shared_ptr<const Key> key;
  {
    const std::lock_guard lock(mutex_);
    const auto at = keys_.find(text_at(*head, "kid"));
    if (at != keys_.end()) key = at->second;
  }
  // The key says which algorithm it is for; the voucher only repeats it.
  if (!key || text_at(*head, "alg") != key->algorithm) return no_voucher();
  if (key->algorithm == "ES256") signature = der_of(*signature);
  if (!signature) return no_voucher();
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const std::string_view payload = token.substr(0, last);
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key->key.get()) != 1 ||
      EVP_DigestVerify(context.get(), signature->data(), signature->size(),
                       reinterpret_cast<const unsigned char*>(payload.data()),
                       payload.size()) != 1) {
    return no_voucher();
  }
  INSIEME_TRY(check_claims(*claims, policy, now_ms));
  return voucher_of(*claims);
}

}  // namespace insieme::server
