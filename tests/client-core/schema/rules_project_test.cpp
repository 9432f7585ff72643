// Rules about projects: their dates, lines, expenses, funds and recipients.

#include <algorithm>

#include "rules_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;
using test::World;
using Names = std::vector<std::string>;

namespace {

/// A project of Val d'Enza's size: window, two lines, one grant.
struct Project {
  World world;
  std::string project = world.add(
      "project", {{"title", "PaIS"}, {"from_date", "2021-06-01"}, {"to_date", "2023-03-31"}});
  std::string line_b =
      world.add("action_line", {{"code", "B"}, {"project", project}, {"budget", "35.169,00"}});
  std::string line_c =
      world.add("action_line", {{"code", "C"}, {"project", project}, {"budget", "7.700,00"}});
  std::string grant = world.add("grant", {{"project", project},
                                          {"amount", "42.869,00"},
                                          {"convention_code", "AV1-097"},
                                          {"state", "ammessa"}});

  Names spend(const std::string& line, const char* amount, const char* on = "2022-01-10",
              const char* state = "registrata") {
    return world.broken_by_new(
        "expense",
        {{"action_line", line}, {"amount", amount}, {"expense_date", on}, {"state", state}});
  }
};

}  // namespace

TEST_CASE("rules: dates outside the project's window are not eligible", "[schema][rules][S010]") {
  Project project;
  CHECK(project.spend(project.line_b, "1,00", "2021-06-01") == Names{});
  CHECK(project.spend(project.line_b, "1,00", "2023-03-31") == Names{});
  CHECK(project.spend(project.line_b, "1,00", "2021-05-31") == Names{"expense_in_window"});
  CHECK(project.spend(project.line_b, "1,00", "2023-04-01") == Names{"expense_in_window"});
  CHECK_THAT(project.world.problem("expense_in_window").message_it,
             Contains("(01/04/2023): il progetto ammette spese dal 01/06/2021 al 31/03/2023"));
  const auto visit = [&](const char* start) {
    return project.world.broken_by_new("visit",
                                       {{"start_at", start}, {"action_line", project.line_b}});
  };
  CHECK(visit("31/05/2021 23:30") == Names{"visit_in_window"});
  // What happened is recorded: the person is told, not stopped.
  CHECK(project.world.problem("visit_in_window").severity == Severity::warning);
  CHECK(visit("01/06/2021 00:00") == Names{});
  CHECK(visit("31/03/2023 23:59") == Names{});
  CHECK(project.world.computed(project.project, "days") == "669");
}

TEST_CASE("rules: the project lies in its programme's period", "[schema][rules][S001]") {
  World world;
  const std::string programme =
      world.add("programme", {{"from_date", "2021-01-01"}, {"to_date", "2027-12-31"}});
  const auto project = [&](const char* from, const char* to) {
    return world.broken_by_new(
        "project", {{"programme_ref", programme}, {"from_date", from}, {"to_date", to}});
  };
  CHECK(project("2023-10-01", "2025-09-30") == Names{});
  CHECK(project("2020-12-31", "2025-09-30") == Names{"project_in_programme"});
  CHECK(project("2023-10-01", "2028-01-01") == Names{"project_in_programme"});
}

TEST_CASE("rules: the action lines add up to the grant", "[schema][rules][S008]") {
  Project project;
  World& world = project.world;
  CHECK(world.broken_by_change(project.grant, {{"state", "in_corso"}}) == Names{});
  CHECK(world.broken_by_change(project.grant, {{"amount", "42.869,01"}}) ==
        Names{"lines_add_up_to_grant"});
  CHECK_THAT(world.problem("lines_add_up_to_grant").message_it,
             Contains("(€ 42.869,01): le linee di azione sommano a € 42.869,00"));
  world.change(project.grant, {{"amount", "42.869,00"}});
  const auto line = [&](const char* budget, const std::string& parent) {
    return world.broken_by_new(
        "action_line",
        {{"code", "X"}, {"project", project.project}, {"budget", budget}, {"parent", parent}});
  };
  CHECK(line("0,01", "") == Names{"line_within_grant"});
  world.change(project.line_c, {{"budget", "7.699,99"}});
  CHECK(world.broken_by_change(project.line_b, {{"code", "B"}}) == Names{});
  CHECK(line("35.169,00", project.line_b) == Names{});  // B.1 is inside B
}

TEST_CASE("rules: spent is at most the line", "[schema][rules][S011][S012]") {
  Project project;
  CHECK(project.spend(project.line_c, "7.699,99") == Names{});
  CHECK(project.spend(project.line_c, "0,01") == Names{});
  CHECK(project.world.computed(project.line_c, "residual") == "€ 0,00");
  CHECK(project.spend(project.line_c, "500,00", "2022-01-10", "annullata") == Names{});
  CHECK(project.spend(project.line_c, "0,01") == Names{"spent_within_line"});
  CHECK_THAT(project.world.problem("spent_within_line").message_it,
             Contains("la linea arriva a € 7.700,01 su € 7.700,00"));
  CHECK(project.spend(project.line_b, "35.169,00") == Names{});
  // Two tablets that each spent the rest leave an item.
  Project offline;
  static_cast<void>(offline.spend(offline.line_c, "7.000,00"));
  const std::string second = offline.world.add("expense", {{"action_line", offline.line_c},
                                                           {"amount", "1.000,00"},
                                                           {"expense_date", "2022-01-10"},
                                                           {"state", "registrata"}});
  CHECK(offline.world.broken_standing(second) == Names{"spent_within_line"});
}

TEST_CASE("rules: one procurement for each line", "[schema][rules][S013]") {
  Project project;
  const auto contract = [&](const std::string& line) {
    return project.world.broken_by_new("procurement", {{"action_line", line}, {"amount", "1,00"}});
  };
  CHECK(contract(project.line_b) == Names{});
  CHECK(contract(project.line_c) == Names{});
  CHECK(contract(project.line_c) == Names{"one_procurement_per_line"});
}

TEST_CASE("rules: a variation that changes a year's total is refused", "[schema][rules][S017]") {
  World world;
  const auto item = [&](const char* year, const char* name, const char* amount) {
    return world.add("budget_line",
                     {{"year", year}, {"item", name}, {"source", "fnps"}, {"amount", amount}});
  };
  const std::string staff = item("2020", "personale", "60.000,00");
  const std::string systems = item("2020", "sistemi_informativi", "64.877,39");
  item("2020", "formazione_eventi_missioni", "5.000,00");
  const std::string next_year = item("2021", "personale", "60.000,00");
  const std::string ceiling =
      world.add("year_ceiling", {{"year", "2020"}, {"amount", "129.877,39"}});
  CHECK(world.broken_by_change(ceiling, {{"fixed", "sì"}}) == Names{});
  const auto vary = [&](const std::string& from, const std::string& to, const char* amount) {
    return world.broken_by_new("budget_variation",
                               {{"from_line", from}, {"to_line", to}, {"amount", amount}});
  };
  CHECK(vary(staff, systems, "1.000,00") == Names{});
  CHECK(vary(staff, next_year, "1.000,00") == Names{"variation_within_year"});
  CHECK_THAT(world.problem("variation_within_year").message_it,
             Contains("dal 2020 al 2021: il massimale di un anno non cambia"));
  CHECK(vary(staff, systems, "60.000,01") == Names{"variation_between_lines"});
  CHECK(vary(staff, staff, "1,00") == Names{"variation_between_lines"});
  CHECK(world.broken_by_change(staff, {{"amount", "61.000,00"}}) == Names{"year_total_is_fixed"});
  // The other side of the transfer, in the same act.
  world.change(systems, {{"amount", "63.877,39"}});
  CHECK(world.broken_by_change(staff, {{"amount", "61.000,00"}}) == Names{});
  CHECK(world.broken_by_change(next_year, {{"amount", "1,00"}}) == Names{});  // not fixed
}

TEST_CASE("rules: funding shares make a whole", "[schema][rules][S018]") {
  World world;
  const auto share = [&](const char* fund, const char* points) {
    return world.add("funding_share", {{"source", fund}, {"share", points}});
  };
  share("pon_inclusione", "5000");
  const std::string fead = share("po_fead", "4999");
  CHECK(world.broken_by_change(fead, {{"complete", "sì"}}) == Names{"shares_make_whole"});
  CHECK(world.broken_by_change(fead, {{"share", "5000"}}) == Names{});
}

TEST_CASE("rules: no hour is charged to two funds", "[schema][rules][S059]") {
  World world;
  std::string last;
  const auto charge = [&](const char* worker, const char* start, const char* end,
                          const char* fund) {
    return world.broken_by_new(
        "charged_hours",
        {{"worker", worker}, {"start_at", start}, {"end_at", end}, {"fund", fund}});
  };
  const std::string first = world.add("charged_hours", {{"worker", "anna"},
                                                        {"start_at", "10/03/2022 09:00"},
                                                        {"end_at", "10/03/2022 11:00"},
                                                        {"fund", "pon_inclusione"}});
  CHECK(charge("anna", "10/03/2022 11:00", "10/03/2022 12:00", "fondo_poverta") == Names{});
  CHECK(charge("bruno", "10/03/2022 09:00", "10/03/2022 11:00", "fondo_poverta") == Names{});
  CHECK(charge("anna", "10/03/2022 10:59", "10/03/2022 11:00", "fondo_poverta") ==
        Names{"hours_charged_once"});
  World again;
  const std::string wrong = again.add("charged_hours", {{"worker", "anna"},
                                                        {"start_at", "10/03/2022 09:00"},
                                                        {"end_at", "10/03/2022 11:00"},
                                                        {"fund", "pon_inclusione"}});
  CHECK(again.broken_by_new("charged_hours", {{"worker", "anna"},
                                              {"start_at", "10/03/2022 09:00"},
                                              {"end_at", "10/03/2022 11:00"},
                                              {"fund", "pon_inclusione"},
                                              {"reverses", wrong}}) == Names{});
  CHECK(again.broken_by_new("charged_hours", {{"worker", "anna"},
                                              {"start_at", "10/03/2022 09:00"},
                                              {"end_at", "10/03/2022 11:00"},
                                              {"fund", "fondo_poverta"}}) == Names{});
}

TEST_CASE("rules: recipients belong to the component of their line",
          "[schema][rules][S004][S005][S006]") {
  World world;
  const std::string c1 = world.add("action_line", {{"code", "C1"}, {"target", "operatori"}});
  const std::string c2 = world.add("action_line", {{"code", "C2"}, {"target", "nuclei"}});
  const auto count = [&](const std::string& line, const char* kind) {
    return world.broken_by_new(
        "recipient_count",
        {{"action_line", line}, {"recipient_kind", kind}, {"month", "2024-03"}, {"people", "3"}});
  };
  CHECK(count(c1, "operatori") == Names{});
  CHECK(count(c1, "nuclei_con_minori") == Names{"recipients_of_component"});
  CHECK(count(c2, "operatori") == Names{"recipients_of_component"});
  CHECK(count(c2, "nuclei_svantaggio") == Names{});
}

TEST_CASE("rules: a minor is under eighteen on the day of entry", "[schema][rules][S006][S064]") {
  World world;
  const std::string line = world.add("action_line", {{"code", "C2"}, {"target", "nuclei"}});
  const std::string person = world.add("person", {{"birth_date", "2005-06-01"}});
  const auto enter = [&](const char* on) {
    return world.broken_by_new("participation", {{"person", person},
                                                 {"action_line", line},
                                                 {"entry_on", on},
                                                 {"recipient_kind", "minori"}});
  };
  CHECK(enter("2023-05-31") == Names{});
  CHECK(enter("2023-06-01") == Names{"minor_at_entry"});
}
