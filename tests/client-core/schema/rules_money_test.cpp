// Rules about eligibility, measures, projects, budgets and rights.

#include <algorithm>

#include "rules_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;
using test::Texts;
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

Names measure(World& world, const std::string& household, const char* name, const char* from,
              const char* to, const Texts& more = {}) {
  Texts fields{{"household", household}, {"measure", name}, {"from_date", from}};
  if (*to != '\0') fields.emplace_back("to_date", to);
  fields.insert(fields.end(), more.begin(), more.end());
  return world.broken_by_new("measure_spell", fields);
}

}  // namespace

TEST_CASE("rules: ISEE strictly below 6.000,00", "[schema][rules][S057]") {
  World world;
  const std::string household = world.add("household", {{"commune", "035004"}});
  const auto check = [&](const char* value, const char* on) {
    const std::string isee =
        world.add("isee_attestation",
                  {{"value", value}, {"issued_on", "2022-01-15"}, {"expires_on", "2022-12-31"}});
    return world.broken_by_new(
        "eligibility",
        {{"household", household}, {"assessed_on", on}, {"isee", isee}, {"outcome", "ammesso"}});
  };
  CHECK(check("5.999,99", "2022-05-01") == Names{});
  CHECK(check("0,00", "2022-05-01") == Names{});
  CHECK(check("6.000,00", "2022-05-01") == Names{"isee_or_indigence"});
  const Problem& told = world.problem("isee_or_indigence");
  CHECK_THAT(told.message_it, Contains("«Esito» (Ammesso)"));
  CHECK_THAT(told.message_it, Contains("(qui: € 6.000,00)"));
  CHECK_THAT(told.message_it, Contains("Collega l'attestazione del comune di residenza"));
  CHECK_THAT(told.message_en, Contains("(here: € 6,000.00)"));
  CHECK(check("5.999,99", "2023-01-01") == Names{"isee_or_indigence"});  // expired
  CHECK(check("5.999,99", "2022-01-14") == Names{"isee_or_indigence"});  // not issued yet
  CHECK(world.broken_by_new("eligibility", {{"household", household},
                                            {"assessed_on", "2022-05-01"},
                                            {"outcome", "non_ammesso"}}) == Names{});
}

TEST_CASE("rules: or an attestation of indigence by the commune of residence",
          "[schema][rules][S058]") {
  World world;
  const std::string household = world.add("household", {{"commune", "035004"}});
  const auto check = [&](const char* commune) {
    const std::string paper =
        world.add("indigence_attestation", {{"commune", commune}, {"attested_on", "2022-04-01"}});
    return world.broken_by_new("eligibility", {{"household", household},
                                               {"assessed_on", "2022-05-01"},
                                               {"indigence", paper},
                                               {"outcome", "ammesso"}});
  };
  CHECK(check("035004") == Names{});
  CHECK(check("035010") == Names{"isee_or_indigence", "indigence_from_residence"});
  CHECK_THAT(world.problem("indigence_from_residence").message_it,
             Contains("attesta il comune di Campegine, ma il nucleo risiede a Bibbiano"));
}

TEST_CASE("rules: the fund follows the measure unless a reason is given", "[schema][rules][S059]") {
  World world;
  const std::string household = world.add("household", {{"commune", "035004"}});
  const auto route = [&](const char* fund, const char* reason) {
    return world.broken_by_new("eligibility", {{"household", household},
                                               {"assessed_on", "2022-05-01"},
                                               {"outcome", "da_verificare"},
                                               {"fund", fund},
                                               {"fund_reason", reason}});
  };
  CHECK(route("pon_inclusione", "") == Names{});
  CHECK(route("fondo_poverta", "") == Names{"fund_as_suggested"});
  CHECK(route("fondo_poverta", "progetto già avviato") == Names{});
  static_cast<void>(measure(world, household, "rdc", "2022-01-01", ""));
  CHECK(route("fondo_poverta", "") == Names{});
  CHECK(route("pon_inclusione", "") == Names{"fund_as_suggested"});
}

TEST_CASE("rules: no two national measures at once", "[schema][rules][S062]") {
  World world;
  const std::string household = world.add("household", {{"commune", "035004"}});
  CHECK(measure(world, household, "rei", "2018-06-01", "2019-06-30") == Names{});
  CHECK(measure(world, household, "rdc", "2019-06-30", "2020-01-31") ==
        Names{"one_national_measure"});
  World fresh;
  const std::string other = fresh.add("household", {{"commune", "035004"}});
  CHECK(measure(fresh, other, "rei", "2018-06-01", "2019-06-30") == Names{});
  CHECK(measure(fresh, other, "rdc", "2019-07-01", "") == Names{});
  CHECK(measure(fresh, other, "ria_sostegno", "2019-07-01", "2019-12-31") == Names{});
  CHECK(measure(fresh, "", "adi", "2024-01-01", "") == Names{});
}

TEST_CASE("rules: a measure is chosen only while it is in force", "[schema][rules][S020][S116]") {
  World world;
  const std::string household = world.add("household", {{"commune", "035004"}});
  CHECK(measure(world, household, "rdc", "2019-01-28", "2019-01-28") == Names{"measure_in_force"});
  CHECK(measure(world, household, "adi", "2023-12-31", "2023-12-31") == Names{"measure_in_force"});
  CHECK_THAT(world.problem("measure_in_force").message_it,
             Contains("non era in vigore il 31/12/2023"));
  CHECK(measure(world, household, "adi", "2024-01-01", "") == Names{});
}

TEST_CASE("rules: the caps of RIA and So.A.", "[schema][rules][S117]") {
  World world;
  const std::string household = world.add("household", {{"commune", "026086"}});
  const auto support = [&](const char* to, const Texts& more) {
    return measure(world, household, "ria_sostegno", "2022-01-01", to, more);
  };
  CHECK(support("2022-06-30", {{"monthly_amount", "400,00"}}) == Names{});
  CHECK(support("2022-06-30", {{"monthly_amount", "401,00"}}) == Names{"measure_monthly_cap"});
  CHECK_THAT(world.problem("measure_monthly_cap").message_it,
             Contains("«Importo mensile» (€ 401,00): supera il massimo mensile di € 400,00"));
  CHECK(support("2022-07-01", {}) == Names{"measure_months"});
  const std::string first = world.add("measure_spell", {{"household", household},
                                                        {"measure", "ria_sostegno"},
                                                        {"from_date", "2022-01-01"},
                                                        {"to_date", "2022-06-30"}});
  const auto renew = [&](const char* to) {
    return measure(world, household, "ria_sostegno", "2022-07-01", to, {{"renewal_of", first}});
  };
  CHECK(renew("2022-12-31") == Names{});                                            // 6 + 6
  CHECK(renew("2023-01-31") == Names{"measure_months", "measure_renewal_months"});  // 13
  CHECK(measure(world, household, "ria_inserimento", "2022-01-01", "2022-12-31",
                {{"monthly_amount", "800,00"}}) == Names{});
  CHECK(measure(world, household, "ria_inserimento", "2022-01-01", "2023-01-31") ==
        Names{"measure_months"});
  CHECK(measure(world, household, "soa", "2022-01-01", "", {{"total_amount", "3.000,00"}}) ==
        Names{});
  CHECK(measure(world, household, "soa", "2022-01-01", "", {{"total_amount", "3.000,01"}}) ==
        Names{"measure_total_cap"});
}

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

TEST_CASE("rules: vouchers and cards are not overspent", "[schema][rules][S074][S118]") {
  World world;
  const std::string voucher = world.add("voucher", {{"number", "INS-1"},
                                                    {"units", "10"},
                                                    {"from_date", "2024-01-01"},
                                                    {"to_date", "2024-06-30"}});
  const auto redeem = [&](const char* units, const char* on, const std::string& reverses = {}) {
    return world.broken_by_new(
        "redemption",
        {{"voucher", voucher}, {"units", units}, {"redeemed_on", on}, {"reverses", reverses}});
  };
  CHECK(redeem("6", "2024-02-01") == Names{});
  const std::string wrong = world.add(
      "redemption", {{"voucher", voucher}, {"units", "4"}, {"redeemed_on", "2024-02-01"}});
  CHECK(redeem("1", "2024-06-30") == Names{"redemption_within_rights"});
  CHECK_THAT(world.problem("redemption_within_rights").message_it, Contains("a 11 su 10"));
  CHECK(redeem("4", "2024-02-01", wrong) == Names{});
  CHECK(redeem("1", "2024-07-01") == Names{"redemption_while_valid"});
  CHECK(world.broken_by_new("voucher", {{"number", "INS-1"}}) == Names{"voucher_number_unique"});
  const std::string card = world.add("emporium_card", {{"number", "E1"},
                                                       {"points", "50"},
                                                       {"valid_from", "2024-01-01"},
                                                       {"valid_to", "2024-12-31"}});
  CHECK(world.broken_by_new("emporium_access", {{"card", card}, {"points", "50"}}) == Names{});
  CHECK(world.broken_by_new("emporium_access", {{"card", card}, {"points", "1"}}) ==
        Names{"emporium_access_within_rights"});
  CHECK(world.broken_by_new("emporium_access", {{"card", card}, {"accessed_on", "2025-01-01"}}) ==
        Names{"emporium_access_within_rights", "emporium_access_while_valid"});
}

TEST_CASE("rules: home care beyond the plan is justified", "[schema][rules][S080]") {
  World world;
  const std::string support = world.add("support", {{"kind", "e"}});
  const std::string plan = world.add(
      "home_care_plan", {{"support", support}, {"month", "2024-03"}, {"hours_planned", "1,5"}});
  const auto care = [&](const char* on, const char* minutes) {
    world.add("home_care_delivery",
              {{"support", support}, {"delivered_on", on}, {"minutes", minutes}});
  };
  care("2024-03-01", "90");
  care("2024-04-01", "90");
  CHECK(world.broken_by_change(plan, {{"hours_planned", "1,5"}}) == Names{});
  care("2024-03-31", "1");
  CHECK(world.broken_by_change(plan, {{"hours_planned", "1,5"}}) == Names{"home_care_as_planned"});
  CHECK(world.broken_by_change(plan, {{"justification", "ricovero"}}) == Names{});
}

TEST_CASE("rules: one social worker per 5.000 people", "[schema][rules][S043]") {
  World world;
  for (const auto& [people, needed] : std::vector<std::pair<const char*, const char*>>{
           {"5000", "1"}, {"5001", "2"}, {"418000", "84"}, {"411593", "83"}, {"61550", "13"}}) {
    const std::string ats = world.add("ats", {{"code", "VEN_09"}, {"population", people}});
    CHECK(world.computed(ats, "social_workers_needed") == needed);
  }
}

TEST_CASE("rules: the length of a visit fits its clock", "[schema][rules][S075]") {
  World world;
  const auto visit = [&](const char* minutes) {
    return world.broken_by_new(
        "visit",
        {{"start_at", "12/03/2024 15:30"}, {"end_at", "12/03/2024 17:00"}, {"minutes", minutes}});
  };
  CHECK(visit("90") == Names{});
  CHECK(visit("60") == Names{"visit_minutes"});
  CHECK_THAT(world.problem("visit_minutes").message_it, Contains("ci sono 90 minuti"));
}
