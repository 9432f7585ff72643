#include "machines/machine_keys.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "jose.hpp"
#include "owned.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kTextMax = 64 * 1024;
constexpr std::size_t kIdMax = 100;
constexpr std::size_t kCoordinate = 32;

Error malformed(std::string what) { return {ErrorCode::malformed, std::move(what)}; }

Error no_key() {
  return malformed(
      "is no public key of RSA (2048 bits or more), P-256 or Ed25519: PEM, a certificate, a JWK or "
      "a set of them");
}

std::string bytes_of(const BIGNUM* number, std::size_t size) {
  std::string bytes(size == 0 ? static_cast<std::size_t>(BN_num_bytes(number)) : size, '\0');
  const int wanted = static_cast<int>(bytes.size());
  const int put =
      BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), wanted);
  return put == wanted ? bytes : std::string();
}

/// One number of a key, in base64url; empty if it has none.
std::string number_of(const EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &found) != 1) return {};
  const Owned<BIGNUM, BN_free> number(found);
  return to_base64url(bytes_of(number.get(), size));
}

std::optional<json::object> jwk_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return json::object{{"kty", "RSA"},
                          {"n", number_of(key, OSSL_PKEY_PARAM_RSA_N, 0)},
                          {"e", number_of(key, OSSL_PKEY_PARAM_RSA_E, 0)}};
    case EVP_PKEY_EC: {
      std::array<char, 64> group{};
      std::size_t size = 0;
      if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(),
                                         group.size(), &size) != 1 ||
          std::string_view(group.data(), size) != "prime256v1") {
        return std::nullopt;
      }
      return json::object{{"kty", "EC"},
                          {"crv", "P-256"},
                          {"x", number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinate)},
                          {"y", number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinate)}};
    }
    case EVP_PKEY_ED25519: {
      std::string raw(kCoordinate, '\0');
      std::size_t size = raw.size();
      if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) !=
              1 ||
          size != raw.size()) {
        return std::nullopt;
      }
      return json::object{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", to_base64url(raw)}};
    }
    default: return std::nullopt;
  }
}

/// The first public key or certificate of the text.
std::optional<json::object> jwk_of_pem(std::string_view text) {
  const auto open = [text] {
    return Owned<BIO, BIO_free_all>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  };
  std::optional<json::object> jwk;
  if (text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    const auto source = open();
    const Owned<X509, X509_free> certificate(
        PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (certificate && X509_get0_pubkey(certificate.get()) != nullptr) {
      jwk = jwk_of(X509_get0_pubkey(certificate.get()));
    }
  } else {
    const auto source = open();
    const Owned<EVP_PKEY, EVP_PKEY_free> key(
        PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr));
    if (key) jwk = jwk_of(key.get());
  }
  ERR_clear_error();
  return jwk;
}

/// The members that name a key, in their order, without anything between them: RFC 7638.
std::string thumbprint(const json::object& jwk) {
  const std::string type = text_claim(jwk, "kty");
  std::vector<const char*> names{"crv", "kty", "x", "y"};
  if (type == "RSA") names = {"e", "kty", "n"};
  if (type == "OKP") names = {"crv", "kty", "x"};
  json::object plain;
  for (const char* name : names) plain[name] = text_claim(jwk, name);
  const std::string text = json::serialize(plain);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<MachineKey> machine_key(const json::object& told) {
  for (const char* secret : {"d", "p", "q", "k"}) {
    if (told.contains(secret)) {
      return Error{ErrorCode::not_allowed,
                   "is a private key, or a shared secret: hand in the public key alone, and take "
                   "another one, since this one was seen"};
    }
  }
  MachineKey key;
  for (const char* name : {"kty", "crv", "x", "y", "n", "e"}) {
    if (told.contains(name)) key.jwk[name] = text_claim(told, name);
  }
  for (const char* name : {"use", "alg"}) {  // judged, and not kept
    if (told.contains(name)) key.jwk[name] = text_claim(told, name);
  }
  const auto useful =
      parse_key_set(json::serialize(json::object{{"keys", json::array{key.jwk}}}));
  if (!useful.ok()) return no_key();
  key.jwk.erase("use");
  key.jwk.erase("alg");
  const std::string type = text_claim(key.jwk, "kty");
  key.algorithm = type == "RSA" ? "RS256" : type == "EC" ? "ES256" : "EdDSA";
  key.id = told.contains("kid") ? text_claim(told, "kid") : thumbprint(key.jwk);
  if (!is_id(key.id)) return malformed("has a \"kid\" that is no word of at most 100 characters");
  key.jwk["kid"] = key.id;
  key.jwk["alg"] = key.algorithm;
  return Result<MachineKey>(std::move(key));
}

Result<json::array> told_keys(std::string_view text) {
  if (text.size() > kTextMax) return Error{ErrorCode::limit_exceeded, "holds more than 64 KiB"};
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    return Error{ErrorCode::not_allowed,
                 "holds a private key: hand in the public key alone "
                 "(openssl pkey -in KEY -pubout)"};
  }
  if (text.find("-----BEGIN ") != std::string_view::npos) {
    auto jwk = jwk_of_pem(text);
    if (!jwk) return no_key();
    return json::array{*std::move(jwk)};
  }
  json::parse_options options;
  options.max_depth = 4;
  json::error_code error;
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !value.is_object()) return no_key();
  const json::value* list = value.get_object().if_contains("keys");
  if (list == nullptr) return json::array{value};
  if (!list->is_array()) return no_key();
  return list->get_array();
}

}  // namespace

Result<std::vector<MachineKey>> parse_machine_keys(std::string_view text) {
  INSIEME_TRY_ASSIGN(const json::array told, told_keys(text));
  if (told.empty()) return no_key();
  if (told.size() > kMachineKeysMax) {
    return Error{ErrorCode::limit_exceeded, "holds more than 8 keys"};
  }
  std::vector<MachineKey> keys;
  for (const json::value& one : told) {
    if (!one.is_object()) return no_key();
    INSIEME_TRY_ASSIGN(MachineKey key, machine_key(one.get_object()));
    for (const MachineKey& other : keys) {
      if (other.id == key.id) {
        return Error{ErrorCode::already_exists, "holds two keys of one name (kid)"};
      }
    }
    keys.push_back(std::move(key));
  }
  return Result<std::vector<MachineKey>>(std::move(keys));
}

std::string key_set_of(const std::vector<MachineKey>& keys) {
  json::array all;
  for (const MachineKey& key : keys) all.push_back(key.jwk);
  return json::serialize(json::object{{"keys", std::move(all)}});
}

}  // namespace insieme::server
