#pragma once
// Deadlines as Italian law counts them: months, ages, holidays, working days.

#include <optional>

#include "insieme/schema/civil.hpp"

namespace insieme::schema {

/// The same day so many months later, or the last of that month if it has no such day: one month
/// after 31 January is 28 or 29 February. nullopt outside the years 1 to 9999.
[[nodiscard]] std::optional<sync::Date> add_months(sync::Date date, std::int64_t months) noexcept;
/// nullopt outside the years 1 to 9999.
[[nodiscard]] std::optional<sync::Date> add_days(sync::Date date, std::int64_t days) noexcept;
/// Completed years; who was born on 29 February completes one on 1 March of other years. Negative
/// before birth.
[[nodiscard]] int age_on(sync::Date birth, sync::Date on) noexcept;
/// 1 Monday to 7 Sunday.
[[nodiscard]] int weekday(sync::Date date) noexcept;

/// Gregorian Easter Sunday of the years 1 to 9999 (the anonymous algorithm of 1876).
[[nodiscard]] sync::Date easter_sunday(int year) noexcept;
/// National holidays of L. 260/1949 as amended (2 June since 2001; 4 October, Saint Francis, from
/// 2026: L. 151/2025), Easter and its Monday. Patron saints' days are local and do not count.
[[nodiscard]] bool is_italian_holiday(sync::Date date) noexcept;
/// Monday to Friday and no holiday.
[[nodiscard]] bool is_working_day(sync::Date date) noexcept;
/// The n-th working day after `date`, which does not count itself: 20 after 2024-03-04 is
/// 2024-04-02. nullopt if `count` is negative or above 10,000, or past the year 9999.
[[nodiscard]] std::optional<sync::Date> add_working_days(sync::Date date,
                                                         std::int64_t count) noexcept;
/// Working days after `from` up to and with `to`; 0 if `to` is not later. nullopt beyond 30 years.
[[nodiscard]] std::optional<std::int64_t> working_days_between(sync::Date from,
                                                               sync::Date to) noexcept;

/// The civil date in Rome.
[[nodiscard]] sync::Date date_in_rome(sync::Instant instant) noexcept;
/// The last millisecond of a day in Rome.
[[nodiscard]] sync::Instant end_of_day_in_rome(sync::Date date) noexcept;

}  // namespace insieme::schema
