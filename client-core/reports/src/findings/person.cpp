#include "findings/person.hpp"

#include "insieme/schema/codice_fiscale.hpp"

namespace insieme::reports {

std::optional<sync::Date> date_in(const schema::RuleRecord& record, const std::string& field) {
  const sync::Value* value = shown_in(record, field);
  const auto* date = value == nullptr ? nullptr : std::get_if<sync::Date>(value);
  return date == nullptr ? std::nullopt : std::optional(*date);
}

std::optional<sync::Date> turned(const sync::Date& date) {
  const std::string iso = schema::iso_text(date);
  const auto other = schema::date_from_iso(iso.substr(0, 5) + iso.substr(8, 2) + iso.substr(4, 1) +
                                           iso.substr(5, 2));
  return other && !(*other == date) ? other : std::nullopt;
}

std::string plain_code_in(const schema::RuleRecord& record, const schema::Alike& by) {
  const std::string code = words_in(record, by.tax_code);
  if (!schema::has_valid_check_character(code)) return {};
  return schema::plain_tax_code(code).value_or("");
}

std::string sound_of_names(const std::string& surname, const std::string& given_names) {
  std::string a = schema::plain_name(surname);
  std::string b = schema::plain_name(given_names.substr(0, given_names.find(' ')));
  if (a.empty() || b.empty()) return {};
  a = schema::sound_of(a);
  b = schema::sound_of(b);
  if (b < a) std::swap(a, b);
  return a + "|" + b;
}

}  // namespace insieme::reports
