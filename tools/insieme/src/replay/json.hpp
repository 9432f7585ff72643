#pragma once
// JSON as the scripts of `insieme replay` need it (RFC 8259), stricter and more exact than a
// general parser: numbers keep all their digits, a key stands once, lone surrogates and bytes that
// are not UTF-8 are refused, and depth is bounded.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::replay {

struct Json {
  /// `real`: a number with a fraction or an exponent, or beyond 64 bits.
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;  ///< finite
  std::string text;
  std::vector<Json> items;
  struct Member;
  std::vector<Member> members;  ///< in the order of the text

  [[nodiscard]] bool is(Kind which) const noexcept { return kind == which; }
  /// Null if there is no such member.
  [[nodiscard]] const Json* find(std::string_view key) const noexcept;
};

struct Json::Member {
  std::string key;
  Json value;
};

/// The whole text must be one value. Errors: `malformed`, with what is wrong and at which byte.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// Canonical: what JSON requires to be escaped is, in its shortest form; all else is UTF-8.
void append_string(std::string& out, std::string_view text);
/// As RFC 8785 writes numbers (the shortest digits that read back as the same double).
void append_real(std::string& out, double value);

}  // namespace insieme::replay
