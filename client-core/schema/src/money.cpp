#include <limits>

#include "insieme/schema/text.hpp"
#include "insieme/schema/validate.hpp"

namespace insieme::schema {

namespace {

constexpr std::int64_t kCentsMax = std::numeric_limits<std::int64_t>::max();

Error not_an_amount() {
  return {ErrorCode::invalid_argument,
          "this is not an amount such as 1.234,50\nnon è un importo come 1.234,50"};
}

/// Digits, points and commas of `text`, without sign, currency and spaces.
struct Bare {
  std::string text;
  bool negative = false;
};

std::optional<Bare> strip(std::string_view text) {
  Bare out;
  bool signed_already = false;
  bool currency = false;
  text = trim(text);
  while (!text.empty()) {
    if (text.rfind("EUR", 0) == 0 && !currency) {
      currency = true;
      text.remove_prefix(3);
      continue;
    }
    const char32_t point = take_code_point(text);
    if (point == U'€' && !currency) {
      currency = true;
    } else if ((point == U'-' || point == U'+' || point == U'\u2212') && !signed_already &&
               out.text.empty()) {
      signed_already = true;
      out.negative = point != U'+';
    } else if (point == U' ' || point == U'\u00A0' || point == U'\u202F') {
      continue;
    } else if ((point >= U'0' && point <= U'9') || point == U'.' || point == U',') {
      out.text += static_cast<char>(point);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

/// `1.234.567`: groups of exactly three, the first of one to three.
std::optional<std::string> ungroup(std::string_view text, char separator) {
  if (text.find(separator) == std::string_view::npos) return std::string(text);
  std::string out;
  std::size_t group = 0;
  bool first = true;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != separator) {
      out += text[i];
      ++group;
      continue;
    }
    if (first ? (group < 1 || group > 3) : group != 3) return std::nullopt;
    first = false;
    group = 0;
  }
  return out;
}

Result<std::int64_t> to_cents(std::string_view whole, std::string_view decimals, bool negative) {
  std::string digits(whole);
  digits += decimals;
  digits.append(2 - decimals.size(), '0');
  std::int64_t cents = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return not_an_amount();
    const int digit = c - '0';
    if (cents > (kCentsMax - digit) / 10) {
      return {ErrorCode::limit_exceeded, "the amount is too large\nl'importo è troppo grande"};
    }
    cents = cents * 10 + digit;
  }
  return negative ? -cents : cents;
}

}  // namespace

Result<std::int64_t> parse_cents(std::string_view text) {
  if (!sync::is_valid_utf8(text)) {
    return {ErrorCode::malformed, "this is not valid UTF-8\nnon è UTF-8 valido"};
  }
  const auto bare = strip(text);
  if (!bare || bare->text.empty()) return not_an_amount();
  const std::string_view amount = bare->text;
  const std::size_t last = amount.find_last_of(".,");
  if (last == std::string_view::npos) return to_cents(amount, "", bare->negative);
  const char separator = amount[last];
  const char other = separator == ',' ? '.' : ',';
  const bool alone = amount.find(separator) == last;
  const bool mixed = amount.find(other) != std::string_view::npos;
  const std::size_t decimals = amount.size() - last - 1;
  if (alone && (decimals == 1 || decimals == 2)) {
    const auto whole = ungroup(amount.substr(0, last), other);
    if (!whole || whole->empty()) return not_an_amount();
    return to_cents(*whole, amount.substr(last + 1), bare->negative);
  }
  if (alone && !mixed && decimals == 3) {
    return {ErrorCode::invalid_argument,
            "it is not clear whether the separator marks thousands or decimals: write 1.234,00 "
            "or 1234\n"
            "non è chiaro se il separatore divide migliaia o decimali: scrivere 1.234,00 o 1234"};
  }
  const auto whole = mixed ? std::nullopt : ungroup(amount, separator);
  if (!whole) return not_an_amount();
  return to_cents(*whole, "", bare->negative);
}

std::string cents_to_text(std::int64_t cents, Language language) {
  const char decimal = language == Language::it ? ',' : '.';
  const char group = language == Language::it ? '.' : ',';
  // As unsigned, the smallest number has a magnitude too.
  const std::uint64_t magnitude =
      cents < 0 ? ~static_cast<std::uint64_t>(cents) + 1 : static_cast<std::uint64_t>(cents);
  const std::string whole = std::to_string(magnitude / 100);
  std::string out = cents < 0 ? "€ -" : "€ ";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (i > 0 && (whole.size() - i) % 3 == 0) out += group;
    out += whole[i];
  }
  out += decimal;
  out += static_cast<char>('0' + magnitude % 100 / 10);
  out += static_cast<char>('0' + magnitude % 10);
  return out;
}

}  // namespace insieme::schema
