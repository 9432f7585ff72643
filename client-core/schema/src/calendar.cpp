#include "insieme/schema/calendar.hpp"

namespace insieme::schema {

namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kMsPerMinute = 60'000;
constexpr std::int64_t kWorkingDaysMax = 10'000;
constexpr std::int64_t kSpanDaysMax = 11'000;
constexpr int kSaintFrancisFrom = 2026;
constexpr int kRepublicDayFrom = 2001;

const sync::Date kFirstDate = date_from_civil({1, 1, 1});
const sync::Date kLastDate = date_from_civil({9999, 12, 31});

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

}  // namespace

std::optional<sync::Date> add_days(sync::Date date, std::int64_t days) noexcept {
  constexpr std::int64_t kMost = 4'000'000;
  if (days > kMost || days < -kMost) return std::nullopt;
  const std::int64_t sum = date.days + days;
  if (sum < kFirstDate.days || sum > kLastDate.days) return std::nullopt;
  return sync::Date{static_cast<std::int32_t>(sum)};
}

std::optional<sync::Date> add_months(sync::Date date, std::int64_t months) noexcept {
  constexpr std::int64_t kMost = 200'000;
  if (months > kMost || months < -kMost) return std::nullopt;
  const Civil from = civil_from_date(date);
  const std::int64_t total = std::int64_t{from.year} * 12 + (from.month - 1) + months;
  Civil out{static_cast<int>(floor_div(total, 12)), 0, from.day};
  out.month = static_cast<int>(total - std::int64_t{out.year} * 12) + 1;
  if (out.year < 1 || out.year > 9999) return std::nullopt;
  while (!is_valid(out)) --out.day;
  return date_from_civil(out);
}

int age_on(sync::Date birth, sync::Date on) noexcept {
  const Civil born = civil_from_date(birth);
  const Civil now = civil_from_date(on);
  const bool before = now.month < born.month || (now.month == born.month && now.day < born.day);
  return now.year - born.year - (before ? 1 : 0);
}

int weekday(sync::Date date) noexcept {
  // 1 January 1970 was a Thursday.
  const std::int64_t since_monday = std::int64_t{date.days} + 3;
  return static_cast<int>(since_monday - 7 * floor_div(since_monday, 7)) + 1;
}

sync::Date easter_sunday(int year) noexcept {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return date_from_civil({year, n / 31, n % 31 + 1});
}

bool is_italian_holiday(sync::Date date) noexcept {
  const Civil day = civil_from_date(date);
  const auto is = [&day](int month, int of_month) {
    return day.month == month && day.day == of_month;
  };
  if (is(1, 1) || is(1, 6) || is(4, 25) || is(5, 1) || is(8, 15) || is(11, 1) || is(12, 8) ||
      is(12, 25) || is(12, 26)) {
    return true;
  }
  if (is(6, 2)) return day.year >= kRepublicDayFrom;
  if (is(10, 4)) return day.year >= kSaintFrancisFrom;
  const sync::Date easter = easter_sunday(day.year);
  return date.days == easter.days || date.days == easter.days + 1;
}

bool is_working_day(sync::Date date) noexcept {
  constexpr int kFriday = 5;
  return weekday(date) <= kFriday && !is_italian_holiday(date);
}

std::optional<sync::Date> add_working_days(sync::Date date, std::int64_t count) noexcept {
  if (count < 0 || count > kWorkingDaysMax) return std::nullopt;
  sync::Date out = date;
  while (count > 0) {
    if (out.days >= kLastDate.days) return std::nullopt;
    ++out.days;
    if (is_working_day(out)) --count;
  }
  return out;
}

std::optional<std::int64_t> working_days_between(sync::Date from, sync::Date to) noexcept {
  if (std::int64_t{to.days} - from.days > kSpanDaysMax) return std::nullopt;
  std::int64_t out = 0;
  for (sync::Date day{from.days + 1}; day <= to; ++day.days) out += is_working_day(day) ? 1 : 0;
  return out;
}

sync::Date date_in_rome(sync::Instant instant) noexcept {
  const std::int64_t local = instant.ms + rome_offset_minutes(instant) * kMsPerMinute;
  return {static_cast<std::int32_t>(floor_div(local, kMsPerDay))};
}

sync::Instant end_of_day_in_rome(sync::Date date) noexcept {
  // Summer time begins and ends in the small hours, so the offset of 22:00 UTC is that of midnight.
  const std::int64_t midnight = (std::int64_t{date.days} + 1) * kMsPerDay;
  const int offset = rome_offset_minutes({midnight - 2 * 60 * kMsPerMinute});
  return {midnight - offset * kMsPerMinute - 1};
}

}  // namespace insieme::schema
