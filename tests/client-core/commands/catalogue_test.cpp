// The territory's offer, and what somebody already receives.
#include <algorithm>

#include "client-core/commands/report_desk.hpp"

namespace insieme::testing {
namespace {

std::vector<std::string> titles(const json::object& reply, const char* key) {
  std::vector<std::string> out;
  for (const json::value& one : list(reply, key)) out.push_back(text(one.as_object(), "title"));
  return out;
}

/// A case in Treviso with needs, and a catalogue.
struct Catalogue : Household {
  std::string network = create("network", {{"name", "Rete"}}).first;
  std::string coop = add(network, "stakeholder", {{"name", "Coop Aurora"}, {"kind", "ets"}});

  Catalogue() { desk.save(family.household, {{"commune", "026086"}}); }
  void offer(const char* name, json::object fields) {
    json::object all{{"name", name}, {"stakeholder", coop}, {"status", "active"}};
    for (auto& [key, value] : fields) all[key] = value;
    add(network, "service_offer", std::move(all));
  }
  json::object search(json::object with) {
    with["command"] = "offer.search";
    return desk.call(std::move(with));
  }
};

TEST_CASE("offer.search: open, near, for this age and need, without a network",
          "[commands][S082]") {
  Catalogue at;
  at.office.is_down = true;
  at.offer("Doposcuola", {{"needs", {"d"}},
                          {"communes", {"026086"}},
                          {"minimum_age", 6},
                          {"maximum_age", 14},
                          {"schedule", "lunedì 15-17"},
                          {"phones", {"0422 000000"}}});
  at.offer("Aiuto compiti", {{"needs", {"d"}}, {"communes", {"026049"}}});
  at.offer("Altrove", {{"needs", {"d"}}, {"communes", {"035004"}}});
  at.offer("Ovunque", {{"needs", {"d", "f"}}, {"supports", {"f"}}});
  at.offer("Chiuso", {{"needs", {"d"}}, {"status", "temporarily_closed"}});
  const json::object found = at.search({{"commune", "Treviso"}, {"need", "d"}, {"age", 9}});
  std::vector<std::string> names = titles(found, "offers");
  REQUIRE(names.size() == 3);
  CHECK(names[0] == "Doposcuola");  // of the commune itself
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"Aiuto compiti", "Doposcuola", "Ovunque"});
  CHECK(found.at("not_open").to_number<int>() == 1);
  const json::object& first = list(found, "offers")[0].as_object();
  CHECK(first.at("near").as_bool());
  CHECK(text(first, "provider") == "Coop Aurora");
  CHECK(text(first, "schedule") == "lunedì 15-17");
  CHECK(titles(at.search({{"commune", "Treviso"}, {"need", "d"}, {"age", 30}}), "offers").size() ==
        2);
  CHECK(titles(at.search({{"support", "f"}}), "offers") == std::vector<std::string>{"Ovunque"});
  const json::object nowhere =
      at.desk.refused({{"command", "offer.search"}, {"commune", "Atlantide"}});
  CHECK(text(nowhere, "field") == "commune");
  CHECK(text(nowhere, "message_it").rfind("Comune: «Atlantide»", 0) == 0);
  for (const std::int64_t age : {std::int64_t{-4}, std::int64_t{9'999'999'999'999}}) {
    const json::object wrong = at.desk.refused({{"command", "offer.search"}, {"age", age}});
    CHECK(text(wrong, "field") == "age");
    CHECK(text(wrong, "message_en").find(std::to_string(age)) != std::string::npos);
  }
}

TEST_CASE("offer.propose: out of the catalogue, each covering an open need", "[commands][S073]") {
  Catalogue at;
  const std::string& dossier = at.family.dossier;
  const std::string analysis =
      at.add(dossier, "preliminary_analysis",
             {{"case_id", at.case_id}, {"version", 1}, {"done_on", "2024-01-10"}});
  for (const auto& [area, need] : {std::pair{"b", "3"}, std::pair{"d", "2"}, std::pair{"e", "1"},
                                   std::pair{"f", "0"}, std::pair{"c", "nr"}}) {
    at.add(dossier, "analysis_area", {{"analysis", analysis}, {"area", area}, {"need", need}});
  }
  at.add(dossier, "member",
         {{"surname", "Rossi"},
          {"given_names", "Leo"},
          {"relation", "0"},
          {"birth_date", "2014-05-01"}});
  at.add(dossier, "member",
         {{"surname", "Rossi"},
          {"given_names", "Ada"},
          {"relation", "1"},
          {"birth_date", "1985-05-01"}});
  at.offer("Doposcuola", {{"needs", {"d"}}, {"minimum_age", 6}, {"maximum_age", 14}});
  at.offer("Nido", {{"needs", {"d"}}, {"maximum_age", 3}});        // for nobody here
  at.offer("Ascolto", {{"needs", {"f"}}});                         // no need
  at.offer("Casa", {{"needs", {"e"}}, {"communes", {"035004"}}});  // elsewhere
  at.offer("Sportello lavoro", {{"needs", {"c"}}});                // not assessed
  at.offer("Bilancio", {{"needs", {"b", "f"}}, {"communes", {"026086"}}});
  const json::object ask{{"command", "offer.propose"}, {"case", at.case_id}};
  const json::object reply = at.desk.call(ask);
  CHECK(reply.at("open_needs") == json::value(json::array{"b", "d", "e"}));
  std::vector<std::string> names = titles(reply, "proposals");
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"Bilancio", "Doposcuola"});
  for (const json::value& one : list(reply, "proposals")) {
    CHECK_FALSE(list(one.as_object(), "covers").empty());
    if (text(one.as_object(), "title") == "Doposcuola") {
      CHECK(titles(one.as_object(), "members") == std::vector<std::string>{"Rossi Leo"});
    }
  }
  CHECK(reply.at("without_offer") == json::value(json::array{"e"}));
  // Once a support answers a need, nothing is proposed for it.
  const std::string objective = at.add(
      dossier, "objective",
      {{"case_id", at.case_id}, {"title", "Compiti"}, {"area", "d"}, {"status", "da_avviare"}});
  at.add(
      dossier, "support",
      {{"case_id", at.case_id}, {"kind", "d"}, {"objectives", {objective}}, {"status", "attivo"}});
  CHECK(titles(at.desk.call(ask), "proposals") == std::vector<std::string>{"Bilancio"});
  CHECK(text(at.desk.refused({{"command", "offer.propose"}, {"case", at.coop}}), "field") ==
        "case");
}

TEST_CASE("person.benefits: by who gives them, and what overlaps", "[commands][S107][S038]") {
  Household home;
  const std::string& dossier = home.family.dossier;
  const std::string person =
      home.create("person", {{"surname", "Rossi"}, {"given_names", "Ada"}}).second;
  const std::string ada = home.add(
      dossier, "member",
      {{"surname", "Rossi"}, {"given_names", "Ada"}, {"relation", "1"}, {"person", person}});
  const std::string ugo = home.member("Ugo");
  home.add(dossier, "measure_spell",
           {{"household", home.family.household},
            {"measure", "rdc"},
            {"from_date", "2022-01-01"},
            {"to_date", "2022-12-31"},
            {"source", "inps"}});
  home.support("d", ada, "Coop Uno", "2024-01-01", "2024-03-31");
  home.support("d", ada, "Coop Due", "2024-03-01", "2024-06-30");
  home.support("d", ada, "Coop Tre", "2024-07-01", "2024-09-30");  // touches, does not overlap
  home.support("e", ugo, "Coop Uno", "2024-01-01", "2024-12-31");
  const auto ask = [&](const std::string& record) {
    return home.desk.call({{"command", "person.benefits"}, {"record", record}});
  };
  const auto sources = [](const json::object& reply) {
    std::map<std::string, std::size_t> out;
    for (const json::value& one : list(reply, "sources")) {
      out[text(one.as_object(), "source")] = list(one.as_object(), "benefits").size();
    }
    return out;
  };
  const json::object of_ada = ask(person);
  CHECK(sources(of_ada) == std::map<std::string, std::size_t>{
                               {"INPS", 1}, {"Coop Uno", 1}, {"Coop Due", 1}, {"Coop Tre", 1}});
  REQUIRE(list(of_ada, "overlaps").size() == 1);
  CHECK(sources(ask(ada)) == sources(of_ada));
  CHECK(sources(ask(home.family.household))["Coop Uno"] == 2);
  CHECK(sources(ask(ugo))["Coop Due"] == 0);
  CHECK(text(home.desk.refused({{"command", "person.benefits"}, {"record", home.case_id}}),
             "field") == "record");
}

}  // namespace
}  // namespace insieme::testing
