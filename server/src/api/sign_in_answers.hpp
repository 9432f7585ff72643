#pragma once
// What all ways to sign in answer in the same words.

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "insieme/server/api.hpp"
#include "insieme/server/http.hpp"
#include "insieme/server/limiter.hpp"

namespace insieme::server {

/// Of what a client brings: a challenge, later its verifier, at most kSignInSecretMax (kept.hpp).
inline constexpr std::size_t kChallengeHex = 64;
inline constexpr std::size_t kVerifierMin = 32;

[[nodiscard]] Response bad_sign_in(std::string detail);
[[nodiscard]] Response no_sign_in();
[[nodiscard]] Response unknown_sign_in();
[[nodiscard]] Response busy_with_sign_ins();
/// 403.
[[nodiscard]] Response refused_sign_in(std::string_view slug, std::string detail,
                                       std::string detail_it);
/// 200, and nobody keeps it.
[[nodiscard]] Response told_once(const boost::json::object& body);
/// 429, if the address of the request has asked too often.
[[nodiscard]] std::optional<Response> over_limit(Limiter& limiter, const Services& services,
                                                 const Request& request);

}  // namespace insieme::server
