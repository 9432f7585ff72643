#pragma once
// Numbers with a point as text and back, whatever the locale of the machine. One implementation for
// standard libraries at large, one for browsers (number_text_browser.cpp).

#include <optional>
#include <string>

namespace insieme::schema::detail {

/// Of a text that is nothing but a decimal number. Empty otherwise, and where none is that large.
[[nodiscard]] std::optional<double> real_from(const std::string& text);

/// With at most so many digits that count (1 to 17), and an exponent where it is shorter.
[[nodiscard]] std::string real_with_digits(double number, int digits);

}  // namespace insieme::schema::detail
