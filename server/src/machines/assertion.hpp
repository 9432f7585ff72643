#pragma once
// Judging the assertion by which a machine proves who it is (RFC 7523, 3, and what its revision
// and ModI add): for this server alone, for minutes, once.

#include <boost/json/object.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

inline constexpr std::size_t kAssertionBytesMax = 6 * 1024;
inline constexpr std::int64_t kAssertionLongestMs = 10 * 60'000;
inline constexpr std::int64_t kAssertionSkewMs = 60'000;

struct Assertion {
  sync::Digest name;  ///< of the machine and its `jti`: to be used up
  std::int64_t until_ms = 0;  ///< from then on it is refused anyway, by every clock that is near
};

/// `claims` were signed by a key of `client`. `audiences`: this server's names.
/// Errors: `unauthenticated` (of somebody else, or for somebody else), `expired`, `not_yet`,
/// `malformed`. Their details are for whoever holds the key.
[[nodiscard]] Result<Assertion> check_assertion(const boost::json::object& claims,
                                                std::string_view client,
                                                std::span<const std::string> audiences,
                                                std::int64_t now_ms);

// ---- scopes ----
/// The words, sorted, each once; empty for none.
[[nodiscard]] std::vector<std::string> scope_words(std::string_view scopes);
[[nodiscard]] std::string join_scopes(const std::vector<std::string>& words);
[[nodiscard]] bool has_scope(std::string_view scopes, std::string_view wanted);

}  // namespace insieme::server
