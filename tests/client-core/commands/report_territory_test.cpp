// The filter by territory, report by report: two households of Treviso and one of Bibbiano, each
// with one of everything, so that every table says two, one, three.
#include "client-core/commands/report_desk.hpp"

namespace insieme::testing {
namespace {

constexpr const char* kTreviso = "026086";
constexpr const char* kBibbiano = "035004";

/// Everything once for each household, in its own dossiers, the project's and the offices'.
struct Territories : Desks {
  std::string registry = create("office", {{"name", "Ufficio"}}).first;
  std::string project_dossier;
  std::string project;
  std::string line;
  std::string group;
  std::string case_of_treviso;
  std::string bodies_line;  ///< of the component that is for them
  int vouchers = 0;

  Territories() {
    std::tie(project_dossier, project) =
        create("project", {{"title", "Prova"}, {"communes", {kTreviso, kBibbiano}}});
    line = add(project_dossier, "action_line",
               {{"code", "C"},
                {"title", "C"},
                {"project", project},
                {"target", "nuclei"},
                {"budget", "10,00"}});
    bodies_line = add(project_dossier, "action_line",
                      {{"code", "C1"},
                       {"title", "C1"},
                       {"project", project},
                       {"target", "operatori"},
                       {"budget", "10,00"}});
    group = add(project_dossier, "group_activity", {{"title", "G"}, {"kind", "genitori"}});
    for (const auto& [code, people] :
         {std::pair{"VEN_09", 418'000}, std::pair{"VAL_DENZA", 60'000}}) {
      add(registry, "ats",
          {{"code", code}, {"name", code}, {"valid_from", "2017-01-01"}, {"population", people}});
    }
    live("Uno", kTreviso);
    live("Due", kTreviso);
    live("Tre", kBibbiano);
  }

  void live(const char* name, const char* commune) {
    const auto [home, household] =
        create("household", {{"name", name}, {"commune", commune}, {"typologies", {"fragile"}}});
    const auto [own, person] =
        create("person", {{"surname", name}, {"given_names", "Ada"}, {"birth_date", "1980-01-13"}});
    const std::string member =
        add(home, "member",
            {{"surname", name}, {"given_names", "Ada"}, {"relation", "1"}, {"person", person}});
    const std::string case_id =
        add(home, "case",
            {{"household", household}, {"state", "segnalato"}, {"opened_on", "2024-01-08"}});
    if (case_of_treviso.empty()) case_of_treviso = case_id;
    services(home, case_id, member);
    pathway(home, case_id, member, name);
    projects(own, person, commune, name);
  }

  void services(const std::string& home, const std::string& case_id, const std::string& member) {
    add(home, "trip", {{"member", member}, {"trip_on", "2024-02-01"}, {"km", 1.0}});
    add(home, "housing_spell",
        {{"address_class", "housing_first"},
         {"from_date", "2024-01-01"},
         {"to_date", "2024-01-02"}});
    add(home, "placement",
        {{"member", member}, {"host", "Coop"}, {"from_date", "2024-01-01"}, {"hours_week", 20}});
    add(home, "voucher",
        {{"number", "B-" + std::to_string(++vouchers)},
         {"service", "Mensa"},
         {"beneficiary", member},
         {"units", 10},
         {"unit_cost", "5,50"},
         {"from_date", "2024-01-01"},
         {"to_date", "2024-12-31"},
         {"state", "in_uso"}});
    const std::string cpi = add(registry, "organization", {{"name", "CPI"}, {"kind", "cpi"}});
    add(home, "referral",
        {{"case_id", case_id}, {"source", "13"}, {"received_on", "2024-01-01"}, {"sent_to", cpi}});
  }

  void pathway(const std::string& home, const std::string& case_id, const std::string& member,
               const std::string& name) {
    const std::string team = add(
        home, "team", {{"case_id", case_id}, {"name", "É " + name}, {"formed_on", "2024-01-10"}});
    add(home, "team_member",
        {{"team", team},
         {"name", "Assistente " + name},
         {"system", "sociale"},
         {"organization", "Comune"},
         {"from_date", "2024-01-10"}});
    const std::string assessment =
        add(home, "child_assessment",
            {{"child", member}, {"time", "T0"}, {"assessed_on", "2024-02-01"}});
    add(home, "child_rating",
        {{"assessment", assessment}, {"subdimension", "b1"}, {"rating", name == "Tre" ? 5 : 2}});
    const std::string pact =
        add(home, "pact", {{"case_id", case_id}, {"version", 1}, {"state", "bozza"}});
    add(home, "monitoring_meeting",
        {{"pact", pact}, {"planned_on", "2024-02-01"}, {"state", "previsto"}});
  }

  void projects(const std::string& own, const std::string& person, const char* commune,
                const std::string& name) {
    const std::string stay = add(own, "participation",
                                 {{"person", person},
                                  {"action_line", line},
                                  {"entry_on", "2024-01-15"},
                                  {"exit_on", "2024-02-15"}});
    add(own, "entry_snapshot",
        {{"participation", stay},
         {"state", "chiusa"},
         {"employment", "inattivo"},
         {"gender", "F"}});
    const std::string session =
        add(project_dossier, "group_session", {{"group", group}, {"held_on", "2024-01-10"}});
    add(project_dossier, "group_attendance",
        {{"session", session}, {"person", person}, {"role", "genitore"}});
    add(project_dossier, "meeting",
        {{"type", "COORD_INCL"},
         {"meeting_date", "2024-03-01"},
         {"commune", commune},
         {"communes", {commune}},
         {"action_line", line}});
    const std::string body = add(registry, "organization",
                                 {{"name", "Ente " + name}, {"kind", "cpi"}, {"commune", commune}});
    add(project_dossier, "supported_body",
        {{"action_line", bodies_line},
         {"organization", body},
         {"name", "Ente " + name},
         {"kind", "amministrazione"},
         {"from_date", "2024-01-15"}});
  }

  json::object with(const char* report, const char* territory) {
    json::object out;
    const std::string code = report;
    if (code == "R1" || code == "R3") out["project"] = project;
    if (code == "R21") out["case"] = case_of_treviso;
    if (code == "R5" || code == "R12" || code == "R17") out["on"] = "2024-02-01";
    if (code == "R13") out["to"] = "2024-12-31";
    if (*territory != 0) out["territory"] = territory;
    return out;
  }
  std::string figure(const char* report, const char* territory, const char* table,
                     const Row& labels, std::size_t column) {
    return row_of(run(report, with(report, territory)), table, labels).at(column);
  }
};

struct Figure {
  const char* report;
  const char* table;
  const char* label;
  std::size_t column = 0;
};

TEST_CASE("territory: every table that has places counts those of the commune, of the area, of all",
          "[commands][report][S037][S053]") {
  Territories all;
  const Figure figures[] = {
      {"R1", "people", "Persone"},
      {"R1", "communes", "Totale"},
      {"R3", "households", "Totale"},
      {"R3", "outputs", "Totale"},
      {"R3", "bodies", "EECO18 amministrazioni e servizi pubblici"},
      {"R4", "typologies", "Totale"},
      {"R6", "groups", "Presenze"},
      {"R6", "trips", "Viaggi"},
      {"R6", "housing", "Totale"},
      {"R6", "placements", "Totale"},
      {"R8", "vouchers", "Totale"},
      {"R12", "lacking", "Totale"},
      {"R13", "overdue", "Incontri"},
      {"R14", "unanswered", "Totale"},
  };
  for (const Figure& one : figures) {
    CAPTURE(one.report, one.table, one.label);
    const Row labels{one.label};
    CHECK(all.figure(one.report, "Treviso", one.table, labels, one.column) == "2");
    CHECK(all.figure(one.report, "VEN_09", one.table, labels, one.column) == "2");
    CHECK(all.figure(one.report, "Bibbiano", one.table, labels, one.column) == "1");
    CHECK(all.figure(one.report, "VEN_08", one.table, labels, one.column) == "0");
    CHECK(all.figure(one.report, "", one.table, labels, one.column) == "3");
  }
}

TEST_CASE("territory: a mean is that of the territory's own", "[commands][report][S083]") {
  Territories all;
  CHECK(all.figure("R13", "Treviso", "ratings", {"Totale"}, 0) == "2,00");
  CHECK(all.figure("R13", "VAL_DENZA", "ratings", {"Totale"}, 0) == "5,00");
  CHECK(all.figure("R13", "", "ratings", {"Totale"}, 0) == "3,00");
}

TEST_CASE("territory: what is about an area concerns each of its communes",
          "[commands][report][S043]") {
  Territories all;
  for (const char* report : {"R5", "R17"}) {
    CAPTURE(report);
    for (const char* inside : {"VEN_09", "Treviso"}) {
      const json::object shown = all.run(report, all.with(report, inside));
      CHECK(rows_in(shown, "areas") == 2);  // the area and the total
      CHECK(json::serialize(shown.at("tables")).find("VAL_DENZA") == std::string::npos);
    }
    CHECK(rows_in(all.run(report, all.with(report, "")), "areas") == 3);
    CHECK(rows_in(all.run(report, all.with(report, "VEN_08")), "areas") == 1);
  }
}

TEST_CASE("territory: who lies in none is not lost without a word", "[commands][report][S053]") {
  Territories all;
  const auto note = [&](const char* language) {
    json::object asked{{"command", "report.run"},
                       {"report", "R3"},
                       {"with", all.with("R3", "VEN_09")},
                       {"lang", language}};
    const json::object report = all.desk.call(asked);
    const json::array& notes = list(list(report, "tables")[1].as_object(), "notes");
    return notes.empty() ? std::string() : std::string(notes[0].as_string());
  };
  CHECK(note("it").find("Senza un territorio") == std::string::npos);
  const auto stays = [&](const char* name) {
    const auto [dossier, person] = all.create("person", {{"surname", name}, {"given_names", "X"}});
    all.add(dossier, "participation",
            {{"person", person}, {"action_line", all.line}, {"entry_on", "2024-01-15"}});
  };
  stays("Uno");
  CHECK(note("it") == "Senza un territorio, e quindi in nessuno: poche schede.");
  stays("Due");
  stays("Tre");
  CHECK(note("en") == "Without a territory, and so in none: 3 records.");
}

TEST_CASE("territory: a table that has no places says so, and why", "[commands][report][S037]") {
  Territories all;
  json::object asked{
      {"command", "report.run"}, {"report", "R1"}, {"with", all.with("R1", "VEN_09")}};
  const auto note = [&](const char* language) {
    asked["lang"] = language;
    const json::object report = all.desk.call(asked);
    for (const json::value& one : list(report, "tables")) {
      const json::object& table = one.as_object();
      if (text(table, "name") == "lines") return std::string(list(table, "notes")[0].as_string());
    }
    return std::string();
  };
  CHECK(note("it") == "Non filtrata per: Territorio (gli importi non sono divisi per comune)");
  CHECK(note("en") == "Not filtered by: Territory (amounts are not split by commune)");
}

}  // namespace
}  // namespace insieme::testing
