// What a day begins with: one command over stored columns, the same for ten families and a
// thousand, and nothing in it of what this person may not see.
#include "client-core/commands/report_desk.hpp"
#include "client-core/commands/two_desks.hpp"

namespace insieme::testing {
namespace {

/// 14 November 2023, 23:13 in Rome: what the desks' clock says.
constexpr const char* kToday = "2023-11-14";

std::vector<std::string> each(const json::object& agenda, const char* name, const char* key) {
  std::vector<std::string> out;
  for (const json::value& one : list(part(agenda, name), "lines")) {
    const json::value* value = one.as_object().if_contains(key);
    out.push_back(value == nullptr ? "-" : std::string(value->as_string()));
  }
  return out;
}
std::string total(const json::object& agenda, const char* name) {
  return text(part(agenda, name), "total");
}
using Words = std::vector<std::string>;

struct Day : Desks {
  json::object agenda(json::object with = {}) {
    with["command"] = "agenda";
    return desk.call(std::move(with));
  }
  std::string family(const std::string& name) {
    return create("household", {{"name", name}, {"commune", "Bibbiano"}}).first;
  }
  std::string visit(const std::string& dossier, const char* at, const char* next = "",
                    const char* step = "") {
    return add(dossier, "visit",
               {{"start_at", at}, {"place", "casa"}, {"educator", "anna"}, {"next_date", next},
                {"next_step", step}});
  }
  std::string objective(const std::string& dossier, const char* title, const char* due,
                        const char* status = "in_corso") {
    return add(dossier, "objective", {{"title", title}, {"due_on", due}, {"status", status}});
  }
  std::string open_case(const std::string& dossier, const char* on) {
    const json::object reply =
        desk.call({{"command", "record.list"}, {"type", "household"}, {"dossier", dossier}});
    const std::string root = text(list(reply, "records")[0].as_object(), "id");
    return add(dossier, "case", {{"household", root}, {"state", "segnalato"}, {"opened_on", on}});
  }
};

TEST_CASE("agenda: of each family the visit that comes next, as the last visit arranged it",
          "[commands][agenda]") {
  Day day;
  const std::string rossi = day.family("Rossi");
  const std::string neri = day.family("Neri");
  const std::string gallo = day.family("Gallo");
  const std::string costa = day.family("Costa");
  day.visit(rossi, "2023-10-02T15:00", "2023-10-09", "non conta più");
  day.visit(rossi, "2023-11-06T15:00", "2023-11-20", "sentire la scuola");
  const std::string late = day.visit(neri, "2023-11-01T15:00", "2023-11-08");
  day.visit(gallo, "2023-11-03T15:00", "2023-12-24");  // beyond fourteen days
  // Written ahead, it takes the place of what was arranged.
  day.visit(costa, "2023-11-02T15:00", "2023-11-30");
  const std::string ahead = day.visit(costa, "2023-11-16T23:30:00Z");
  // What was arranged for a day before it stands.
  const std::string conti = day.family("Conti");
  day.visit(conti, "2023-11-02T15:00", "2023-11-18");
  day.visit(conti, "2023-12-20T10:00");
  const json::object agenda = day.agenda();
  CHECK(text(agenda, "on") == kToday);
  CHECK(each(agenda, "visits", "family") == Words{"Neri", "Costa", "Conti", "Rossi"});
  CHECK(each(agenda, "visits", "day") ==
        Words{"2023-11-08", "2023-11-17", "2023-11-18", "2023-11-20"});
  CHECK(each(agenda, "visits", "field") ==
        Words{"next_date", "start_at", "next_date", "next_date"});
  CHECK(each(agenda, "visits", "what") == Words{"-", "-", "-", "sentire la scuola"});
  const json::array& lines = list(part(agenda, "visits"), "lines");
  CHECK(text(part(lines[0].as_object(), "record"), "id") == late);
  CHECK(text(part(lines[1].as_object(), "record"), "id") == ahead);
  CHECK(total(day.agenda({{"days", 60}}), "visits") == "5");

  // A visit that was said never to have been says nothing of the next one.
  day.desk.call({{"command", "record.retract"}, {"record", late}});
  CHECK(each(day.agenda(), "visits", "family") == Words{"Costa", "Conti", "Rossi"});
}

TEST_CASE("agenda: what is due and open, and pacts by the end they have or the term to sign",
          "[commands][agenda][S068]") {
  Day day;
  const std::string rossi = day.family("Rossi");
  day.objective(rossi, "Compiti da soli", "2023-11-20");
  day.objective(rossi, "Già fatto", "2023-11-10", "raggiunto");
  day.objective(rossi, "Più avanti", "2024-02-01");
  day.objective(rossi, "In ritardo", "2023-11-01", "da_avviare");
  day.add(rossi, "objective", {{"title", "Senza data"}, {"status", "in_corso"}});
  const std::string case_id = day.open_case(rossi, "2023-09-01");
  const std::string analysis =
      day.add(rossi, "preliminary_analysis",
              {{"case_id", case_id}, {"version", 1}, {"done_on", "2023-10-23"}});
  const std::string pact = day.add(
      rossi, "pact",
      {{"case_id", case_id}, {"version", 1}, {"state", "bozza"}, {"analysis", analysis}});
  day.add(rossi, "commitment",
          {{"pact", pact}, {"text", "Iscrizione al nido"}, {"to_date", "2023-11-15"},
           {"status", "in_corso"}});
  day.add(rossi, "monitoring_meeting",
          {{"pact", pact}, {"planned_on", "2023-11-17"}, {"state", "previsto"}});
  const json::object agenda = day.agenda();
  CHECK(each(agenda, "tasks", "what") ==
        Words{"In ritardo", "Iscrizione al nido", "-", "Compiti da soli"});
  CHECK(each(agenda, "tasks", "field") == Words{"due_on", "to_date", "planned_on", "due_on"});
  // Twenty working days after 23 October, with the holiday of 1 November.
  CHECK(each(agenda, "pacts", "day") == Words{"2023-11-21"});
  CHECK(each(agenda, "pacts", "field") == Words{"sign_by"});
  CHECK(total(day.agenda({{"days", 6}}), "pacts") == "0");
}

TEST_CASE("agenda: families that nobody has seen for long, the longest first",
          "[commands][agenda]") {
  Day day;
  const std::string rossi = day.family("Rossi");
  const std::string neri = day.family("Neri");
  const std::string gallo = day.family("Gallo");
  day.family("Costa");  // not in care, never visited: nobody is expected there
  day.visit(rossi, "2023-10-15T10:00");  // 30 days
  day.visit(neri, "2023-10-14T10:00");   // 31
  const std::string case_id = day.open_case(gallo, "2023-09-01");
  const json::object agenda = day.agenda();
  CHECK(each(agenda, "unvisited", "family") == Words{"Gallo", "Neri"});
  CHECK(each(agenda, "unvisited", "field") == Words{"opened_on", "start_at"});
  CHECK(total(day.agenda({{"unvisited_days", 29}}), "unvisited") == "3");
  CHECK(total(agenda, "families") == "4");
  day.desk.save(case_id, {{"state", "chiuso"},
                          {"closed_on", "2023-11-01"},
                          {"closure_reason", "4"},
                          {"closure_situation", "1"}});
  CHECK(each(day.agenda(), "unvisited", "family") == Words{"Neri"});
}

TEST_CASE("agenda: pages of one list hold every line once; what is out of range is refused",
          "[commands][agenda]") {
  Day day;
  for (int i = 0; i < 7; ++i) {
    day.visit(day.family("Famiglia " + std::to_string(i)), "2023-11-01T10:00", "2023-11-15");
  }
  Words all;
  for (int from = 0; from < 9; from += 3) {
    const json::object agenda = day.agenda({{"list", "visits"}, {"limit", 3}, {"offset", from}});
    CHECK(total(agenda, "visits") == "7");
    CHECK_FALSE(agenda.contains("tasks"));
    for (auto& name : each(agenda, "visits", "family")) all.push_back(std::move(name));
  }
  std::sort(all.begin(), all.end());
  CHECK(all.size() == 7);
  CHECK(std::unique(all.begin(), all.end()) == all.end());
  const json::object beyond = day.agenda({{"list", "visits"}, {"offset", 1'000}});
  CHECK(each(beyond, "visits", "family").empty());
  // A clock of 1970: nothing was arranged for then, and nothing is lost.
  const std::int64_t now = day.desk.platform.now;
  day.desk.platform.now = 0;
  CHECK(total(day.agenda(), "visits") == "0");
  CHECK(total(day.agenda(), "families") == "7");
  day.desk.platform.now = now;
  const auto error = [&](json::object with) {
    with["command"] = "agenda";
    return text(day.desk.refused(std::move(with)), "field");
  };
  CHECK(error({{"limit", 0}}) == "limit");
  CHECK(error({{"limit", 201}}) == "limit");
  CHECK(error({{"days", -1}}) == "days");
  CHECK(error({{"unvisited_days", 0}}) == "unvisited_days");
  CHECK(error({{"list", "visite"}}) == "list");
  CHECK(error({{"offset", 3}}) == "list");
}

TEST_CASE("agenda: of a section that is not this person's nothing shows through",
          "[commands][agenda][P8]") {
  Two two;
  const auto save = [&](const char* type, json::object fields) {
    two.anna.call({{"command", "record.save"},
                   {"type", type},
                   {"dossier", two.family.dossier},
                   {"fields", std::move(fields)}});
  };
  save("visit", {{"start_at", "2023-11-06T15:00"},
                 {"place", "casa"},
                 {"educator", "anna"},
                 {"next_date", "2023-11-15"},
                 {"next_step", "parole riservate"}});
  save("objective", {{"title", "Obiettivo"}, {"due_on", "2023-11-16"}, {"status", "in_corso"}});
  two.exchange();
  const auto agenda = [&] { return two.bruno.call({{"command", "agenda"}}); };
  CHECK(total(agenda(), "visits") == "1");
  CHECK(total(agenda(), "tasks") == "1");

  // Without the section: whether somebody was there cannot be told from it, either.
  two.office.server.grant("bruno", two.dossier(), {"core"});
  two.exchange();
  const json::object narrowed = two.bruno.call({{"command", "agenda"}, {"unvisited_days", 1}});
  for (const char* name : {"visits", "tasks", "unvisited"}) CHECK(total(narrowed, name) == "0");
  CHECK(total(narrowed, "families") == "1");
  CHECK(json::serialize(narrowed).find("parole riservate") == std::string::npos);
}

TEST_CASE("agenda: work that waits in a section since withdrawn is shown to nobody",
          "[commands][agenda][P8]") {
  Two two;
  two.office.is_down = true;
  two.bruno.call({{"command", "record.save"},
                  {"type", "visit"},
                  {"dossier", two.family.dossier},
                  {"fields",
                   {{"start_at", "2023-11-06T15:00"},
                    {"place", "casa"},
                    {"educator", "bruno"},
                    {"next_date", "2023-11-15"}}}});
  CHECK(total(two.bruno.call({{"command", "agenda"}}), "visits") == "1");
  two.office.is_down = false;
  two.office.server.revoke("bruno", two.dossier(), "");
  two.bruno.raw({{"command", "sync.run"}});
  const json::object agenda = two.bruno.call({{"command", "agenda"}});
  for (const char* name : {"visits", "tasks", "pacts", "unvisited", "families"}) {
    CHECK(total(agenda, name) == "0");
  }
}

}  // namespace
}  // namespace insieme::testing
