#pragma once
// Errors over HTTP (RFC 9457), and the one table from our codes to statuses.

#include <span>
#include <string>
#include <string_view>

#include "insieme/server/http.hpp"
#include "insieme/server/limiter.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

/// `slug` ends the problem's type. Texts are for people and never tell internals.
struct Problem {
  int status = 500;
  std::string_view slug = "internal";
  std::string_view title = "Internal error";
  std::string detail;
  std::string detail_it;  ///< the same in Italian; may be empty
  std::string_view error{};  ///< the word of OAuth (RFC 6749, 5.2) for it, where it is one
};
[[nodiscard]] Response problem_response(const Problem& problem);

/// All that a status may stand for: what the API document says, held to the code by
/// tools/check_docs.py. Lists are separated by blanks.
struct ProblemKind {
  int status;
  std::string_view title;
  std::string_view slugs;
  std::string_view headers;  ///< beside those of every reply
};
[[nodiscard]] std::span<const ProblemKind> problem_kinds() noexcept;

/// Unknown codes are 500. A detail is passed on only where it tells the sender about what it sent.
[[nodiscard]] int http_status_of(ErrorCode code) noexcept;
[[nodiscard]] Response problem_of(const Error& error);

/// 429, and when to come back.
[[nodiscard]] Response too_many(const Allowance& allowance);
/// `X-RateLimit-…`, where there is a limit.
void tell_limit(Response& response, const Allowance& allowance);

[[nodiscard]] Response json_response(int status, std::string text);
[[nodiscard]] Response text_response(int status, std::string_view content_type, std::string text);

}  // namespace insieme::server
