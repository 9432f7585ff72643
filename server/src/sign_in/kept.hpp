#pragma once
// What is kept of a sign-in between two requests: sealed by a secret that comes and goes with the
// requests, so that the repository, which any server of the space may ask, tells nobody anything.

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "insieme/server/sign_in_rows.hpp"

namespace insieme::server {

inline constexpr std::size_t kSignInSecretMax = 128;  ///< bytes of a state or a ticket

/// The row under which `secret` finds `said`. Throws nothing but what memory does.
[[nodiscard]] SignInRow keep_sign_in(SignInKind kind, std::string_view secret,
                                     const boost::json::object& said, std::int64_t until_ms);

struct KeptSignIn {
  SignInRow row;
  boost::json::object said;
};
/// Nothing if there is none (any more), or if the secret cannot be one.
[[nodiscard]] std::optional<KeptSignIn> find_kept(SignInRowStore& rows, SignInKind kind,
                                                  std::string_view secret,
                                                  std::int64_t now_ms);

/// Empty if it is missing or no text.
[[nodiscard]] std::string text_in(const boost::json::object& said, std::string_view name);
/// 0 if it is missing or no number.
[[nodiscard]] std::int64_t number_in(const boost::json::object& said, std::string_view name);

}  // namespace insieme::server
