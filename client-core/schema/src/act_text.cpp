#include "insieme/schema/act_text.hpp"

#include <array>
#include <cstdlib>
#include <vector>

#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::schema {

namespace {

constexpr std::size_t kTextMax = 2'000;
constexpr std::array<std::string_view, 12> kMonths{"gennaio",   "febbraio", "marzo",    "aprile",
                                                   "maggio",    "giugno",   "luglio",   "agosto",
                                                   "settembre", "ottobre",  "novembre", "dicembre"};

struct Token {
  std::string text;  ///< lower case, without accents; one mark, or a run of letters or digits
  [[nodiscard]] bool is_number() const { return text[0] >= '0' && text[0] <= '9'; }
};
using Tokens = std::vector<Token>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) >= 0x80); }

Tokens tokens_of(std::string_view text) {
  Tokens out;
  const std::string plain = fold_case(fold_accents(text));
  for (std::size_t at = 0; at < plain.size();) {
    if (plain[at] == ' ' || plain[at] == '\n' || plain[at] == '\t') {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    if (is_digit(plain[at])) {
      while (end < plain.size() && is_digit(plain[end])) ++end;
    } else if (is_letter(plain[at])) {
      while (end < plain.size() && is_letter(plain[end])) ++end;
    }
    out.push_back({plain.substr(at, end - at)});
    at = end;
  }
  return out;
}

const std::string& at(const Tokens& all, std::size_t place) {
  static const std::string kNone;
  return place < all.size() ? all[place].text : kNone;
}

/// nullopt for a word, and for a number with more digits than a year has.
std::optional<int> number(const Tokens& all, std::size_t place) {
  if (place >= all.size() || !all[place].is_number() || all[place].text.size() > 4) return {};
  return std::atoi(all[place].text.c_str());
}

bool exists(const DayInWords& day) {
  constexpr int kLeapYear = 2024;
  return is_valid({day.year.value_or(kLeapYear), day.month, day.day});
}

/// A day that begins at this token.
std::optional<DayInWords> day_at(const Tokens& all, std::size_t place) {
  const auto day = number(all, place);
  if (!day) return {};
  DayInWords out{*day, 0, {}};
  const auto year = [&](std::size_t where) {
    return at(all, where).size() == 4 ? number(all, where) : std::nullopt;
  };
  const std::string& mark = at(all, place + 1);
  const auto month = number(all, place + 2);
  if ((mark == "/" || mark == "." || mark == "-") && month && at(all, place + 3) == mark) {
    out.month = *month;
    out.year = year(place + 4);
    if (!out.year || !exists(out)) return {};
    return out;
  }
  const std::size_t word = mark == "°" ? place + 2 : place + 1;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (at(all, word) == kMonths[i]) out.month = static_cast<int>(i) + 1;
  }
  if (out.month == 0) return {};
  out.year = year(word + 1);
  return exists(out) ? std::optional<DayInWords>(out) : std::nullopt;
}

/// How an act is named, word by word. The longer names come before those that they begin with.
struct ActName {
  std::string_view words;
  std::string_view kind;
  bool year_first = false;  ///< 2021/1057 is number 1057 of 2021
};
constexpr std::array<ActName, 21> kNames{{{"d g r", "dgr"},
                                          {"dgr", "dgr"},
                                          {"delibera della giunta regionale", "dgr"},
                                          {"deliberazione della giunta regionale", "dgr"},
                                          {"d lgs", "decreto_legislativo"},
                                          {"decreto legislativo", "decreto_legislativo"},
                                          {"d l", "decreto_legge"},
                                          {"decreto legge", "decreto_legge"},
                                          {"d m", "decreto_ministeriale"},
                                          {"dm", "decreto_ministeriale"},
                                          {"decreto ministeriale", "decreto_ministeriale"},
                                          {"decreto direttoriale", "decreto_direttoriale"},
                                          {"decreto del direttore", "decreto_direttoriale"},
                                          {"decreto", ""},
                                          {"l r", "legge_regionale"},
                                          {"legge regionale", "legge_regionale"},
                                          {"l", "legge"},
                                          {"legge", "legge"},
                                          {"regolamento ue", "regolamento_ue", true},
                                          {"reg ue", "regolamento_ue", true},
                                          {"determina", "determina"}}};

/// Whether the words stand here, whatever marks stand between them; `end` is what follows.
bool stands(const Tokens& all, std::size_t place, std::string_view words, std::size_t& end) {
  end = place;
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    const auto skip = [&] {
      const std::string& mark = at(all, end);
      return mark == "." || mark == "-" || mark == "(" || mark == ")";
    };
    while (end > place && end < all.size() && skip()) ++end;
    if (at(all, end) != words.substr(0, space)) return false;
    ++end;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return true;
}

/// What follows the name: `n. 69 del …`, `147/2017`, and words in between such as the body.
void read_number(const Tokens& all, std::size_t from, bool year_first, ActInWords& out) {
  constexpr std::size_t kReach = 24;  // words such as the name of the ministry
  for (std::size_t place = from; place < all.size() && place < from + kReach; ++place) {
    const std::string& word = at(all, place);
    if (place > from && (word == "allegato" || word == "pag")) return;
    if (const auto day = day_at(all, place); day && day->year && !out.date) {
      out.date = date_from_civil({*day->year, day->month, day->day});
      out.year = day->year;
      return;
    }
    const bool numbered = place == from || at(all, place - 1) == "n" || at(all, place - 1) == "." ||
                          at(all, place - 1) == ")";
    if (!all[place].is_number() || !numbered || !out.number.empty()) continue;
    out.number = word;
    const auto year = number(all, place + 2);
    if (at(all, place + 1) != "/" || !year) continue;
    out.year = year;
    if (year_first) {
      out.number = at(all, place + 2);
      out.year = number(all, place);
    }
    place += 2;
  }
  constexpr int kShortYears = 100;  // 69/23
  if (out.year && *out.year < kShortYears) *out.year += 2'000;
}

void read_place(const Tokens& all, ActInWords& out) {
  for (std::size_t place = 0; place < all.size(); ++place) {
    const std::size_t next = at(all, place + 1) == "." ? place + 2 : place + 1;
    if (at(all, place) == "allegato" || at(all, place) == "all") {
      const std::string& name = at(all, next);
      const bool letter = name.size() == 1 && is_letter(name[0]);
      if (letter) out.annex = static_cast<char>(name[0] - 'a' + 'A');
    }
    if ((at(all, place) == "pag" || at(all, place) == "pagina" || at(all, place) == "p") &&
        number(all, next)) {
      out.page = at(all, next);
      const std::string& of = at(all, next + 1);
      const bool has_of = (of == "di" || of == "/") && number(all, next + 2).has_value();
      if (has_of) out.page += " di " + at(all, next + 2);
    }
  }
}

}  // namespace

std::optional<DayInWords> find_day(std::string_view text) {
  if (text.size() > kTextMax) return {};
  const Tokens all = tokens_of(text);
  for (std::size_t place = 0; place < all.size(); ++place) {
    if (auto day = day_at(all, place)) return day;
  }
  return {};
}

std::optional<sync::Date> day_near(const DayInWords& day, std::optional<sync::Date> near) {
  if (day.year) {
    const Civil civil{*day.year, day.month, day.day};
    return is_valid(civil) ? std::optional(date_from_civil(civil)) : std::nullopt;
  }
  if (!near) return {};
  std::optional<sync::Date> best;
  for (int year = civil_from_date(*near).year - 1, last = year + 2; year <= last; ++year) {
    const Civil civil{year, day.month, day.day};
    if (!is_valid(civil)) continue;
    const sync::Date one = date_from_civil(civil);
    const auto distance = [&near](sync::Date to) { return std::abs(to.days - near->days); };
    if (!best || distance(one) < distance(*best)) best = one;
  }
  return best;
}

std::optional<ActInWords> read_act(std::string_view text) {
  if (text.size() > kTextMax) return {};
  const Tokens all = tokens_of(text);
  for (std::size_t place = 0; place < all.size(); ++place) {
    // Not the "l" of "l'atto" nor the letters of a word before an apostrophe.
    if (at(all, place + 1) == "'" || at(all, place + 1) == "’") continue;
    for (const ActName& name : kNames) {
      std::size_t end = place;
      if (!stands(all, place, name.words, end)) continue;
      while (at(all, end) == "." || at(all, end) == ")") ++end;
      ActInWords out;
      out.kind = name.kind;
      read_number(all, end, name.year_first, out);
      if (out.number.empty() && !out.date) break;
      read_place(all, out);
      return out;
    }
  }
  return {};
}

}  // namespace insieme::schema
