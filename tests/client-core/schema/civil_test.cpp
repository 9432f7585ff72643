#include "insieme/schema/civil.hpp"

#include "support/catch.hpp"

using namespace insieme::schema;
using insieme::sync::Date;
using insieme::sync::Instant;

TEST_CASE("civil: days and dates agree, back and forth", "[schema][civil]") {
  CHECK(date_from_civil({1970, 1, 1}) == Date{0});
  CHECK(date_from_civil({2021, 6, 1}) == Date{18'779});
  CHECK(date_from_civil({1, 1, 1}) == Date{-719'162});
  for (std::int32_t days = -719'162; days <= 2'932'896; days += 97) {
    const Civil civil = civil_from_date(Date{days});
    REQUIRE(is_valid(civil));
    REQUIRE(date_from_civil(civil) == Date{days});
    REQUIRE(date_from_iso(iso_text(Date{days})) == Date{days});
  }
}

TEST_CASE("civil: a project's period in days", "[schema][civil][S010]") {
  const Date start = *date_from_iso("2021-06-01");
  const Date end = *date_from_iso("2023-03-31");
  CHECK(end.days - start.days + 1 == 669);
}

TEST_CASE("civil: only real days are days", "[schema][civil]") {
  CHECK(date_from_iso("2024-02-29"));
  CHECK(date_from_iso("2000-02-29"));
  for (const char* text : {"2023-02-29", "1900-02-29", "2021-13-01", "2021-00-10", "2021-04-31",
                           "2021-6-1", "21-06-01", "2021-06-01 ", "2021/06/01", "", "0000-01-01"}) {
    INFO(text);
    CHECK_FALSE(date_from_iso(text));
  }
}

TEST_CASE("civil: instants as RFC 3339", "[schema][civil]") {
  CHECK(iso_text(Instant{0}) == "1970-01-01T00:00:00.000Z");
  CHECK(iso_text(Instant{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(instant_from_iso("2021-06-01T08:30:00Z") == Instant{1'622'536'200'000});
  CHECK(instant_from_iso("2021-06-01T10:30:00+02:00") == Instant{1'622'536'200'000});
  CHECK(instant_from_iso("2021-06-01T08:30:00.25Z") == Instant{1'622'536'200'250});
  for (const char* text : {"2021-06-01T08:30:00", "2021-06-01T24:00:00Z", "2021-06-01T08:30:00.Z",
                           "2021-06-01 08:30:00Z", "2021-06-01T08:30Z", "2021-06-01T08:30:00+2",
                           "2021-06-01T08:30:00+15:00", "2021-06-01T08:61:00Z"}) {
    INFO(text);
    CHECK_FALSE(instant_from_iso(text));
  }
}

TEST_CASE("civil: Rome changes its clocks on the last Sundays", "[schema][civil]") {
  const auto offset = [](const char* iso) { return rome_offset_minutes(*instant_from_iso(iso)); };
  CHECK(offset("2021-01-15T12:00:00Z") == 60);
  CHECK(offset("2021-07-15T12:00:00Z") == 120);
  CHECK(offset("2021-03-28T00:59:59Z") == 60);
  CHECK(offset("2021-03-28T01:00:00Z") == 120);
  CHECK(offset("2021-10-31T00:59:59Z") == 120);
  CHECK(offset("2021-10-31T01:00:00Z") == 60);
  CHECK(offset("2024-10-27T00:59:59Z") == 120);
  CHECK(offset("2024-10-27T01:00:00Z") == 60);
}
