// The only file that knows <regex>, which is slow to compile and recursive at run time: patterns
// see short strings only.

#include <atomic>
#include <memory>
#include <optional>
#include <regex>

#include "parse.hpp"

namespace insieme::schema {

struct Pattern {
  using Compiled = std::optional<std::regex>;  ///< empty if the expression is unsound
  explicit Pattern(std::string text) : expression(std::move(text)) {}
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() { delete compiled.load(); }
  std::string expression;
  mutable std::atomic<const Compiled*> compiled = nullptr;  ///< bundles are shared by threads
};

namespace detail {

namespace {

constexpr std::size_t kPatternInputBytesMax = 1'000;

const Pattern::Compiled& compiled(const Pattern& pattern) {
  if (const auto* known = pattern.compiled.load()) return *known;
  auto made = std::make_unique<Pattern::Compiled>();
  try {
    made->emplace(pattern.expression, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error&) {
    made->reset();
  }
  // Where two threads were here at once, the first one's is kept.
  const Pattern::Compiled* first = nullptr;
  if (pattern.compiled.compare_exchange_strong(first, made.get())) return *made.release();
  return *first;
}

}  // namespace

std::shared_ptr<const Pattern> make_pattern(const std::string& expression) {
  return std::make_shared<const Pattern>(expression);
}

bool is_sound(const Pattern& pattern) { return compiled(pattern).has_value(); }

bool matches(const Pattern& pattern, std::string_view text) {
  if (text.size() > kPatternInputBytesMax) return false;
  const auto& expression = compiled(pattern);
  if (!expression) return false;
  try {
    return std::regex_match(text.begin(), text.end(), *expression);
  } catch (const std::regex_error&) {  // too complex for the library: not a match
    return false;
  }
}

}  // namespace detail
}  // namespace insieme::schema
