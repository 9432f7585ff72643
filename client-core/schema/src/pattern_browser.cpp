// Patterns as JavaScript's own RegExp matches them: std::regex would be 1 % of the module. It sees
// bytes, as std::regex does: each becomes a character of the same number.

#include <emscripten.h>

#include "parse.hpp"

namespace insieme::schema {

struct Pattern {
  explicit Pattern(std::string text) : expression(std::move(text)) {}
  std::string expression;
};

namespace {

constexpr std::size_t kPatternInputBytesMax = 1'000;

// 1 a match, 0 none, -1 no such expression. The engine remembers what it compiled.
EM_JS(int, match_pattern,
      (const char* expression, std::size_t expression_bytes, const char* text,
       std::size_t text_bytes),
      {
        var letters = function(from, length) {
          return String.fromCharCode.apply(null, HEAPU8.subarray(from, from + length));
        };
        var pattern = letters(expression, expression_bytes);
        try {
          new RegExp(pattern);  // alone: not only together with what stands around it
          return new RegExp("^(?:" + pattern + ")$").test(letters(text, text_bytes)) ? 1 : 0;
        } catch (error) {
          return -1;
        }
      });

int match(const Pattern& pattern, std::string_view text) {
  return match_pattern(pattern.expression.data(), pattern.expression.size(), text.data(),
                       text.size());
}

}  // namespace

namespace detail {

std::shared_ptr<const Pattern> make_pattern(const std::string& expression) {
  return std::make_shared<const Pattern>(expression);
}

bool is_sound(const Pattern& pattern) { return match(pattern, "") >= 0; }

bool matches(const Pattern& pattern, std::string_view text) {
  return text.size() <= kPatternInputBytesMax && match(pattern, text) == 1;
}

}  // namespace detail
}  // namespace insieme::schema
