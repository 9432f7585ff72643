// Not from_chars, which some standard libraries lack for double, nor strtod, which obeys the locale
// of the machine.

#include "number_text.hpp"

#include <cmath>
#include <locale>
#include <sstream>

namespace insieme::schema::detail {

std::optional<double> real_from(const std::string& text) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  double out = 0;
  if (!(in >> out) || in.peek() != std::istringstream::traits_type::eof() || !std::isfinite(out)) {
    return std::nullopt;
  }
  return out;
}

std::string real_with_digits(double number, int digits) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(digits);
  out << number;
  return out.str();
}

}  // namespace insieme::schema::detail
