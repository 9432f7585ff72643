#pragma once
// The Italian tax code (codice fiscale): check characters, the letters that tell namesakes apart
// (omocodia), and what the code says about its holder. Source: D.M. 23/12/1976 (Ministero delle
// Finanze), "Sistemi di codificazione dei soggetti da iscrivere all'Anagrafe tributaria".
//
// A code is a hint, never a gate: nothing here may keep a case from being opened.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/value.hpp"

namespace insieme::schema {

enum class TaxCodeKind {
  ordinary,     ///< 16 characters, digits where digits belong
  omocodia,     ///< 16 characters, of which 1 to 7 are letters in place of digits
  provisional,  ///< 11 digits
  malformed,    ///< neither; the check character is not looked at
};

/// By shape alone. `code` is in capitals without spaces.
[[nodiscard]] TaxCodeKind tax_code_kind(std::string_view code) noexcept;

/// True for 16 characters whose last letter fits the others, and for 11 digits whose last digit
/// does. Anything else is false.
[[nodiscard]] bool has_valid_check_character(std::string_view code) noexcept;

/// The last letter that fits the first 15 characters; nullopt unless they are capitals and digits.
[[nodiscard]] std::optional<char> check_character(std::string_view first15) noexcept;

/// The code that an omocodia came from: its letters are digits again, its check letter follows. The
/// code itself if it is ordinary; nullopt for other shapes.
[[nodiscard]] std::optional<std::string> plain_tax_code(std::string_view code);

/// The next code that is given when this one is taken: one more digit, from the right, becomes a
/// letter. nullopt after the seventh, or for another shape.
[[nodiscard]] std::optional<std::string> next_omocodia(std::string_view code);

/// What 16 characters say. The century is not in them.
struct TaxCodeFacts {
  int year_of_century = 0;  ///< 0 to 99
  int month = 1;
  int day = 1;
  bool female = false;  ///< as registered; the code knows no third value
  std::string place;    ///< Belfiore code of the commune, or Z and three digits for a country
};
/// nullopt unless it has the shape of a code and its date can exist in some century. The check
/// character is not looked at.
[[nodiscard]] std::optional<TaxCodeFacts> decode_tax_code(std::string_view code);

/// The latest date of birth that fits and is not after `latest` (never "now": a date of the
/// record).
[[nodiscard]] std::optional<sync::Date> tax_code_birth_date(const TaxCodeFacts& facts,
                                                            sync::Date latest) noexcept;

/// Letters 1 to 3 and 4 to 6: accents, apostrophes and spaces do not count.
[[nodiscard]] std::string tax_code_surname(std::string_view surname);
[[nodiscard]] std::string tax_code_given_names(std::string_view given_names);

/// A person as a form knows them; what is empty is not compared.
struct PersonFacts {
  std::string surname;
  std::string given_names;
  std::optional<sync::Date> birth_date;
  std::string sex;    ///< `F`, `M`; another value is not compared
  std::string place;  ///< Belfiore code
};

/// The ordinary code of these facts; nullopt if one of them is missing. It need not be the person's
/// code: only the tax registry gives codes.
[[nodiscard]] std::optional<std::string> make_tax_code(const PersonFacts& person);

enum class TaxCodePart { surname, given_names, birth_date, sex, place };
/// The parts in which a code of 16 characters and the person's data do not agree, in the order of
/// the enumeration. Empty for a provisional or malformed code.
[[nodiscard]] std::vector<TaxCodePart> tax_code_disagreements(std::string_view code,
                                                              const PersonFacts& person);

}  // namespace insieme::schema
