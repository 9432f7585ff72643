// Rules about eligibility, measures, rights and the measure of services.

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
