// What the casework asks of records as people use them: found again, kept as they were, the same
// on every tablet.
#include "client-core/commands/report_desk.hpp"
#include "client-core/commands/two_desks.hpp"

namespace insieme::testing {
namespace {

std::size_t found(Desk& desk, const char* words) {
  return list(desk.call({{"command", "search"}, {"words", words}}), "records").size();
}
std::string rule_of(const json::object& refused) {
  return text(list(refused, "problems")[0].as_object(), "rule");
}
std::string computed(Desk& desk, const std::string& record, const char* name) {
  return text(part(part(desk.get(record), "computed"), name), "text");
}
json::object saving(const std::string& dossier, const char* type, json::object fields) {
  return {{"command", "record.save"},
          {"type", type},
          {"dossier", dossier},
          {"fields", std::move(fields)}};
}

TEST_CASE("a project is found by either spelling of its title", "[commands][S003]") {
  Desks desks;
  desks.create(
      "project",
      {{"title",
        "INSIEME – IMPLEMENTAZIONE DI NUOVI SISTEMI INTER-ISTITUZIONALI E DI EQUIPE "
        "MULTIDISCIPLINARI INTERSERVIZIO PER PREVENIRE L’ESCLUSIONE SOCIALE DELLE FAMIGLIE"},
       {"aliases",
        {"INSIEME: Implementazione di Nuovi Sistemi Inter-istituzionali e di Equipe "
         "Multidisciplinari per prevenire l’Esclusione sociale delle famiglie"}},
       {"cup", "H71B25000350007"}});
  for (const char* words :
       {"INSIEME: Implementazione di Nuovi Sistemi Inter-istituzionali e di Equipe "
        "Multidisciplinari per prevenire l’Esclusione sociale delle famiglie",
        "INSIEME – IMPLEMENTAZIONE DI NUOVI SISTEMI INTER-ISTITUZIONALI E DI EQUIPE "
        "MULTIDISCIPLINARI INTERSERVIZIO PER PREVENIRE L’ESCLUSIONE SOCIALE DELLE FAMIGLIE",
        "equipe multidisciplinari interservizio"}) {
    INFO(words);
    CHECK(found(desks.desk, words) == 1);
  }
}

TEST_CASE("the ministry that funds, the sources of information: found in the registry",
          "[commands][S026][S035]") {
  Registry registry;
  for (const auto& [name, kind, role] :
       {std::tuple{"Ministero del Lavoro e delle Politiche Sociali (MLPS)", "ministero",
                   "finanziatore"},
        std::tuple{"Banca Mondiale", "altro", "fonte_informativa"},
        std::tuple{"Alleanza contro la povertà", "associazione", "fonte_informativa"}}) {
    registry.add(registry.dossier, "organization",
                 {{"name", name}, {"kind", kind}, {"role", role}});
  }
  CHECK(found(registry.desk, "MLPS") == 1);
  CHECK(found(registry.desk, "alleanza povertà") == 1);
  const json::object funders = registry.desk.call({{"command", "record.list"},
                                                   {"type", "organization"},
                                                   {"where", {{"role", "finanziatore"}}}});
  CHECK(list(funders, "records").size() == 1);
}

TEST_CASE("a sentence of a directive becomes an act, a seminar without a year says so",
          "[commands][S002][S094]") {
  Registry registry;
  const json::object read =
      registry.desk.call({{"command", "act.read"},
                          {"words", "ALLEGATO B DGR n. 69 del 26 gennaio 2023 pag. 13 di 52."}});
  json::object fields = part(read, "fields");
  CHECK(text(fields, "annex") == "B");
  const std::string act = registry.add(registry.dossier, "legal_act", std::move(fields));
  CHECK(registry.desk.shown(act, "number") == "69");
  CHECK(registry.desk.shown(act, "act_date") == "26/01/2023");
  CHECK(registry.desk.shown(act, "page") == "13 di 52");
  CHECK(text(registry.desk.refused({{"command", "act.read"}, {"words", "nessun atto"}}), "code") ==
        "not_found");
  const json::object day = registry.desk.call(
      {{"command", "date.read"}, {"words", "SEMINARIO del 15 Febbraio"}, {"near", "2024-03-04"}});
  const std::string event = registry.add(registry.dossier, "event",
                                         {{"title", "SEMINARIO INSIEME"},
                                          {"kind", "seminario"},
                                          {"event_date", text(day, "date")},
                                          {"date_precision", text(day, "precision")}});
  CHECK(registry.desk.shown(event, "event_date") == "15/02/2024");
  CHECK(registry.desk.shown(event, "date_precision") == "Anno dedotto");
  CHECK(text(registry.desk.refused({{"command", "date.read"}, {"words", "il 15 Febbraio"}}),
             "field") == "near");
}

TEST_CASE("who moves out changes no count of the past", "[commands][S051]") {
  Household home;
  std::vector<std::string> members;
  for (const char* name : {"Ada", "Ugo", "Lia"}) {
    members.push_back(home.add(home.family.dossier, "member",
                               {{"surname", "Rossi"},
                                {"given_names", name},
                                {"relation", "1"},
                                {"from_date", "2023-01-01"}}));
  }
  const auto living_there = [&](const char* on) {
    return row_of(home.run("R4", {{"from", on}, {"to", on}}), "members", {"Totale"}).front();
  };
  CHECK(living_there("2022-12-31") == "0");
  CHECK(living_there("2023-06-30") == "3");
  home.desk.save(members[1], {{"to_date", "2023-09-30"}});
  CHECK(living_there("2023-06-30") == "3");
  CHECK(living_there("2023-09-30") == "3");
  CHECK(living_there("2023-10-01") == "2");
  // The household's history says who it was and when.
  const json::object history = home.desk.call({{"command", "history"}, {"record", members[1]}});
  CHECK(json::serialize(history).find("30/09/2023") != std::string::npos);
}

TEST_CASE("a household is new once, with the first case it ever had", "[commands][S055]") {
  Desks desks;
  const auto [dossier, household] = desks.create(
      "household", {{"name", "Rossi"}, {"commune", "026086"}, {"new_to_services", true}});
  for (const char* on : {"2021-06-15", "2022-09-01"}) {
    desks.add(dossier, "case", {{"household", household}, {"state", "accolto"}, {"opened_on", on}});
  }
  const auto first = [&](const char* from, const char* to) {
    return row_of(desks.run("R4", {{"from", from}, {"to", to}}), "first_cases", {"Nuclei"}).front();
  };
  CHECK(first("2021-01-01", "2022-12-31") == "1");
  CHECK(first("2021-01-01", "2021-12-31") == "1");
  CHECK(first("2022-01-01", "2022-12-31") == "0");
  const json::object all = desks.run("R4");
  CHECK(row_of(all, "first_cases", {"Non conosciuti prima"}) == Row{"1"});
}

TEST_CASE(
    "steps of a case: what is not one is refused on each tablet, and after a merge the state "
    "is one of them",
    "[commands][S065]") {
  Two two;
  const std::string taken = text(part(two.anna.call(saving(two.family.dossier, "case",
                                                           {{"household", two.family.household},
                                                            {"state", "segnalato"},
                                                            {"opened_on", "2024-01-08"}})),
                                      "record"),
                                 "id");
  two.exchange();
  const auto step = [&](const char* state) {
    return json::object{
        {"command", "record.save"}, {"record", taken}, {"fields", {{"state", state}}}};
  };
  for (Desk* desk : {&two.anna, &two.bruno}) {
    CHECK(rule_of(desk->refused(step("attivo"))) == "transition");
  }
  // Offline, one goes on with it and the other closes it for lack of grounds.
  two.anna.call(step("accolto"));
  two.bruno.save(taken, {{"state", "chiuso"},
                         {"closed_on", "2024-02-01"},
                         {"closure_reason", "4"},
                         {"closure_situation", "1"}});
  two.exchange();
  const std::string shown = two.anna.shown(taken, "state");
  CHECK(two.bruno.shown(taken, "state") == shown);
  const bool reachable = shown == "Accolto" || shown == "Chiuso";
  CHECK(reachable);
  // Both were right to do what they did: it is a question, on both tablets.
  CHECK(two.anna.items().size() == two.bruno.items().size());
  CHECK_FALSE(two.anna.items().empty());
}

TEST_CASE("an assessment of a child: 17 ratings of 1 to 6, and what is missing is not zero",
          "[commands][S071]") {
  Household home;
  const std::string child = home.member("Leo");
  const auto assessment = [&](const char* time, const char* on) {
    return home.add(home.family.dossier, "child_assessment",
                    {{"child", child}, {"time", time}, {"assessed_on", on}});
  };
  const auto& areas = schema::embedded_bundle().find_list("child_subdimensions")->values;
  const auto rate = [&](const std::string& of, std::size_t which, int rating) {
    return saving(home.family.dossier, "child_rating",
                  {{"assessment", of}, {"subdimension", areas[which].code}, {"rating", rating}});
  };
  const std::string t0 = assessment("T0", "2024-01-10");
  const std::string t2 = assessment("T2", "2024-12-10");
  for (std::size_t i = 0; i < areas.size(); ++i) {
    home.desk.call(rate(t0, i, 2));
    if (i != 3) home.desk.call(rate(t2, i, 5));
  }
  CHECK(computed(home.desk, t0, "rated") == "17");
  CHECK(computed(home.desk, t2, "rated") == "16");
  const std::string t1 = assessment("T1", "2024-06-10");
  for (const int wrong : {0, 7}) {
    CHECK_FALSE(list(home.desk.refused(rate(t1, 0, wrong)), "problems").empty());
  }
  const json::object report = home.run("R13");
  CHECK(row_of(report, "ratings", {areas[0].label.it}) == Row{"2,00", "n.d.", "5,00", "3,00"});
  CHECK(row_of(report, "ratings", {areas[3].label.it}) == Row{"2,00", "n.d.", "n.d.", "n.d."});
}

TEST_CASE("the words that a decision used are linked to it", "[commands][S072]") {
  Household home;
  const std::string team =
      home.add(home.family.dossier, "team",
               {{"case_id", home.case_id}, {"name", "EM Rossi"}, {"formed_on", "2024-01-10"}});
  const std::string decision = home.add(
      home.family.dossier, "decision",
      {{"team", team}, {"question", "Quale sostegno?"}, {"quorum", 2}, {"state", "aperta"}});
  const std::string office = home.create("office", {{"name", "Ufficio di piano"}}).first;
  const std::string term = home.add(office, "glossary_term",
                                    {{"term", "equipe multidimensionale"},
                                     {"language", "it"},
                                     {"definition", "Lo stesso che équipe multidisciplinare."},
                                     {"version", 1},
                                     {"decisions", {decision}}});
  CHECK(json::serialize(home.desk.get(term)).find(decision) != std::string::npos);
  CHECK(found(home.desk, "multidimensionale") == 1);
}

TEST_CASE("a thread and an announcement reach the other offices", "[commands][S100]") {
  Two two;
  two.office.server.sections_of_new.insert({"governance", "registry", "network"});
  const std::string office = text(two.anna.call({{"command", "dossier.create"},
                                                 {"type", "office"},
                                                 {"fields", {{"name", "Ufficio di piano"}}}}),
                                  "dossier");
  const auto saved = [](Desk& desk, json::object request) {
    return text(part(desk.call(std::move(request)), "record"), "id");
  };
  const std::string thread = saved(two.anna, saving(office, "thread",
                                                    {{"title", "Risposte al Covid"},
                                                     {"opened_by", "anna"},
                                                     {"opened_at", "2024-01-10T09:00:00Z"},
                                                     {"announcement", true}}));
  two.anna.sync();
  two.office.server.grant("bruno", sync::id_from_text<DossierId>(office).value(),
                          {"registry", "governance"});
  two.exchange();
  const json::object answer{{"thread", thread},
                            {"author", "bruno"},
                            {"written_at", "2024-01-11T09:00:00Z"},
                            {"body", "Anche da noi la spesa arriva a casa."}};
  const std::string message = saved(two.bruno, saving(office, "thread_message", answer));
  two.exchange();
  CHECK(two.anna.shown(message, "body") == "Anche da noi la spesa arriva a casa.");
  CHECK(two.bruno.shown(thread, "announcement") == "sì");
  // What was said stays said.
  CHECK(rule_of(two.anna.refused(
            {{"command", "record.save"}, {"record", message}, {"fields", {{"body", "Altro"}}}})) ==
        "append_only");
}

TEST_CASE("an innovation project answers needs and has partners", "[commands][S101]") {
  Desks desks;
  const std::string dossier = desks.create("network", {{"name", "Rete"}}).first;
  const std::string firm =
      desks.add(dossier, "stakeholder", {{"name", "Officina"}, {"kind", "impresa"}});
  const std::string need = desks.add(
      dossier, "innovation_need",
      {{"stakeholder", firm}, {"area", "lavoro"}, {"text", "Tirocini per chi ha figli piccoli"}});
  const std::string project =
      desks.add(dossier, "innovation_project",
                {{"title", "Orari di famiglia"}, {"needs", {need}}, {"partners", {firm}}});
  const std::string whole = json::serialize(desks.desk.get(project));
  CHECK(whole.find(need) != std::string::npos);
  CHECK(whole.find(firm) != std::string::npos);
}

TEST_CASE("what the employment system says today leaves the entry as it was", "[commands][S104]") {
  Desks desks;
  const auto [dossier, person] =
      desks.create("person", {{"surname", "Verdi"}, {"given_names", "Ida"}, {"silv_id", "SILV-7"}});
  const auto [project_dossier, project] = desks.create("project", {{"title", "PaIS"}});
  const std::string line =
      desks.add(project_dossier, "action_line",
                {{"code", "B"}, {"title", "B"}, {"project", project}, {"budget", "1,00"}});
  const std::string stay =
      desks.add(dossier, "participation",
                {{"person", person}, {"action_line", line}, {"entry_on", "2021-09-01"}});
  const std::string entry =
      desks.add(dossier, "entry_snapshot",
                {{"participation", stay}, {"state", "chiusa"}, {"employment", "disoccupato"}});
  const json::object hit = desks.desk.call(
      {{"command", "record.list"}, {"type", "person"}, {"where", {{"silv_id", "SILV-7"}}}});
  REQUIRE(list(hit, "records").size() == 1);
  desks.desk.save(text(list(hit, "records")[0].as_object(), "id"),
                  {{"current_employment", "occupato"}});
  CHECK(desks.desk.shown(person, "current_employment") != desks.desk.shown(entry, "employment"));
  CHECK(rule_of(desks.desk.refused({{"command", "record.save"},
                                    {"record", entry},
                                    {"fields", {{"employment", "occupato"}}}})) == "immutable");
  CHECK(row_of(desks.run("R1", {{"project", project}}), "people",
               {"Senza lavoro alla presa in carico"}) == Row{"1"});
}

TEST_CASE("without the compartment nobody counts its rows", "[commands][S120]") {
  Two two;
  two.office.server.grant("anna", two.dossier(), {"core", "education", "economic", "antitratta"});
  two.exchange();
  two.anna.call(saving(two.family.dossier, "protected_case",
                       {{"code_name", "Girasole"}, {"opened_on", "2024-01-08"}}));
  two.exchange();
  const auto rows = [](Desk& desk) {
    return list(desk.call({{"command", "record.list"}, {"type", "protected_case"}}), "records")
        .size();
  };
  CHECK(rows(two.anna) == 1);
  CHECK(rows(two.bruno) == 0);
  CHECK(found(two.bruno, "Girasole") == 0);
  const json::object all = two.bruno.call({{"command", "record.list"}});
  CHECK(json::serialize(all).find("Girasole") == std::string::npos);
  CHECK(json::serialize(all).find("protected_case") == std::string::npos);
}

TEST_CASE("a service closed for a time is said to be, and opens again", "[commands][S115]") {
  Desks desks;
  const std::string dossier = desks.create("network", {{"name", "Rete"}}).first;
  const std::string body = desks.add(dossier, "stakeholder", {{"name", "Coop"}, {"kind", "ets"}});
  const std::string offer =
      desks.add(dossier, "service_offer",
                {{"name", "Doposcuola"}, {"stakeholder", body}, {"status", "temporarily_closed"}});
  CHECK(desks.desk.shown(offer, "status") == "Chiuso temporaneamente");
  desks.desk.save(offer, {{"status", "active"}});
  CHECK(desks.desk.shown(offer, "status") == "Attivo");
}

TEST_CASE("all tablets carry the same rules", "[commands][S127]") {
  Two two;
  const auto digest = [](Desk& desk) {
    return text(desk.call({{"command", "status"}}), "schema_digest");
  };
  CHECK_FALSE(digest(two.anna).empty());
  CHECK(digest(two.anna) == digest(two.bruno));
}

}  // namespace
}  // namespace insieme::testing
