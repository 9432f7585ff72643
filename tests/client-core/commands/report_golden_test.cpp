// The other reports of the bundle, each over a few records saved through the command call.
#include "client-core/commands/report_desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("report R3: recipients by component, indicators and their identities",
          "[commands][report][S005][S006][S063]") {
  Desks desks;
  const auto [dossier, project] = desks.create("project", {{"title", "INSIEME"}});
  const auto line = [&desks, in = dossier, of = project](const char* code, const char* target) {
    return desks.add(in, "action_line",
                     {{"code", code},
                      {"title", code},
                      {"project", of},
                      {"target", target},
                      {"budget", "1.000,00"}});
  };
  const std::string c1 = line("C1", "operatori");
  const std::string c2 = line("C2", "nuclei");
  for (const auto& [kind, people] : {std::pair{"pa_servizi_pubblici", 7}, std::pair{"operatori", 5},
                                     std::pair{"altri_stakeholder", 3}}) {
    desks.add(
        dossier, "recipient_count",
        {{"action_line", c1}, {"recipient_kind", kind}, {"month", "2023-05"}, {"people", people}});
  }
  // Born 1 June 2005: a minor the day before the eighteenth birthday, an adult on it.
  const auto enters = [&](const char* name, const char* born, const char* on, const char* kind,
                          json::object snapshot) {
    const auto [person_dossier, person] =
        desks.create("person", {{"surname", name}, {"given_names", "Prova"}, {"birth_date", born}});
    const std::string stay = desks.add(
        person_dossier, "participation",
        {{"person", person}, {"action_line", c2}, {"entry_on", on}, {"recipient_kind", kind}});
    snapshot["participation"] = stay;
    snapshot["state"] = "chiusa";
    desks.add(person_dossier, "entry_snapshot", std::move(snapshot));
  };
  enters("Uno", "2005-06-01", "2023-05-31", "minori",
         {{"gender", "F"}, {"employment", "inattivo"}, {"isced", "2"}});
  enters(
      "Due", "2005-06-01", "2023-06-01", "nuclei_svantaggio",
      {{"gender", "M"}, {"employment", "disoccupato_lungo"}, {"isced", "3"}, {"homeless", true}});
  enters("Tre", "1960-01-01", "2023-06-01", "nuclei_svantaggio",
         {{"gender", "F"}, {"employment", "occupato"}, {"isced", "5"}});
  enters("Quattro", "1990-01-01", "2023-06-01", "nuclei_svantaggio", {{"gender", "F"}});
  const json::object report = desks.run("R3", {{"project", project}});
  CHECK(row_of(report, "operators", {"Totale"}) == Row{"15"});
  CHECK(row_of(report, "households", {"Totale"}) == Row{"4"});
  CHECK(rows_in(report, "operators") == 4);
  CHECK(row_of(report, "minors", {"Minori"}) == Row{"1"});
  const Row all = row_of(report, "outputs", {"Totale"});
  //            01   02   03   04   05   06   07   08   09   10   11
  const Row first{"4", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1"};
  CHECK(Row(all.begin(), all.begin() + 11) == first);
  CHECK(all[15] == "1");     // EECO16
  CHECK(all.back() == "1");  // incomplete: counted in EECO01 alone
  // Protected, one person is nobody's business.
  const json::object shown = desks.run("R3", {{"project", project}}, false);
  CHECK(row_of(shown, "minors", {"Minori"}) == Row{"(p)"});
}

TEST_CASE("report R4: typologies cover the households, and go together",
          "[commands][report][S053][S055]") {
  Desks desks;
  const auto family = [&](const char* name, json::array typologies, bool fresh) {
    desks.create("household", {{"name", name},
                               {"commune", "Bibbiano"},
                               {"typologies", std::move(typologies)},
                               {"new_to_services", fresh}});
  };
  family("Uno", {"con_minori", "fragile"}, true);
  family("Due", {"con_minori"}, false);
  family("Tre", {"fragile", "con_minori"}, false);
  const json::object report = desks.run("R4", {{"territory", "VAL_DENZA"}});
  CHECK(row_of(report, "typologies", {"Totale"}) == Row{"3", "1"});
  const json::object none = desks.run("R4", {{"territory", "VEN_09"}});
  CHECK(row_of(none, "typologies", {"Totale"}) == Row{"0", "0"});
  // Memberships are at least the households.
  bool covered = false;
  for (const json::value& one : list(report, "checks")) {
    const json::object& check = one.as_object();
    if (text(check, "name") != "cross_foot.typologies.households.rows") continue;
    covered = text(check, "is") == "at_most";
  }
  CHECK(covered);
  const json::object shown = desks.run("R4", {}, false);
  std::size_t hidden = 0;
  for (const json::value& line : list(list(shown, "tables")[0].as_object(), "rows")) {
    const json::object& cell = list(line.as_object(), "cells")[0].as_object();
    if (cell.contains("hidden")) ++hidden;
  }
  CHECK(hidden > 0);
}

TEST_CASE("report R5: one social worker per 5.000 inhabitants", "[commands][report][S043]") {
  Registry registry;
  const std::string treviso = registry.area("VEN_09", 418'000);
  registry.area("VEN_08", 5'001);
  registry.add(registry.dossier, "staffing",
               {{"ats", treviso},
                {"profession", "assistente_sociale"},
                {"fte", 80.5},
                {"from_date", "2023-01-01"}});
  const json::object report = registry.run("R5", {{"on", "2024-01-01"}});
  CHECK(row_of(report, "areas", {"Totale"}) == Row{"423.001", "86,00", "80,50", "5,50", "93,60 %"});
  CHECK(registry.desk.refused({{"command", "report.run"}, {"report", "R5"}}).at("field") == "on");
}

TEST_CASE("report R6: supports by letter, with hours and people",
          "[commands][report][S021][S069]") {
  Household home;
  const std::string ada = home.member("Ada");
  const std::string ugo = home.member("Ugo");
  home.support("d", ada, "Coop Uno", "2024-01-01", "2024-03-31");
  home.support("d", ugo, "Coop Uno", "2024-02-01", "2024-04-30");
  home.support("c", ada, "Coop Due", "2024-01-01", "2024-03-31");
  const json::object report = home.run("R6", {{"from", "2024-01-01"}, {"to", "2024-12-31"}});
  CHECK(rows_in(report, "supports") == 9);  // a to h, and the total
  CHECK(row_of(report, "supports", {"Totale"}) == Row{"3", "2", "60,00", "37,50", "62,50 %"});
  const json::object before = home.run("R6", {{"to", "2023-12-31"}});
  CHECK(row_of(before, "supports", {"Totale"}) == Row{"0", "0", "0,00", "0,00", "n.d."});
}

TEST_CASE("report R7: every commune of the network has its row",
          "[commands][report][S034][S087][S091]") {
  Desks desks;
  json::array communes;
  for (const schema::CodeValue& code : schema::embedded_bundle().find_list("communes")->values) {
    if (code.attribute("ambito") == "VEN_09") communes.emplace_back(code.code);
  }
  REQUIRE(communes.size() == 37);
  const auto [dossier, network] = desks.create(
      "network", {{"name", "Rete VEN_09"}, {"area", "VEN_09"}, {"communes", communes}});
  const auto stakeholder = [&, in = dossier](const char* name, const char* kind,
                                             const char* stage) {
    return desks.add(in, "stakeholder",
                     {{"name", name}, {"kind", kind}, {"commune", "026086"}, {"stage", stage}});
  };
  const std::string school = stakeholder("Scuola", "scuola", "contattato");
  stakeholder("Impresa", "impresa", "da_contattare");
  desks.add(dossier, "network_contact",
            {{"stakeholder", school},
             {"contact_date", "2024-03-04"},
             {"minutes", 45},
             {"mode", "presenza"},
             {"worker", "borsista"}});
  const json::object report = desks.run("R7");
  CHECK(rows_in(report, "coverage") == 38);
  CHECK(row_of(report, "coverage", {"Arcade"}).back() == "0");
  CHECK(row_of(report, "coverage", {"Treviso"}).back() == "2");
  CHECK(rows_in(report, "funnel") == 7);
  CHECK(row_of(report, "contacts", {"borsista"}) == Row{"1", "1", "45"});
}

TEST_CASE("report R8: vouchers issued, redeemed and left; reversed uses do not count",
          "[commands][report][S074]") {
  Household home;
  const std::string voucher = home.add(home.family.dossier, "voucher",
                                       {{"number", "B-1"},
                                        {"service", "Mensa"},
                                        {"units", 10},
                                        {"unit_cost", "5,50"},
                                        {"from_date", "2024-01-01"},
                                        {"to_date", "2024-12-31"},
                                        {"state", "in_uso"}});
  const auto redeem = [&](int units, const std::string& reverses) {
    json::object fields{{"voucher", voucher}, {"redeemed_on", "2024-02-01"}, {"units", units}};
    if (!reverses.empty()) fields["reverses"] = reverses;
    return home.add(home.family.dossier, "redemption", std::move(fields));
  };
  redeem(4, {});
  redeem(3, redeem(3, {}));
  const json::object report = home.run("R8");
  CHECK(row_of(report, "vouchers", {"Totale"}) == Row{"1", "10", "4", "6", "€ 55,00", "40,00 %"});
}

TEST_CASE("report R9: an overlap is listed once, periods that touch are none",
          "[commands][report][S038]") {
  Household home;
  const std::string ada = home.member("Ada");
  const std::string ugo = home.member("Ugo");
  home.support("d", ada, "Coop Uno", "2024-01-01", "2024-01-31");
  home.support("d", ada, "Coop Due", "2024-02-01", "2024-02-29");  // touches
  home.support("d", ugo, "Coop Tre", "2024-01-15", "2024-02-10");  // another person
  home.support("e", ada, "Coop Tre", "2024-01-15", "2024-02-10");  // another support
  CHECK(row_of(home.run("R9"), "supports", {"Totale"}) == Row{"0"});
  home.support("d", ada, "Coop Due", "2024-01-31", "2024-01-31");
  CHECK(row_of(home.run("R9"), "supports", {"Totale"}) == Row{"1"});
  // Two that begin on one day are one overlap, too.
  home.support("g", ugo, "Coop Uno", "2024-05-01", "2024-05-31");
  home.support("g", ugo, "Coop Due", "2024-05-01", "2024-06-30");
  CHECK(row_of(home.run("R9"), "supports", {"Totale"}) == Row{"2"});
  for (int i = 0; i < 2; ++i) {
    home.create("person",
                {{"surname", "Bianchi"}, {"given_names", "Eva"}, {"birth_date", "1985-12-10"}});
  }
  CHECK(row_of(home.run("R9"), "people", {"Stesso nome e data di nascita"}) == Row{"2"});
  // Somebody who is written down as a member of two households is one question, as in the review.
  CHECK(row_of(home.run("R9"), "members", {"Stesso nome e data di nascita"}) == Row{"0"});
  for (int i = 0; i < 2; ++i) {
    home.add(home.family.dossier, "member",
             {{"surname", "Doppio"}, {"given_names", "Rita"}, {"birth_date", "1990-02-03"},
              {"relation", "6"}});
  }
  CHECK(row_of(home.run("R9"), "members", {"Stesso nome e data di nascita"}) == Row{"2"});
}

TEST_CASE("report R12: teams and the systems that they lack", "[commands][report][S042]") {
  Household home;
  const std::string team =
      home.add(home.family.dossier, "team",
               {{"case_id", home.case_id}, {"name", "Équipe Rossi"}, {"formed_on", "2024-01-10"}});
  const auto joins = [&](const char* name, const char* system, const char* to) {
    json::object fields{{"team", team},
                        {"name", name},
                        {"system", system},
                        {"organization", "Comune"},
                        {"from_date", "2024-01-10"}};
    if (*to != 0) fields["to_date"] = to;
    home.add(home.family.dossier, "team_member", std::move(fields));
  };
  joins("Assistente", "sociale", "");
  joins("Medico", "sanita", "2024-02-29");
  CHECK(row_of(home.run("R12", {{"on", "2024-02-01"}}), "lacking", {"Totale"}) ==
        Row{"1", "0", "1", "0"});
  CHECK(row_of(home.run("R12", {{"on", "2024-03-01"}}), "lacking", {"Totale"}) ==
        Row{"1", "0", "1", "1"});
}

TEST_CASE("report R13: change from T0 to T2; what is not rated is no zero",
          "[commands][report][S070][S109]") {
  Household home;
  const std::string child = home.member("Leo");
  const auto rated = [&](const char* time, json::object ratings) {
    const std::string assessment =
        home.add(home.family.dossier, "child_assessment", {{"child", child}, {"time", time}});
    for (const auto& [subdimension, rating] : ratings) {
      home.add(home.family.dossier, "child_rating",
               {{"assessment", assessment}, {"subdimension", subdimension}, {"rating", rating}});
    }
  };
  rated("T0", {{"b1", 2}, {"b2", 3}});
  rated("T2", {{"b1", 5}});
  for (const char* status : {"raggiunto", "in_corso", "raggiunto"}) {
    home.add(home.family.dossier, "objective",
             {{"case_id", home.case_id}, {"title", "Obiettivo"}, {"status", status}});
  }
  const json::object report = home.run("R13");
  CHECK(rows_in(report, "ratings") == 18);
  const json::object& table = list(report, "tables")[0].as_object();
  const auto cell = [&](std::size_t row, std::size_t at) {
    return text(list(list(table, "rows")[row].as_object(), "cells")[at].as_object(), "text");
  };
  CHECK(cell(0, 0) == "2,00");
  CHECK(cell(0, 3) == "3,00");
  CHECK(cell(1, 2) == "n.d.");
  CHECK(cell(1, 3) == "n.d.");
  CHECK(row_of(report, "objectives", {"Totale"}) == Row{"3", "2", "66,67 %"});
}

TEST_CASE("report R14: days to first contact, and who was not known before",
          "[commands][report][S054]") {
  Household home;
  const auto referral = [&](const char* on, const char* contact, int known) {
    json::object fields{{"case_id", home.case_id}, {"source", "13"}, {"received_on", on}};
    if (*contact != 0) fields["first_contact_on"] = contact;
    if (known >= 0) fields["known_before"] = known == 1;
    home.add(home.family.dossier, "referral", std::move(fields));
  };
  referral("2024-01-01", "2024-01-04", 0);
  referral("2024-01-01", "2024-01-11", 1);
  referral("2024-01-01", "", -1);
  const json::object report = home.run("R14", {{"territory", "Bibbiano"}});
  CHECK(row_of(report, "referrals", {"Totale"}) == Row{"3", "6,50", "10", "2", "1", "33,33 %"});
}

TEST_CASE("report R16: what the plan does not say stays empty", "[commands][report][S113]") {
  Desks desks;
  const auto [dossier, project] = desks.create("project", {{"title", "SILS"}});
  desks.add(dossier, "plan_item", {{"workstream", "Formazione"}});
  desks.add(dossier, "plan_item",
            {{"workstream", "Estensione"},
             {"sub", "Empori Solidali"},
             {"actual_quarters", {"2021-Q3", "2021-Q4"}}});
  const json::object report = desks.run("R16", {{"project", project}});
  const json::object& planned = list(report, "tables")[0].as_object();
  REQUIRE(list(planned, "heads").size() == 2);
  CHECK(std::string(list(planned, "heads")[0].as_string()) == "non indicato");
  const json::object& done = list(report, "tables")[1].as_object();
  CHECK(std::string(list(done, "heads")[0].as_string()) == "2021-Q3");
}

TEST_CASE("report R17: areas expected less acts received", "[commands][report][S112]") {
  Registry registry;
  const std::string first = registry.area("VEN_03", 1'000);
  registry.area("VEN_07", 1'000);
  registry.area("VEN_08", 1'000);
  registry.add(registry.dossier, "programming_act",
               {{"ats", first}, {"kind", "piano_poverta"}, {"received_on", "2020-05-01"}});
  CHECK(row_of(registry.run("R17", {{"on", "2020-06-01"}}), "areas", {"Totale"}) ==
        Row{"3", "1", "2"});
}

TEST_CASE("report R18: person-hours are attendances times hours", "[commands][report][S099]") {
  Registry registry;
  const std::string training =
      registry.add(registry.dossier, "training", {{"title", "Équipe multidisciplinari"}});
  const std::string session =
      registry.add(registry.dossier, "training_session",
                   {{"training", training}, {"held_on", "2021-10-01"}, {"hours", 3.5}});
  const auto attends = [&](const char* who, const char* system, double hours) {
    json::object fields{{"session", session}, {"attendee", who}, {"system", system}};
    if (hours > 0) fields["hours"] = hours;
    registry.add(registry.dossier, "training_attendance", std::move(fields));
  };
  attends("a", "lavoro", 0);
  attends("b", "sociale", 0);
  attends("c", "sociale", 1.25);
  const json::object report = registry.run("R18");
  CHECK(row_of(report, "hours", {"Totale"}) == Row{"3", "3", "8,25"});
}

}  // namespace
}  // namespace insieme::testing
