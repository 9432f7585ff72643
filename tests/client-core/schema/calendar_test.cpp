#include "insieme/schema/calendar.hpp"

#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

sync::Date day(const char* text) {
  const auto date = date_from_iso(text);
  REQUIRE(date);
  return *date;
}

std::string text(std::optional<sync::Date> date) { return date ? iso_text(*date) : "none"; }

}  // namespace

TEST_CASE("calendar: Easter of known years", "[schema]") {
  const char* const known[] = {"1961-04-02", "1999-04-04", "2000-04-23", "2008-03-23",
                               "2011-04-24", "2019-04-21", "2022-04-17", "2023-04-09",
                               "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"};
  for (const char* one : known) CHECK(iso_text(easter_sunday(std::stoi(one))) == one);
  for (int year = 1; year <= 9999; ++year) {
    const Civil easter = civil_from_date(easter_sunday(year));
    REQUIRE(weekday(easter_sunday(year)) == 7);
    REQUIRE((easter.month == 3 ? easter.day >= 22 : easter.month == 4 && easter.day <= 25));
  }
}

TEST_CASE("calendar: twenty working days of the law's three examples", "[schema][S068]") {
  CHECK(text(add_working_days(day("2024-03-04"), 20)) == "2024-04-02");  // over Easter Monday
  CHECK(text(add_working_days(day("2024-12-20"), 20)) == "2025-01-23");  // over Christmas
  CHECK(text(add_working_days(day("2022-04-08"), 20)) == "2022-05-10");  // Easter, 25 April
  CHECK(working_days_between(day("2024-03-04"), day("2024-04-02")) == 20);
  CHECK(working_days_between(day("2024-04-02"), day("2024-03-04")) == 0);
  CHECK(text(add_working_days(day("2024-03-04"), 0)) == "2024-03-04");
  CHECK(text(add_working_days(day("2024-03-04"), -1)) == "none");
  CHECK(text(add_working_days(day("2024-03-04"), 10'001)) == "none");
  CHECK(text(add_working_days(day("9999-12-20"), 20)) == "none");
}

TEST_CASE("calendar: holidays are those in force in that year", "[schema]") {
  for (const char* holiday : {"2024-01-01", "2024-01-06", "2024-03-31", "2024-04-01", "2024-04-25",
                              "2024-05-01", "2024-06-02", "2024-08-15", "2024-11-01", "2024-12-08",
                              "2024-12-25", "2024-12-26", "2026-10-04"}) {
    INFO(holiday);
    CHECK(is_italian_holiday(day(holiday)));
    CHECK_FALSE(is_working_day(day(holiday)));
  }
  CHECK_FALSE(is_italian_holiday(day("2000-06-02")));
  CHECK_FALSE(is_italian_holiday(day("2025-10-04")));
  CHECK_FALSE(is_italian_holiday(day("2024-03-29")));  // Good Friday is a working day in Italy
  CHECK_FALSE(is_working_day(day("2024-03-30")));      // a Saturday
  CHECK(is_working_day(day("2024-03-29")));
}

TEST_CASE("calendar: months keep the day or stop at the last one", "[schema][S088]") {
  CHECK(text(add_months(day("2024-01-31"), 1)) == "2024-02-29");
  CHECK(text(add_months(day("2023-01-31"), 1)) == "2023-02-28");
  CHECK(text(add_months(day("2024-03-31"), -1)) == "2024-02-29");
  CHECK(text(add_months(day("2024-12-15"), 12)) == "2025-12-15");
  CHECK(text(add_months(day("2024-01-15"), -13)) == "2022-12-15");
  CHECK(text(add_months(day("9999-12-15"), 1)) == "none");
  CHECK(text(add_months(day("2024-01-15"), 1'000'000'000'000)) == "none");
  CHECK(text(add_days(day("0001-01-01"), -1)) == "none");
}

TEST_CASE("calendar: ages in completed years", "[schema][S064]") {
  const sync::Date born = day("2005-06-01");
  CHECK(age_on(born, day("2023-05-31")) == 17);
  CHECK(age_on(born, day("2023-06-01")) == 18);
  CHECK(age_on(day("2004-02-29"), day("2022-02-28")) == 17);
  CHECK(age_on(day("2004-02-29"), day("2022-03-01")) == 18);
  CHECK(age_on(born, day("2005-05-31")) == -1);
}

TEST_CASE("calendar: a day in Rome ends an instant before the next one", "[schema][S090]") {
  // Monday 4 March 2024, winter time.
  const sync::Date deadline = day("2024-03-04");
  CHECK(weekday(deadline) == 1);
  CHECK(iso_text(end_of_day_in_rome(deadline)) == "2024-03-04T22:59:59.999Z");
  CHECK(date_in_rome(end_of_day_in_rome(deadline)) == deadline);
  CHECK(date_in_rome({end_of_day_in_rome(deadline).ms + 1}) == day("2024-03-05"));
  // The days on which the clock changes are 23 and 25 hours long.
  for (const char* one : {"2024-03-30", "2024-03-31", "2024-10-26", "2024-10-27", "2024-07-01"}) {
    INFO(one);
    CHECK(date_in_rome(end_of_day_in_rome(day(one))) == day(one));
    CHECK(date_in_rome({end_of_day_in_rome(day(one)).ms + 1}).days == day(one).days + 1);
  }
  CHECK(end_of_day_in_rome(day("2024-03-31")).ms - end_of_day_in_rome(day("2024-03-30")).ms ==
        23 * 3'600'000);
}
