// Each way of breaking a bundle gives a sentence that names file, path and reason.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;

namespace {

std::string fault_of(const BundleFiles& files) {
  const auto parsed = parse_bundle(files);
  REQUIRE_FALSE(parsed.ok());
  return parsed.error().detail;
}

struct Breakage {
  const char* file;
  const char* from;
  const char* to;
  const char* fault;
};

const Breakage kBreakages[] = {
    {"bundle.json", R"("version": 3)", R"("version": "3")",
     "bundle.json: version: must be a whole number from 1 to 1000000000"},
    {"bundle.json", R"("name": "small", )", "", "bundle.json: name: is missing"},
    {"bundle.json", R"(, "types/owner.json")", "",
     "types/owner.json: is not listed in bundle.json"},
    {"bundle.json", R"("lists/all.json")", R"("lists/all.json", "lists/none.json")",
     "lists/none.json: is missing"},
    {"sections.json", R"("name": "health")", R"("name": "core")",
     "sections.json: sections[1].name: the section \"core\" exists already"},
    {"sections.json", R"("name": "net")", R"("name": "Net")",
     "sections.json: sections[2].name: \"Net\" is not a name"},
    {"sections.json", R"("it": "Salute", )", "", "sections.json: sections[1].label.it: is missing"},
    {"lists/all.json", R"("source": "test")", R"("source": "")",
     "lists/all.json: lists[0].source: must not be empty"},
    {"lists/all.json", R"("code": "1")", R"("code": "casa")",
     "lists/all.json: lists[0].values[1].code: the code \"casa\" is in this list twice"},
    {"lists/all.json", R"("Old town")", R"("at HOME")",
     "lists/all.json: lists[0].values[1].label.en: \"at HOME\" already means the value \"casa\""},
    {"lists/all.json", R"("2021-12-31")", R"("31/12/2021")",
     "lists/all.json: lists[0].values[1].valid_to: must be a date such as 2021-06-01"},
    {"lists/all.json", R"("2021-12-31")", R"("2019-12-31")",
     "lists/all.json: lists[0].values[1].valid_to: is before valid_from"},
    {"types/thing.json", R"("section": "core", )", R"("section": "corse", )",
     "types/thing.json: section: no section is called \"corse\"; did you mean \"core\"?"},
    {"types/thing.json", R"(["net"])", R"(["salute"])",
     "types/thing.json: also_sections[0]: no section is called \"salute\""},
    {"types/thing.json", R"("section": "health")", R"("section": "net")",
     "types/thing.json: fields[18].section: \"net\" belongs to another dossier than \"core\""},
    {"types/thing.json", R"("kind": "codes", "list": "places")",
     R"("kind": "codes", "list": "luogi")",
     "types/thing.json: fields[9].list: no code list is called \"luogi\""},
    {"types/thing.json", R"("kind": "codes", "list": "places")",
     R"("kind": "codes", "list": "place")",
     "fields[9].list: no code list is called \"place\"; did you mean \"places\"?"},
    {"types/thing.json", R"("kind": "codes", "list": "places")", R"("kind": "codes")",
     "fields[9].list: is missing: kind codes needs one"},
    {"types/thing.json", R"("kind": "reference", "target": "owner")",
     R"("kind": "reference", "target": "ower")",
     "fields[11].target: no record type is called \"ower\"; did you mean \"owner\"?"},
    {"types/thing.json", R"("kind": "money", )", R"("kind": "monny", )",
     "fields[4].kind: \"monny\" is none of string, text,"},
    {"types/thing.json", R"("kind": "money", )", R"("kind": "monny", )", "did you mean \"money\"?"},
    {"types/thing.json", R"("kind": "counter")", R"("kind": "counter", "merge": "register")",
     "fields[13].merge: kind counter cannot merge as register"},
    {"types/thing.json", R"("kind": "counter")", R"("kind": "counter", "policy": "auto")",
     "fields[13].policy: a field that merges as counter never has concurrent values"},
    {"types/thing.json", R"("kind": "blob", "policy": "auto")",
     R"("kind": "blob", "policy": "max")",
     "fields[14].policy: max has no meaning for kind blob"},
    {"types/thing.json", R"("search": true)", R"("serch": true)",
     "fields[1].serch: unknown key; did you mean \"search\"?"},
    {"types/thing.json", R"("search": true)", R"("colour": true)", "fields[1].colour: unknown key"},
    {"types/thing.json", R"("search": true)", R"("search": "yes")",
     "fields[1].search: must be true or false"},
    {"types/thing.json", R"("min": 1, "max": 10)", R"("min": 11, "max": 10)",
     "fields[2].max: is less than min"},
    {"types/thing.json", R"("min": 1, "max": 10)", R"("min": 1.5, "max": 10)",
     "fields[2].min: must be a whole number"},
    {"types/thing.json", R"("min": "2000-01-01")", R"("min": "2000-02-30")",
     "fields[5].min: must be a date"},
    {"types/thing.json", R"("kind": "boolean")", R"("kind": "boolean", "min": 1)",
     "fields[7].min: kind boolean has no smallest or greatest value"},
    {"types/thing.json", R"("[A-Z]+")", R"("[A-Z")",
     "fields[0].pattern: is not a regular expression"},
    {"types/thing.json", R"("casa": ["1", "chiuso"])", R"("casa": ["1", "chiusa"])",
     "fields[8].transitions.casa: the code list \"places\" has no code \"chiusa\"; did you mean"},
    {"types/thing.json", R"("not_before": "day")", R"("not_before": "moment")",
     "fields[17].not_before: \"moment\" has kind instant, not date"},
    {"types/thing.json", R"("not_before": "day")", R"("not_before": "dai")",
     "fields[17].not_before: \"thing\" has no field called \"dai\"; did you mean \"day\"?"},
    {"types/thing.json", R"("required_when": { "field": "place", "values": ["chiuso"] })",
     R"("required_when": { "field": "flag", "values": ["yes"] })",
     "fields[17].required_when.values[0]: must be \"true\" or \"false\""},
    {"types/thing.json", R"("immutable_after": { "field": "place", "values": ["chiuso"] })",
     R"("immutable_after": { "field": "place", "values": ["perso"] })",
     "types/thing.json: immutable_after.values[0]: the code list \"places\" has no code \"perso\""},
    {"types/thing.json", R"("natural_key": ["key"])", R"("natural_key": ["size"])",
     "natural_key[0]: \"size\" must be a required, write_once register to make an id"},
    {"types/thing.json", R"("title": "{key})", R"("title": "{kei})",
     "types/thing.json: title: \"thing\" has no field called \"kei\"; did you mean \"key\"?"},
    {"types/thing.json", R"("title": "{key})", R"("title": "{key)",
     "title: the braces do not pair"},
    {"types/thing.json", R"("title": "{key})", R"("title": "{tax_code})",
     "title: \"tax_code\" is sensitive"},
    {"types/thing.json", R"("title": "{key})", R"("title": "Cosa {key})",
     "title: must begin and end with a field in braces"},
    {"types/thing.json", R"("name": "weight")", R"("name": "size")",
     "fields[3].name: the field \"size\" exists already"},
    {"types/thing.json", R"("name": "thing")", R"("name": "owner")",
     "types/thing.json: name: the record type \"owner\" exists already"},
    {"types/thing.json", R"("section": "core", )", R"("section": "core", "root": true, )",
     "types/thing.json: root: \"owner\" is already the root of a house"},
    {"types/thing.json", R"("required": true, "write_once": true,)",
     R"("required": true, "retired": true, "write_once": true,)",
     "fields[0].retired: what nobody fills in any more cannot be required"},
    {"types/thing.json", R"("kind": "real")", R"("kind": "real", "format": "month")",
     "fields[3].format: kind real has no text format"},
};

}  // namespace

TEST_CASE("schema: the fixture itself is in order", "[schema]") {
  const auto parsed = parse_bundle(test::small_bundle_files());
  INFO((parsed.ok() ? std::string() : parsed.error().detail));
  REQUIRE(parsed.ok());
  CHECK(parsed->version == 3);
}

TEST_CASE("schema: a broken bundle says file, path and reason", "[schema]") {
  for (const Breakage& breakage : kBreakages) {
    BundleFiles files = test::small_bundle_files();
    test::edit(files, breakage.file, breakage.from, breakage.to);
    INFO(breakage.to);
    CHECK_THAT(fault_of(files), Contains(breakage.fault));
  }
}

TEST_CASE("schema: broken JSON is located by line and column", "[schema]") {
  BundleFiles files = test::small_bundle_files();
  files["types/owner.json"] = "{\n  \"name\": owner\n}";
  CHECK_THAT(fault_of(files), Contains("types/owner.json: is not JSON: "));
  CHECK_THAT(fault_of(files), Contains("at line 2, column"));
  for (const char* text : {"", "{", "{} {}", "[]", "\xff"}) {
    files["types/owner.json"] = text;
    CHECK_THAT(fault_of(files), Contains("types/owner.json: "));
  }
  files["types/owner.json"] = std::string(1000, '[');
  CHECK_THAT(fault_of(files), Contains("types/owner.json: is not JSON"));
}

TEST_CASE("schema: every truncation of every file is an error, not a crash", "[schema]") {
  for (const auto& [file, text] : test::small_bundle_files()) {
    for (std::size_t length = 0; length + 2 < text.size(); length += 3) {
      BundleFiles files = test::small_bundle_files();
      files[file] = text.substr(0, length);
      CHECK_FALSE(parse_bundle(files).ok());
    }
  }
}

TEST_CASE("schema: all faults are reported, up to a limit", "[schema]") {
  BundleFiles files = test::small_bundle_files();
  test::edit(files, "sections.json", R"("it": "Salute", )", "");
  test::edit(files, "lists/all.json", R"("source": "test")", R"("source": "")");
  const std::string two = fault_of(files);
  CHECK_THAT(two, Contains("sections.json: sections[1].label.it: is missing"));
  CHECK_THAT(two, Contains("lists/all.json: lists[0].source"));

  std::string unknown;
  for (int i = 0; i < 50; ++i) unknown += ", \"unknown" + std::to_string(100 + i) + "\": 1";
  test::edit(files, "bundle.json", "\"version\": 3", "\"version\": 3" + unknown);
  const std::string many = fault_of(files);
  CHECK(std::count(many.begin(), many.end(), '\n') == 20);
  CHECK_THAT(many, Contains("\nand 32 more"));
}

namespace {

/// The small bundle with an account, which holds an escrow, and the entries that spend from it.
BundleFiles with_entries() {
  BundleFiles files = test::small_bundle_files();
  test::edit(files, "bundle.json", R"("types/thing.json")",
             R"("types/thing.json", "types/account.json", "types/entry.json")");
  files["types/account.json"] = R"({
    "name": "account", "section": "core", "title": "{units}",
    "label": { "it": "Conto", "en": "Account" },
    "label_plural": { "it": "Conti", "en": "Accounts" },
    "fields": [
      { "name": "units", "kind": "integer", "label": { "it": "Unità", "en": "Units" } },
      { "name": "rights", "kind": "escrow", "mints": "units",
        "label": { "it": "Diritti", "en": "Rights" } },
      { "name": "place", "kind": "position", "label": { "it": "Posto", "en": "Place" } }
    ]
  })";
  files["types/entry.json"] = R"({
    "name": "entry", "section": "core", "append_only": true, "title": "{units}",
    "spends": { "through": "account", "field": "rights", "amount": "units",
                "reverses": "reverses" },
    "label": { "it": "Uso", "en": "Entry" }, "label_plural": { "it": "Usi", "en": "Entries" },
    "fields": [
      { "name": "account", "kind": "reference", "target": "account", "required": true,
        "label": { "it": "Conto", "en": "Account" } },
      { "name": "units", "kind": "integer", "required": true, "min": 1,
        "label": { "it": "Unità", "en": "Units" } },
      { "name": "reverses", "kind": "reference", "target": "entry",
        "label": { "it": "Storna", "en": "Reverses" } }
    ]
  })";
  return files;
}

}  // namespace

TEST_CASE("schema: an escrow merges as one, a position as a list without disagreements",
          "[schema][P11]") {
  const auto bundle = parse_bundle(with_entries());
  REQUIRE(bundle.ok());
  const RecordType* account = bundle->find_type("account");
  CHECK(account->find_field("rights")->merge == MergeKind::escrow);
  CHECK(sql_type(*account->find_field("rights")) == "INTEGER");
  CHECK(account->find_field("place")->merge == MergeKind::list);
  CHECK(account->find_field("place")->policy == RegisterPolicy::automatic);
  CHECK(bundle->find_type("entry")->spends->field == "rights");
}

TEST_CASE("schema: entries that could not spend are faults of the bundle", "[schema][P11]") {
  const auto fault = [](const char* file, const char* from, const char* to) {
    BundleFiles files = with_entries();
    test::edit(files, file, from, to);
    return fault_of(files);
  };
  CHECK_THAT(fault("types/entry.json", R"("field": "rights")", R"("field": "units")"),
             Contains("types/entry.json: spends.field: \"account\" has no escrow called"));
  CHECK_THAT(fault("types/entry.json", R"("through": "account")", R"("through": "units")"),
             Contains("spends.through: \"units\" must be a required reference"));
  CHECK_THAT(fault("types/entry.json", R"("amount": "units")", R"("amount": "account")"),
             Contains("spends.amount: \"account\" must be a required whole number"));
  CHECK_THAT(fault("types/entry.json", R"("reverses": "reverses")", R"("reverses": "account")"),
             Contains("spends.reverses: \"account\" must refer to a entry"));
  CHECK_THAT(fault("types/entry.json", R"("append_only": true, )", ""),
             Contains("spends: only an append_only type is an entry"));
  CHECK_THAT(fault("types/account.json", R"("mints": "units")", R"("mints": "place")"),
             Contains("fields[1].mints: \"place\" must be a whole number"));
  CHECK_THAT(fault("types/account.json", R"("kind": "position")",
                   R"("kind": "position", "required": true)"),
             Contains("fields[2].required: nobody fills in"));
  CHECK_THAT(fault("types/account.json", R"("kind": "position")",
                   R"("kind": "position", "policy": "review")"),
             Contains("fields[2].policy: a field that merges as list"));
}

TEST_CASE("schema: a bundle for a newer engine is told apart from a broken one", "[schema]") {
  BundleFiles files = test::small_bundle_files();
  test::edit(files, "bundle.json", R"("min_engine": 1)",
             R"("min_engine": )" + std::to_string(kEngineVersion + 1));
  const auto parsed = parse_bundle(files);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().code == ErrorCode::wrong_version);
}

TEST_CASE("schema: loading names what cannot be read, and stays in its folder", "[schema]") {
  const std::filesystem::path dir =
      std::filesystem::temp_directory_path() / "insieme_schema_broken_bundle_test";
  std::filesystem::create_directories(dir);
  const auto write = [&dir](const std::string& text) {
    std::ofstream(dir / "bundle.json") << text;
  };
  std::filesystem::remove(dir / "bundle.json");
  CHECK(load_bundle(dir).error().code == ErrorCode::not_found);
  write(R"({ "files": ["types/gone.json", "../secret.json"] })");
  const Error error = load_bundle(dir).error();
  CHECK_THAT(error.detail, Contains("types/gone.json: cannot be read"));
  CHECK_THAT(error.detail, Contains("\"../secret.json\" leaves the bundle's folder"));
  write("{ ]");
  CHECK(load_bundle(dir).error().code == ErrorCode::malformed);
  std::filesystem::remove_all(dir);
}
