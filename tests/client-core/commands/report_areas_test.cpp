// Reports by area and by month, what they say of services, and the parts of the closing report
// that a funder asks for.
#include <map>

#include "client-core/commands/report_desk.hpp"

namespace insieme::testing {
namespace {

/// Two areas, with households and national measures in each.
struct Areas : Desks {
  void household(const char* name, const char* commune, bool entitled, const char* state) {
    const auto [dossier, id] = create("household", {{"name", name},
                                                    {"commune", commune},
                                                    {"intake_date", "2023-02-01"},
                                                    {"new_to_services", true},
                                                    {"typologies", {"fragile"}}});
    if (entitled) {
      add(dossier, "measure_spell",
          {{"household", id}, {"measure", "rdc"}, {"from_date", "2023-01-01"}});
    }
    if (*state != 0) {
      add(dossier, "case", {{"household", id}, {"state", state}, {"opened_on", "2023-02-01"}});
    }
  }
  Areas() {
    household("Uno", "026086", true, "accolto");
    household("Due", "026086", true, "segnalato");
    household("Tre", "026049", false, "accolto");
    household("Quattro", "035004", true, "accolto");
  }
};

std::int64_t total(const json::object& report, const std::string& table) {
  const Row row = row_of(report, table.c_str(), {"Totale"});
  const bool by_columns = table != "households" && table != "charge";
  return std::stoll(by_columns ? row.back() : row.front());
}

TEST_CASE("report R19: the packages of the areas are apart, and make the region",
          "[commands][report][S037][S108][S111]") {
  Areas areas;
  const json::object region = areas.run("R19");
  const json::object treviso = areas.run("R19", {{"territory", "VEN_09"}});
  const json::object val_denza = areas.run("R19", {{"territory", "VAL_DENZA"}});
  for (const char* table : {"households", "cases", "typologies", "measures", "charge"}) {
    INFO(table);
    CHECK(total(treviso, table) + total(val_denza, table) == total(region, table));
  }
  CHECK(row_of(region, "households", {"VEN_09"}) == Row{"3", "3", "100,00 %"});
  CHECK(row_of(region, "households", {"VAL_DENZA"}) == Row{"1", "1", "100,00 %"});
  // A package names its own area and no other one.
  CHECK(rows_in(treviso, "households") == 2);
  CHECK(rows_in(val_denza, "measures") == 2);
  CHECK(json::serialize(treviso.at("tables")).find("VAL_DENZA") == std::string::npos);
}

TEST_CASE("report R19: those taken in charge are some of the entitled; of none there is no rate",
          "[commands][report][S111]") {
  Areas areas;
  const json::object report = areas.run("R19");
  CHECK(row_of(report, "charge", {"VEN_09"}) == Row{"2", "1", "50,00 %"});
  CHECK(row_of(report, "charge", {"VAL_DENZA"}) == Row{"1", "1", "100,00 %"});
  CHECK(row_of(report, "charge", {"Totale"}) == Row{"3", "2", "66,67 %"});
  const json::object nobody = areas.run("R19", {{"territory", "VEN_08"}});
  CHECK(row_of(nobody, "charge", {"Totale"}) == Row{"0", "0", "n.d."});
}

TEST_CASE("report R20: months without anything have their line", "[commands][report][S110]") {
  Registry registry;
  const auto issue = [&](const char* on, const char* state) {
    registry.add(registry.dossier, "issue",
                 {{"title", "Criticità"}, {"opened_on", on}, {"state", state}});
  };
  issue("2022-11-30", "risolta");
  issue("2023-02-01", "aperta");
  registry.add(registry.dossier, "practice",
               {{"title", "Spesa solidale"}, {"recorded_on", "2023-01-10"}});
  const json::object report = registry.run("R20");
  CHECK(rows_in(report, "issues") == 5);
  CHECK(row_of(report, "issues", {"2022-11"}) == Row{"1", "1"});
  CHECK(row_of(report, "issues", {"2022-12"}) == Row{"0", "0"});
  CHECK(row_of(report, "issues", {"2023-01"}) == Row{"0", "0"});
  CHECK(row_of(report, "issues", {"2023-02"}) == Row{"1", "0"});
  CHECK(rows_in(report, "practices") == 2);
  const json::object year = registry.run("R20", {{"from", "2023-01-01"}, {"to", "2023-12-31"}});
  CHECK(rows_in(year, "issues") == 13);
  CHECK(rows_in(year, "referrals") == 13);
  CHECK(row_of(year, "issues", {"2023-12"}) == Row{"0", "0"});
  const json::object refused =
      registry.desk.refused({{"command", "report.run"},
                             {"report", "R20"},
                             {"with", {{"from", "1000-01-01"}, {"to", "2023-12-31"}}}});
  CHECK(text(refused, "code") == "limit_exceeded");
}

TEST_CASE("report R16: ten quarters, whatever the plan says of them", "[commands][report][S113]") {
  Desks desks;
  const auto [dossier, project] = desks.create(
      "project", {{"title", "SILS"}, {"from_date", "2020-07-01"}, {"to_date", "2022-12-31"}});
  for (const auto& [stream, sub] :
       {std::pair{"1. Monitoraggio", "Ricognizione tecnica e funzionale"},
        std::pair{"1. Monitoraggio", "Analisi e implementazione"},
        std::pair{"2. Estensione", "Empori Solidali"},
        std::pair{"2. Estensione", "Altri progetti Piano Povertà"}, std::pair{"3. Formazione", ""},
        std::pair{"4. Assistenza tecnica", ""}}) {
    json::object fields{{"workstream", stream}};
    if (*sub != 0) fields["sub"] = sub;
    desks.add(dossier, "plan_item", std::move(fields));
  }
  const json::object report = desks.run("R16", {{"project", project}});
  const json::object& planned = list(report, "tables")[0].as_object();
  std::vector<std::string> quarters;
  for (const json::value& head : list(planned, "heads")) {
    const std::string one(head.as_string());
    if (one.rfind("20", 0) == 0) quarters.push_back(one);
  }
  REQUIRE(quarters.size() == 10);
  CHECK(quarters.front() == "2020-Q3");
  CHECK(quarters.back() == "2022-Q4");
  // The marks were never known: no quarter has one.
  for (const json::value& line : list(planned, "rows")) {
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(text(list(line.as_object(), "cells")[i].as_object(), "text") == "0");
    }
  }
}

TEST_CASE("report R6: minutes by action and support, and visits from afar",
          "[commands][report][S075][S115]") {
  Household home;  // has one visit already
  const auto [dossier, project] = home.create("project", {{"title", "PaIS"}});
  const std::string line = home.add(
      dossier, "action_line",
      {{"code", "B"}, {"title", "Azione B"}, {"project", project}, {"budget", "35.169,00"}});
  for (const int minutes : {90, 60}) {
    home.add(home.family.dossier, "visit",
             {{"start_at", "13/03/2024 15:30"},
              {"place", minutes == 60 ? "online" : "casa"},
              {"minutes", minutes},
              {"action_line", line},
              {"support", "d"},
              {"educator", "anna"}});
  }
  const json::object report = home.run("R6");
  const std::string support = "Sostegno socio-educativo domiciliare o territoriale";
  bool found = false;
  for (const json::value& one : list(report, "tables")) {
    if (text(one.as_object(), "name") != "hours") continue;
    for (const json::value& row : list(one.as_object(), "rows")) {
      const json::array& labels = list(row.as_object(), "labels");
      if (labels.size() < 2 || labels[1].as_string() != support.c_str()) continue;
      found = true;
      CHECK(text(list(row.as_object(), "cells")[0].as_object(), "text") == "2");
      CHECK(text(list(row.as_object(), "cells")[1].as_object(), "text") == "150");
    }
  }
  CHECK(found);
  CHECK(row_of(report, "visits", {"A distanza"}) == Row{"1", "33,33 %", "60"});
}

TEST_CASE("report R6: emergency calls with their response, offline", "[commands][report][S078]") {
  Registry registry;
  registry.office.is_down = true;
  const auto call = [&](const char* at, const char* answered, const char* outcome) {
    json::object fields{{"received_at", at}, {"source", "5"}, {"outcome", outcome}};
    if (*answered != 0) fields["responded_at"] = answered;
    return registry.add(registry.dossier, "emergency_call", std::move(fields));
  };
  const std::string first = call("13/03/2024 23:50", "14/03/2024 00:35", "accoglienza");
  call("14/03/2024 10:00", "14/03/2024 10:30", "accoglienza");
  call("14/03/2024 11:00", "", "falso_allarme");
  const json::object computed = part(registry.desk.get(first), "computed");
  CHECK(text(part(computed, "response_minutes"), "text") == "45");
  const json::object report = registry.run("R6");
  CHECK(row_of(report, "emergencies", {"Totale"}) == Row{"3", "2", "37,50"});
  CHECK(row_of(report, "emergencies", {"Nessun intervento necessario"}) == Row{"1", "0", "n.d."});
}

TEST_CASE("report R6: placements in months and hours", "[commands][report][S079]") {
  Household home;
  const std::string ada = home.member("Ada");
  for (const auto& [from, to] :
       {std::pair{"2024-01-01", "2024-06-30"}, std::pair{"2024-07-01", "2024-09-30"}}) {
    home.add(home.family.dossier, "placement",
             {{"member", ada},
              {"host", "Cooperativa"},
              {"from_date", from},
              {"to_date", to},
              {"hours_week", 20}});
  }
  CHECK(row_of(home.run("R6"), "placements", {"Totale"}) == Row{"2", "9", "783"});
}

TEST_CASE("report R1: one contract for each action, and evidence behind every expense",
          "[commands][report][S013][S022]") {
  Desks desks;
  const auto [dossier, project] = desks.create("project", {{"title", "Avviso 1/2019 PaIS"}});
  const auto line = [&, in = dossier, of = project](const char* code, const char* budget) {
    return desks.add(in, "action_line",
                     {{"code", code}, {"title", code}, {"project", of}, {"budget", budget}});
  };
  const std::string b = line("B", "35.169,00");
  const std::string c = line("C", "7.700,00");
  const json::object before = desks.run("R1", {{"project", project}});
  CHECK(row_of(before, "contracts", {"B · B"}) == Row{"0", "€ 0,00"});
  for (const auto& [on, supplier, amount] :
       {std::tuple{b, "Coop Uno", "35.169,00"}, std::tuple{c, "Studio Due", "7.700,00"}}) {
    desks.add(dossier, "procurement",
              {{"action_line", on},
               {"supplier", supplier},
               {"amount", amount},
               {"from_date", "2021-06-01"}});
  }
  for (const auto& [state, amount] :
       {std::pair{"registrata", "100,10"}, std::pair{"rendicontata", "200,20"},
        std::pair{"annullata", "999,99"}}) {
    desks.add(dossier, "expense",
              {{"action_line", b},
               {"expense_date", "2022-01-10"},
               {"amount", amount},
               {"evidence", std::string("fattura ") + amount},
               {"state", state}});
  }
  const json::object report = desks.run("R1", {{"project", project}});
  CHECK(row_of(report, "contracts", {"B · B"}) == Row{"1", "€ 35.169,00"});
  CHECK(row_of(report, "contracts", {"C · C"}) == Row{"1", "€ 7.700,00"});
  CHECK(row_of(report, "contracts", {"Totale"}) == Row{"2", "€ 42.869,00"});
  CHECK(row_of(report, "expenses", {"Totale"}) == Row{"2", "€ 300,30"});
  const json::object behind = desks.desk.call({{"command", "report.records"},
                                               {"report", "R1"},
                                               {"with", {{"project", project}}},
                                               {"table", "expenses"},
                                               {"measure", "amount"}});
  CHECK(list(behind, "records").size() == 2);
  for (const json::value& one : list(behind, "records")) {
    CHECK_FALSE(desks.desk.shown(text(one.as_object(), "id"), "evidence").empty());
  }
}

TEST_CASE("report R1: of one fund, its lines and what was spent and reached with it",
          "[commands][report][S018][S022]") {
  Desks desks;
  const auto [dossier, project] = desks.create(
      "project", {{"title", "Avviso 4/2016"}, {"admitted", "1.000,00"}});
  std::map<std::string, std::string> lines;
  for (const auto& [code, fund, budget] :
       {std::tuple{"B", "pon_inclusione", "600,00"}, std::tuple{"C", "po_fead", "400,00"}}) {
    lines[fund] = desks.add(dossier, "action_line",
                            {{"code", code},
                             {"title", code},
                             {"project", project},
                             {"budget", budget},
                             {"fund", fund}});
    desks.add(dossier, "expense",
              {{"action_line", lines[fund]},
               {"expense_date", "2022-01-10"},
               {"amount", budget},
               {"evidence", "fattura"},
               {"state", "registrata"}});
    desks.add(dossier, "meeting",
              {{"type", "UDP"},
               {"meeting_date", "2022-02-01"},
               {"minutes", 30},
               {"action_line", lines[fund]}});
  }
  const json::object both = desks.run("R1", {{"project", project}});
  CHECK(row_of(both, "lines", {"Totale"})[0] == "€ 1.000,00");
  const auto sums_up = [](const json::object& report) {
    for (const json::value& one : list(report, "checks")) {
      if (text(one.as_object(), "name") == "lines_make_the_grant") return true;
    }
    return false;
  };
  CHECK(sums_up(both));
  // A part does not make the grant, and is not said to fail at it; `run` fails on a false alarm.
  const json::object one = desks.run("R1", {{"project", project}, {"fund", "po_fead"}});
  CHECK_FALSE(sums_up(one));
  CHECK(row_of(one, "lines", {"Totale"})[0] == "€ 400,00");
  CHECK(row_of(one, "expenses", {"Totale"}) == Row{"1", "€ 400,00"});
  CHECK(row_of(one, "meetings", {"Con il responsabile dell'ufficio di piano"})[0] == "1");
}

TEST_CASE("report R1: each of the eight communes attended", "[commands][report][S098]") {
  Desks desks;
  json::array eight;
  for (const schema::CodeValue& code : schema::embedded_bundle().find_list("communes")->values) {
    if (code.attribute("ambito") == "VAL_DENZA") eight.emplace_back(code.code);
  }
  REQUIRE(eight.size() == 8);
  const auto [dossier, project] = desks.create("project", {{"title", "PaIS"}, {"communes", eight}});
  const std::string line =
      desks.add(dossier, "action_line",
                {{"code", "C"}, {"title", "C"}, {"project", project}, {"budget", "7.700,00"}});
  for (std::size_t i = 0; i < 7; ++i) {
    desks.add(dossier, "meeting",
              {{"type", "COORD_INCL"},
               {"meeting_date", "2022-03-0" + std::to_string(i + 1)},
               {"communes", {eight[i], eight[i + 1]}},
               {"action_line", line}});
  }
  const json::object report = desks.run("R1", {{"project", project}});
  CHECK(rows_in(report, "communes") == 9);
  for (const json::value& row : list(list(report, "tables")[3].as_object(), "rows")) {
    CHECK(text(list(row.as_object(), "cells")[0].as_object(), "text") != "0");
  }
  const std::string office = desks.create("office", {{"name", "Ufficio di piano"}}).first;
  const std::string practice =
      desks.add(office, "practice",
                {{"title", "Scheda comune"}, {"communes", eight}, {"recorded_on", "2022-06-01"}});
  CHECK(list(desks.desk.call({{"command", "search"}, {"words", "scheda comune"}}), "records")
            .size() == 1);
  CHECK_FALSE(practice.empty());
}

TEST_CASE("report R3: an administration counts once, however often it is supported",
          "[commands][report][S005]") {
  Desks desks;
  const auto made = desks.create("project", {{"title", "INSIEME"}});
  const std::string& dossier = made.first;
  const std::string& project = made.second;
  const auto line = [&, in = dossier, of = project](const char* code, const char* target) {
    return desks.add(in, "action_line",
                     {{"code", code},
                      {"title", code},
                      {"project", of},
                      {"target", target},
                      {"budget", "1.000,00"}});
  };
  const std::string network = line("C1.1", "operatori");
  const std::string training = line("C1.2", "operatori");
  const std::string families = line("C2", "nuclei");
  const std::string office = desks.create("office", {{"name", "Registro"}}).first;
  const auto body = [&](const char* name) {
    return desks.add(office, "organization", {{"name", name}, {"kind", "comune"}});
  };
  const std::string treviso = body("Comune di Treviso");
  const std::string silea = body("Comune di Silea");
  const std::string firm = body("Officina");
  const auto supports = [&](const std::string& on, const std::string& what, const char* kind) {
    return json::object{{"command", "record.save"},
                        {"type", "supported_body"},
                        {"dossier", dossier},
                        {"fields",
                         {{"action_line", on},
                          {"organization", what},
                          {"name", "Ente"},
                          {"kind", kind},
                          {"from_date", "2023-05-01"}}}};
  };
  desks.desk.call(supports(network, treviso, "amministrazione"));
  desks.desk.call(supports(training, treviso, "amministrazione"));
  desks.desk.call(supports(training, silea, "amministrazione"));
  desks.desk.call(supports(training, firm, "micro"));
  CHECK_FALSE(
      list(desks.desk.refused(supports(families, silea, "amministrazione")), "problems").empty());
  const json::object report = desks.run("R3", {{"project", project}});
  CHECK(row_of(report, "bodies", {"EECO18 amministrazioni e servizi pubblici"}) == Row{"2"});
  CHECK(row_of(report, "bodies", {"EECO19 micro, piccole e medie imprese"}) == Row{"1"});
}

TEST_CASE("report R21: each need has an intervention, or is said to have none",
          "[commands][report][S040][S069]") {
  Household home;
  const std::string& dossier = home.family.dossier;
  const auto analysis = [&](int version) {
    return home.add(dossier, "preliminary_analysis",
                    {{"case_id", home.case_id}, {"version", version}, {"done_on", "2024-01-10"}});
  };
  const auto area = [&](const std::string& of, const char* which, const char* need) {
    home.add(dossier, "analysis_area", {{"analysis", of}, {"area", which}, {"need", need}});
  };
  const std::string old = analysis(1);
  area(old, "a", "3");
  const std::string latest = analysis(2);
  area(latest, "b", "3");
  area(latest, "d", "2");
  area(latest, "e", "1");
  area(latest, "f", "0");   // no need
  area(latest, "c", "nr");  // not assessed
  const auto objective = [&](const char* which) {
    return home.add(dossier, "objective",
                    {{"case_id", home.case_id},
                     {"title", which},
                     {"area", which},
                     {"poverties", {"educativa"}},
                     {"status", "in_corso"}});
  };
  const std::string school = objective("d");
  objective("e");  // an objective alone is no intervention
  home.add(
      dossier, "support",
      {{"case_id", home.case_id}, {"kind", "d"}, {"objectives", {school}}, {"status", "attivo"}});
  const json::object report = home.run("R21", {{"case", home.case_id}});
  CHECK(rows_in(report, "needs") == 4);
  const auto& areas = schema::embedded_bundle().find_list("need_areas")->values;
  CHECK(row_of(report, "needs", {areas[1].label.it}) == Row{"1", "0", "0", "1"});
  CHECK(row_of(report, "needs", {areas[3].label.it}) == Row{"1", "1", "1", "0"});
  CHECK(row_of(report, "needs", {areas[4].label.it}) == Row{"1", "1", "0", "1"});
  CHECK(row_of(report, "needs", {"Totale"}) == Row{"3", "2", "1", "2"});
}

TEST_CASE("report R7: each kind of stakeholder has its column", "[commands][report][S034]") {
  Desks desks;
  const std::string dossier =
      desks.create("network", {{"name", "Rete"}, {"communes", {"026086"}}}).first;
  const auto& kinds = schema::embedded_bundle().find_list("stakeholder_kinds")->values;
  for (const schema::CodeValue& kind : kinds) {
    desks.add(dossier, "stakeholder",
              {{"name", kind.label.it}, {"kind", kind.code}, {"commune", "026086"}});
  }
  const Row row = row_of(desks.run("R7"), "coverage", {"Treviso"});
  CHECK(row.size() == kinds.size() + 1);
  for (std::size_t i = 0; i < kinds.size(); ++i) CHECK(row[i] == "1");
  CHECK(row.back() == std::to_string(kinds.size()));
}

}  // namespace
}  // namespace insieme::testing
