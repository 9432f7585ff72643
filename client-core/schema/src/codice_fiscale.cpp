#include "codice_fiscale.hpp"

#include <array>
#include <cstddef>

namespace insieme::schema::detail {

namespace {

/// Weights of 0..9 and A..Z in the odd positions, counted from one; A..J weigh as 0..9.
constexpr std::array<int, 26> kOddWeights{1,  0,  5,  7,  9,  13, 15, 17, 19, 21, 2,  4,  18,
                                          20, 11, 3,  6,  8,  12, 14, 16, 10, 22, 25, 24, 23};

/// 0..25 for a digit or a capital; -1 otherwise.
int rank(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A';
  return -1;
}

bool check_ordinary(std::string_view code) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const int value = rank(code[i]);
    if (value < 0) return false;
    sum += i % 2 == 0 ? kOddWeights[static_cast<std::size_t>(value)] : value;
  }
  return code[15] == static_cast<char>('A' + sum % 26);
}

bool check_provisional(std::string_view code) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < 11; ++i) {
    if (code[i] < '0' || code[i] > '9') return false;
    const int digit = code[i] - '0';
    const int doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += i % 2 == 0 ? digit : doubled;
  }
  return sum % 10 == 0;
}

}  // namespace

bool has_valid_check_character(std::string_view code) noexcept {
  if (code.size() == 16) return check_ordinary(code);
  return code.size() == 11 && check_provisional(code);
}

}  // namespace insieme::schema::detail
