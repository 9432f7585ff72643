// Records that may be one thing written twice: found offline, with the evidence; decided once for
// everybody; open again when there is more to see.
#include <set>

#include "client-core/commands/desk.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/codice_fiscale.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string add(Desk& desk, const std::string& dossier, const char* type, json::object fields) {
  return text(part(desk.call({{"command", "record.save"},
                              {"type", type},
                              {"dossier", dossier},
                              {"fields", std::move(fields)}}),
                   "record"),
              "id");
}

json::array findings(Desk& desk, json::object request = {}) {
  request["command"] = "review.list";
  return list(desk.call(std::move(request)), "findings");
}

std::set<std::string> evidence(const json::object& finding) {
  std::set<std::string> out;
  for (const json::value& one : list(finding, "evidence")) {
    out.insert(text(one.as_object(), "code"));
  }
  return out;
}

json::object member(const char* surname, const char* names, const char* born,
                    const char* tax_code = "") {
  json::object fields{{"surname", surname}, {"given_names", names}, {"relation", "altro"}};
  if (*born != '\0') fields["birth_date"] = born;
  if (*tax_code != '\0') fields["codice_fiscale"] = tax_code;
  return fields;
}

std::string relation(Desk& desk) {
  const json::object type =
      desk.call({{"command", "schema.type"}, {"type", "member"}, {"field", "relation"}});
  const json::object& field = list(part(type, "type"), "fields")[0].as_object();
  return text(list(field, "codes")[0].as_object(), "code");
}

/// One desk without a network, two households.
struct Town {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Family first = make_family(anna);
  Family second = make_family(anna);
  std::string role = relation(anna);

  std::string person(const std::string& dossier, json::object fields) {
    fields["relation"] = role;
    return add(anna, dossier, "member", std::move(fields));
  }
};

struct Twice {
  json::object a;
  json::object b;
  std::set<std::string> evidence;  ///< empty: two persons
};

TEST_CASE("alike: one person written twice is found, with the evidence; two persons are not",
          "[commands][alike][S129]") {
  Town town;
  json::object phone_a = member("Okafor", "Blessing", "");
  phone_a["phones"] = json::array{"+39 0522 123456"};
  json::object phone_b = member("OKAFOR", "Blesing", "1990-05-05");
  phone_b["phones"] = json::array{"0522 123456"};
  json::object carlo = member("Fumagalli", "Carlo", "2015-05-05");
  json::object carla = member("Fumagalli", "Carla", "2015-05-05");
  carlo["sex"] = "M";
  carla["sex"] = "F";
  const std::vector<Twice> cases{
      {member("Rossi", "Mario", "1980-01-13"),
       member("ROSSI", "mario", "1980-01-13"),
       {"same_name", "same_birth_date"}},
      {member("Cattaneo", "Chiara", "1981-02-14"),
       member("Cataneo", "Kiara", "1981-02-14"),
       {"name_sounds_alike", "same_birth_date"}},
      {member("El Amrani", "Mohamed", "1982-03-15"),
       member("Elamrani", "Muhammad", "1982-03-15"),
       {"name_sounds_alike", "same_birth_date"}},
      {member("Ferrari", "Lucia", "1983-04-16"),
       member("Ferrati", "Lucia", "1983-04-16"),
       {"name_one_letter", "same_birth_date"}},
      {member("Hoxha", "Ardit", "1984-05-17"),
       member("Ardit", "Hoxha", "1984-05-17"),
       {"names_swapped", "same_birth_date"}},
      {member("Neri", "Paolo", "1985-03-04"),
       member("Neri", "Paolo", "1985-04-03"),
       {"same_name", "birth_day_month_swapped"}},
      {member("Gallo", "Elena", "1986-07-19"),
       member("Gallo", "Elena", "1986-07-10"),
       {"same_name", "birth_one_digit"}},
      {member("Bassi", "Maria Grazia", "1987-08-20"),
       member("Bassi", "Maria", "1987-08-20"),
       {"same_name", "same_birth_date"}},
      {member("Verdi", "Anna", "", "RSSMRA80A01H501U"),
       member("Bianchi", "Rosa", "", "RSSMRA80A01H501U"),
       {"same_tax_code"}},
      {phone_a, phone_b, {"name_sounds_alike", "same_phone"}},
      // Two persons: other tax codes, twins, namesakes, one name without a date.
      {carlo, carla, {}},
      {member("Conti", "Luca", "1990-01-01"), member("Conti", "Luca", "1991-02-03"), {}},
      {member("Riva", "Ugo", ""), member("Riva", "Ugo", ""), {}},
      {member("Costa", "Ida", "1992-03-04"), member("Monti", "Ida", "1992-03-04"), {}},
  };
  for (const Twice& one : cases) {
    INFO(json::serialize(one.a) << " " << json::serialize(one.b));
    const std::string a = town.person(town.first.dossier, one.a);
    const std::string b = town.person(town.second.dossier, one.b);
    const json::array found = findings(town.anna, {{"record", a}});
    REQUIRE(found.size() == (one.evidence.empty() ? 0 : 1));
    if (one.evidence.empty()) continue;
    const json::object& finding = found[0].as_object();
    CHECK(text(finding, "rule") == "likely_same_person");
    CHECK(text(finding, "kind_text") == "Probabile persona doppia");
    CHECK(evidence(finding) == one.evidence);
    const std::set<std::string> subjects{text(list(finding, "records")[0].as_object(), "id"),
                                         text(list(finding, "records")[1].as_object(), "id")};
    CHECK(subjects == std::set<std::string>{a, b});
  }
}

TEST_CASE("alike: an omocodia is the same tax code, and other codes are other persons",
          "[commands][alike][S129]") {
  Town town;
  const std::string plain = "RSSMRA80A01H501U";
  const std::string a =
      town.person(town.first.dossier, member("Rossi", "Mario", "1980-01-01", plain.c_str()));
  // RSSMRA80A01H50M and its check letter: the first omocodia of that code.
  const auto omocodia = schema::next_omocodia(plain);
  REQUIRE(omocodia);
  const std::string b =
      town.person(town.second.dossier, member("Rosi", "Mario", "1980-01-01", omocodia->c_str()));
  const json::array found = findings(town.anna, {{"record", a}});
  REQUIRE(found.size() == 1);
  CHECK(evidence(found[0].as_object()).count("same_tax_code_omocodia") == 1);
  // A namesake born on the same day, whose code says another commune.
  const auto other =
      schema::make_tax_code({"Rossi", "Mario", schema::date_from_iso("1980-01-01"), "M", "F205"});
  REQUIRE(other);
  town.person(town.second.dossier, member("Rossi", "Mario", "1980-01-01", other->c_str()));
  CHECK(findings(town.anna, {{"record", a}}).size() == 1);
}

TEST_CASE(
    "alike: who was said to be one is not asked about again, households that share people are",
    "[commands][alike]") {
  Town town;
  const std::string a = town.person(town.first.dossier, member("Rossi", "Mario", "1980-01-13"));
  const std::string b = town.person(town.second.dossier, member("Rossi", "Mario", "1980-01-13"));
  town.person(town.first.dossier, member("Rossi", "Pia", "2012-02-02"));
  town.person(town.second.dossier, member("Rossi", "Pia", "2012-02-02"));
  const auto of_rule = [&](const char* rule) {
    std::size_t many = 0;
    for (const json::value& one : findings(town.anna)) {
      many += text(one.as_object(), "rule") == rule ? 1U : 0U;
    }
    return many;
  };
  CHECK(of_rule("likely_same_person") == 2);
  CHECK(of_rule("likely_same_household") == 1);
  town.anna.call({{"command", "same.mark"}, {"record", a}, {"other", b}});
  CHECK(of_rule("likely_same_person") == 1);
  CHECK(of_rule("likely_same_household") == 1);
  town.anna.call({{"command", "same.mark"},
                  {"record", town.first.household},
                  {"other", town.second.household}});
  CHECK(of_rule("likely_same_household") == 0);
  town.anna.call({{"command", "same.undo"}, {"record", a}, {"other", b}});
  CHECK(of_rule("likely_same_person") == 2);
}

TEST_CASE("alike: a visit entered twice is one question; visits that only touch are none",
          "[commands][alike][S075]") {
  Town town;
  const auto visit = [&](const char* start, int minutes, const char* educator) {
    return add(
        town.anna, town.first.dossier, "visit",
        {{"start_at", start}, {"minutes", minutes}, {"place", "casa"}, {"educator", educator}});
  };
  const std::string first = visit("2024-05-02T15:00:00Z", 60, "anna");
  visit("2024-05-02T16:00:00Z", 30, "anna");
  CHECK(findings(town.anna).empty());
  const std::string second = visit("2024-05-02T15:30:00Z", 30, "bruno");
  const json::array found = findings(town.anna);
  REQUIRE(found.size() == 1);
  CHECK(text(found[0].as_object(), "rule") == "likely_same_visit");
  CHECK(findings(town.anna, {{"record", first}}).size() == 1);
  town.anna.call({{"command", "record.retract"}, {"record", second}});
  CHECK(findings(town.anna).empty());
}

TEST_CASE("alike: one support by two providers at one time is listed once; touching spells are not",
          "[commands][alike][S038]") {
  Town town;
  const json::object support =
      town.anna.call({{"command", "schema.type"}, {"type", "support"}, {"field", "kind"}});
  const json::array& codes = list(list(part(support, "type"), "fields")[0].as_object(), "codes");
  const std::string kind = text(codes[0].as_object(), "code");
  const std::string other_kind = text(codes[1].as_object(), "code");
  const std::string child = town.person(town.first.dossier, member("Neri", "Ugo", "2015-01-01"));
  const std::string sister = town.person(town.first.dossier, member("Neri", "Ada", "2013-03-03"));
  const auto give = [&](const std::string& what, const std::string& who, const char* provider,
                        const char* from, const char* to) {
    json::object fields{{"kind", what},
                        {"members", json::array{who}},
                        {"provider", provider},
                        {"from_date", from},
                        {"status", "attivo"}};
    if (*to != '\0') fields["to_date"] = to;
    return add(town.anna, town.first.dossier, "support", std::move(fields));
  };
  give(kind, child, "Cooperativa Alfa", "2024-01-01", "2024-03-31");
  give(kind, child, "Cooperativa Beta", "2024-04-01", "");              // touches
  give(kind, child, "COOPERATIVA ALFA", "2024-02-01", "2024-02-28");    // the same provider
  give(other_kind, child, "Cooperativa Gamma", "2024-01-01", "");       // another support
  give(kind, sister, "Cooperativa Gamma", "2024-01-01", "2024-12-31");  // another person
  CHECK(findings(town.anna).empty());
  const std::string late = give(kind, child, "Cooperativa Gamma", "2024-05-01", "2024-06-30");
  const json::array found = findings(town.anna);
  REQUIRE(found.size() == 1);
  const json::object& finding = found[0].as_object();
  CHECK(text(finding, "rule") == "overlapping_service");
  CHECK(evidence(finding) == std::set<std::string>{"different_provider", "same_time"});
  CHECK(findings(town.anna, {{"record", late}}).size() == 1);
}

/// Two tablets that hold one household.
struct Pair : TwoDesks {
  Family family;
  std::string a;
  std::string b;

  Pair() {
    enrol();
    family = make_family(anna);
    const std::string role = relation(anna);
    json::object fields = member("Rossi", "Mario", "1980-01-13");
    fields["relation"] = role;
    a = add(anna, family.dossier, "member", fields);
    b = add(anna, family.dossier, "member", fields);
    anna.sync();
    share(family.dossier, {"core", "education"});
    meet();
  }
  json::object decide(Desk& desk, const std::string& id, const char* outcome, const char* reason) {
    return desk.call(
        {{"command", "finding.decide"}, {"finding", id}, {"outcome", outcome}, {"reason", reason}});
  }
};

TEST_CASE("findings: what one dismisses with a reason is decided everywhere, and can be reopened",
          "[commands][alike][P5]") {
  Pair pair;
  const json::array found = findings(pair.anna);
  REQUIRE(found.size() == 1);
  CHECK(json::serialize(found) == json::serialize(findings(pair.bruno)));
  const std::string id = text(found[0].as_object(), "id");
  pair.decide(pair.anna, id.substr(0, 8), "dismiss", "padre e figlio, stesso giorno");
  CHECK(findings(pair.anna).empty());
  CHECK(findings(pair.bruno).size() == 1);
  pair.meet();
  CHECK(findings(pair.bruno).empty());
  const json::array decided = findings(pair.bruno, {{"decided", true}});
  REQUIRE(decided.size() == 1);
  CHECK(text(decided[0].as_object(), "decision") == "padre e figlio, stesso giorno");
  CHECK_FALSE(decided[0].as_object().at("open").as_bool());
  pair.decide(pair.bruno, id, "reopen", "ho visto i documenti");
  pair.meet();
  CHECK(findings(pair.anna).size() == 1);
  CHECK(list(pair.anna.call({{"command", "review.list"}}), "items").empty());
}

TEST_CASE("findings: one that was dismissed is open again when there is more to see",
          "[commands][alike][P5]") {
  Pair pair;
  const std::string id = text(findings(pair.anna)[0].as_object(), "id");
  pair.decide(pair.anna, id, "dismiss", "omonimi");
  pair.meet();
  for (const std::string& who : {pair.a, pair.b}) {
    pair.bruno.save(who, {{"phones", json::array{"0522 654321"}}});
  }
  const json::array found = findings(pair.bruno);
  REQUIRE(found.size() == 1);
  CHECK(text(found[0].as_object(), "id") == id);
  CHECK(text(found[0].as_object(), "decision") == "omonimi");
  pair.meet();
  CHECK(findings(pair.anna).size() == 1);
  pair.decide(pair.anna, id, "dismiss", "omonimi, stesso centralino");
  CHECK(findings(pair.anna).empty());
  // Less to see does not open it.
  pair.anna.save(pair.a, {{"phones", json::array{}}});
  CHECK(findings(pair.anna).empty());
}

TEST_CASE("findings: two who decide differently are asked, as on any record",
          "[commands][alike][P4]") {
  Pair pair;
  const std::string id = text(findings(pair.anna)[0].as_object(), "id");
  pair.decide(pair.anna, id, "dismiss", "omonimi");
  pair.meet();
  pair.decide(pair.anna, id, "dismiss", "omonimi: visti i documenti");
  pair.decide(pair.bruno, id, "reopen", "sono la stessa persona");
  pair.meet();
  const json::object reply = pair.anna.call({{"command", "review.list"}});
  std::set<std::string> fields;
  for (const json::value& item : list(reply, "items")) {
    CHECK(text(item.as_object(), "type") == "finding");
    fields.insert(text(item.as_object(), "field"));
  }
  CHECK(fields == std::set<std::string>{"decision"});
}

TEST_CASE("finding.decide: what is no finding, no outcome or no reason is refused in words",
          "[commands][alike]") {
  Pair pair;
  const std::string id = text(findings(pair.anna)[0].as_object(), "id");
  const auto refused = [&](const char* finding, const char* outcome) {
    return text(pair.anna.refused({{"command", "finding.decide"},
                                   {"request_id", std::string(finding) + outcome},
                                   {"finding", finding},
                                   {"outcome", outcome},
                                   {"reason", "x"}}),
                "code");
  };
  CHECK(refused("zzzz", "dismiss") == "not_open");
  CHECK(refused("", "dismiss") == "not_open");
  CHECK(refused(id.c_str(), "forget") == "invalid_argument");
  CHECK(text(pair.anna.refused({{"command", "finding.decide"},
                                {"request_id", "r"},
                                {"finding", id},
                                {"outcome", "dismiss"}}),
             "code") == "missing_argument");
}

}  // namespace
}  // namespace insieme::testing
