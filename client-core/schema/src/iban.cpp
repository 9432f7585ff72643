#include "insieme/schema/iban.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace insieme::schema {

namespace {

constexpr std::size_t kLengthMin = 15;
constexpr std::size_t kLengthMax = 34;

struct Country {
  std::string_view code;
  std::size_t length;
};
constexpr std::array kCountries{
    Country{"AD", 24}, Country{"AT", 20}, Country{"BE", 16}, Country{"BG", 22}, Country{"CH", 21},
    Country{"CY", 28}, Country{"CZ", 24}, Country{"DE", 22}, Country{"DK", 18}, Country{"EE", 20},
    Country{"ES", 24}, Country{"FI", 18}, Country{"FR", 27}, Country{"GB", 22}, Country{"GI", 23},
    Country{"GR", 27}, Country{"HR", 21}, Country{"HU", 28}, Country{"IE", 22}, Country{"IS", 26},
    Country{"IT", 27}, Country{"LI", 21}, Country{"LT", 20}, Country{"LU", 20}, Country{"LV", 21},
    Country{"MC", 27}, Country{"MT", 31}, Country{"NL", 18}, Country{"NO", 15}, Country{"PL", 28},
    Country{"PT", 25}, Country{"RO", 24}, Country{"SE", 24}, Country{"SI", 19}, Country{"SK", 24},
    Country{"SM", 27}, Country{"VA", 22}};

/// Weights of 0..9 and A..Z in the odd places of an Italian account number (ABI rules for the CIN);
/// A..J weigh as 0..9.
constexpr std::array<int, 26> kOddWeights{1,  0,  5,  7,  9,  13, 15, 17, 19, 21, 2,  4,  18,
                                          20, 11, 3,  6,  8,  12, 14, 16, 10, 22, 25, 24, 23};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }

/// Of the number that the text becomes when letters are written as 10 to 35.
int remainder_97(std::string_view text, int start) noexcept {
  int out = start;
  for (const char c : text) {
    out = is_digit(c) ? (out * 10 + (c - '0')) % 97 : (out * 100 + (c - 'A' + 10)) % 97;
  }
  return out;
}

/// `IT` `kk` then the check letter, 5 + 5 digits and 12 characters.
bool fits_cin(std::string_view iban) noexcept {
  const char check = iban[4];
  const std::string_view account = iban.substr(5);
  if (!is_capital(check) || !std::all_of(account.begin(), account.begin() + 10, is_digit)) {
    return false;
  }
  int sum = 0;
  for (std::size_t i = 0; i < account.size(); ++i) {
    const int value = is_digit(account[i]) ? account[i] - '0' : account[i] - 'A';
    sum += i % 2 == 0 ? kOddWeights[static_cast<std::size_t>(value)] : value;
  }
  return check == static_cast<char>('A' + sum % 26);
}

}  // namespace

IbanFault check_iban(std::string_view iban) noexcept {
  const bool words = std::all_of(iban.begin(), iban.end(),
                                 [](char c) { return is_digit(c) || is_capital(c); });
  if (iban.size() < kLengthMin || iban.size() > kLengthMax || !words || !is_capital(iban[0]) ||
      !is_capital(iban[1]) || !is_digit(iban[2]) || !is_digit(iban[3])) {
    return IbanFault::shape;
  }
  const std::string_view country = iban.substr(0, 2);
  const auto known = std::find_if(kCountries.begin(), kCountries.end(),
                                  [&](const Country& one) { return one.code == country; });
  if (known != kCountries.end() && known->length != iban.size()) return IbanFault::length;
  if (remainder_97(iban.substr(0, 4), remainder_97(iban.substr(4), 0)) != 1) {
    return IbanFault::check_digits;
  }
  if ((country == "IT" || country == "SM") && !fits_cin(iban)) return IbanFault::national;
  return IbanFault::none;
}

std::string iban_text(std::string_view iban) {
  std::string out;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    if (i != 0 && i % 4 == 0) out += ' ';
    out += iban[i];
  }
  return out;
}

}  // namespace insieme::schema
