// The only file that knows <regex>, which is slow to compile and recursive at run time: patterns
// see short strings only.

#include <regex>

#include "parse.hpp"

namespace insieme::schema {

struct Pattern {
  std::regex expression;
};

namespace detail {

namespace {
constexpr std::size_t kPatternInputBytesMax = 1'000;
}

std::shared_ptr<const Pattern> compile_pattern(const std::string& expression) {
  try {
    return std::make_shared<const Pattern>(
        Pattern{std::regex(expression, std::regex::ECMAScript | std::regex::optimize)});
  } catch (const std::regex_error&) {
    return nullptr;
  }
}

bool matches(const Pattern& pattern, std::string_view text) {
  if (text.size() > kPatternInputBytesMax) return false;
  try {
    return std::regex_match(text.begin(), text.end(), pattern.expression);
  } catch (const std::regex_error&) {  // too complex for the library: not a match
    return false;
  }
}

}  // namespace detail
}  // namespace insieme::schema
