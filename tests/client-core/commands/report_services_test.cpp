// Reports about services, and what the closing report says of lines and communes.
#include "client-core/commands/report_desk.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("report R6: visits by place, the share outside the home", "[commands][report][S076]") {
  Household home;  // has one visit at home
  for (const char* place : {"scuola", "online", "scuola"}) {
    home.add(home.family.dossier, "visit",
             {{"start_at", "13/03/2024 15:30"},
              {"place", place},
              {"minutes", 30},
              {"educator", "anna"}});
  }
  const json::object report = home.run("R6");
  CHECK(row_of(report, "visits", {"Totale"}) == Row{"4", "100,00 %", "90"});
  CHECK(row_of(report, "visits", {"A scuola"}) == Row{"2", "50,00 %", "60"});
}

TEST_CASE("report R6: kilometres of transport and nights housed",
          "[commands][report][S119][S121]") {
  Household home;
  for (const double km : {12.5, 7.25}) {
    home.add(home.family.dossier, "trip", {{"trip_on", "2024-02-01"}, {"km", km}});
  }
  home.add(
      home.family.dossier, "housing_spell",
      {{"address_class", "housing_first"}, {"from_date", "2024-01-01"}, {"to_date", "2024-01-31"}});
  home.add(home.family.dossier, "housing_spell",
           {{"address_class", "housing_first"}, {"from_date", "2024-03-01"}});
  const json::object report = home.run("R6");
  CHECK(row_of(report, "trips", {"Chilometri"}) == Row{"19,75"});
  CHECK(row_of(report, "housing", {"Totale"}) == Row{"2", "30"});
}

TEST_CASE("report R6: a parent who comes twice is one parent", "[commands][report][S081]") {
  Desks desks;
  const std::string dossier = desks.create("project", {{"title", "Gruppi"}}).first;
  const std::string person =
      desks.create("person", {{"surname", "Verdi"}, {"given_names", "Ida"}}).second;
  const std::string child =
      desks.create("person", {{"surname", "Verdi"}, {"given_names", "Leo"}}).second;
  const std::string group =
      desks.add(dossier, "group_activity", {{"title", "Genitori"}, {"kind", "genitori"}});
  for (const char* on : {"2024-01-10", "2024-01-17"}) {
    const std::string session =
        desks.add(dossier, "group_session", {{"group", group}, {"held_on", on}});
    for (const auto& [who, role] : {std::pair{person, "genitore"}, std::pair{child, "minore"}}) {
      desks.add(dossier, "group_attendance",
                {{"session", session}, {"person", who}, {"role", role}});
    }
  }
  const json::object report = desks.run("R6");
  CHECK(row_of(report, "groups", {"Genitori"}) == Row{"1"});
  CHECK(row_of(report, "groups", {"Presenze"}) == Row{"2"});
}

TEST_CASE("report R6: front-desk contacts by topic, without a tax code",
          "[commands][report][S082]") {
  Registry registry;
  for (const char* topic : {"casa", "casa", "lavoro"}) {
    registry.add(registry.dossier, "front_desk_contact",
                 {{"contact_date", "2024-02-01"}, {"channel", "telefono"}, {"topic", topic}});
  }
  CHECK(row_of(registry.run("R6"), "front_desk", {"Totale"}) == Row{"3"});
  CHECK(row_of(registry.run("R6"), "front_desk", {"Casa"}) == Row{"2"});
}

TEST_CASE("report R13: objectives by poverty, and meetings that are overdue",
          "[commands][report][S056][S083]") {
  Household home;
  home.add(home.family.dossier, "objective",
           {{"case_id", home.case_id},
            {"title", "Compiti"},
            {"poverties", {"educativa", "relazionale"}},
            {"status", "in_corso"}});
  const std::string pact = home.add(
      home.family.dossier, "pact", {{"case_id", home.case_id}, {"version", 1}, {"state", "bozza"}});
  for (const auto& [on, state] :
       {std::pair{"2024-02-01", "previsto"}, std::pair{"2024-03-01", "previsto"},
        std::pair{"2024-01-01", "annullato"}}) {
    home.add(home.family.dossier, "monitoring_meeting",
             {{"pact", pact}, {"planned_on", on}, {"state", state}});
  }
  const json::object report = home.run("R13", {{"to", "2024-03-01"}});
  CHECK(row_of(report, "overdue", {"Incontri"}) == Row{"1"});
  const json::object all = home.run("R13");
  CHECK(row_of(all, "poverties", {"Totale"}) == Row{"1"});
  CHECK(row_of(all, "overdue", {"Incontri"}) == Row{"0"});
}

TEST_CASE("report R14: referrals that nobody acknowledged", "[commands][report][S114]") {
  Household home;
  const std::string office = home.create("office", {{"name", "Ufficio"}}).first;
  const std::string cpi =
      home.add(office, "organization", {{"name", "CPI Treviso"}, {"kind", "cpi"}});
  const auto sent = [&](const char* on, const char* answered) {
    json::object fields{
        {"case_id", home.case_id}, {"source", "13"}, {"received_on", on}, {"sent_to", cpi}};
    if (*answered != 0) fields["acknowledged_on"] = answered;
    home.add(home.family.dossier, "referral", std::move(fields));
  };
  sent("2024-01-01", "2024-01-20");
  sent("2024-01-02", "");
  sent("2024-03-01", "");
  const json::object report = home.run("R14", {{"to", "2024-02-01"}});
  CHECK(row_of(report, "unanswered", {"CPI Treviso"}) == Row{"1"});
}

TEST_CASE("report R1: admitted lines alone, whatever the tree below, and every commune",
          "[commands][report][S014][S098]") {
  Desks desks;
  const auto [dossier, project] =
      desks.create("project", {{"title", "PaIS"}, {"communes", {"035004", "035010"}}});
  const auto line = [&, in = dossier, of = project](const char* code, const std::string& parent) {
    json::object fields{{"code", code}, {"title", code}, {"project", of}, {"budget", "10,00"}};
    if (!parent.empty()) fields["parent"] = parent;
    return desks.add(in, "action_line", std::move(fields));
  };
  const std::string b = line("B", {});
  line("B.4", b);
  desks.add(dossier, "meeting",
            {{"type", "COORD_INCL"},
             {"meeting_date", "2022-03-01"},
             {"communes", {"035004"}},
             {"action_line", b}});
  const json::object report = desks.run("R1", {{"project", project}});
  CHECK(row_of(report, "lines", {"Totale"}).front() == "€ 10,00");
  CHECK(rows_in(report, "lines") == 2);
  CHECK(row_of(report, "communes", {"Bibbiano"}) == Row{"1"});
  CHECK(row_of(report, "communes", {"Campegine"}) == Row{"0"});
}

TEST_CASE("a document's stamp is kept as it is written", "[commands][S023]") {
  Registry registry;
  const std::string document = registry.add(registry.dossier, "document",
                                            {{"title", "Accordo SILS"}, {"stamp", "95562e78"}});
  CHECK(registry.desk.shown(document, "stamp") == "95562e78");
}

}  // namespace
}  // namespace insieme::testing
