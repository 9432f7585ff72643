// Frozen reports: what was sent stays what it was, on every tablet, and what came later is told.
#include "client-core/commands/report_desk.hpp"
#include "client-core/commands/two_desks.hpp"

namespace insieme::testing {
namespace {

/// A project with an action line and people who were reached.
struct Closing : Desks {
  std::string dossier;
  std::string project;
  std::string line;

  Closing() {
    std::tie(dossier, project) = create(
        "project",
        {{"title", "Avviso 1/2019 PaIS"}, {"from_date", "2021-06-01"}, {"to_date", "2023-03-31"}});
    line = add(dossier, "action_line",
               {{"code", "B"}, {"title", "Azione B"}, {"project", project}, {"budget", "900,00"}});
    for (int i = 0; i < 5; ++i) reached(i);
    spend("100,00");
  }
  std::string reached(int i) {
    const auto [person_dossier, person] =
        create("person", {{"surname", "Persona " + std::to_string(i)}, {"given_names", "Prova"}});
    return add(person_dossier, "participation",
               {{"person", person}, {"action_line", line}, {"entry_on", "2021-09-01"}});
  }
  std::string spend(const char* amount) {
    return add(dossier, "expense",
               {{"action_line", line},
                {"expense_date", "2022-01-10"},
                {"amount", amount},
                {"evidence", "fattura"},
                {"state", "registrata"}});
  }
  json::object freezing(const char* report = "R1") {
    return {{"command", "report.freeze"},        {"report", report},
            {"with", {{"project", project}}},    {"dossier", dossier},
            {"sent_to", "Ministero del Lavoro"}, {"note", "Rendicontazione finale"}};
  }
  std::string freeze() { return text(part(desk.call(freezing()), "record"), "id"); }
  json::object ask(const char* command, const std::string& record) {
    return desk.call({{"command", command}, {"record", record}});
  }
};

const json::object* difference(const json::object& compared, const char* table, const char* measure,
                               std::size_t labels) {
  for (const json::value& one : list(compared, "differences")) {
    const json::object& line = one.as_object();
    if (text(line, "table") == table && text(line, "measure") == measure &&
        list(line, "labels").size() == labels) {
      return &line;
    }
  }
  return nullptr;
}

TEST_CASE("report.freeze: what comes later does not touch the figures, and is listed",
          "[commands][report][S022]") {
  Closing closing;
  const std::string frozen = closing.freeze();
  const json::object before = closing.ask("report.show", frozen);
  CHECK(row_of(before, "people", {"Persone"}) == Row{"5"});
  CHECK(row_of(before, "lines", {"Totale"})[2] == "€ 100,00");
  CHECK(text(part(before, "frozen"), "sent_to") == "Ministero del Lavoro");
  CHECK(text(part(before, "frozen"), "author") == "local");
  const json::object same = closing.ask("report.compare", frozen);
  CHECK(same.at("same").as_bool());
  CHECK(list(same, "late").empty());
  CHECK(same.at("documents_changed").to_number<int>() == 0);

  const std::string late = closing.reached(5);
  const std::string spent = closing.spend("50,00");
  const json::object after = closing.ask("report.show", frozen);
  CHECK(after == before);
  const json::object compared = closing.ask("report.compare", frozen);
  CHECK_FALSE(compared.at("same").as_bool());
  const json::object* people = difference(compared, "people", "reached", 1);
  REQUIRE(people != nullptr);
  CHECK(text(*people, "then") == "5");
  CHECK(text(*people, "now") == "6");
  const json::object* amount = difference(compared, "expenses", "amount", 1);
  REQUIRE(amount != nullptr);
  CHECK(text(*amount, "now") == "€ 150,00");
  std::set<std::string> arrived;
  for (const json::value& one : list(compared, "late")) arrived.insert(text(one.as_object(), "id"));
  CHECK(arrived == std::set<std::string>{late, spent});
  CHECK(compared.at("documents_changed").to_number<int>() > 0);
}

TEST_CASE("report.compare: what changed and what is gone is told apart", "[commands][report]") {
  Closing closing;
  const std::string first = closing.spend("10,00");
  const std::string second = closing.spend("20,00");
  const std::string frozen = closing.freeze();
  closing.desk.save(first, {{"amount", "11,00"}});
  closing.desk.call({{"command", "record.retract"}, {"record", second}});
  const json::object compared = closing.ask("report.compare", frozen);
  REQUIRE(list(compared, "changed").size() == 1);
  CHECK(text(list(compared, "changed")[0].as_object(), "id") == first);
  REQUIRE(list(compared, "gone").size() == 1);
  CHECK(text(list(compared, "gone")[0].as_object(), "id") == second);
  CHECK(list(compared, "late").empty());
}

TEST_CASE("report.compare: in another language the figures are the same figures",
          "[commands][report]") {
  Closing closing;
  const std::string frozen = closing.freeze();
  const json::object compared =
      closing.desk.call({{"command", "report.compare"}, {"record", frozen}, {"lang", "en"}});
  CHECK(compared.at("same").as_bool());
}

TEST_CASE("report.show: a frozen report is printed as it was", "[commands][report][S022]") {
  Closing closing;
  const std::string frozen = closing.freeze();
  const auto written = [&](const char* command, json::object more) {
    more["command"] = command;
    return text(closing.desk.call(std::move(more)), "content");
  };
  const std::string then =
      written("report.export",
              {{"report", "R1"}, {"with", {{"project", closing.project}}}, {"format", "csv"}});
  closing.reached(5);
  closing.spend("50,00");
  CHECK(written("report.export",
                {{"report", "R1"}, {"with", {{"project", closing.project}}}, {"format", "csv"}}) !=
        then);
  const std::string now = written("report.show", {{"record", frozen}, {"format", "csv"}});
  // The same figures; only the head says when it was frozen.
  CHECK(now.substr(now.find("Durata")) == then.substr(then.find("Durata")));
  CHECK(now.find("Congelato il") != std::string::npos);
  const std::string html = written("report.show", {{"record", frozen}, {"format", "html"}});
  CHECK(html.find("€ 100,00") != std::string::npos);
  CHECK(html.find("€ 150,00") == std::string::npos);
  CHECK(html.find("<svg") != std::string::npos);
  CHECK(text(closing.desk.refused(
                 {{"command", "report.show"}, {"record", frozen}, {"format", "pdf"}}),
             "field") == "format");
}

TEST_CASE("report.freeze: figures about few people are hidden in what is kept",
          "[commands][report][S025]") {
  Closing closing;
  json::object request = closing.freezing();
  request["with"] = {{"project", closing.project}, {"from", "2021-10-01"}};
  closing.reached(7);  // in September: outside
  const std::string lone =
      closing.create("person", {{"surname", "Sola"}, {"given_names", "X"}}).first;
  CHECK_FALSE(lone.empty());
  const json::object kept = closing.desk.call(std::move(request));
  const json::object shown = closing.ask("report.show", text(part(kept, "record"), "id"));
  CHECK(row_of(shown, "people", {"Persone"}).front() != "5");
  request = closing.freezing();
  request["full"] = true;
  CHECK(text(closing.desk.refused(std::move(request)), "code") == "unknown_argument");
}

TEST_CASE("report.freeze: nobody edits what was frozen, nor keeps it where people are served",
          "[commands][report]") {
  Closing closing;
  const std::string frozen = closing.freeze();
  for (const char* field : {"title", "content_digest", "pieces"}) {
    json::object fields;
    fields[field] =
        field == std::string("pieces") ? json::value(json::array{"0000:{}"}) : json::value("altro");
    const json::object refused = closing.desk.refused(
        {{"command", "record.save"}, {"record", frozen}, {"fields", std::move(fields)}});
    CHECK_FALSE(list(refused, "problems").empty());
  }
  json::object elsewhere = closing.freezing();
  elsewhere["dossier"] = make_family(closing.desk).dossier;
  CHECK(text(closing.desk.refused(std::move(elsewhere)), "field") == "dossier");
  CHECK(text(closing.desk.refused({{"command", "report.show"}, {"record", closing.line}}),
             "field") == "record");
  json::object again = closing.freezing();
  again["request_id"] = "the-same";
  const json::object once = closing.desk.call(again);
  const json::object twice = closing.desk.call(again);
  CHECK(part(once, "record") == part(twice, "record"));
  CHECK(list(closing.desk.call({{"command", "report.frozen"}}), "frozen").size() == 2);
}

TEST_CASE("report.freeze: made-up figures are not shown as frozen ones", "[commands][report]") {
  Closing closing;
  const std::string zeros(64, '0');
  const std::string forged = closing.add(closing.dossier, "frozen_report",
                                         {{"report", "project_closing"},
                                          {"code", "R1"},
                                          {"title", "Falso"},
                                          {"parameters", "{}"},
                                          {"frozen_on", "2023-04-01"},
                                          {"frozen_by", "anna"},
                                          {"cut", zeros},
                                          {"content_digest", zeros},
                                          {"pieces", {"0000:{\"tables\":[]}."}}});
  for (const char* command : {"report.show", "report.compare"}) {
    CHECK(text(closing.desk.refused({{"command", command}, {"record", forged}}), "code") ==
          "corrupted");
  }
}

TEST_CASE("report.freeze: the other office reads the same frozen figures, whatever it holds",
          "[commands][report]") {
  Two two;
  two.office.server.sections_of_new.insert({"project", "governance"});
  const json::object made = two.anna.call({{"command", "dossier.create"},
                                           {"type", "project"},
                                           {"fields", {{"title", "PaIS"}, {"admitted", "5,00"}}}});
  const std::string dossier = text(made, "dossier");
  const std::string project = text(list(made, "records")[0].as_object(), "id");
  const std::string frozen = text(part(two.anna.call({{"command", "report.freeze"},
                                                      {"report", "R1"},
                                                      {"with", {{"project", project}}},
                                                      {"dossier", dossier}}),
                                       "record"),
                                  "id");
  two.anna.sync();
  two.office.server.grant("bruno", sync::id_from_text<DossierId>(dossier).value(), {"project"});
  two.exchange();
  two.bruno.save(project, {{"admitted", "6,00"}});
  two.exchange();
  const json::object show{{"command", "report.show"}, {"record", frozen}};
  const json::object here = two.anna.call(show);
  const json::object there = two.bruno.call(show);
  CHECK(here.at("tables") == there.at("tables"));
  CHECK(row_of(there, "duration", {"Importo ammesso"}) == Row{"€ 5,00"});
  const json::object compared = two.bruno.call({{"command", "report.compare"}, {"record", frozen}});
  CHECK(text(*difference(compared, "duration", "admitted", 1), "now") == "€ 6,00");
}

}  // namespace
}  // namespace insieme::testing
