#pragma once
// JSON Web Tokens (RFC 7519) that somebody else signed, and the keys that they publish (RFC 7517).
// After RFC 8725 the key says which algorithm it is for and a token only repeats it: `none`, or a
// public key taken for a shared secret, is no signature here.

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::server {

/// Public keys: RSA of 2048 bits or more for RS256, P-256 for ES256, Ed25519 for EdDSA. Immutable;
/// copies share the keys.
class JsonWebKeys {
 public:
  struct Key;
  /// The key of that name. Without a name, the only one for that algorithm. Null if there is none.
  [[nodiscard]] const Key* find(std::string_view name, std::string_view algorithm) const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  friend Result<JsonWebKeys> parse_key_set(std::string_view text);
  struct Named {
    std::string name;  ///< may be empty
    std::shared_ptr<const Key> key;
  };
  std::vector<Named> keys_;
};

/// Other keys than those above, and those that are not for signatures, are left aside.
/// `malformed`: no set of keys, or none of its keys is of use.
[[nodiscard]] Result<JsonWebKeys> parse_key_set(std::string_view text);

/// The claims of a token that one of the keys signed. `not_found`: it names a key that is not among
/// them, and nothing else is known of it; `unauthenticated`: anything else.
[[nodiscard]] Result<boost::json::object> open_jwt(std::string_view token,
                                                   const JsonWebKeys& keys,
                                                   std::size_t bytes_max);

/// What a token says of its `sub`, which nobody has proven: only to find the keys to judge it by.
/// Empty if it says nothing.
[[nodiscard]] std::string unproven_subject(std::string_view token, std::size_t bytes_max);

// ---- claims ----
/// Empty if it is missing or no text.
[[nodiscard]] std::string text_claim(const boost::json::object& claims, std::string_view name);
/// A NumericDate, also with a fraction, in ms since 1970.
[[nodiscard]] std::optional<std::int64_t> date_claim(const boost::json::object& claims,
                                                     std::string_view name);
/// Whether `aud` is that, or names it among others.
[[nodiscard]] bool has_audience(const boost::json::object& claims, std::string_view wanted);

// ---- base64url (RFC 4648, 5), without padding and nothing else than its alphabet ----
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text);
[[nodiscard]] std::string to_base64url(std::string_view bytes);

}  // namespace insieme::server
