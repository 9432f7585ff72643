#include <limits>
#include <random>

#include "fixture.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/sync/blob.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using test::field;
using test::small_bundle;

namespace {

Result<sync::Value> parse(std::string_view name, std::string_view text) {
  return value_from_text(field(name), text, small_bundle());
}

/// The value, or Null with a failed check.
sync::Value read(std::string_view name, std::string_view text) {
  auto value = parse(name, text);
  INFO(text);
  CHECK(value.ok());
  return value.ok() ? *value : sync::Value{};
}

std::string show(std::string_view name, const sync::Value& value,
                 Language language = Language::it) {
  return value_to_text(field(name), value, small_bundle(), language);
}

void check_round_trip(std::string_view name, const sync::Value& value) {
  for (const Language language : {Language::it, Language::en}) {
    const std::string text = show(name, value, language);
    const auto back = parse(name, text);
    INFO(name << ": " << text);
    REQUIRE(back.ok());
    REQUIRE(sync::equal(*back, value));
  }
}

}  // namespace

TEST_CASE("value_from_text: money as people and programs write it", "[schema][value]") {
  const std::pair<const char*, std::int64_t> table[] = {
      {"€ 64.877,39", 6'487'739},
      {"35.169,00 €", 3'516'900},
      {"42869.00", 4'286'900},
      {"42.869,00", 4'286'900},
      {"42869", 4'286'900},
      {"42869,5", 4'286'950},
      {"0,01", 1},
      {"-12,30", -1'230},
      {"€ -12,30", -1'230},
      {"\xE2\x88\x92" "12", -1'200},
      {"+7", 700},
      {"EUR 7.700,00", 770'000},
      {"1,234.56", 123'456},
      {"1.234.567", 123'456'700},
      {"289 877,39", 28'987'739},
      {"289\xC2\xA0" "877,39\xC2\xA0€", 28'987'739},
      {"250.000.000,00", 25'000'000'000},
      {"92.233.720.368.547.758,07", std::numeric_limits<std::int64_t>::max()},
  };
  for (const auto& [text, cents] : table) {
    INFO(text);
    const auto parsed = parse_cents(text);
    REQUIRE(parsed.ok());
    CHECK(*parsed == cents);
  }
}

TEST_CASE("value_from_text: 250 million need 64 bits", "[schema][value][S007]") {
  CHECK(sync::equal(read("price", "250.000.000,00"), sync::Value{std::int64_t{25'000'000'000}}));
  CHECK(show("price", sync::Value{std::int64_t{25'000'000'000}}) == "€ 250.000.000,00");
}

TEST_CASE("value_from_text: doubtful money is refused, not guessed", "[schema][value]") {
  for (const char* text :
       {"1.234", "1,234", "12.34.56", "1.23,45", "1.2345,00", "1,234,56", "12,345.678", "€",
        "", "-", "--1", "1-", "abc", "1,", ",5,", "12 €€", "1e5", "12,345", "€ 1.234",
        "92.233.720.368.547.758,08", "1.234,567", ".", "1..234", "0x10", "USD 5", "\xff"}) {
    INFO(text);
    CHECK_FALSE(parse_cents(text).ok());
  }
  CHECK_THAT(parse_cents("1.234").error().detail, Catch::Matchers::Contains("1.234,00"));
}

TEST_CASE("value_to_text: money in both languages", "[schema][value]") {
  CHECK(cents_to_text(12'987'739, Language::it) == "€ 129.877,39");
  CHECK(cents_to_text(12'987'739, Language::en) == "€ 129,877.39");
  CHECK(cents_to_text(0, Language::it) == "€ 0,00");
  CHECK(cents_to_text(5, Language::it) == "€ 0,05");
  CHECK(cents_to_text(-123'456, Language::it) == "€ -1.234,56");
  CHECK(cents_to_text(std::numeric_limits<std::int64_t>::min(), Language::it) ==
        "€ -92.233.720.368.547.758,08");
}

TEST_CASE("value_from_text: dates", "[schema][value]") {
  const sync::Value june{*date_from_iso("2021-06-01")};
  for (const char* text :
       {"01/06/2021", "1/6/2021", "1.6.2021", "01-06-2021", "2021-06-01", "  01/06/2021 "}) {
    CHECK(sync::equal(read("day", text), june));
  }
  for (const char* text : {"31/06/2021", "29/02/2023", "01/13/2021", "1/6/21", "2021/06/01", "oggi",
                           "01/06-2021", "01/06/20211", "1/6/", "0/6/2021", "001/06/2021"}) {
    INFO(text);
    CHECK_FALSE(parse("day", text).ok());
  }
  CHECK(show("day", june) == "01/06/2021");
}

TEST_CASE("value_from_text: instants are times in Rome", "[schema][value]") {
  const auto at = [](const char* iso) { return sync::Value{*instant_from_iso(iso)}; };
  CHECK(sync::equal(read("moment", "01/06/2021 10:30"), at("2021-06-01T08:30:00Z")));
  CHECK(sync::equal(read("moment", "1/1/2021 9.05"), at("2021-01-01T08:05:00Z")));
  CHECK(sync::equal(read("moment", "2021-06-01 10:30:15"), at("2021-06-01T08:30:15Z")));
  CHECK(sync::equal(read("moment", "2021-06-01T10:30"), at("2021-06-01T08:30:00Z")));
  CHECK(sync::equal(read("moment", "2021-06-01T08:30:00Z"), at("2021-06-01T08:30:00Z")));
  // The hour that occurs twice: the first one, unless said otherwise.
  CHECK(sync::equal(read("moment", "31/10/2021 02:30"), at("2021-10-31T00:30:00Z")));
  CHECK(sync::equal(read("moment", "31/10/2021 02:30 +01:00"), at("2021-10-31T01:30:00Z")));
  CHECK(show("moment", at("2021-10-31T00:30:00Z")) == "31/10/2021 02:30");
  CHECK(show("moment", at("2021-10-31T01:30:00Z")) == "31/10/2021 02:30 +01:00");
  for (const char* text : {"28/03/2021 02:30", "01/06/2021", "01/06/2021 24:00", "01/06/2021 10:60",
                           "01/06/2021 10", "10:30", "01/06/2021 10:30 dopo"}) {
    INFO(text);
    CHECK_FALSE(parse("moment", text).ok());
  }
}

TEST_CASE("value_from_text: yes and no", "[schema][value]") {
  for (const char* text : {"sì", "SÌ", "si", "S", "vero", "x", "yes", "TRUE", "1", "si\xCC\x80"}) {
    CHECK(sync::equal(read("flag", text), sync::Value{true}));
  }
  for (const char* text : {"no", "N", "falso", "False", "0"}) {
    CHECK(sync::equal(read("flag", text), sync::Value{false}));
  }
  CHECK_FALSE(parse("flag", "forse").ok());
  CHECK(show("flag", sync::Value{true}) == "sì");
  CHECK(show("flag", sync::Value{true}, Language::en) == "yes");
}

TEST_CASE("value_from_text: codes by code or label", "[schema][value]") {
  for (const char* text : {"1", "Città vecchia", "CITTÀ VECCHIA", "old town", " 1 "}) {
    CHECK(sync::equal(read("place", text), sync::Value{std::string("1")}));
  }
  CHECK_FALSE(parse("place", "mare").ok());
  CHECK(show("place", sync::Value{std::string("1")}) == "Città vecchia");
  CHECK(show("place", sync::Value{std::string("nuovo")}) == "nuovo");
}

TEST_CASE("value_from_text: numbers", "[schema][value]") {
  CHECK(sync::equal(read("size", "-12"), sync::Value{std::int64_t{-12}}));
  CHECK(sync::equal(read("weight", "1,5"), sync::Value{1.5}));
  CHECK(sync::equal(read("weight", "1.5"), sync::Value{1.5}));
  CHECK(sync::equal(read("weight", "-0"), sync::Value{0.0}));
  CHECK(show("weight", sync::Value{1.5}) == "1,5");
  for (const char* text : {"1.000", "1,0", "uno", "-", "99999999999999999999", "1 000"}) {
    CHECK_FALSE(parse("size", text).ok());
  }
  for (const char* text : {"1.000,5", "nan", "inf", "1e999", "1,5kg", "--1"}) {
    CHECK_FALSE(parse("weight", text).ok());
  }
}

TEST_CASE("value_from_text: texts are trimmed, composed, and keep their accents",
          "[schema][value]") {
  CHECK(sync::equal(read("story", "  Perche\xCC\x81\r\nno \n"),
                    sync::Value{std::string("Perché\nno")}));
  CHECK(sync::equal(read("words", "Città"), sync::Value{std::string("Città")}));
  CHECK(sync::equal(read("story", " \n "), sync::Value{sync::Null{}}));
  CHECK_FALSE(parse("story", "\xC3").ok());
  CHECK_FALSE(parse("story", std::string_view("a\0b", 3)).ok());
  CHECK(sync::equal(read("tax_code", "rss mra 85t10 a562s"),
                    sync::Value{std::string("RSSMRA85T10A562S")}));
  for (const char* text : {"06/2021", "6/2021", "2021-06"}) {
    CHECK(sync::equal(read("month", text), sync::Value{std::string("2021-06")}));
  }
  CHECK(show("month", sync::Value{std::string("2021-06")}) == "06/2021");
  for (const char* text : {"13/2021", "2021", "06/21", "giugno 2021", "/2021"}) {
    CHECK_FALSE(parse("month", text).ok());
  }
}

TEST_CASE("elements_from_text: a set is separated by semicolons", "[schema][value]") {
  const auto elements =
      elements_from_text(field("places"), "casa; Old town ;;casa", small_bundle());
  REQUIRE(elements.ok());
  REQUIRE(elements->size() == 2);
  CHECK(sync::equal(elements->at(1), sync::Value{std::string("1")}));
  CHECK(elements_from_text(field("places"), "", small_bundle())->empty());
  CHECK_FALSE(elements_from_text(field("places"), "casa;mare", small_bundle()).ok());
  CHECK(elements_from_text(field("story"), "a;b", small_bundle())->size() == 1);
}

TEST_CASE("value_to_text: what is shown can be typed back", "[schema][value]") {
  std::mt19937_64 random(20210601);
  const auto any = [&random](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  constexpr std::int64_t kBig = 4'000'000'000'000'000'000;
  const sync::Date first = *date_from_iso("1900-01-01");
  const sync::Date last = *date_from_iso("2100-12-31");
  for (int round = 0; round < 2'000; ++round) {
    const std::int64_t scale = any(0, 1) == 0 ? kBig : 1'000'000;
    check_round_trip("price", sync::Value{any(-scale, scale)});
    check_round_trip("size", sync::Value{any(-scale, scale)});
    check_round_trip("weight", sync::Value{static_cast<double>(any(-scale, scale)) / 1'000.0});
    const auto days = static_cast<std::int32_t>(any(first.days, last.days));
    check_round_trip("day", sync::Value{sync::Date{days}});
    const std::int64_t day_ms = any(0, 1) == 0 ? any(0, 86'399'999) : any(0, 1'439) * 60'000;
    check_round_trip("moment", sync::Value{sync::Instant{days * 86'400'000LL + day_ms}});
    sync::RecordId id;
    for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(any(0, 255));
    check_round_trip("owner", sync::Value{sync::Reference{id}});
    const auto size = static_cast<std::uint64_t>(any(0, scale));
    check_round_trip("photo",
                     *sync::encode_blob_ref({sync::blob_digest(id.bytes), size, "image/jpeg"}));
  }
  check_round_trip("flag", sync::Value{true});
  check_round_trip("flag", sync::Value{false});
}

TEST_CASE("value_to_text: every code of the bundle can be typed by its labels",
          "[schema][value]") {
  const Bundle& bundle = embedded_bundle();
  for (const CodeList& list : bundle.lists) {
    Field coded;
    coded.kind = FieldKind::code;
    coded.list = list.name;
    for (const CodeValue& value : list.values) {
      for (const Language language : {Language::it, Language::en}) {
        const std::string text =
            value_to_text(coded, sync::Value{value.code}, bundle, language);
        const auto back = value_from_text(coded, text, bundle);
        INFO(list.name << ": " << text);
        REQUIRE(back.ok());
        CHECK(sync::equal(*back, sync::Value{value.code}));
      }
    }
  }
}
