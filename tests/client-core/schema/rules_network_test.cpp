// Rules of fellowships, the network, protocols and identity.

#include "rules_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;
using test::Texts;
using test::World;
using Names = std::vector<std::string>;

TEST_CASE("rules: a fellowship ends its months after the start, less one day",
          "[schema][rules][S088]") {
  World world;
  const auto fellowship = [&](const char* start, const char* months, const char* end) {
    return world.broken_by_new("fellowship", {{"holder", "Ada Neri"},
                                              {"start_on", start},
                                              {"months", months},
                                              {"end_on", end},
                                              {"holder_status", "disoccupato"}});
  };
  CHECK(fellowship("2024-04-15", "12", "2025-04-14") == Names{});
  CHECK(fellowship("2024-04-15", "12", "2025-04-15") == Names{"fellowship_end"});
  CHECK_THAT(world.problem("fellowship_end").message_it,
             Contains("una borsa di 12 mesi dal 15/04/2024 termina il 14/04/2025"));
  CHECK_THAT(world.problem("fellowship_end").message_en, Contains("Write 14/04/2025"));
  CHECK(fellowship("2023-03-01", "12", "2024-02-29") == Names{});  // into a leap year
  CHECK(fellowship("2024-03-01", "12", "2025-02-28") == Names{});
  CHECK(fellowship("2024-01-01", "12", "2024-12-31") == Names{});
  CHECK(fellowship("2023-08-31", "6", "2024-02-28") == Names{});  // a month without a 31st
}

TEST_CASE("rules: a fellow in work declares compatibility", "[schema][rules][S089]") {
  World world;
  const auto fellow = [&](const char* status, const char* text, const char* on) {
    return world.broken_by_new(
        "fellowship",
        {{"holder_status", status}, {"compatibility_declaration", text}, {"declared_on", on}});
  };
  CHECK(fellow("disoccupato", "", "") == Names{});
  CHECK(fellow("occupato", "", "") == Names{"fellow_in_work_declares"});
  CHECK(fellow("occupato", "Orario compatibile", "") == Names{"fellow_in_work_declares"});
  CHECK(fellow("occupato", "Orario compatibile", "2024-03-01") == Names{});
}

TEST_CASE("rules: applications until the end of Monday 4 March 2024 in Rome",
          "[schema][rules][S090]") {
  World world;
  const std::string call =
      world.add("selection_call", {{"title", "Borsa"}, {"deadline", "04/03/2024 23:59:59,999"}});
  const auto apply = [&](const char* at, const char* outcome) {
    return world.broken_by_new("application",
                               {{"call", call}, {"received_at", at}, {"outcome", outcome}});
  };
  CHECK(world.value(call, "weekday(date_of(deadline))") == "1");
  CHECK(world.value(call, "deadline = end_of_day(date '2024-03-04')") == "true");
  CHECK(apply("04/03/2024 23:59:59", "ammessa") == Names{});
  CHECK(apply("05/03/2024 00:00", "ammessa") == Names{"application_in_time"});
  CHECK_THAT(
      world.problem("application_in_time").message_it,
      Contains("(05/03/2024 00:00): la domanda è arrivata dopo la scadenza (04/03/2024 23:59"));
  CHECK(apply("05/03/2024 00:00", "non_ammessa") == Names{});
}

TEST_CASE("rules: from contact to need to service", "[schema][rules][S092][S093]") {
  World world;
  const std::string school =
      world.add("stakeholder", {{"name", "Scuola"}, {"stage", "contattato"}});
  CHECK(world.broken_by_change(school, {{"stage", "agganciato"}}) == Names{"hooked_has_need"});
  world.change(school, {{"stage", "contattato"}});
  world.add("innovation_need", {{"stakeholder", school}, {"text", "Doposcuola"}});
  CHECK(world.broken_by_change(school, {{"stage", "agganciato"}}) == Names{});
  const std::string chance =
      world.add("opportunity", {{"stakeholder", school}, {"state", "presentata"}});
  CHECK(world.broken_by_change(chance, {{"state", "accettata"}}) ==
        Names{"accepted_makes_service"});
  const std::string service = world.add("service_offer", {{"name", "Doposcuola"}});
  CHECK(world.broken_by_change(chance, {{"service_offer", service}}) == Names{});
}

TEST_CASE("rules: a protocol is in force when all parties signed one version",
          "[schema][rules][S086][S122]") {
  World world;
  const std::string protocol =
      world.add("protocol", {{"title", "Intesa"}, {"parties", "ATS;AULSS 2;CPI"}});
  const auto version = [&](const char* number) {
    return world.add("protocol_version", {{"protocol", protocol}, {"version", number}});
  };
  const auto sign = [&](const std::string& which, const char* party) {
    world.add("protocol_signature", {{"protocol_version", which}, {"party", party}});
  };
  const Texts in_force{{"state", "in_vigore"}};
  CHECK(world.broken_by_change(protocol, in_force) == Names{"protocol_signed_by_all"});
  const std::string first = version("1");
  const std::string second = version("2");
  sign(first, "ATS");
  sign(first, "AULSS 2");
  sign(second, "CPI");
  sign(first, "ATS");       // twice the same
  sign(first, "Un'altra");  // no party
  CHECK(world.broken_by_change(protocol, in_force) == Names{"protocol_signed_by_all"});
  sign(second, "ATS");
  sign(second, "AULSS 2");
  CHECK(world.broken_by_change(protocol, in_force) == Names{});
}

TEST_CASE("rules: a district belongs to one health authority", "[schema][rules][S029]") {
  World world;
  const std::string authority = world.add("organization", {{"kind", "aulss"}});
  const std::string school = world.add("organization", {{"kind", "scuola"}});
  const auto district = [&](const std::string& parent) {
    return world.broken_by_new("organization", {{"kind", "distretto"}, {"parent", parent}});
  };
  CHECK(district(authority) == Names{});
  CHECK(district(school) == Names{"district_of_one_authority"});
  CHECK(district("") == Names{"district_of_one_authority"});
}

TEST_CASE("rules: sessions come before the act that they lead to", "[schema][rules][S036]") {
  World world;
  const std::string act = world.add("legal_act", {{"number", "1"}, {"act_date", "2019-12-30"}});
  const auto session = [&](const char* on) {
    return world.broken_by_new("governance_session", {{"held_on", on}, {"act", act}});
  };
  CHECK(session("2019-12-06") == Names{});
  CHECK(session("2019-12-31") == Names{"session_before_act"});
}

TEST_CASE("rules: a consultancy is with one operator", "[schema][rules][S097]") {
  World world;
  const auto meeting = [&](const char* type, const char* operators) {
    return world.broken_by_new("meeting", {{"type", type}, {"operators", operators}});
  };
  CHECK(meeting("CONSULENZA", "anna") == Names{});
  CHECK(meeting("CONSULENZA", "anna;bruno") == Names{"consultancy_to_one"});
  CHECK(meeting("CONSULENZA", "") == Names{"consultancy_to_one"});
  CHECK(meeting("UDP", "anna;bruno") == Names{});
}

TEST_CASE("rules: the tax code is compared with the person, and never stops a save",
          "[schema][rules][S129]") {
  for (const char* type : {"person", "member"}) {
    World world;
    const auto person = [&](const char* code, const Texts& changes) {
      Texts fields{{"surname", "Rossi"}, {"given_names", "Mario"},   {"birth_date", "1985-12-10"},
                   {"sex", "M"},         {"birth_belfiore", "A562"}, {"codice_fiscale", code}};
      fields.insert(fields.end(), changes.begin(), changes.end());
      return world.broken_by_new(type, fields);
    };
    const std::string prefix = std::string(type) + "_tax_";
    CHECK(person("RSSMRA85T10A562S", {}) == Names{});
    CHECK(person("RSSMRAURTMLARSNL", {{"codice_fiscale_kind", "omocodia"}}) == Names{});
    CHECK(person("12345678903", {{"codice_fiscale_kind", "provvisorio"}}) == Names{});
    CHECK(person("", {{"codice_fiscale_kind", "assente"}}) == Names{});
    CHECK(person("RSSMRA85T10A562S", {{"surname", "Bianchi"}}) == Names{prefix + "name"});
    CHECK(person("RSSMRA85T10A562S", {{"birth_date", "1985-12-11"}}) == Names{prefix + "birth"});
    CHECK(person("RSSMRA85T10A562S", {{"birth_date", ""}}) == Names{});
    CHECK(person("RSSMRA85T10A562S", {{"sex", "F"}}) == Names{prefix + "sex"});
    CHECK(person("RSSMRA85T10A562S", {{"sex", "N"}}) == Names{});
    CHECK(person("RSSMRA85T10A562S", {{"birth_belfiore", "L407"}}) == Names{prefix + "place"});
    CHECK(person("RSSMRA85T10A562S", {{"codice_fiscale_kind", "omocodia"}}) ==
          Names{prefix + "kind"});
    for (const Problem& problem : world.problems()) {
      CHECK(problem.severity == Severity::warning);
      CHECK(problem.message_it.find("RSSMRA") == std::string::npos);  // sensitive
    }
  }
}

TEST_CASE("rules: every rule says in both languages what is wrong and what to do",
          "[schema][rules][S102]") {
  const Bundle& bundle = embedded_bundle();
  CHECK(bundle.rules.size() > 50);
  for (const Rule& rule : bundle.rules) {
    INFO(rule.name);
    CHECK_FALSE(rule.message.it.empty());
    CHECK_FALSE(rule.message.en.empty());
    CHECK_FALSE(rule.remedy.it.empty());
    CHECK_FALSE(rule.remedy.en.empty());
    CHECK_FALSE(rule.source.empty());
    CHECK_FALSE(rule.rows.empty());
    CHECK_FALSE(rule.field.empty());
  }
}
