#pragma once
// The public keys of a machine, as an operator hands them in: PEM, a certificate, a JWK (RFC 7517)
// or a set of them. What is kept is a set that holds nothing but public parts.

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::server {

inline constexpr std::size_t kMachineKeysMax = 8;  ///< of one machine

struct MachineKey {
  std::string id;         ///< `kid`: its own, or the thumbprint of RFC 7638
  std::string algorithm;  ///< RS256, ES256 or EdDSA
  boost::json::object jwk;
};

/// All keys of the text, each of use. `malformed`: no keys, or one that is not RSA of 2048 bits or
/// more, P-256 or Ed25519; `not_allowed`: a private key, which is nobody's to send;
/// `already_exists`: two of one name; `limit_exceeded`.
[[nodiscard]] Result<std::vector<MachineKey>> parse_machine_keys(std::string_view text);

/// A JWKS document, which parse_machine_keys and parse_key_set read.
[[nodiscard]] std::string key_set_of(const std::vector<MachineKey>& keys);

}  // namespace insieme::server
