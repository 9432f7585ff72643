// Reports are part of the bundle: a wrong one is refused when the bundle is loaded, in words that
// name the file, the place and the reason.
#include "insieme/schema/evaluate.hpp"
#include "support/catch.hpp"

namespace insieme::schema {
namespace {

using Catch::Matchers::Contains;

constexpr const char* kFile = "reports/project.json";

void edit_first(BundleFiles& files, const std::string& file, const std::string& from,
                const std::string& to) {
  std::string& text = files.at(file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

TEST_CASE("reports: the program's own are sound, and found by name and code", "[schema][report]") {
  const ReportBook& book = embedded_reports();
  REQUIRE(book.find("R1") != nullptr);
  CHECK(book.find("r1") == book.find("project_closing"));
  CHECK(book.find("R10") == nullptr);
  CHECK(book.find("") == nullptr);
  for (const Report& report : book.reports) {
    INFO(report.name);
    CHECK_FALSE(report.source.empty());
    CHECK_FALSE(report.rows.empty());
    for (const ReportTable& table : report.tables) {
      CHECK_FALSE(table.label.it.empty());
      for (const ReportMeasure& measure : table.measures) CHECK_FALSE(measure.label.en.empty());
    }
  }
  const auto types = types_of(*book.find("R1"));
  CHECK(types.count("entry_snapshot") == 1);
  CHECK(types.count("project") == 1);
}

TEST_CASE("reports: a table takes the territory, or says why not", "[schema][report][S037]") {
  for (const Report& report : embedded_reports().reports) {
    for (const ReportTable& table : report.tables) {
      CAPTURE(report.code, table.name);
      const auto why = table.not_by.find("territory");
      CHECK((table.place != nullptr) == (why == table.not_by.end()));
      if (why == table.not_by.end()) continue;
      CHECK_FALSE(why->second.it.empty());
      CHECK_FALSE(why->second.en.empty());
    }
  }
}

TEST_CASE("reports: a wrong one is named with file, place and reason", "[schema][report]") {
  struct Case {
    const char* from;
    const char* to;
    const char* fault;
  };
  const Case cases[] = {
      {R"("least": "from_date")", R"("least": "from_dat")",
       "reports/project.json: reports[0].tables[0].measures[0].least: at character 1: \"project\" "
       "has no field called \"from_dat\"; did you mean \"from_date\"?"},
      {R"("where": "this.id = $project")", R"("where": "this.id = $projekt")",
       "tables[0].where: at character 11: there is no parameter \"$projekt\"; did you mean"},
      {R"("where": "this.id = $project")", R"("where": "from_date")",
       "tables[0].where: must be true or false, not a date"},
      {R"("date": "entry_on")", R"("date": "person")", "tables[1].date: must be a date"},
      {R"("place": "commune")", R"("place": "type")", "place: must be a code of \"communes\""},
      {R"("place": "commune")", R"("place": "minutes")", "place: must be a code of \"communes\""},
      {R"("place": "commune")",
       R"("place": "commune", "not_by": {"territory": {"it": "a", "en": "b"}})",
       "not_by.territory: the table is filtered by it"},
      {R"("not_by": { "territory")", R"("not_by": { "teritory")", "not_by.teritory"},
      {R"("percent": ["out_of_work", "reached"])", R"("percent": ["out_of_work", "reachd"])",
       "percent: no measure above this one is called \"reachd\"; did you mean \"reached\"?"},
      {R"("protect": 3)", R"("protect": 1)", "protect: must be a whole number from 2 to 1000"},
      {R"("left": ["lines.budget"])", R"("left": ["line.budget"])",
       "checks[0].left[0]: no table is called \"line\""},
      {R"("left": ["lines.budget"])", R"("left": ["lines.budge"])",
       "has no measure called \"budge\""},
      {R"("count": true)", R"("sum": "type")", "sum: cannot be measured so: it is text"},
      {R"("count": true)", R"("counts": true)", "measures nothing"},
      {R"("name": "budget_table")", R"("name": "project_closing")",
       "the report \"project_closing\" exists already"},
      {R"("target": "project")", R"("target": "projekt")",
       "no record type is called \"projekt\"; did you mean \"project\"?"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.from, one.to);
    BundleFiles files = embedded_bundle_files();
    edit_first(files, kFile, one.from, one.to);
    const auto parsed = parse_bundle(files);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == ErrorCode::malformed);
    CHECK_THAT(parsed.error().detail, Contains(one.fault));
  }
}

TEST_CASE("reports: parameters are for reports, rules have none", "[schema][report]") {
  BundleFiles files = embedded_bundle_files();
  edit_first(files, "rules/project.json", "from_line.year = to_line.year",
             "from_line.year = $from");
  const auto parsed = parse_bundle(files);
  REQUIRE_FALSE(parsed.ok());
  CHECK_THAT(parsed.error().detail, Contains("there is no parameter \"$from\""));
}

}  // namespace
}  // namespace insieme::schema
