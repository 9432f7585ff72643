#pragma once
// Bank account numbers (IBAN). Source: ISO 13616-1, check digits after ISO/IEC 7064 (modulo 97);
// lengths from the SWIFT IBAN registry for the countries of the single euro payments area.

#include <string>
#include <string_view>

namespace insieme::schema {

enum class IbanFault {
  none,
  shape,         ///< not two letters, two digits and at least 11 letters or digits
  length,        ///< not the length of its country
  check_digits,  ///< the remainder is not 1
  national,      ///< Italian or Sammarinese: the check letter (CIN) does not fit
};

/// Capitals without spaces. A country whose length is not in the table is judged by check digits
/// alone.
[[nodiscard]] IbanFault check_iban(std::string_view iban) noexcept;
/// In groups of four, as it is printed.
[[nodiscard]] std::string iban_text(std::string_view iban);

}  // namespace insieme::schema
