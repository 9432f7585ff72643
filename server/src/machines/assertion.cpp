#include "machines/assertion.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

#include "jose.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kJtiMax = 255;

/// The only audience of the assertion; nothing if there are others. One that is good here and
/// elsewhere could be carried from there to here.
std::optional<std::string> only_audience(const boost::json::object& claims) {
  const boost::json::value* value = claims.if_contains("aud");
  if (value != nullptr && value->is_array() && value->get_array().size() == 1) {
    value = &value->get_array().front();
  }
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

Status check_dates(const boost::json::object& claims, std::int64_t now_ms) {
  const auto expires = date_claim(claims, "exp");
  if (!expires) return {ErrorCode::malformed, "The assertion needs \"exp\"."};
  if (now_ms >= *expires + kAssertionSkewMs) {
    return {ErrorCode::expired, "The assertion has expired; compare the clocks."};
  }
  if (*expires > now_ms + kAssertionLongestMs + kAssertionSkewMs) {
    return {ErrorCode::malformed, "The assertion lasts too long: 10 minutes at most."};
  }
  for (const char* name : {"nbf", "iat"}) {
    const auto from = date_claim(claims, name);
    if (claims.contains(name) && !from) {
      return {ErrorCode::malformed, "\"" + std::string(name) + "\" is no date."};
    }
    if (from && now_ms + kAssertionSkewMs < *from) {
      return {ErrorCode::not_yet, "The assertion is not valid yet; compare the clocks."};
    }
  }
  return {};
}

}  // namespace

Result<Assertion> check_assertion(const boost::json::object& claims, std::string_view client,
                                  std::span<const std::string> audiences, std::int64_t now_ms) {
  if (text_claim(claims, "iss") != client || text_claim(claims, "sub") != client) {
    return Error{ErrorCode::unauthenticated, "\"iss\" and \"sub\" are the machine's name, both."};
  }
  const auto audience = only_audience(claims);
  if (!audience || std::find(audiences.begin(), audiences.end(), *audience) == audiences.end()) {
    return Error{ErrorCode::unauthenticated,
                 "The assertion is for somebody else: \"aud\" is " + audiences.front() +
                     " and nothing besides."};
  }
  INSIEME_TRY(check_dates(claims, now_ms));
  const std::string id = text_claim(claims, "jti");
  if (id.empty() || id.size() > kJtiMax) {
    return Error{ErrorCode::malformed, "The assertion needs a \"jti\" of at most 255 bytes."};
  }
  Assertion assertion;
  assertion.name = sync::Hasher("insieme machine assertion v1").add(client).add(id).finish();
  // Twice: another server of the space, whose clock is behind, must still find it used.
  assertion.until_ms = *date_claim(claims, "exp") + 2 * kAssertionSkewMs;
  return assertion;
}

std::vector<std::string> scope_words(std::string_view scopes) {
  std::vector<std::string> words;
  while (!scopes.empty()) {
    const std::size_t end = std::min(scopes.find(' '), scopes.size());
    if (end > 0) words.emplace_back(scopes.substr(0, end));
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::string join_scopes(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

bool has_scope(std::string_view scopes, std::string_view wanted) {
  const std::vector<std::string> words = scope_words(scopes);
  return std::find(words.begin(), words.end(), wanted) != words.end();
}

}  // namespace insieme::server
