#include <algorithm>

#include "fixture.hpp"
#include "insieme/schema/civil.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

sync::Value words(const char* text) { return sync::Value{std::string(text)}; }
sync::Value number(std::int64_t value) { return sync::Value{value}; }
sync::Value day(const char* iso) { return sync::Value{*date_from_iso(iso)}; }

std::vector<Problem> check(const RecordValues& values,
                           std::optional<sync::Date> on = std::nullopt) {
  return check_record(test::small_bundle(), *test::small_bundle().find_type("thing"), values, on);
}

/// `field:rule` of each problem.
std::vector<std::string> rules(const RecordValues& values,
                               std::optional<sync::Date> on = std::nullopt) {
  std::vector<std::string> out;
  for (const Problem& problem : check(values, on)) {
    CHECK_FALSE(problem.message_it.empty());
    CHECK_FALSE(problem.message_en.empty());
    out.push_back(problem.field + ":" + problem.rule);
  }
  return out;
}

using Rules = std::vector<std::string>;

}  // namespace

TEST_CASE("check_record: a record in order has no problems", "[schema][check]") {
  CHECK(rules({{"key", {words("ABC")}},
               {"size", {number(10)}},
               {"price", {number(25'000'000'000)}},
               {"places", {words("casa"), words("1")}},
               {"flag", {sync::Value{true}}}})
            .empty());
}

TEST_CASE("check_record: each rule", "[schema][check]") {
  CHECK(rules({}) == Rules{"key:required"});
  CHECK(rules({{"key", {sync::Value{sync::Null{}}}}}) == Rules{"key:required"});
  CHECK(rules({{"key", {words("")}}}) == Rules{"key:required"});
  CHECK(rules({{"key", {words("ABCDEF")}}}) == Rules{"key:max_length"});
  CHECK(rules({{"key", {words("abc")}}}) == Rules{"key:pattern"});
  CHECK(rules({{"key", {number(1)}}}) == Rules{"key:kind"});
  const RecordValues base{{"key", {words("A")}}};
  const auto with = [&base](const char* field, sync::Value value) {
    RecordValues values = base;
    values[field] = {std::move(value)};
    return values;
  };
  CHECK(rules(with("size", number(0))) == Rules{"size:min"});
  CHECK(rules(with("size", number(11))) == Rules{"size:max"});
  CHECK(rules(with("weight", sync::Value{0.25})) == Rules{"weight:min"});
  CHECK(rules(with("price", number(-1))) == Rules{"price:min"});
  CHECK(rules(with("day", day("1999-12-31"))) == Rules{"day:min"});
  CHECK(rules(with("place", words("mare"))) == Rules{"place:code"});
  CHECK(rules(with("place", words("chiuso"))) == Rules{"last_day:required"});
  CHECK(rules(with("new_thing", words("x"))) == Rules{"new_thing:unknown_field"});
}

TEST_CASE("check_record: an end may not come before its beginning", "[schema][check]") {
  RecordValues values{{"key", {words("A")}},
                      {"day", {day("2021-06-02")}},
                      {"last_day", {day("2021-06-01")}}};
  CHECK(rules(values) == Rules{"last_day:not_before"});
  values["last_day"] = {day("2021-06-02")};
  CHECK(rules(values).empty());
}

TEST_CASE("check_record: what the engine keeps beside the fields is no unknown field",
          "[schema][check]") {
  CHECK(rules({{"key", {words("A")}}, {"_knowing", {words("x")}}}).empty());
  CHECK(rules({{"key", {words("A")}}, {"knowing", {words("x")}}}) ==
        Rules{"knowing:unknown_field"});
}

TEST_CASE("check_record: a code outside its period is a warning", "[schema][check]") {
  const RecordValues values{{"key", {words("A")}}, {"place", {words("1")}}};
  CHECK(rules(values).empty());
  CHECK(rules(values, date_from_iso("2021-12-31")).empty());
  CHECK(rules(values, date_from_iso("2022-01-01")) == Rules{"place:code_period"});
  CHECK(check(values, date_from_iso("2019-12-31")).at(0).severity == Severity::warning);
}

TEST_CASE("check_record: a doubtful codice fiscale never blocks", "[schema][check][S129]") {
  const auto severity_of = [](const char* code) -> std::string {
    const auto problems = check({{"key", {words("A")}}, {"tax_code", {words(code)}}});
    if (problems.empty()) return "none";
    return problems.at(0).severity == Severity::warning ? problems.at(0).rule : "error";
  };
  for (const char* valid :
       {"RSSMRA85T10A562S", "RSSMRA85T10ARSNO", "RSSMRA85T1LARSNR", "RSSMRA85TMLARSNC",
        "RSSMRA8RTMLARSNO", "RSSMRAURTMLARSNL", "ABCDEF12B23P432P", "ABCDEF12B23P43NE",
        "RSSMRK66C14H501U", "XXXXXX80P20B501B", "GHBLDE25A42H199X"}) {
    INFO(valid);
    CHECK(severity_of(valid) == "none");
  }
  for (const char* invalid : {"AAABBB39M66A351C", "CCCDDD25A42H199X", "12345678901"}) {
    INFO(invalid);
    CHECK(severity_of(invalid) == "check_character");
  }
  CHECK(severity_of("RSSMRA") == "pattern");
}

TEST_CASE("check_record: sentences name the field and say what to do", "[schema][check]") {
  const Problem missing = check({}).at(0);
  CHECK(missing.message_it == "«Chiave»: è obbligatorio, compilalo prima di salvare.");
  CHECK(missing.message_en == "“Key”: this is required, please fill it in before saving.");
  CHECK(missing.severity == Severity::error);
  const Problem low = check({{"key", {words("A")}}, {"price", {number(-1)}}}).at(0);
  CHECK(low.message_it == "«Prezzo»: il valore minimo è € 0,00.");
  const Problem form = check({{"key", {words("a1")}}}).at(0);
  CHECK(form.message_it == "«Chiave»: non è scritto nella forma prevista. Solo lettere.");
  const Problem closed = check({{"key", {words("A")}}, {"place", {words("chiuso")}}}).at(0);
  CHECK(closed.message_it ==
        "«Ultimo giorno»: è obbligatorio in questo caso (Luogo: Chiuso).");
}
