#pragma once
// What an identity provider answers: its description (OpenID Connect Discovery 1.0), a token reply,
// and an id token's claims (OpenID Connect Core 1.0, 3.1.3.7).

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "insieme/sync/result.hpp"

namespace insieme::server {

/// Clocks of two organizations differ by so much.
inline constexpr std::int64_t kSignInSkewMs = 60'000;
inline constexpr std::size_t kIdTokenBytesMax = 16 * 1024;
inline constexpr std::size_t kSubjectBytesMax = 255;

struct ProviderFacts {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  bool names_itself = false;  ///< adds `iss` where it sends a browser back (RFC 9207)
  bool secret_in_form = false;  ///< takes a client's secret there only
};
/// `malformed`: no such description, one of somebody else, or an address that is not `https://`.
[[nodiscard]] Result<ProviderFacts> parse_provider_facts(std::string_view text,
                                                         std::string_view issuer);

/// The id token of a reply of the token endpoint. `malformed` if there is none.
[[nodiscard]] Result<std::string> parse_token_reply(std::string_view text);
/// `error` of a refusal of the token endpoint, fit for a log; empty if there is none.
[[nodiscard]] std::string error_of_reply(std::string_view text);

/// An error code of a provider, fit for a log.
[[nodiscard]] std::string plain_error(std::string error);

/// What a sign-in has to say.
struct IdTokenWanted {
  std::string_view issuer;
  std::string_view client;
  std::string_view nonce;
  std::int64_t begun_ms = 0;  ///< nobody may have been recognised by what they did before
};
struct SignedIn {
  std::string subject;
  std::string email;  ///< lower case; empty unless the provider has verified it
};
/// Of claims whose signature was proven. The error's detail says what is wrong, for the log.
[[nodiscard]] Result<SignedIn> check_id_token(const boost::json::object& claims,
                                              const IdTokenWanted& wanted, std::int64_t now_ms);

/// In lower case; empty if it cannot be an address.
[[nodiscard]] std::string plain_email(std::string_view text);

}  // namespace insieme::server
