// How a dump writes numbers, by the letter of docs/testing.md and RFC 8785 (which has it from
// ECMAScript, "Number::toString"), with the C library's exact conversions.
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "replay/oracle.hpp"

namespace insieme::testing::replay {
namespace {

/// The fewest digits that read back as `positive`, and the power of ten before which they stand:
/// 0.DIGITS times ten to it.
struct Digits {
  std::string digits;
  int power = 0;
};
Digits shortest(double positive) {
  char text[40];
  for (int precision = 0; precision < 17; ++precision) {
    std::snprintf(text, sizeof text, "%.*e", precision, positive);
    if (std::strtod(text, nullptr) == positive) break;
  }
  Digits result;
  const std::string spelled(text);
  const std::size_t e = spelled.find('e');
  for (const char c : spelled.substr(0, e)) {
    if (c != '.') result.digits += c;
  }
  result.power = std::atoi(spelled.substr(e + 1).c_str()) + 1;
  return result;
}

}  // namespace

std::uint64_t capped_sum(std::uint64_t a, std::uint64_t b) {
  return a + b < a ? UINT64_MAX : a + b;
}

std::string number_text(const std::string& spelling) {
  if (spelling.find_first_of(".eE") == std::string::npos) {
    errno = 0;
    const long long whole = std::strtoll(spelling.c_str(), nullptr, 10);
    if (errno == 0) return std::to_string(whole);
  }
  const double number = std::strtod(spelling.c_str(), nullptr);
  const double limit = std::ldexp(1.0, 63);
  if (std::floor(number) == number && -limit <= number && number < limit) {
    return std::to_string(static_cast<long long>(number));
  }
  const auto [digits, n] = shortest(std::fabs(number));
  const std::string sign = number < 0 ? "-" : "";
  const int k = static_cast<int>(digits.size());
  if (k <= n && n <= 21) return sign + digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21) {
    const auto whole = static_cast<std::size_t>(n);
    return sign + digits.substr(0, whole) + "." + digits.substr(whole);
  }
  if (-6 < n && n <= 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  }
  const std::string fraction = k == 1 ? "" : "." + digits.substr(1);
  return sign + digits[0] + fraction + "e" + (n > 0 ? "+" : "-") + std::to_string(std::abs(n - 1));
}

}  // namespace insieme::testing::replay
