#include <filesystem>
#include <fstream>
#include <set>

#include "fixture.hpp"
#include "insieme/schema/civil.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

void check_label(const Label& label, const std::string& where) {
  INFO(where);
  CHECK_FALSE(label.it.empty());
  CHECK_FALSE(label.en.empty());
}

}  // namespace

TEST_CASE("schema: the bundle of the repository loads and is the embedded one", "[schema]") {
  const auto loaded = load_bundle("schema");
  INFO((loaded.ok() ? std::string() : loaded.error().detail));
  REQUIRE(loaded.ok());
  const Bundle& embedded = embedded_bundle();
  CHECK(loaded->name == "insieme");
  CHECK(loaded->version == embedded.version);
  CHECK(loaded->digest == embedded.digest);
  CHECK(embedded.digest_text().size() == 16);
}

TEST_CASE("schema: embedded files are the files, byte for byte", "[schema]") {
  for (const auto& [file, text] : embedded_bundle_files()) {
    std::ifstream in("schema/" + file, std::ios::binary);
    const std::string on_disk{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    INFO(file);
    CHECK(on_disk == text);
  }
}

TEST_CASE("schema: every JSON file under schema/ is listed in the bundle", "[schema]") {
  const BundleFiles& files = embedded_bundle_files();
  for (const auto& entry : std::filesystem::recursive_directory_iterator("schema")) {
    if (entry.path().extension() != ".json") continue;
    const std::string file = entry.path().lexically_relative("schema").generic_string();
    if (file.rfind("server/", 0) == 0) continue;  // the server's own, which its program carries
    INFO(file);
    CHECK(files.count(file) == 1);
  }
}

TEST_CASE("schema: every label is there in both languages", "[schema][S102]") {
  const Bundle& bundle = embedded_bundle();
  for (const Section& section : bundle.sections) check_label(section.label, section.name);
  for (const CodeList& list : bundle.lists) {
    check_label(list.label, list.name);
    CHECK_FALSE(list.source.empty());
    for (const CodeValue& value : list.values) check_label(value.label, list.name + value.code);
  }
  for (const RecordType& type : bundle.types) {
    check_label(type.label, type.name);
    check_label(type.label_plural, type.name);
    for (const Field& field : type.fields) check_label(field.label, type.name + "." + field.name);
  }
}

TEST_CASE("schema: every name in the bundle leads somewhere", "[schema]") {
  const Bundle& bundle = embedded_bundle();
  std::size_t references = 0;
  for (const RecordType& type : bundle.types) {
    INFO(type.name);
    CHECK(bundle.find_section(type.section) != nullptr);
    for (const Field& field : type.fields) {
      INFO(field.name);
      CHECK(type.find_field(field.name) == &field);
      CHECK(bundle.find_section(field.section) != nullptr);
      if (!field.list.empty()) CHECK(bundle.find_list(field.list) != nullptr);
      if (!field.target.empty()) {
        CHECK(bundle.find_type(field.target) != nullptr);
        ++references;
      }
    }
  }
  CHECK(references > 10);
}

TEST_CASE("schema: every code list is used, and every section has a type", "[schema]") {
  const Bundle& bundle = embedded_bundle();
  std::set<std::string> lists;
  std::set<std::string> sections;
  for (const RecordType& type : bundle.types) {
    for (const std::string& section : type.also_sections) sections.insert(section);
    for (const Field& field : type.fields) {
      lists.insert(field.list);
      sections.insert(field.section);
    }
  }
  for (const CodeList& list : bundle.lists) {
    INFO(list.name);
    CHECK(lists.count(list.name) == 1);
  }
  for (const Section& section : bundle.sections) {
    INFO(section.name);
    CHECK(sections.count(section.name) == 1);
  }
}

TEST_CASE("schema: every type and every field explains itself in both languages",
          "[schema][S102]") {
  for (const RecordType& type : embedded_bundle().types) {
    check_label(type.help, type.name);
    for (const Field& field : type.fields) check_label(field.help, type.name + "." + field.name);
  }
}

TEST_CASE("schema: the supports are the letters a to h", "[schema][S021]") {
  const CodeList* supports = embedded_bundle().find_list("supports");
  REQUIRE(supports != nullptr);
  std::string letters;
  for (const CodeValue& value : supports->values) letters += value.code;
  CHECK(letters == "abcdefgh");
}

TEST_CASE("schema: a closed case needs both codes, and nothing follows it", "[schema][S084]") {
  const RecordType* type = embedded_bundle().find_type("case");
  REQUIRE(type != nullptr);
  const RecordValues closed{{"state", {sync::Value{std::string("chiuso")}}}};
  std::set<std::string> missing;
  for (const Problem& problem : check_record(embedded_bundle(), *type, closed)) {
    if (problem.rule == "required") missing.insert(problem.field);
  }
  CHECK(missing.count("closure_reason") == 1);
  CHECK(missing.count("closure_situation") == 1);
  const Field* state = type->find_field("state");
  CHECK(state->allows_transition("segnalato", "accolto"));
  CHECK_FALSE(state->allows_transition("segnalato", "attivo"));
  CHECK_FALSE(state->allows_transition("chiuso", "attivo"));
  CHECK(state->allows_transition("chiuso", "chiuso"));
}

TEST_CASE("schema: kinds decide how fields merge and where they are stored", "[schema]") {
  using test::field;
  CHECK(field("key").merge == MergeKind::mv_register);
  CHECK(field("story").merge == MergeKind::text);
  CHECK(field("places").merge == MergeKind::set);
  CHECK(field("owners").is_set());
  CHECK(field("count").merge == MergeKind::counter);
  CHECK(field("photo").merge == MergeKind::blob);
  CHECK(field("key").policy == RegisterPolicy::review);
  CHECK(field("photo").policy == RegisterPolicy::automatic);
  CHECK(field("flag").policy == RegisterPolicy::maximum);
  CHECK(sql_type(field("price")) == "INTEGER");
  CHECK(sql_type(field("weight")) == "REAL");
  CHECK(sql_type(field("day")) == "TEXT");
  CHECK(sql_type(field("places")) == "TEXT");
}

TEST_CASE("schema: a type whose fields lie in several sections has as many facets", "[schema]") {
  const RecordType* type = test::small_bundle().find_type("thing");
  CHECK(type->facet_sections() == std::vector<std::string>{"core", "health"});
  CHECK(type->find_field("illness")->section == "health");
  CHECK(type->find_field("nothing") == nullptr);
}

TEST_CASE("schema: the digest ignores order of keys and spaces, and nothing else", "[schema]") {
  const std::uint64_t digest = test::small_bundle().digest;
  BundleFiles files = test::small_bundle_files();
  test::edit(files, "bundle.json", R"("name": "small", "version": 3)",
             R"("version":   3, "name": "small")");
  CHECK(parse_bundle(files)->digest == digest);
  test::edit(files, "lists/all.json", "At home", "At Home");
  CHECK(parse_bundle(files)->digest != digest);
}

TEST_CASE("schema: a title joins what is filled in", "[schema]") {
  const Bundle& bundle = test::small_bundle();
  const RecordType& type = *bundle.find_type("thing");
  RecordValues values;
  CHECK(record_title(bundle, type, values, Language::it) == "Cosa");
  values["day"] = {sync::Value{*date_from_iso("2021-06-01")}};
  CHECK(record_title(bundle, type, values, Language::it) == "01/06/2021");
  values["key"] = {sync::Value{std::string("ABC")}};
  CHECK(record_title(bundle, type, values, Language::it) == "ABC · 01/06/2021");
  values["place"] = {sync::Value{std::string("casa")}};
  CHECK(record_title(bundle, type, values, Language::en) == "ABC · At home · 01/06/2021");
}
