// The rules of the bundle at the form: a save that breaks one is refused before anything is
// written, a doubt is told, and a merged state is shown with what is wrong in it.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using Catch::Matchers::Contains;

struct Bench {
  Folder folder;
  Office office;
  Desk desk{folder, "anna", office};
  Family family;
  std::string case_id;

  Bench() {
    family = make_family(desk);
    case_id =
        add("case",
            {{"household", family.household}, {"state", "segnalato"}, {"opened_on", "2024-01-08"}});
  }
  json::object request(const char* type, json::object fields) {
    return {{"command", "record.save"},
            {"type", type},
            {"dossier", family.dossier},
            {"fields", std::move(fields)}};
  }
  std::string add(const char* type, json::object fields) {
    return text(part(desk.call(request(type, std::move(fields))), "record"), "id");
  }
  std::string manager(const char* from) {
    return add("case_assignment", {{"case_id", case_id},
                                   {"user_id", "bruno"},
                                   {"role", "case_manager"},
                                   {"from_date", from}});
  }
  std::size_t count(const char* type) {
    return list(desk.call({{"command", "record.list"}, {"type", type}}), "records").size();
  }
};

TEST_CASE("rules at the form: a second case manager is refused, and nothing is written",
          "[commands][S040]") {
  Bench bench;
  const std::string first = bench.manager("2024-01-08");
  const json::object refused =
      bench.desk.refused(bench.request("case_assignment", {{"case_id", bench.case_id},
                                                           {"user_id", "carla"},
                                                           {"role", "case_manager"},
                                                           {"from_date", "2024-02-01"}}));
  CHECK(text(refused, "code") == "invalid_record");
  CHECK(text(refused, "field") == "role");
  CHECK_THAT(text(refused, "message_it"), Contains("ha già un case manager"));
  CHECK_THAT(text(refused, "message_en"), Contains("End the other assignment"));
  CHECK(text(list(refused, "problems")[0].as_object(), "rule") == "one_case_manager");
  CHECK(bench.count("case_assignment") == 1);
  // Both sides of a change of hands in one act.
  const json::array both{json::object{{"record", first}, {"fields", {{"to_date", "2024-01-31"}}}},
                         bench.request("case_assignment", {{"case_id", bench.case_id},
                                                           {"user_id", "carla"},
                                                           {"role", "case_manager"},
                                                           {"from_date", "2024-02-01"}})};
  bench.desk.call({{"command", "record.save"}, {"records", both}});
  CHECK(bench.count("case_assignment") == 2);
}

TEST_CASE("rules at the form: what a merge left broken does not stop other work",
          "[commands][P1][P4][S040]") {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  anna.enrol();
  bruno.enrol();
  const Family family = make_family(anna);
  const json::object opened = anna.call(
      {{"command", "record.save"},
       {"type", "case"},
       {"dossier", family.dossier},
       {"fields",
        {{"household", family.household}, {"state", "segnalato"}, {"opened_on", "2024-01-08"}}}});
  const std::string case_id = text(part(opened, "record"), "id");
  anna.sync();
  office.server.grant("anna", sync::id_from_text<DossierId>(family.dossier).value(),
                      {"core", "education"});
  office.server.grant("bruno", sync::id_from_text<DossierId>(family.dossier).value(),
                      {"core", "education"});
  anna.sync();
  bruno.sync();
  const auto name = [&](Desk& desk, const char* who) {
    return text(part(desk.call({{"command", "record.save"},
                                {"type", "case_assignment"},
                                {"dossier", family.dossier},
                                {"fields",
                                 {{"case_id", case_id},
                                  {"user_id", who},
                                  {"role", "case_manager"},
                                  {"from_date", "2024-01-08"}}}}),
                     "record"),
                "id");
  };
  const std::string hers = name(anna, "anna");
  name(bruno, "bruno");
  anna.sync();
  bruno.sync();
  anna.sync();
  // Nobody's record is lost; the broken rule is shown where the record is read.
  bool told = false;
  const json::object shown = anna.get(hers);
  for (const json::value& problem : list(shown, "problems")) {
    told = told || text(problem.as_object(), "rule") == "one_case_manager";
  }
  CHECK(told);
  anna.save(hers, {{"profession", "educatore_professionale"}});
  anna.save(hers, {{"to_date", "2024-01-07"}, {"from_date", "2024-01-01"}});
  CHECK(list(anna.get(hers), "problems").empty());
}

TEST_CASE("rules at the form: a doubt is told and the save goes through", "[commands][S075]") {
  Bench bench;
  const json::object saved =
      bench.desk.save(bench.family.visit, {{"end_at", "12/03/2024 17:00"}, {"minutes", "60"}});
  REQUIRE(list(saved, "warnings").size() == 1);
  const json::object warning = list(saved, "warnings")[0].as_object();
  CHECK(text(warning, "rule") == "visit_minutes");
  CHECK(text(warning, "record") == bench.family.visit);
  CHECK(bench.desk.shown(bench.family.visit, "minutes") == "60");
}

TEST_CASE("rules at the form: computed fields are shown with the record", "[commands][S068]") {
  Bench bench;
  const std::string analysis =
      bench.add("preliminary_analysis",
                {{"case_id", bench.case_id}, {"version", "1"}, {"done_on", "04/03/2024"}});
  const std::string pact = bench.add(
      "pact",
      {{"case_id", bench.case_id}, {"version", "1"}, {"state", "bozza"}, {"analysis", analysis}});
  const json::object sign_by = part(part(bench.desk.get(pact), "computed"), "sign_by");
  CHECK(text(sign_by, "text") == "02/04/2024");
  CHECK(text(sign_by, "label") == "Da firmare entro");
}

TEST_CASE("rules at the form: a missing tax code stops nobody", "[commands][S129]") {
  Bench bench;
  const std::string member =
      bench.add("member", {{"surname", "Neri"}, {"given_names", "Ada"}, {"relation", "1"}});
  CHECK(list(bench.desk.get(member), "problems").empty());
  const json::object saved = bench.desk.save(member, {{"codice_fiscale", "RSSMRA85T10A562S"}});
  bool told = false;
  for (const json::value& warning : list(saved, "warnings")) {
    told = told || text(warning.as_object(), "rule") == "member_tax_name";
  }
  CHECK(told);
}

}  // namespace
}  // namespace insieme::testing
