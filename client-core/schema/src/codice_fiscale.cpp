#include "insieme/schema/codice_fiscale.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::schema {

namespace {

constexpr std::size_t kLength = 16;
constexpr std::size_t kProvisionalLength = 11;
constexpr int kFemaleDays = 40;
/// Weights of 0..9 and A..Z in the odd positions, counted from one; A..J weigh as 0..9.
constexpr std::array<int, 26> kOddWeights{1,  0,  5,  7,  9,  13, 15, 17, 19, 21, 2,  4,  18,
                                          20, 11, 3,  6,  8,  12, 14, 16, 10, 22, 25, 24, 23};
/// Where digits stand, from the right: the order in which they become letters.
constexpr std::array<std::size_t, 7> kDigitPlaces{14, 13, 12, 10, 9, 7, 6};
constexpr std::string_view kDigitLetters = "LMNPQRSTUV";
constexpr std::string_view kMonths = "ABCDEHLMPRST";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_vowel(char c) noexcept {
  return std::string_view("AEIOU").find(c) != std::string_view::npos;
}

/// 0..25 for a digit or a capital; -1 otherwise.
int rank(char c) noexcept {
  if (is_digit(c)) return c - '0';
  return is_capital(c) ? c - 'A' : -1;
}

bool is_digit_place(std::size_t at) noexcept {
  return std::find(kDigitPlaces.begin(), kDigitPlaces.end(), at) != kDigitPlaces.end();
}

bool check_provisional(std::string_view code) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < kProvisionalLength; ++i) {
    if (!is_digit(code[i])) return false;
    const int digit = code[i] - '0';
    const int doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += i % 2 == 0 ? digit : doubled;
  }
  return sum % 10 == 0;
}

/// Capitals A to Z of a name: accents are taken off, everything else is left out.
std::string letters_of(std::string_view name) {
  std::string out;
  const std::string plain = fold_accents(name);
  for (const char c : plain) {
    if (is_capital(c)) out += c;
    if (c >= 'a' && c <= 'z') out += static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string first_three(const std::string& consonants, const std::string& vowels) {
  std::string out = (consonants + vowels).substr(0, 3);
  out.append(3 - out.size(), 'X');
  return out;
}

void split(std::string_view name, std::string& consonants, std::string& vowels) {
  for (const char c : letters_of(name)) (is_vowel(c) ? vowels : consonants) += c;
}

std::string two_digits(int number) {
  std::string out;
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
  return out;
}

int number_at(std::string_view plain, std::size_t at) noexcept {
  return (plain[at] - '0') * 10 + (plain[at + 1] - '0');
}

}  // namespace

TaxCodeKind tax_code_kind(std::string_view code) noexcept {
  if (code.size() == kProvisionalLength) {
    return std::all_of(code.begin(), code.end(), is_digit) ? TaxCodeKind::provisional
                                                           : TaxCodeKind::malformed;
  }
  if (code.size() != kLength) return TaxCodeKind::malformed;
  bool letters = false;
  for (std::size_t i = 0; i < kLength; ++i) {
    if (!is_digit_place(i)) {
      if (!is_capital(code[i])) return TaxCodeKind::malformed;
    } else if (!is_digit(code[i])) {
      if (kDigitLetters.find(code[i]) == std::string_view::npos) return TaxCodeKind::malformed;
      letters = true;
    }
  }
  return letters ? TaxCodeKind::omocodia : TaxCodeKind::ordinary;
}

std::optional<char> check_character(std::string_view first15) noexcept {
  if (first15.size() != kLength - 1) return std::nullopt;
  int sum = 0;
  for (std::size_t i = 0; i < first15.size(); ++i) {
    const int value = rank(first15[i]);
    if (value < 0) return std::nullopt;
    sum += i % 2 == 0 ? kOddWeights[static_cast<std::size_t>(value)] : value;
  }
  return static_cast<char>('A' + sum % 26);
}

bool has_valid_check_character(std::string_view code) noexcept {
  if (code.size() == kProvisionalLength) return check_provisional(code);
  return code.size() == kLength && check_character(code.substr(0, kLength - 1)) == code.back();
}

std::optional<std::string> plain_tax_code(std::string_view code) {
  const TaxCodeKind kind = tax_code_kind(code);
  std::string out(code);
  if (kind == TaxCodeKind::ordinary) return out;
  if (kind != TaxCodeKind::omocodia) return std::nullopt;
  for (const std::size_t at : kDigitPlaces) {
    if (!is_digit(out[at])) out[at] = static_cast<char>('0' + kDigitLetters.find(out[at]));
  }
  out.back() = *check_character(std::string_view(out).substr(0, kLength - 1));
  return out;
}

std::optional<std::string> next_omocodia(std::string_view code) {
  const TaxCodeKind kind = tax_code_kind(code);
  if (kind != TaxCodeKind::ordinary && kind != TaxCodeKind::omocodia) return std::nullopt;
  std::string out(code);
  for (const std::size_t at : kDigitPlaces) {
    if (!is_digit(out[at])) continue;
    out[at] = kDigitLetters[static_cast<std::size_t>(out[at] - '0')];
    out.back() = *check_character(std::string_view(out).substr(0, kLength - 1));
    return out;
  }
  return std::nullopt;
}

std::optional<TaxCodeFacts> decode_tax_code(std::string_view code) {
  const auto plain = plain_tax_code(code);
  if (!plain) return std::nullopt;
  TaxCodeFacts out;
  out.year_of_century = number_at(*plain, 6);
  const std::size_t month = kMonths.find((*plain)[8]);
  if (month == std::string_view::npos) return std::nullopt;
  out.month = static_cast<int>(month) + 1;
  out.day = number_at(*plain, 9);
  out.female = out.day > kFemaleDays;
  if (out.female) out.day -= kFemaleDays;
  // 29 February needs a leap year in one of the centuries that people are born in.
  const bool possible = is_valid({1900 + out.year_of_century, out.month, out.day}) ||
                        is_valid({2000 + out.year_of_century, out.month, out.day});
  if (!possible) return std::nullopt;
  out.place = plain->substr(11, 4);
  return out;
}

std::optional<sync::Date> tax_code_birth_date(const TaxCodeFacts& facts,
                                              sync::Date latest) noexcept {
  const int century = civil_from_date(latest).year / 100 * 100;
  for (const int start : {century, century - 100}) {
    const Civil civil{start + facts.year_of_century, facts.month, facts.day};
    if (!is_valid(civil)) continue;
    const sync::Date date = date_from_civil(civil);
    if (date <= latest) return date;
  }
  return std::nullopt;
}

std::string tax_code_surname(std::string_view surname) {
  std::string consonants;
  std::string vowels;
  split(surname, consonants, vowels);
  return first_three(consonants, vowels);
}

std::string tax_code_given_names(std::string_view given_names) {
  std::string consonants;
  std::string vowels;
  split(given_names, consonants, vowels);
  if (consonants.size() >= 4) consonants.erase(1, 1);
  return first_three(consonants, vowels);
}

std::optional<std::string> make_tax_code(const PersonFacts& person) {
  if (person.surname.empty() || person.given_names.empty() || !person.birth_date ||
      person.place.size() != 4 || (person.sex != "F" && person.sex != "M")) {
    return std::nullopt;
  }
  const Civil born = civil_from_date(*person.birth_date);
  std::string out = tax_code_surname(person.surname) + tax_code_given_names(person.given_names) +
                    two_digits(born.year % 100);
  out += kMonths[static_cast<std::size_t>(born.month - 1)];
  out += two_digits(born.day + (person.sex == "F" ? kFemaleDays : 0)) + person.place;
  const auto check = check_character(out);
  if (!check) return std::nullopt;
  out += *check;
  return out;
}

std::vector<TaxCodePart> tax_code_disagreements(std::string_view code, const PersonFacts& person) {
  std::vector<TaxCodePart> out;
  const auto plain = plain_tax_code(code);
  if (!plain) return out;
  const auto facts = decode_tax_code(code);
  if (!person.surname.empty() && plain->substr(0, 3) != tax_code_surname(person.surname)) {
    out.push_back(TaxCodePart::surname);
  }
  if (!person.given_names.empty() &&
      plain->substr(3, 3) != tax_code_given_names(person.given_names)) {
    out.push_back(TaxCodePart::given_names);
  }
  if (person.birth_date) {
    const Civil born = civil_from_date(*person.birth_date);
    if (!facts || born.year % 100 != facts->year_of_century || born.month != facts->month ||
        born.day != facts->day) {
      out.push_back(TaxCodePart::birth_date);
    }
  }
  const bool sexed = person.sex == "F" || person.sex == "M";
  if (sexed && facts && facts->female != (person.sex == "F")) out.push_back(TaxCodePart::sex);
  if (!person.place.empty() && plain->substr(11, 4) != person.place) {
    out.push_back(TaxCodePart::place);
  }
  return out;
}

}  // namespace insieme::schema
