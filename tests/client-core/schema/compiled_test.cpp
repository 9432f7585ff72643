#include "compiled/compiled.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

TEST_CASE("compiled bundle: it is what reading the files gives, to the last byte", "[schema]") {
  auto parsed = parse_bundle(embedded_bundle_files());
  INFO((parsed.ok() ? std::string() : parsed.error().detail));
  REQUIRE(parsed.ok());
  CHECK(detail::compiled_form(*parsed) == detail::compiled_bundle());
  CHECK(detail::compiled_form(embedded_bundle()) == detail::compiled_bundle());
}

TEST_CASE("compiled bundle: what is not written down is made anew", "[schema]") {
  const auto parsed = parse_bundle(embedded_bundle_files());
  REQUIRE(parsed.ok());
  const Bundle& restored = embedded_bundle();
  CHECK(restored.section_index == parsed->section_index);
  CHECK(restored.list_index == parsed->list_index);
  CHECK(restored.type_index == parsed->type_index);
  REQUIRE(restored.lists.size() == parsed->lists.size());
  for (std::size_t i = 0; i < restored.lists.size(); ++i) {
    CHECK(restored.lists[i].value_index == parsed->lists[i].value_index);
  }
  std::size_t patterns = 0;
  REQUIRE(restored.types.size() == parsed->types.size());
  for (std::size_t i = 0; i < restored.types.size(); ++i) {
    CHECK(restored.types[i].field_index == parsed->types[i].field_index);
    for (const Field& field : restored.types[i].fields) {
      INFO(restored.types[i].name << '.' << field.name);
      CHECK((field.compiled_pattern != nullptr) == !field.pattern.empty());
      if (!field.pattern.empty()) ++patterns;
    }
  }
  CHECK(patterns > 0);
}

TEST_CASE("compiled bundle: values of every kind that a bundle can hold come back", "[schema]") {
  Bundle bundle;
  RecordType type;
  type.name = "sample";
  for (const sync::Value& bound :
       {sync::Value{sync::Null{}}, sync::Value{true}, sync::Value{std::int64_t{-7}},
        sync::Value{INT64_MIN}, sync::Value{-0.5}, sync::Value{std::string("già")},
        sync::Value{sync::Date{-3}}, sync::Value{sync::Instant{-1}}}) {
    Field field;
    field.name = "f" + std::to_string(type.fields.size());
    field.min = bound;
    field.ahead_max_days = -1;
    field.transitions["a"] = {"b", ""};
    type.fields.push_back(field);
  }
  bundle.types.push_back(type);
  bundle.digest = UINT64_MAX;
  const Bundle back = detail::restored_bundle(detail::compiled_form(bundle));
  CHECK(back.digest == UINT64_MAX);
  REQUIRE(back.types.size() == 1);
  REQUIRE(back.types[0].fields.size() == type.fields.size());
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = back.types[0].fields[i];
    CHECK(field.name == type.fields[i].name);
    REQUIRE(field.min);
    CHECK(sync::equal(*field.min, *type.fields[i].min));
    CHECK_FALSE(field.max);
    CHECK(field.ahead_max_days == -1);
    CHECK(field.transitions == type.fields[i].transitions);
  }
}
