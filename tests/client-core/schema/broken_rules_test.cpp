// A mistake in a file of rules is told with file, path, character and reason when it is loaded.

#include <algorithm>

#include "fixture.hpp"
#include "insieme/schema/rules.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kRules = R"x({ "rules": [
  { "name": "small_things", "type": "thing", "field": "size", "severity": "blocks",
    "entering": { "field": "place", "values": ["chiuso"] }, "changing": ["size"],
    "when": "is_set(price)", "check": ["size", "< 5"], "shows": { "next": "size + 1" },
    "message": { "it": "{size} è troppo, {next} anche",
                 "en": "{size} is too much, so is {next}" },
    "remedy": { "it": "Riduci.", "en": "Reduce." }, "source": "test", "rows": ["S000"] } ],
  "computed": [ { "name": "double", "type": "thing", "value": "size * 2",
    "label": { "it": "Doppio", "en": "Double" }, "help": { "it": "Due volte.", "en": "Twice." } } ]
})x";

BundleFiles files_with_rules() {
  BundleFiles files = test::small_bundle_files();
  test::edit(files, "bundle.json", R"("types/thing.json")",
             R"("types/thing.json", "rules/a.json")");
  files["rules/a.json"] = kRules;
  return files;
}

struct Breakage {
  const char* from;
  const char* to;
  const char* fault;
};

const Breakage kBreakages[] = {
    {R"("type": "thing", "field")", R"("type": "thng", "field")",
     "rules/a.json: rules[0].type: no record type is called \"thng\"; did you mean \"thing\"?"},
    {R"("field": "size")", R"("field": "sizes")",
     "rules[0].field: \"thing\" has no field called \"sizes\"; did you mean \"size\"?"},
    {R"("severity": "blocks")", R"("severity": "stops")",
     "rules[0].severity: is none of blocks, warns, item"},
    {R"(["chiuso"])", R"(["aperto"])",
     "rules[0].entering.values[0]: the code list \"places\" has no code \"aperto\""},
    {R"("field": "place")", R"("field": "price")", "rules[0].entering.field: is not a code"},
    {R"(["size"],)", R"(["sise"],)", "rules[0].changing[0]: \"thing\" has no field called"},
    {R"x("is_set(price)")x", R"("price")", "rules[0].when: must be true or false, not money"},
    {R"x("is_set(price)")x", R"x("is_sett(price)")x",
     "rules[0].when: at character 1: no function is called \"is_sett\"; did you mean \"is_set\"?"},
    {R"("< 5")", R"("< 'five'")",
     "rules[0].check: at character 6: compares a whole number with text"},
    {R"("< 5")", R"("<")", "rules[0].check: at character 7: expected a value, found the end"},
    {R"("< 5")", R"(5)", "rules[0].check: must be an expression in quotes, or a list of its parts"},
    {R"("size + 1")", R"("owner")", "rules[0].shows.next: cannot be shown: it is a reference"},
    {R"({next} anche)", R"({nxet} anche)",
     "rules[0].message: \"thing\" has no field called \"nxet\""},
    {R"({next} anche)", R"({next anche)", "rules[0].message: the braces do not pair"},
    {R"("remedy": { "it": "Riduci.", "en": "Reduce." }, )", "", "rules[0].remedy: is missing"},
    {R"("source": "test", )", "", "rules[0].source: is missing"},
    {R"("rows")", R"("row")", "rules[0].row: unknown key; did you mean \"rows\"?"},
    {R"("name": "double")", R"("name": "size")", "computed[0].name: \"thing\" has a field of this"},
    {R"("size * 2")", R"("siz * 2")", "computed[0].value: at character 1: \"thing\" has no field"},
    {R"("size * 2")", R"("owners")", "computed[0].value: cannot be shown"},
    {R"("rules": [)", R"("rulez": [)", "rules/a.json: rules: is missing"},
};

RuleRecord thing(std::int64_t size, const char* place) {
  RuleRecord out;
  out.type = "thing";
  out.values["size"] = {sync::Value{size}};
  out.values["place"] = {sync::Value{std::string(place)}};
  out.values["price"] = {sync::Value{std::int64_t{100}}};
  return out;
}

}  // namespace

TEST_CASE("rules: a broken file of rules says file, path and reason", "[schema][rules]") {
  const auto sound = parse_bundle(files_with_rules());
  INFO((sound.ok() ? std::string() : sound.error().detail));
  REQUIRE(sound.ok());
  for (const Breakage& breakage : kBreakages) {
    BundleFiles files = files_with_rules();
    test::edit(files, "rules/a.json", breakage.from, breakage.to);
    const auto broken = parse_bundle(files);
    INFO(breakage.to);
    REQUIRE_FALSE(broken.ok());
    CHECK_THAT(broken.error().detail, Contains(breakage.fault));
  }
}

TEST_CASE("rules: two rules of one name are an error", "[schema][rules]") {
  BundleFiles files = files_with_rules();
  test::edit(files, "bundle.json", R"("rules/a.json")", R"("rules/a.json", "rules/b.json")");
  files["rules/b.json"] = kRules;
  const auto broken = parse_bundle(files);
  REQUIRE_FALSE(broken.ok());
  CHECK_THAT(broken.error().detail,
             Contains("rules/b.json: rules[0].name: the rule \"small_things\" exists already"));
}

TEST_CASE("rules: a rule about a step applies to the save that takes it", "[schema][rules]") {
  const auto bundle = parse_bundle(files_with_rules());
  REQUIRE(bundle.ok());
  RecordSet others;
  const RuleRecord open = thing(7, "casa");
  const RuleRecord closed = thing(7, "chiuso");
  const auto broken = [&](const RuleRecord& record, const RuleRecord* before,
                          std::vector<std::string> changed) {
    return check_rules(*bundle, record, {before, std::move(changed)}, others).size();
  };
  CHECK(broken(closed, &open, {"place", "size"}) == 1);
  CHECK(broken(closed, nullptr, {"place", "size"}) == 1);
  CHECK(broken(closed, &closed, {"size"}) == 0);  // was closed already
  CHECK(broken(open, &closed, {"size"}) == 0);    // does not enter it
  CHECK(broken(closed, &open, {"place"}) == 0);   // size was not touched
  CHECK(broken(thing(4, "chiuso"), &open, {"size"}) == 0);
  CHECK(check_standing_rules(*bundle, closed, others).empty());
  const auto told = check_rules(*bundle, closed, {&open, {"size"}}, others);
  REQUIRE(told.size() == 1);
  CHECK(told[0].message_it == "«Misura» (7): 7 è troppo, 8 anche Riduci.");
  CHECK(told[0].message_en == "“Size” (7): 7 is too much, so is 8 Reduce.");
  CHECK(told[0].rule == "small_things");
}

TEST_CASE("rules: the same records give the same answer in any order", "[schema][rules]") {
  const Bundle& bundle = embedded_bundle();
  std::vector<RuleRecord> records;
  for (std::uint8_t i = 1; i <= 6; ++i) {
    RuleRecord one;
    one.id.bytes[15] = i;
    one.type = "expense";
    one.values["amount"] = {sync::Value{std::int64_t{i} * 100}};
    one.values["state"] = {sync::Value{std::string(i % 2 == 0 ? "registrata" : "annullata")}};
    records.push_back(one);
  }
  const char* const source =
      "sum(e in all expense where e.state != 'annullata': e.amount) * 10 + "
      "greatest(e in all expense: e.amount)";
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  do {
    RecordSet others;
    for (const std::size_t i : order) others.put(records[i]);
    const auto value = evaluate_expression(bundle, source, records[0], others);
    REQUIRE(value.ok());
    REQUIRE(std::get<std::int64_t>(*value) == 12600);
  } while (std::next_permutation(order.begin(), order.end()));
}
