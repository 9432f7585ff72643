#include "rules/functions.hpp"

#include <algorithm>
#include <array>

#include "insieme/schema/calendar.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/codice_fiscale.hpp"

namespace insieme::schema::rules {

namespace {

using sync::Date;
using sync::Instant;

constexpr std::int64_t kMsPerMinute = 60'000;

// Arguments have the kinds of the signature: the type check and the evaluator see to it.
const Date& date(const Call& call, std::size_t at) { return *get<Date>(call.args[at]); }
const Instant& instant(const Call& call, std::size_t at) { return *get<Instant>(call.args[at]); }
std::int64_t integer(const Call& call, std::size_t at) { return *get<std::int64_t>(call.args[at]); }
const std::string& text(const Call& call, std::size_t at) {
  return *get<std::string>(call.args[at]);
}

template <class T>
Datum maybe(const std::optional<T>& value) {
  return value ? datum_of(*value) : unknown();
}

Datum is_set(const Call& call) { return datum_of(!is_nothing(call.args[0])); }
Datum is_empty(const Call& call) { return datum_of(is_nothing(call.args[0])); }

Datum size(const Call& call) {
  const auto* set = std::get_if<std::vector<sync::Value>>(&call.args[0]);
  return set == nullptr ? unknown() : datum_of(static_cast<std::int64_t>(set->size()));
}

/// How many elements two sets have in common.
Datum common(const Call& call) {
  const auto* a = std::get_if<std::vector<sync::Value>>(&call.args[0]);
  const auto* b = std::get_if<std::vector<sync::Value>>(&call.args[1]);
  if (a == nullptr || b == nullptr) return unknown();
  return datum_of<std::int64_t>(std::count_if(a->begin(), a->end(), [b](const sync::Value& one) {
    return std::any_of(b->begin(), b->end(),
                       [&one](const sync::Value& other) { return sync::equal(one, other); });
  }));
}

Datum coalesce(const Call& call) { return is_nothing(call.args[0]) ? call.args[1] : call.args[0]; }

Datum choose(const Call& call) {
  const bool* condition = get<bool>(call.args[0]);
  if (condition == nullptr) return unknown();
  return call.args[*condition ? 1 : 2];
}

Datum year(const Call& call) { return datum_of(std::int64_t{civil_from_date(date(call, 0)).year}); }
Datum month_text(const Call& call) { return datum_of(iso_text(date(call, 0)).substr(0, 7)); }
Datum day_of_week(const Call& call) { return datum_of(std::int64_t{weekday(date(call, 0))}); }
Datum plus_days(const Call& call) { return maybe(add_days(date(call, 0), integer(call, 1))); }
Datum plus_months(const Call& call) { return maybe(add_months(date(call, 0), integer(call, 1))); }
/// Whole months of a period whose last day counts: 1 January to 31 March is three.
Datum whole_months(const Call& call) {
  const Date from = date(call, 0);
  const auto end = add_days(date(call, 1), 1);
  if (!end || *end < from) return unknown();
  const Civil first = civil_from_date(from);
  const Civil after = civil_from_date(*end);
  std::int64_t months = (after.year - first.year) * std::int64_t{12} + after.month - first.month;
  const auto reached = add_months(from, months);
  if (reached && *end < *reached) --months;
  return datum_of(months);
}

/// `2020-Q3` and the following ones, as the plan of work writes them.
Datum quarters(const Call& call) {
  constexpr std::int64_t kMost = 400;
  const Civil first = civil_from_date(date(call, 0));
  const Civil last = civil_from_date(date(call, 1));
  const std::int64_t from = first.year * std::int64_t{4} + (first.month - 1) / 3;
  const std::int64_t to = last.year * std::int64_t{4} + (last.month - 1) / 3;
  if (to - from >= kMost) return unknown();
  std::vector<sync::Value> out;
  for (std::int64_t at = from; at <= to; ++at) {
    out.emplace_back(std::to_string(at / 4) + "-Q" + std::to_string(at % 4 + 1));
  }
  return out;
}

Datum plus_working_days(const Call& call) {
  return maybe(add_working_days(date(call, 0), integer(call, 1)));
}
Datum working_days(const Call& call) {
  return maybe(working_days_between(date(call, 0), date(call, 1)));
}
Datum days_between(const Call& call) {
  return datum_of(std::int64_t{date(call, 1).days} - date(call, 0).days);
}
Datum working_day(const Call& call) { return datum_of(is_working_day(date(call, 0))); }
Datum age(const Call& call) { return datum_of(std::int64_t{age_on(date(call, 0), date(call, 1))}); }
Datum date_of(const Call& call) { return datum_of(date_in_rome(instant(call, 0))); }
Datum end_of_day(const Call& call) { return datum_of(end_of_day_in_rome(date(call, 0))); }
Datum minutes_between(const Call& call) {
  constexpr std::int64_t kMost = std::int64_t{1} << 61;
  const std::int64_t from = instant(call, 0).ms;
  const std::int64_t to = instant(call, 1).ms;
  if (from > kMost || from < -kMost || to > kMost || to < -kMost) return unknown();
  return datum_of((to - from) / kMsPerMinute);
}

/// Closed periods, in which an absent end is open.
template <class T>
bool meets(const T* from_a, const T* to_a, const T* from_b, const T* to_b) {
  const bool a_first = from_b == nullptr || to_a == nullptr || *from_b <= *to_a;
  const bool b_first = from_a == nullptr || to_b == nullptr || *from_a <= *to_b;
  return a_first && b_first;
}

Datum overlaps(const Call& call) {
  return datum_of(meets(get<Date>(call.args[0]), get<Date>(call.args[1]), get<Date>(call.args[2]),
                        get<Date>(call.args[3])));
}

/// Times of day touch without overlapping: one ends when the next begins.
Datum overlaps_time(const Call& call) {
  return datum_of(instant(call, 0) < instant(call, 3) && instant(call, 2) < instant(call, 1));
}

Datum active_on(const Call& call) {
  const Date* on = get<Date>(call.args[2]);
  if (on == nullptr) return unknown();
  return datum_of(meets(get<Date>(call.args[0]), get<Date>(call.args[1]), on, on));
}

Datum starts_with(const Call& call) { return datum_of(text(call, 0).rfind(text(call, 1), 0) == 0); }

Datum ceil_div(const Call& call) {
  const std::int64_t by = integer(call, 1);
  const std::int64_t number = integer(call, 0);
  if (by <= 0 || number < 0) return unknown();
  return datum_of(number / by + (number % by != 0 ? 1 : 0));
}

const CodeValue* code_value(const Call& call) {
  const CodeList* list = call.bundle.find_list(call.node.args[0].type.list);
  return list == nullptr ? nullptr : list->find(text(call, 0));
}

Datum attribute(const Call& call) {
  const CodeValue* code = code_value(call);
  const std::string_view found =
      code == nullptr ? std::string_view{} : code->attribute(text(call, 1));
  return found.empty() ? unknown() : datum_of(std::string(found));
}

/// Digits alone; for money they are cents.
Datum attribute_number(const Call& call) {
  const CodeValue* code = code_value(call);
  const std::string_view found =
      code == nullptr ? std::string_view{} : code->attribute(text(call, 1));
  constexpr std::size_t kDigitsMax = 18;
  if (found.empty() || found.size() > kDigitsMax) return unknown();
  std::int64_t out = 0;
  for (const char c : found) {
    if (c < '0' || c > '9') return unknown();
    out = out * 10 + (c - '0');
  }
  return datum_of(out);
}

Datum in_force(const Call& call) {
  const CodeValue* code = code_value(call);
  return code == nullptr ? unknown() : datum_of(code->valid_on(date(call, 1)));
}

Datum tax_birth(const Call& call) {
  const auto facts = decode_tax_code(text(call, 0));
  return facts ? maybe(tax_code_birth_date(*facts, date(call, 1))) : unknown();
}
Datum tax_sex(const Call& call) {
  const auto facts = decode_tax_code(text(call, 0));
  return facts ? datum_of(std::string(facts->female ? "F" : "M")) : unknown();
}
Datum tax_place(const Call& call) {
  const auto facts = decode_tax_code(text(call, 0));
  return facts ? datum_of(facts->place) : unknown();
}
Datum tax_surname_fits(const Call& call) {
  const auto plain = plain_tax_code(text(call, 0));
  return plain ? datum_of(plain->substr(0, 3) == tax_code_surname(text(call, 1))) : unknown();
}
Datum tax_names_fit(const Call& call) {
  const auto plain = plain_tax_code(text(call, 0));
  return plain ? datum_of(plain->substr(3, 3) == tax_code_given_names(text(call, 1))) : unknown();
}
Datum tax_kind(const Call& call) {
  switch (tax_code_kind(text(call, 0))) {
    case TaxCodeKind::ordinary:
      return datum_of(std::string("ordinario"));
    case TaxCodeKind::omocodia:
      return datum_of(std::string("omocodia"));
    case TaxCodeKind::provisional:
      return datum_of(std::string("provvisorio"));
    case TaxCodeKind::malformed:
      return unknown();
  }
  return unknown();
}

constexpr std::array kFunctions{
    Function{"active_on", "b:ddd", true, active_on},
    Function{"add_days", "d:di", false, plus_days},
    Function{"add_months", "d:di", false, plus_months},
    Function{"add_working_days", "d:di", false, plus_working_days},
    Function{"age_on", "i:dd", false, age},
    Function{"attr", "t:ct", false, attribute},
    Function{"attr_int", "i:ct", false, attribute_number},
    Function{"attr_money", "m:ct", false, attribute_number},
    Function{"ceil_div", "i:ii", false, ceil_div},
    Function{"coalesce", "T:TT", true, coalesce},
    Function{"common", "i:ss", true, common},
    Function{"date_of", "d:n", false, date_of},
    Function{"days_between", "i:dd", false, days_between},
    Function{"end_of_day", "n:d", false, end_of_day},
    Function{"if", "T:bTT", true, choose},
    Function{"in_force", "b:cd", false, in_force},
    Function{"is_empty", "b:*", true, is_empty},
    Function{"is_set", "b:*", true, is_set},
    Function{"is_working_day", "b:d", false, working_day},
    Function{"minutes_between", "i:nn", false, minutes_between},
    Function{"month_text", "t:d", false, month_text},
    Function{"overlaps", "b:dddd", true, overlaps},
    Function{"overlaps_time", "b:nnnn", false, overlaps_time},
    Function{"quarters", "s:dd", false, quarters},
    Function{"size", "i:s", true, size},
    Function{"starts_with", "b:tt", false, starts_with},
    Function{"tax_birth", "d:td", false, tax_birth},
    Function{"tax_kind", "t:t", false, tax_kind},
    Function{"tax_names_fit", "b:tt", false, tax_names_fit},
    Function{"tax_place", "t:t", false, tax_place},
    Function{"tax_sex", "t:t", false, tax_sex},
    Function{"tax_surname_fits", "b:tt", false, tax_surname_fits},
    Function{"weekday", "i:d", false, day_of_week},
    Function{"whole_months", "i:dd", false, whole_months},
    Function{"working_days", "i:dd", false, working_days},
    Function{"year", "i:d", false, year},
};

}  // namespace

std::size_t function_count() noexcept { return kFunctions.size(); }

std::size_t find_function(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kFunctions.size(); ++i) {
    if (kFunctions[i].name == name) return i;
  }
  return kFunctions.size();
}

const Function& function_at(std::size_t number) noexcept { return kFunctions[number]; }

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> out;
  for (const Function& one : kFunctions) out.push_back(one.name);
  return out;
}

}  // namespace insieme::schema::rules
