// Values that a space adds to code lists: what becomes of them in a bundle, and of whatever else a
// record may say.
#include "insieme/schema/own_values.hpp"

#include <algorithm>
#include <random>

#include "insieme/schema/civil.hpp"
#include "insieme/schema/validate.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

using Said = std::map<std::string, sync::Value>;

RuleRecord record_of(const Said& said) {
  RuleRecord record;
  record.type = kOwnValueType;
  for (const auto& [field, value] : said) record.values[field].push_back(value);
  return record;
}

sync::Value text(std::string words) { return sync::Value{std::move(words)}; }

RuleRecord centre(const std::string& code = "x_centro",
                  const std::string& label = "Centro diurno") {
  return record_of({{"list", text("visit_places")},
                    {"code", text(code)},
                    {"label_it", text(label)},
                    {"label_en", text("Day centre")}});
}

struct Space {
  Bundle bundle = embedded_bundle();
  const CodeList& places() { return *bundle.find_list("visit_places"); }
  const Field& place() { return *bundle.find_type("visit")->find_field("place"); }
  std::size_t fixed = embedded_bundle().find_list("visit_places")->values.size();
};

std::vector<std::string> rules_of(const std::vector<Problem>& problems, const std::string& field) {
  std::vector<std::string> out;
  for (const Problem& one : problems) {
    if (one.field == field) out.push_back(one.rule);
  }
  return out;
}

}  // namespace

TEST_CASE("own values: a code has a shape that no code of a bundle has", "[schema][lists]") {
  for (const char* code : {"x_a", "x_centro_diurno", "x_2"}) CHECK(is_own_code(code));
  for (const char* code : {"", "x", "x_", "casa", "X_a", "x_A", "x_à", "x_a b", "x_a;b"}) {
    CAPTURE(code);
    CHECK_FALSE(is_own_code(code));
  }
  CHECK(is_own_code("x_" + std::string(40, 'a')));
  CHECK_FALSE(is_own_code("x_" + std::string(41, 'a')));
  for (const CodeList& list : embedded_bundle().lists) {
    for (const CodeValue& value : list.values) CHECK_FALSE(is_own_code(value.code));
  }
}

TEST_CASE("own values: one label gives one code, whoever types it", "[schema][lists]") {
  CHECK(own_code_of("Doposcuola comunale") == "x_doposcuola_comunale");
  CHECK(own_code_of("  Città dei ragazzi (ex Enal) ") == "x_citta_dei_ragazzi_ex_enal");
  CHECK(own_code_of("Citta\xCC\x80") == own_code_of("Città"));
  CHECK(own_code_of("…").empty());
  CHECK(own_code_of("").empty());
  CHECK(is_own_code(own_code_of(std::string(300, 'a'))));
}

TEST_CASE("own values: they are labels and choices after the bundle's own",
          "[schema][lists][S102]") {
  Space space;
  set_own_values(space.bundle, {centre(), centre("x_bar", "Bar Sport")});
  REQUIRE(space.places().values.size() == space.fixed + 2);
  CHECK(space.places().values[space.fixed].code == "x_bar");
  CHECK(value_to_text(space.place(), text("x_centro"), space.bundle, Language::it) ==
        "Centro diurno");
  CHECK(value_to_text(space.place(), text("x_centro"), space.bundle, Language::en) ==
        "Day centre");
  const auto read = value_from_text(space.place(), "centro DIURNO", space.bundle);
  REQUIRE(read.ok());
  CHECK(sync::equal(*read, text("x_centro")));
  CHECK(space.bundle.digest == embedded_bundle().digest);
  // Again, and without: nothing is left over, and the bundle of the program was never touched.
  set_own_values(space.bundle, {centre()});
  CHECK(space.places().values.size() == space.fixed + 1);
  CHECK(space.places().find("x_bar") == nullptr);
  set_own_values(space.bundle, {});
  CHECK(space.places().values.size() == space.fixed);
  CHECK(embedded_bundle().find_list("visit_places")->values.size() == space.fixed);
}

TEST_CASE("own values: one that is retired has its label and its last day", "[schema][lists]") {
  Space space;
  RuleRecord one = centre();
  one.values["retired_on"] = {sync::Value{*date_from_iso("2026-05-01")}};
  set_own_values(space.bundle, {one});
  const CodeValue* value = space.places().find("x_centro");
  REQUIRE(value != nullptr);
  CHECK(value->valid_on(*date_from_iso("2026-04-30")));
  CHECK_FALSE(value->valid_on(*date_from_iso("2026-05-01")));
  CHECK(value->label.it == "Centro diurno");
}

TEST_CASE("own values: one that is not here yet is shown as its code, kept and told",
          "[schema][lists][P2]") {
  Space space;
  CHECK(value_to_text(space.place(), text("x_nuovo"), space.bundle, Language::it) == "x_nuovo");
  const auto read = value_from_text(space.place(), "x_nuovo", space.bundle);
  REQUIRE(read.ok());
  RecordValues values;
  values["place"] = {*read};
  const RecordType& visit = *space.bundle.find_type("visit");
  CHECK(rules_of(check_record(space.bundle, visit, values), "place") ==
        std::vector<std::string>{"code_on_its_way"});
  // A list that a norm fixes takes none, and a slip of the pen is told as ever.
  CHECK_FALSE(value_from_text(space.place(), "casaa", space.bundle).ok());
  const Field& school = *space.bundle.find_type("member")->find_field("school");
  CHECK_FALSE(value_from_text(school, "x_nuovo", space.bundle).ok());
}

TEST_CASE("own values: whatever a record says, no list is harmed", "[schema][lists]") {
  Space space;
  const auto without = [](const char* field) {
    RuleRecord one = centre();
    one.values.erase(field);
    return one;
  };
  const auto with = [](const char* field, sync::Value value) {
    RuleRecord one = centre();
    one.values[field] = {std::move(value)};
    return one;
  };
  std::vector<RuleRecord> garbage{
      without("list"), without("code"), without("label_it"),
      with("list", text("schools")), with("list", text("no_such")), with("code", text("casa")),
      with("code", text("x_")), with("label_it", text("  ")), with("code", sync::Value{true}),
      with("list", sync::Value{std::int64_t{7}})};
  set_own_values(space.bundle, garbage);
  CHECK(space.places().values.size() == space.fixed);
  set_own_values(space.bundle, {with("retired_on", sync::Value{sync::Date{INT32_MIN}}),
                                with("valid_from", sync::Value{sync::Date{INT32_MAX}})});
  CHECK(space.places().values.size() == space.fixed + 1);  // one code twice is one value
  CHECK(without("label_en").values.count("label_en") == 0);
  set_own_values(space.bundle, {without("label_en")});
  CHECK(space.places().find("x_centro")->label.en == "Centro diurno");
}

TEST_CASE("own values: more than a list takes leaves the rest aside, equally on every device",
          "[schema][lists]") {
  std::vector<RuleRecord> many;
  for (int i = 0; i < 250; ++i) {
    many.push_back(centre("x_" + std::to_string(1000 + i), "Voce " + std::to_string(i)));
  }
  Space one;
  set_own_values(one.bundle, many);
  CHECK(one.places().values.size() == one.fixed + kOwnValuesMax);
  std::mt19937 random(7);
  std::shuffle(many.begin(), many.end(), random);
  Space other;
  set_own_values(other.bundle, many);
  std::vector<std::string> a;
  std::vector<std::string> b;
  for (const CodeValue& value : one.places().values) a.push_back(value.code);
  for (const CodeValue& value : other.places().values) b.push_back(value.code);
  CHECK(a == b);
}
