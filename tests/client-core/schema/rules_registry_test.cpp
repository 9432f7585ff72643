// Rules of the registry of programmes, bodies and zones, and what follows from a case's records.

#include <algorithm>

#include "insieme/schema/civil.hpp"
#include "insieme/schema/validate.hpp"
#include "rules_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;
using test::World;
using Names = std::vector<std::string>;

namespace {

std::string typed(const char* type, const char* field, std::string_view text) {
  const Field* found = embedded_bundle().find_type(type)->find_field(field);
  REQUIRE(found != nullptr);
  const auto value = value_from_text(*found, text, embedded_bundle());
  if (!value.ok()) return "-";
  return std::get<std::string>(value.value());
}

}  // namespace

TEST_CASE("rules: an expense is of its envelope's year", "[schema][rules][S015]") {
  World world;
  const std::string fund = world.add(
      "programme", {{"name", "Fondo povertà"}, {"fund", "fondo_poverta"}, {"yearly", "sì"}});
  const std::string other = world.add("programme", {{"name", "PON"}, {"fund", "pon_inclusione"}});
  const std::string year =
      world.add("envelope", {{"programme", fund}, {"year", "2021"}, {"amount", "100.000,00"}});
  const auto project = [&](const std::string& programme, const std::string& envelope) {
    return world.broken_by_new(
        "project",
        {{"title", "Quota servizi"}, {"programme_ref", programme}, {"envelope", envelope}});
  };
  CHECK(project(fund, year) == Names{});
  CHECK(project(other, year) == Names{"envelope_of_programme"});
  CHECK(project(fund, "") == Names{"yearly_programme_has_envelope"});
  const std::string quota = world.add("project", {{"title", "Quota servizi"}, {"envelope", year}});
  const std::string line =
      world.add("action_line", {{"code", "1"}, {"project", quota}, {"budget", "50.000,00"}});
  const auto spend = [&](const char* on) {
    return world.broken_by_new("expense", {{"action_line", line},
                                           {"expense_date", on},
                                           {"amount", "10,00"},
                                           {"evidence", "fattura 1"},
                                           {"state", "registrata"}});
  };
  CHECK(spend("31/12/2021") == Names{});
  CHECK(spend("01/01/2022") == Names{"expense_in_envelope_year"});
  CHECK_THAT(world.problem("expense_in_envelope_year").message_it, Contains("2021"));
}

TEST_CASE("rules: every measure of the regional plan resolves to it", "[schema][rules][S019]") {
  World world;
  const std::string act =
      world.add("legal_act", {{"kind", "dgr"}, {"number", "1504"}, {"act_date", "16/10/2018"}});
  const std::string plan = world.add(
      "plan", {{"title", "Piano regionale di contrasto alla povertà"},
               {"kind", "piano_poverta"},
               {"act", act},
               {"measures", "ria_sostegno;ria_inserimento;soa;empori;stacco;nave;dom_veneto"}});
  CHECK(world.value(plan, "act.number") == "1504");
  std::size_t regional = 0;
  for (const CodeValue& measure : embedded_bundle().find_list("measures")->values) {
    const bool national = measure.attribute("kind") == "national";
    INFO(measure.code);
    CHECK(measure.attribute("plan") == (national ? "" : "piano_poverta"));
    if (national || measure.code == "piano_poverta") continue;
    ++regional;
    CHECK(world.value(plan, "'" + measure.code + "' in measures") == "true");
    const std::string spell = world.add("measure_spell", {{"measure", measure.code}});
    CHECK(world.computed(spell, "plan") == "piano_poverta");
  }
  CHECK(regional == 7);
}

TEST_CASE("a new measure is data: its caps and its time hold without a new program",
          "[schema][rules][S117][S123]") {
  BundleFiles files = embedded_bundle_files();
  bool added = false;
  for (auto& [name, text] : files) {
    const std::size_t at = text.find("\"code\": \"piano_poverta\"");
    if (name != "lists/programmes.json" || at == std::string::npos) continue;
    text.insert(text.rfind('{', at),
                "{\"code\": \"nuova\", \"label\": {\"it\": \"Misura nuova\", \"en\": \"New "
                "measure\"}, \"valid_from\": \"2026-01-01\", \"attributes\": {\"kind\": "
                "\"regional\", \"monthly_cap\": \"30000\", \"plan\": \"piano_poverta\"}},");
    added = true;
  }
  REQUIRE(added);
  const auto bundle = parse_bundle(files);
  REQUIRE(bundle.ok());
  CHECK(bundle.value().digest != embedded_bundle().digest);
  World world(bundle.value());
  const auto spell = [&](const char* from, const char* amount) {
    return world.broken_by_new(
        "measure_spell", {{"measure", "nuova"}, {"from_date", from}, {"monthly_amount", amount}});
  };
  CHECK(spell("2026-01-01", "300,00") == Names{});
  CHECK(spell("2026-01-01", "300,01") == Names{"measure_monthly_cap"});
  CHECK(spell("2025-12-31", "300,00") == Names{"measure_in_force"});
}

TEST_CASE("rules: no body depends on itself, however far up", "[schema][rules][S024]") {
  World world;
  const auto body = [&](const char* name, const std::string& parent) {
    return world.add("organization", {{"name", name}, {"kind", "regione"}, {"parent", parent}});
  };
  const std::string region = body("Regione del Veneto", "");
  const std::string area = body("Area Politiche Economiche", region);
  const std::string work = body("Direzione Lavoro", area);
  const std::string office = body("Ufficio", work);
  CHECK(world.broken_standing(office) == Names{});
  for (const std::string& below : {region, area, work, office}) {
    CHECK(world.broken_by_change(region, {{"parent", below}}) ==
          Names{"organization_not_below_itself"});
  }
  CHECK(world.broken_by_change(region, {{"parent", ""}}) == Names{});
  // Two moves that nobody could see together: a merge that closed a circle is found.
  world.change(area, {{"parent", office}});
  CHECK(world.broken_standing(area) == Names{"organization_not_below_itself"});
  CHECK(world.broken_standing(office) == Names{"organization_not_below_itself"});
}

TEST_CASE("areas: twenty-one in 2020, one spelling of a code however it is typed",
          "[schema][S027]") {
  const CodeList& areas = *embedded_bundle().find_list("ambiti");
  CHECK(areas.unverified);
  const auto count = [&areas](const char* day) {
    return std::count_if(areas.values.begin(), areas.values.end(), [&](const CodeValue& one) {
      return one.code.rfind("VEN_", 0) == 0 && one.valid_on(*date_from_iso(day));
    });
  };
  CHECK(count("2020-01-01") == 21);
  CHECK(count("2025-04-04") == 22);  // of the 24 of that day, only this new number is known
  CHECK(areas.find("VEN_11") == nullptr);
  for (const char* way : {"VEN_09", "VEN-09", "ven 09"}) {
    CHECK(typed("project", "area", way) == "VEN_09");
    CHECK(typed("ats", "code", way) == "VEN_09");
  }
  CHECK(typed("ats", "code", "VEN 26") == "VEN_26");
  const auto fits = [](const char* code) {
    const RecordValues values{{"code", {sync::Value{std::string(code)}}}};
    for (const Problem& one :
         check_record(embedded_bundle(), *embedded_bundle().find_type("ats"), values)) {
      if (one.rule == "pattern") return false;
    }
    return true;
  };
  CHECK(fits("VEN_09"));
  CHECK(fits("VAL_DENZA"));
  for (const char* wrong : {"VEN09", "VEN_9", "VEN_009", "VEN-09"}) CHECK_FALSE(fits(wrong));
}

TEST_CASE("rules: three zones hold every commune once", "[schema][rules][S032]") {
  World world;
  const std::string body = world.add("organization", {{"name", "COeSO Società della salute"},
                                                      {"kind", "societa_salute"},
                                                      {"communes", "026002;026005"}});
  const auto zone = [&](const char* name, const char* communes) {
    return world.broken_by_new("zone",
                               {{"name", name}, {"organization", body}, {"communes", communes}});
  };
  CHECK(zone("Amiata Grossetana", "026002") == Names{});
  CHECK(zone("Colline Metallifere", "026005") == Names{});
  CHECK(world.broken_by_change(body, {{"communes", "026002;026005;026008;026009"}}) ==
        Names{"zones_cover_communes"});
  CHECK_THAT(world.problem("zones_cover_communes").message_it, Contains("2 comuni su 4"));
  CHECK(zone("Grossetana", "026005;026008;026009") == Names{"commune_in_one_zone"});
  const std::string other = world.add("zone", {{"name", "Altrove"}, {"communes", "026002"}});
  CHECK(world.broken_standing(other) == Names{});
}

TEST_CASE("rules: with its zones whole, nothing is missing", "[schema][rules][S032]") {
  World world;
  const std::string body = world.add(
      "organization",
      {{"name", "COeSO"}, {"kind", "societa_salute"}, {"communes", "026002;026005;026008"}});
  for (const char* commune : {"026002", "026005", "026008"}) {
    world.add("zone", {{"name", commune}, {"organization", body}, {"communes", commune}});
  }
  CHECK(world.broken_standing(body) == Names{});
  CHECK(world.value(body, "count(z in zone by organization)") == "3");
}

TEST_CASE("job centres are one kind, also as the agreement misspells them", "[schema][S033]") {
  for (const char* way : {"CPI", "Cpl", "cpl", "Centri per l'impiego", "Centro per l'impiego"}) {
    INFO(way);
    CHECK(typed("organization", "kind", way) == "cpi");
    CHECK(typed("stakeholder", "kind", way) == "cpi");
  }
  CHECK(typed("organization", "kind", "Cp1") == "-");
}

TEST_CASE("sources of information of the agreement, and its funder", "[schema][S026][S035]") {
  for (const auto& [way, code] :
       {std::pair{"Anci", "anci"}, std::pair{"Inps", "inps"}, std::pair{"CROAS", "croas"},
        std::pair{"Banca Mondiale", "banca_mondiale"},
        std::pair{"Alleanza contro la povertà", "alleanza_poverta"},
        std::pair{"MLPS", "ministero"}}) {
    INFO(way);
    CHECK(typed("measure_spell", "source", way) == code);
  }
  CHECK(typed("organization", "role", "finanziatore") == "finanziatore");
  CHECK(typed("organization", "kind", "Ministero") == "ministero");
}

TEST_CASE("the six items of the services share are six letters, eight with the two actions",
          "[schema][S021]") {
  const std::vector<std::pair<std::string, std::string>> items{
      {"c",
       "tirocini finalizzati all'inclusione sociale, all'autonomia delle persone e alla "
       "riabilitazione"},
      {"d",
       "sostegno socio-educativo domiciliare o territoriale, incluso il supporto nella gestione "
       "delle spese e del bilancio familiare"},
      {"e", "assistenza domiciliare socio-assistenziale e servizi di prossimità"},
      {"f", "sostegno alla genitorialità e servizio di mediazione familiare"},
      {"g", "servizio di mediazione culturale"},
      {"h", "servizio di pronto intervento sociale"},
      {"b", "Rafforzamento del servizio sociale professionale"},
      {"a", "Segretariato sociale/servizi per l'accesso"}};
  std::string letters;
  for (const auto& [letter, words] : items) {
    INFO(words);
    CHECK(typed("support", "kind", words) == letter);
    letters += letter;
  }
  std::sort(letters.begin(), letters.end());
  CHECK(letters == "abcdefgh");
  CHECK(embedded_bundle().find_list("supports")->values.size() == 8);
}

TEST_CASE("rules: an event says how sure its day is", "[schema][rules][S094]") {
  World world;
  const auto seminar = [&](const char* on, const char* precision) {
    return world.broken_by_new("event", {{"title", "SEMINARIO progetto INSIEME"},
                                         {"kind", "seminario"},
                                         {"event_date", on},
                                         {"date_precision", precision}});
  };
  CHECK(seminar("2024-02-15", "") == Names{"event_date_is_qualified"});
  CHECK(seminar("2024-02-15", "anno_dedotto") == Names{});
  CHECK(seminar("", "") == Names{});
}

TEST_CASE("rules: a language of the standard, not the country's own", "[schema][rules][S077]") {
  CHECK(typed("interpreter_need", "language", "ar") == "ar");
  CHECK(typed("interpreter_need", "language", "zh") == "zh");
  CHECK(typed("interpreter_need", "language", "xx") == "-");
  CHECK(typed("interpreter_need", "language", "arb") == "-");
  CHECK(embedded_bundle().find_list("languages")->values.size() == 184);
  World world;
  CHECK(world.broken_by_new("interpreter_need", {{"language", "ar"}}) == Names{});
  CHECK(world.broken_by_new("interpreter_need", {{"language", "it"}}) ==
        Names{"interpreter_language"});
}

TEST_CASE("rules: a transfer ends the old body's assignments and hands the case on",
          "[schema][rules][S085]") {
  World world;
  const std::string taken = world.add(
      "case",
      {{"state", "attivo"}, {"opened_on", "2023-01-01"}, {"organization", "Comune di Treviso"}});
  const auto worker = [&](const char* who, const char* body, const char* from, const char* to) {
    return world.add("case_assignment", {{"case_id", taken},
                                         {"user_id", who},
                                         {"role", "case_manager"},
                                         {"organization", body},
                                         {"from_date", from},
                                         {"to_date", to}});
  };
  const std::string anna = worker("anna", "Comune di Treviso", "2023-01-01", "");
  CHECK(world.broken_standing(anna) == Names{});
  world.add("case_transfer", {{"case_id", taken},
                              {"from_organization", "Comune di Treviso"},
                              {"to_organization", "Comune di Paese"},
                              {"transferred_on", "2023-06-30"},
                              {"reason", "Cambio di residenza"}});
  CHECK(world.broken_by_change(anna, {{"to_date", "2023-12-31"}}) ==
        Names{"transfer_ends_assignments"});
  CHECK(world.broken_by_change(anna, {{"to_date", "2023-06-30"}}) == Names{});
  const std::string bruno = worker("bruno", "Comune di Paese", "2023-07-01", "");
  CHECK(world.broken_standing(bruno) == Names{});
  CHECK(world.broken_by_change(taken, {{"organization", "Comune di Silea"}}) ==
        Names{"case_of_latest_organization"});
  CHECK(world.broken_by_change(taken, {{"organization", "Comune di Paese"}}) == Names{});
  // What the first body did stays as it was.
  CHECK(world.value(anna, "from_date") == "2023-01-01");
  CHECK(world.value(taken, "count(a in case_assignment by case_id)") == "2");
}

TEST_CASE("computed: whole months and hours of a placement", "[schema][rules][S079]") {
  World world;
  const auto placement = [&](const char* from, const char* to, const char* hours) {
    return world.add(
        "placement",
        {{"host", "Cooperativa"}, {"from_date", from}, {"to_date", to}, {"hours_week", hours}});
  };
  const std::string half_year = placement("2024-01-01", "2024-06-30", "20");
  CHECK(world.computed(half_year, "months") == "6");
  CHECK(world.computed(half_year, "hours_in_all") == "520");  // 26 weeks
  CHECK(world.computed(placement("2024-01-15", "2024-02-14", "20"), "months") == "1");
  CHECK(world.computed(placement("2024-01-15", "2024-02-13", "20"), "months") == "0");
  CHECK(world.computed(placement("2024-01-31", "2024-02-29", "10"), "months") == "1");
  CHECK(world.computed(placement("2024-01-01", "2024-01-08", "10"), "hours_in_all") == "12");
  CHECK(world.computed(placement("2024-01-01", "", "10"), "months") == "?");
}

TEST_CASE("computed: multi-problem by recount, income less expenses",
          "[schema][rules][S052][S075]") {
  World world;
  for (const int serious : {0, 1, 2, 3}) {
    const std::string analysis = world.add("preliminary_analysis", {{"version", "1"}});
    for (int i = 0; i < 6; ++i) {
      world.add("analysis_area", {{"analysis", analysis},
                                  {"area", std::string(1, static_cast<char>('a' + i))},
                                  {"need", i < serious ? "3" : (i % 2 == 0 ? "nr" : "2")}});
    }
    CHECK(world.computed(analysis, "serious_areas") == std::to_string(serious));
    CHECK(world.computed(analysis, "multiproblem") == (serious >= 2 ? "sì" : "no"));
  }
  const std::string month = world.add("household_month", {{"month", "2024-01"}});
  for (const auto& [when, direction, amount] :
       {std::tuple{"2024-01", "entrata", "1.200,00"}, std::tuple{"2024-01", "entrata", "150,50"},
        std::tuple{"2024-01", "uscita", "980,25"}, std::tuple{"2024-02", "uscita", "5.000,00"}}) {
    world.add("household_budget_line",
              {{"month", when}, {"direction", direction}, {"amount", amount}});
  }
  CHECK(world.computed(month, "balance") == "€ 370,25");
}

TEST_CASE("rules: supports trace to a need, objectives to a poverty",
          "[schema][rules][S056][S069]") {
  World world;
  const auto has = [](const Names& names, const char* one) {
    return std::find(names.begin(), names.end(), one) != names.end();
  };
  const auto objective = [&](const char* area, const char* poverties) {
    return world.broken_by_new(
        "objective",
        {{"title", "Compiti"}, {"area", area}, {"poverties", poverties}, {"status", "in_corso"}});
  };
  CHECK(objective("d", "educativa") == Names{});
  CHECK(objective("d", "") == Names{"objective_names_poverty"});
  const std::string traced = world.add("objective", {{"title", "Casa"}, {"area", "e"}});
  const std::string vague = world.add("objective", {{"title", "Vago"}});
  const auto support = [&](const std::string& for_what) {
    return world.broken_by_new("support",
                               {{"kind", "d"}, {"objectives", for_what}, {"status", "attivo"}});
  };
  CHECK_FALSE(has(support(traced), "support_traces_to_need"));
  CHECK(has(support(vague), "support_traces_to_need"));
  CHECK(has(support(""), "support_traces_to_need"));
  CHECK(typed("support", "kind", "z") == "-");
}

TEST_CASE("calendar: functions of rules over sets and quarters", "[schema][rules][S113]") {
  World world;
  const std::string project = world.add(
      "project", {{"title", "SILS"}, {"from_date", "2020-07-01"}, {"to_date", "2022-12-31"}});
  CHECK(world.value(project, "size(quarters(from_date, to_date))") == "10");
  CHECK(world.value(project, "'2020-Q3' in quarters(from_date, to_date)") == "true");
  CHECK(world.value(project, "'2023-Q1' in quarters(from_date, to_date)") == "false");
  CHECK(world.value(project, "size(quarters(to_date, from_date))") == "0");
}
