#include "insieme/schema/civil.hpp"

#include <array>

namespace insieme::schema {

namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kMsPerHour = 3'600'000;
constexpr std::int64_t kMsPerMinute = 60'000;

bool is_leap(int year) noexcept {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) noexcept {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month == 2 && is_leap(year)) return 29;
  return kDays[static_cast<std::size_t>(month - 1)];
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

/// Exactly `count` digits at `at`; -1 otherwise.
int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return -1;
  int out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    out = out * 10 + (text[i] - '0');
  }
  return out;
}

void append_padded(std::string& out, int value, std::size_t width) {
  const std::string plain = std::to_string(value);
  for (std::size_t i = plain.size(); i < width; ++i) out += '0';
  out += plain;
}

/// 0 = Sunday.
int weekday(sync::Date date) noexcept {
  const std::int64_t since_thursday = date.days + std::int64_t{4};
  return static_cast<int>(since_thursday - 7 * floor_div(since_thursday, 7));
}

/// 01:00 UTC of the last Sunday of a month of 31 days.
std::int64_t last_sunday_ms(int year, int month) noexcept {
  const sync::Date last = date_from_civil({year, month, 31});
  const std::int64_t sunday = last.days - weekday(last);
  return sunday * kMsPerDay + kMsPerHour;
}

/// Minutes east of UTC that `zone` writes (`Z`, `+02:00`).
std::optional<int> zone_minutes(std::string_view zone) noexcept {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() != 6 || zone[3] != ':' || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const int hours = digits(zone, 1, 2);
  const int minutes = digits(zone, 4, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

bool is_valid(const Civil& civil) noexcept {
  return civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 && civil.month <= 12 &&
         civil.day >= 1 && civil.day <= days_in_month(civil.year, civil.month);
}

// Both directions count in eras of 400 years that begin on 1 March, so that the leap day is last.
sync::Date date_from_civil(const Civil& civil) noexcept {
  const int year = civil.year - (civil.month <= 2 ? 1 : 0);
  const int era = year / 400;  // never negative: years start at 1
  const int year_of_era = year - era * 400;
  const int month = civil.month + (civil.month > 2 ? -3 : 9);
  const int day_of_year = (153 * month + 2) / 5 + civil.day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {era * 146'097 + day_of_era - 719'468};
}

Civil civil_from_date(sync::Date date) noexcept {
  const std::int64_t days = std::int64_t{date.days} + 719'468;
  const std::int64_t era = floor_div(days, 146'097);
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  Civil out;
  out.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  out.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  out.year = static_cast<int>(year_of_era + era * 400 + (out.month <= 2 ? 1 : 0));
  return out;
}

std::string iso_text(sync::Date date) {
  const Civil civil = civil_from_date(date);
  std::string out;
  append_padded(out, civil.year, 4);
  out += '-';
  append_padded(out, civil.month, 2);
  out += '-';
  append_padded(out, civil.day, 2);
  return out;
}

std::optional<sync::Date> date_from_iso(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const Civil civil{digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)};
  if (!is_valid(civil)) return std::nullopt;
  return date_from_civil(civil);
}

std::string iso_text(sync::Instant instant) {
  const std::int64_t days = floor_div(instant.ms, kMsPerDay);
  const auto ms = static_cast<int>(instant.ms - days * kMsPerDay);
  std::string out = iso_text(sync::Date{static_cast<std::int32_t>(days)});
  out += 'T';
  append_padded(out, ms / 3'600'000, 2);
  out += ':';
  append_padded(out, ms / 60'000 % 60, 2);
  out += ':';
  append_padded(out, ms / 1'000 % 60, 2);
  out += '.';
  append_padded(out, ms % 1'000, 3);
  out += 'Z';
  return out;
}

std::optional<sync::Instant> instant_from_iso(std::string_view text) noexcept {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  const auto date = date_from_iso(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!date || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  std::size_t at = 19;
  int ms = 0;
  if (text[at] == '.') {
    int weight = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      ms += weight * (text[at] - '0');
      weight /= 10;
    }
    if (text[at - 1] == '.') return std::nullopt;
  }
  const auto zone = zone_minutes(text.substr(at));
  if (!zone) return std::nullopt;
  const std::int64_t day_ms = (hour * 60 + minute - *zone) * kMsPerMinute + second * 1'000 + ms;
  return sync::Instant{date->days * kMsPerDay + day_ms};
}

int rome_offset_minutes(sync::Instant instant) noexcept {
  const auto days = static_cast<std::int32_t>(floor_div(instant.ms, kMsPerDay));
  const int year = civil_from_date({days}).year;
  const bool summer =
      instant.ms >= last_sunday_ms(year, 3) && instant.ms < last_sunday_ms(year, 10);
  return summer ? 120 : 60;
}

}  // namespace insieme::schema
