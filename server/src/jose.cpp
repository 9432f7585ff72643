#include "jose.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <boost/json.hpp>

#include <algorithm>

#include "owned.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;
using Bytes = std::vector<std::uint8_t>;

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 16'384;  // beyond it a signature takes long to check
constexpr std::size_t kCoordinate = 32;
constexpr std::size_t kKeysMax = 64;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Number = Owned<BIGNUM, BN_free>;
using KeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;

std::optional<json::object> object_of(const Bytes& bytes) {
  json::parse_options options;
  options.max_depth = 4;
  json::error_code error;
  const json::value value = json::parse(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return value.get_object();
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
      BN_num_bits(n.get()) > kRsaBitsMax ||
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

KeyPtr ed25519_key(const Bytes& x) {
  return KeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x.data(), x.size()));
}

Error no_token() { return {ErrorCode::unauthenticated, "This is no token of this authority."}; }

}  // namespace

struct JsonWebKeys::Key {
  KeyPtr key;
  std::string algorithm;

  [[nodiscard]] bool has_signed(std::string_view payload, Bytes signature) const {
    if (algorithm == "ES256") signature = der_of(signature).value_or(Bytes{});
    if (signature.empty()) return false;
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    const EVP_MD* digest = algorithm == "EdDSA" ? nullptr : EVP_sha256();
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                            reinterpret_cast<const unsigned char*>(payload.data()),
                            payload.size()) == 1;
  }
};

const JsonWebKeys::Key* JsonWebKeys::find(std::string_view name,
                                          std::string_view algorithm) const {
  const Key* only = nullptr;
  for (const Named& one : keys_) {
    if (!name.empty() && one.name == name) return one.key.get();
    if (!name.empty() || one.key->algorithm != algorithm) continue;
    if (only != nullptr) return nullptr;  // two, and nobody says which
    only = one.key.get();
  }
  return only;
}

Result<JsonWebKeys> parse_key_set(std::string_view text) {
  const auto set = object_of(Bytes(text.begin(), text.end()));
  const json::value* list = set ? set->if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) {
    return Error{ErrorCode::malformed, "is no JWKS file: {\"keys\": [...]}"};
  }
  JsonWebKeys keys;
  for (const json::value& one : list->get_array()) {
    if (!one.is_object() || keys.keys_.size() == kKeysMax) continue;
    const json::object& told = one.get_object();
    const auto part = [&told](const char* name) {
      return from_base64url(text_claim(told, name)).value_or(Bytes{});
    };
    const std::string use = text_claim(told, "use");
    if (!use.empty() && use != "sig") continue;
    const std::string type = text_claim(told, "kty");
    const std::string curve = text_claim(told, "crv");
    JsonWebKeys::Key key;
    if (type == "RSA") key = {rsa_key(part("n"), part("e")), "RS256"};
    if (type == "EC" && curve == "P-256") key = {p256_key(part("x"), part("y")), "ES256"};
    if (type == "OKP" && curve == "Ed25519") key = {ed25519_key(part("x")), "EdDSA"};
    const std::string algorithm = text_claim(told, "alg");
    if (!key.key || (!algorithm.empty() && algorithm != key.algorithm)) continue;
    keys.keys_.push_back(
        {text_claim(told, "kid"), std::make_shared<const JsonWebKeys::Key>(std::move(key))});
  }
  if (keys.keys_.empty()) {
    return Error{ErrorCode::malformed,
                 "holds no key of RSA (2048 bits or more), P-256 or Ed25519"};
  }
  return Result<JsonWebKeys>(std::move(keys));
}

Result<json::object> open_jwt(std::string_view token, const JsonWebKeys& keys,
                              std::size_t bytes_max) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > bytes_max || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last) {
    return no_token();
  }
  const auto head_bytes = from_base64url(token.substr(0, first));
  const auto body_bytes = from_base64url(token.substr(first + 1, last - first - 1));
  const auto signature = from_base64url(token.substr(last + 1));
  if (!head_bytes || !body_bytes || !signature) return no_token();
  const auto head = object_of(*head_bytes);
  auto claims = object_of(*body_bytes);
  // What `crit` names has to be understood, and nothing of it is here.
  if (!head || !claims || head->contains("crit")) return no_token();
  const std::string algorithm = text_claim(*head, "alg");
  const bool is_ours = algorithm == "RS256" || algorithm == "ES256" || algorithm == "EdDSA";
  if (!is_ours) return no_token();
  const std::string name = text_claim(*head, "kid");
  if (name.empty() && head->contains("kid")) return no_token();
  const JsonWebKeys::Key* key = keys.find(name, algorithm);
  if (key == nullptr) return Error{ErrorCode::not_found, "The token names another key."};
  if (key->algorithm != algorithm || !key->has_signed(token.substr(0, last), *signature)) {
    return no_token();
  }
  return *std::move(claims);
}

std::string unproven_subject(std::string_view token, std::size_t bytes_max) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > bytes_max || first == std::string_view::npos || first == last) return {};
  const auto bytes = from_base64url(token.substr(first + 1, last - first - 1));
  const auto claims = bytes ? object_of(*bytes) : std::nullopt;
  return claims ? text_claim(*claims, "sub") : std::string();
}

std::string text_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> date_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1000);
}

bool has_audience(const json::object& claims, std::string_view wanted) {
  const json::value* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (value->is_string()) return std::string_view(value->get_string()) == wanted;
  if (!value->is_array()) return false;
  return std::any_of(value->get_array().begin(), value->get_array().end(),
                     [&](const json::value& one) {
                       return one.is_string() && std::string_view(one.get_string()) == wanted;
                     });
}

std::optional<Bytes> from_base64url(std::string_view text) {
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

std::string to_base64url(std::string_view bytes) {
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

}  // namespace insieme::server
