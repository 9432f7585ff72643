// There is one locale there, and streams would bring all that libc++ knows of others: money, dates
// and wide letters, 2 % of the module.

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "number_text.hpp"

namespace insieme::schema::detail {

std::optional<double> real_from(const std::string& text) {
  // strtod knows infinities, hexadecimal numbers and blanks before them, too.
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) {
    return std::nullopt;
  }
  char* end = nullptr;
  const double out = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

std::string real_with_digits(double number, int digits) {
  char text[32];  // sign, 17 digits, point, exponent of five characters
  const int length = std::snprintf(text, sizeof text, "%.*g", digits, number);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace insieme::schema::detail
