// Packages for other systems, each written, read back and written again.
#include "client-core/commands/report_desk.hpp"
#include "insieme/schema/csv.hpp"

namespace insieme::testing {
namespace {

using Catch::Matchers::Contains;

/// Physical lines of a calendar, and the logical ones that they fold.
std::vector<std::string> unfolded(const std::string& calendar) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < calendar.size()) {
    const std::size_t end = calendar.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    const std::string line = calendar.substr(at, end - at);
    CHECK(line.size() <= 75);
    CHECK(line.find_first_of("\r\n") == std::string::npos);
    if (!line.empty() && line[0] == ' ') {
      REQUIRE_FALSE(out.empty());
      out.back() += line.substr(1);
    } else {
      out.push_back(line);
    }
    at = end + 2;
  }
  return out;
}

std::size_t lines_with(const std::vector<std::string>& lines, const std::string& begin) {
  std::size_t out = 0;
  for (const std::string& line : lines) out += line.rfind(begin, 0) == 0 ? std::size_t{1} : 0;
  return out;
}

TEST_CASE("calendar.export: planned days as RFC 5545, without names unless asked",
          "[commands][exports]") {
  Household home;
  home.desk.save(home.family.visit,
                 {{"next_date", "2024-03-20"},
                  {"next_step",
                   "Sentire la scuola, poi la madre; «perché no?» – e portare tutto il "
                   "materiale per i compiti di matematica"}});
  const std::string pact = home.add(
      home.family.dossier, "pact", {{"case_id", home.case_id}, {"version", 1}, {"state", "bozza"}});
  for (const auto& [on, state] :
       {std::pair{"2024-12-31", "previsto"}, std::pair{"2024-04-01", "annullato"},
        std::pair{"2024-02-01", "rinviato"}}) {
    home.add(home.family.dossier, "monitoring_meeting",
             {{"pact", pact}, {"planned_on", on}, {"state", state}});
  }
  const json::object plain = home.desk.call({{"command", "calendar.export"}});
  CHECK(plain.at("events").to_number<int>() == 4);
  const auto lines = unfolded(text(plain, "content"));
  CHECK(lines.front() == "BEGIN:VCALENDAR");
  CHECK(lines.back() == "END:VCALENDAR");
  CHECK(lines[1] == "VERSION:2.0");
  CHECK(lines_with(lines, "PRODID:") == 1);
  for (const char* each : {"BEGIN:VEVENT", "END:VEVENT",
                           "UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "SUMMARY:", "STATUS:"}) {
    CHECK(lines_with(lines, each) == 4);
  }
  CHECK(lines_with(lines, "DTSTART;VALUE=DATE:20240320") == 1);
  CHECK(lines_with(lines, "DTEND;VALUE=DATE:20240321") == 1);
  CHECK(lines_with(lines, "DTEND;VALUE=DATE:20250101") == 1);  // the day after New Year's Eve
  CHECK(lines_with(lines, "STATUS:CANCELLED") == 1);
  CHECK(text(plain, "content").find("Rossi") == std::string::npos);
  CHECK(text(plain, "content").find("scuola") == std::string::npos);
  const auto full = unfolded(
      text(home.desk.call({{"command", "calendar.export"}, {"details", true}}), "content"));
  CHECK(lines_with(full, "SUMMARY:Visita: Famiglia Rossi") == 1);
  CHECK(lines_with(full,
                   "DESCRIPTION:Sentire la scuola\\, poi la madre\\; «perché no?» – e portare "
                   "tutto il materiale per i compiti di matematica") == 1);
  // Somebody else's agenda has no visit of hers; meetings are everybody's.
  CHECK(home.desk.call({{"command", "calendar.export"}, {"user", "bruno"}})
            .at("events")
            .to_number<int>() == 3);
}

/// A network with two providers and three services.
struct Directory : Desks {
  std::string network = create("network", {{"name", "Rete"}}).first;
  Directory() {
    const std::string coop = add(network, "stakeholder",
                                 {{"name", "Coop Aurora"},
                                  {"kind", "ets"},
                                  {"website", "https://aurora.example"},
                                  {"emails", {"info@aurora.example"}}});
    const std::string school =
        add(network, "stakeholder", {{"name", "Istituto 1"}, {"kind", "scuola"}});
    add(network, "service_offer",
        {{"name", "Doposcuola «Aurora»"},
         {"stakeholder", coop},
         {"description", "Compiti, gioco; merenda"},
         {"status", "active"},
         {"supports", {"f", "d"}},
         {"needs", {"d"}},
         {"benefit", "A2.02"},
         {"communes", {"026086", "026081"}},
         {"minimum_age", 6},
         {"maximum_age", 14},
         {"eligibility", "Segnalazione del servizio"},
         {"fees", "Gratuito"},
         {"schedule", "lunedì 15-17"},
         {"languages", {"it", "ar"}},
         {"address", "Via Roma 1, Treviso"},
         {"latitude", 45.6669},
         {"longitude", 12.243},
         {"phones", {"0422 000001", "0422 000000"}}});
    add(network, "service_offer",
        {{"name", "Ascolto"}, {"stakeholder", coop}, {"status", "temporarily_closed"}});
    add(network, "service_offer",
        {{"name", "=Sportello"}, {"stakeholder", school}, {"status", "inactive"}});
  }
};

TEST_CASE("directory.export: HSDS services with what the standard requires",
          "[commands][exports][S093]") {
  Directory at;
  const json::object reply = at.desk.call({{"command", "directory.export"}});
  CHECK(reply.at("services").to_number<int>() == 3);
  const json::array services = json::parse(text(reply, "content")).as_array();
  REQUIRE(services.size() == 3);
  const std::set<std::string> states{"active", "inactive", "defunct", "temporarily closed"};
  for (const json::value& one : services) {
    const json::object& service = one.as_object();
    for (const char* required : {"id", "organization_id", "name", "status"}) {
      CHECK_FALSE(text(service, required).empty());
    }
    CHECK(states.count(text(service, "status")) == 1);
    for (const char* required : {"id", "name", "description"}) {
      CHECK_FALSE(text(part(service, "organization"), required).empty());
    }
    for (const char* parts : {"phones", "languages", "schedules", "service_areas", "attributes"}) {
      for (const json::value& inner : list(service, parts)) {
        CHECK(text(inner.as_object(), "id").size() == 36);
      }
    }
  }
  CHECK_THAT(text(reply, "content"), Contains("\"location_type\":\"physical\"") &&
                                         Contains("\"taxonomy\":\"insieme-supports\""));
}

TEST_CASE("directory.import: what was exported is exported again, byte for byte",
          "[commands][exports][S093]") {
  Directory from;
  const std::string content = text(from.desk.call({{"command", "directory.export"}}), "content");
  Desks to;
  const std::string network = to.create("network", {{"name", "Altra rete"}}).first;
  const json::object request{
      {"command", "directory.import"}, {"dossier", network}, {"content", content}};
  json::object trial = request;
  trial["dry_run"] = true;
  CHECK(to.desk.call(trial).at("records").to_number<int>() == 5);
  CHECK(text(to.desk.call({{"command", "directory.export"}}), "content") == "[]\n");
  to.desk.call(request);
  CHECK(text(to.desk.call({{"command", "directory.export"}}), "content") == content);
  to.desk.call(request);  // received twice, it doubles nothing
  CHECK(text(to.desk.call({{"command", "directory.export"}}), "content") == content);
}

TEST_CASE("directory.import: one wrong service, and nothing is written", "[commands][exports]") {
  Directory from;
  json::array services =
      json::parse(text(from.desk.call({{"command", "directory.export"}}), "content")).as_array();
  services[2].as_object()["status"] = "open";
  Desks to;
  const std::string network = to.create("network", {{"name", "Altra rete"}}).first;
  const auto importing = [&](const std::string& content) {
    return to.desk.refused(
        {{"command", "directory.import"}, {"dossier", network}, {"content", content}});
  };
  const json::object refused = importing(json::serialize(services));
  CHECK_THAT(text(refused, "message_it"), Contains("«"));
  CHECK(text(to.desk.call({{"command", "directory.export"}}), "content") == "[]\n");
  services[1].as_object().erase("organization");
  CHECK_THAT(text(importing(json::serialize(services)), "message_en"), Contains("service 2"));
  CHECK_THAT(text(importing(json::serialize(services)), "message_it"),
             Contains("servizio 2: serve un'organization con id e name"));
  CHECK(text(importing("{\"services\": []}"), "code") == "malformed");
  CHECK(text(importing("[{"), "code") == "malformed");
}

TEST_CASE("directory.export: the tables of the datapackage as CSV", "[commands][exports][S093]") {
  Directory at;
  const std::string folder = at.folder.file("hsds");
  const json::object request{{"command", "directory.export"}, {"format", "csv"}, {"path", folder}};
  at.desk.call(request);
  CHECK(text(at.desk.refused(request), "code") == "already_exists");
  const json::object reply = at.desk.call({{"command", "directory.export"}, {"format", "csv"}});
  const json::object& tables = part(reply, "tables");
  const std::map<std::string, std::size_t> wanted{
      {"organizations.csv", 2},  {"services.csv", 3},
      {"phones.csv", 2},         {"languages.csv", 2},
      {"schedules.csv", 1},      {"service_areas.csv", 2},
      {"locations.csv", 1},      {"service_at_locations.csv", 1},
      {"attributes.csv", 2 + 4}, {"taxonomy_terms.csv", 2 + 4}};
  CHECK(tables.size() == wanted.size());
  for (const auto& [name, rows] : wanted) {
    INFO(name);
    const auto parsed = schema::parse_csv(text(tables, name));
    REQUIRE(parsed.ok());
    CHECK(parsed->size() == rows + 1);
    for (const auto& row : *parsed) CHECK(row.cells.size() == (*parsed)[0].cells.size());
  }
  CHECK_THAT(text(tables, "services.csv"), Contains("'=Sportello"));
}

/// A case with a team and a referral to the job centre.
struct Sils : Household {
  Sils() {
    const std::string ada = member("Ada");
    const std::string person =
        create("person", {{"surname", "Rossi"}, {"given_names", "Ugo"}}).second;
    add(family.dossier, "member",
        {{"surname", "Rossi"}, {"given_names", "Ugo"}, {"relation", "2"}, {"person", person}});
    const std::string team =
        add(family.dossier, "team",
            {{"case_id", case_id}, {"name", "EM"}, {"formed_on", "2024-01-10"}});
    for (const char* system : {"sociale", "lavoro"}) {
      add(family.dossier, "team_member",
          {{"team", team},
           {"name", system},
           {"organization", "Ente"},
           {"system", system},
           {"from_date", "2024-01-10"}});
    }
    const std::string registry = create("office", {{"name", "Ufficio"}}).first;
    const std::string cpi =
        add(registry, "organization", {{"name", "CPI Treviso"}, {"kind", "cpi"}});
    for (const auto& [on, acknowledged] :
         {std::pair{"2024-02-01", "2024-02-10"}, std::pair{"2024-01-15", ""}}) {
      json::object fields{
          {"case_id", case_id}, {"source", "2"}, {"received_on", on}, {"sent_to", cpi}};
      if (*acknowledged != 0) fields["acknowledged_on"] = acknowledged;
      add(family.dossier, "referral", std::move(fields));
    }
  }
  std::string package() {
    return text(desk.call({{"command", "sils.export"}, {"sender", "Ambito VEN_09"}}), "content");
  }
};

TEST_CASE("sils.export: cases, pseudonyms, team and referrals; no name",
          "[commands][exports][S103]") {
  Sils sils;
  const std::string content = sils.package();
  const json::object package = json::parse(content).as_object();
  const json::object& one = list(package, "cases")[0].as_object();
  CHECK(text(one, "case") == sils.case_id);
  CHECK(text(one, "status") == "segnalato");
  CHECK(one.at("systems") == json::value(json::array{"lavoro", "sociale"}));
  CHECK(list(one, "people").size() == 2);
  REQUIRE(list(one, "cpi_referrals").size() == 2);
  CHECK(text(list(one, "cpi_referrals")[0].as_object(), "sent_on") == "2024-01-15");
  CHECK(text(list(one, "cpi_referrals")[1].as_object(), "acknowledged_on") == "2024-02-10");
  for (const char* name : {"Rossi", "Ada", "Ugo", "Bibbiano"}) {
    CHECK(content.find(name) == std::string::npos);
  }
  CHECK(sils.package() == content);
}

TEST_CASE("sils.import: export, import and export again give the same bytes",
          "[commands][exports][S103]") {
  Sils sils;
  const std::string content = sils.package();
  Registry there;
  const json::object request{
      {"command", "sils.import"}, {"dossier", there.dossier}, {"content", content}};
  const json::object again{
      {"command", "sils.export"}, {"sender", "Ambito VEN_09"}, {"received", true}};
  CHECK(there.desk.call(request).at("cases").to_number<int>() == 1);
  CHECK(text(there.desk.call(again), "content") == content);
  there.desk.call(request);  // twice is once
  CHECK(text(there.desk.call(again), "content") == content);
  // What changed since is told by the next package, and replaces what was received.
  sils.desk.save(sils.case_id, {{"state", "accolto"}});
  const std::string later = sils.package();
  CHECK(later != content);
  json::object next = request;
  next["content"] = later;
  there.desk.call(next);
  CHECK(text(there.desk.call(again), "content") == later);
}

TEST_CASE("sils.import: a wrong package is named by its place, and nothing is written",
          "[commands][exports][S103]") {
  Sils sils;
  const std::string content = sils.package();
  Registry there;
  const auto refused = [&](std::string package) {
    return there.desk.refused(
        {{"command", "sils.import"}, {"dossier", there.dossier}, {"content", std::move(package)}});
  };
  const auto with = [&content](const char* what, const char* instead) {
    std::string out = content;
    out.replace(out.find(what), std::string(what).size(), instead);
    return out;
  };
  CHECK_THAT(text(refused(with("\"2024-01-08\"", "\"8 gennaio\"")), "message_en"),
             Contains("cases[0]") && Contains("opened_on"));
  CHECK_THAT(text(refused(with("\"2024-01-08\"", "\"8 gennaio\"")), "message_it"),
             Contains("cases[0]: \"opened_on\" deve essere una data") && Contains("«8 gennaio»"));
  CHECK_THAT(text(refused(with("\"version\": 1", "\"version\": 2")), "message_en"),
             Contains("version 1"));
  CHECK_THAT(text(refused("{"), "message_it"), Contains("non è JSON"));
  CHECK_THAT(text(refused(with("\"segnalato\"", "\"sconosciuto\"")), "message_it"),
             Contains(sils.case_id));
  CHECK(text(refused(content.substr(0, content.size() / 2)), "code") == "malformed");
  CHECK(list(there.desk.call({{"command", "record.list"}, {"type", "sils_case"}}), "records")
            .empty());
}

}  // namespace
}  // namespace insieme::testing
