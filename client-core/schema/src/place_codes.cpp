#include "insieme/schema/place_codes.hpp"

#include <algorithm>

namespace insieme::schema {

namespace {

constexpr std::string_view kList = "communes";

bool all_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

PlaceStanding standing(const CodeValue* commune, std::optional<sync::Date> on) noexcept {
  if (commune == nullptr) return PlaceStanding::unknown;
  return !on || commune->valid_on(*on) ? PlaceStanding::in_force : PlaceStanding::not_then;
}

}  // namespace

bool is_istat_code(std::string_view code) noexcept {
  return code.size() == 6 && all_digits(code) && code.substr(0, 3) != "000" &&
         code.substr(3) != "000";
}

bool is_belfiore_code(std::string_view code) noexcept {
  return code.size() == 4 && code[0] >= 'A' && code[0] <= 'Z' && all_digits(code.substr(1));
}

bool is_foreign_place(std::string_view belfiore) noexcept {
  return is_belfiore_code(belfiore) && belfiore[0] == 'Z';
}

PlaceStanding istat_standing(const Bundle& bundle, std::string_view code,
                             std::optional<sync::Date> on) noexcept {
  if (!is_istat_code(code)) return PlaceStanding::malformed;
  const CodeList* list = bundle.find_list(kList);
  return standing(list == nullptr ? nullptr : list->find(code), on);
}

const CodeValue* commune_of_belfiore(const Bundle& bundle, std::string_view code,
                                     std::optional<sync::Date> on) noexcept {
  const CodeList* list = bundle.find_list(kList);
  if (list == nullptr) return nullptr;
  const CodeValue* another = nullptr;
  for (const CodeValue& commune : list->values) {
    if (commune.attribute("belfiore") != code) continue;
    if (!on || commune.valid_on(*on)) return &commune;
    another = &commune;
  }
  return another;
}

PlaceStanding belfiore_standing(const Bundle& bundle, std::string_view code,
                                std::optional<sync::Date> on) noexcept {
  if (!is_belfiore_code(code)) return PlaceStanding::malformed;
  return standing(commune_of_belfiore(bundle, code, on), on);
}

}  // namespace insieme::schema
