// Reports end to end: records saved through the command call in a real store, figures as the seed
// documents print them, each with the records behind it.
#include <fstream>

#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using Catch::Matchers::Contains;

struct Bench {
  Folder folder;
  Office office;
  Desk desk{folder, "anna", office};

  json::array create(const char* type, json::object fields, json::array records = {}) {
    const json::object reply = desk.call({{"command", "dossier.create"},
                                          {"type", type},
                                          {"fields", std::move(fields)},
                                          {"records", std::move(records)}});
    dossier = text(reply, "dossier");
    return list(reply, "records");
  }
  static std::string id_at(const json::array& records, std::size_t at) {
    return text(records[at].as_object(), "id");
  }
  void save(json::array records) {
    desk.call({{"command", "record.save"}, {"records", std::move(records)}});
  }
  std::string dossier;
};

json::object cell_of(const json::object& report, const char* table, std::size_t row,
                     std::size_t cell) {
  for (const json::value& one : list(report, "tables")) {
    if (text(one.as_object(), "name") != table) continue;
    const json::object& line = list(one.as_object(), "rows")[row].as_object();
    return list(line, "cells")[cell].as_object();
  }
  FAIL("no table " << table);
  return {};
}
std::string figure(const json::object& report, const char* table, std::size_t row,
                   std::size_t cell) {
  return text(cell_of(report, table, row, cell), "text");
}

/// The project of the Val d'Enza Union as its page tells it.
struct ValDenza : Bench {
  std::string project;
  std::string line_b;
  std::string line_c;

  ValDenza() {
    project = id_at(create("project", {{"title", "Avviso 1/2019 PaIS"},
                                       {"admitted", "42.869,00"},
                                       {"from_date", "01/06/2021"},
                                       {"to_date", "31/03/2023"}}),
                    0);
    const auto line = [this](const char* code, const char* title, const char* budget) {
      return text(
          part(
              desk.call(
                  {{"command", "record.save"},
                   {"type", "action_line"},
                   {"dossier", dossier},
                   {"fields",
                    {{"code", code}, {"title", title}, {"project", project}, {"budget", budget}}}}),
              "record"),
          "id");
    };
    line_b = line("B", "Interventi socio-educativi", "35.169,00");
    line_c = line("C", "Accordi di collaborazione in rete", "7.700,00");
    meetings("UDP", 9);
    meetings("COORD_INCL", 7);
    meetings("CONSULENZA", 29);
    for (int i = 0; i < 66; ++i) person(i);
  }

  json::object in_project(const char* type, json::object fields) {
    return {{"type", type}, {"dossier", dossier}, {"fields", std::move(fields)}};
  }
  void meetings(const char* type, int count) {
    json::array records;
    for (int i = 0; i < count; ++i) {
      records.push_back(
          in_project("meeting", {{"type", type},
                                 {"meeting_date", "2022-03-0" + std::to_string(i % 9 + 1)},
                                 {"operators", {"op" + std::to_string(i)}},
                                 {"action_line", line_c}}));
    }
    save(std::move(records));
  }
  json::object expense(const std::string& line, const char* amount, const char* on) {
    return in_project("expense", {{"action_line", line},
                                  {"expense_date", on},
                                  {"amount", amount},
                                  {"evidence", "fattura"},
                                  {"state", "registrata"}});
  }
  /// Two of them come back a year later; four were in work when they first came.
  void person(int i) {
    const std::string project_dossier = dossier;
    const std::string id = id_at(
        create("person", {{"surname", "Persona " + std::to_string(i)}, {"given_names", "Prova"}}),
        0);
    const char* employment = i < 4 ? "occupato" : i % 2 == 0 ? "disoccupato" : "inattivo";
    stays.push_back(stay(id, i < 2 ? "2021-06-15" : "2021-09-01", employment));
    if (i >= 64) stay(id, "2022-09-01", "disoccupato");
    person_dossiers.push_back(dossier);
    dossier = project_dossier;
  }
  std::string stay(const std::string& person_id, const char* on, const char* employment) {
    const json::object saved =
        desk.call({{"command", "record.save"},
                   {"type", "participation"},
                   {"dossier", dossier},
                   {"fields", {{"person", person_id}, {"action_line", line_b}, {"entry_on", on}}}});
    const std::string participation = text(part(saved, "record"), "id");
    desk.call(
        {{"command", "record.save"},
         {"type", "entry_snapshot"},
         {"dossier", dossier},
         {"fields",
          {{"participation", participation}, {"state", "chiusa"}, {"employment", employment}}}});
    return participation;
  }
  json::object asked(const char* command, json::object more = {}) {
    more["command"] = command;
    more["report"] = "R1";
    if (!more.contains("with")) more["with"] = {{"project", project}};
    return more;
  }
  std::vector<std::string> stays;
  std::vector<std::string> person_dossiers;
};

TEST_CASE("report R1: the closing figures of Val d'Enza, from saved records",
          "[commands][report][S010][S011][S012][S060][S061][S095][S096][S097]") {
  ValDenza bench;
  bench.save({bench.expense(bench.line_b, "35.169,00", "2023-03-31"),
              bench.expense(bench.line_c, "7.000,00", "2022-06-30")});
  const json::object report = bench.desk.call(bench.asked("report.run"));
  CHECK(text(report, "code") == "R1");
  CHECK(report.at("holds").as_bool());
  // Duration: first day, last day, both included.
  CHECK(figure(report, "duration", 0, 0) == "01/06/2021");
  CHECK(figure(report, "duration", 1, 0) == "31/03/2023");
  CHECK(figure(report, "duration", 2, 0) == "669");
  CHECK(figure(report, "duration", 3, 0) == "€ 42.869,00");
  // People: who came back counts once.
  CHECK(figure(report, "people", 0, 0) == "66");
  CHECK(figure(report, "people", 1, 0) == "62");
  CHECK(figure(report, "people", 2, 0) == "4");
  CHECK(figure(report, "people", 3, 0) == "93,94 %");
  CHECK(cell_of(report, "people", 0, 0).at("records").to_number<int>() == 66);
  // Three kinds of contact.
  CHECK(figure(report, "meetings", 0, 0) == "9");
  CHECK(figure(report, "meetings", 1, 0) == "7");
  CHECK(figure(report, "meetings", 2, 0) == "29");
  // They are different things, so nothing adds them up.
  const json::object& meetings = list(report, "tables")[2].as_object();
  CHECK(text(meetings, "name") == "meetings");
  CHECK(list(meetings, "rows").size() == 3);
  // Amounts and their shares.
  CHECK(figure(report, "lines", 0, 0) == "€ 35.169,00");
  CHECK(figure(report, "lines", 0, 1) == "82,04 %");
  CHECK(figure(report, "lines", 1, 0) == "€ 7.700,00");
  CHECK(figure(report, "lines", 1, 1) == "17,96 %");
  CHECK(figure(report, "lines", 1, 3) == "€ 700,00");
  CHECK(figure(report, "lines", 2, 0) == "€ 42.869,00");

  const json::object english = bench.desk.call(bench.asked("report.run", {{"lang", "en"}}));
  CHECK(text(english, "title") == "Closing report of a project");
  CHECK(figure(english, "lines", 0, 0) == "€ 35,169.00");
}

TEST_CASE("report R1: later work does not change who was out of work at intake",
          "[commands][report][S061]") {
  ValDenza bench;
  const json::object refused = bench.desk.refused(
      {{"command", "record.save"},
       {"type", "entry_snapshot"},
       {"dossier", bench.person_dossiers[10]},
       {"fields",
        {{"participation", bench.stays[10]}, {"state", "chiusa"}, {"employment", "occupato"}}}});
  CHECK_FALSE(text(refused, "message_it").empty());
  CHECK(figure(bench.desk.call(bench.asked("report.run")), "people", 1, 0) == "62");
}

TEST_CASE("report.records: the records behind a figure", "[commands][report]") {
  ValDenza bench;
  const json::object udp = bench.desk.call(bench.asked(
      "report.records", {{"table", "meetings"}, {"measure", "meetings"}, {"row", {"UDP"}}}));
  CHECK(text(udp, "value") == "9");
  CHECK(list(udp, "records").size() == 9);
  CHECK(text(list(udp, "records")[0].as_object(), "type") == "meeting");
  const json::object nothing = bench.desk.refused(bench.asked(
      "report.records", {{"table", "meetings"}, {"measure", "meetings"}, {"row", {"EQUIPE"}}}));
  CHECK(text(nothing, "code") == "not_found");
  CHECK_THAT(text(nothing, "message_it"), Contains("«EQUIPE»; ha: ") && Contains("UDP"));
  CHECK_THAT(text(bench.desk.refused(bench.asked(
                      "report.records", {{"table", "meetings"}, {"measure", "metres"}})),
                  "message_en"),
             Contains("“metres”; it has: meetings, minutes"));
  CHECK_THAT(text(bench.desk.refused(bench.asked("report.records",
                                                 {{"table", "tables"}, {"measure", "meetings"}})),
                  "message_it"),
             Contains("«tables»; ha: duration, people, meetings"));
}

TEST_CASE("report.run: a report of the server's says who has it", "[commands][report]") {
  ValDenza bench;
  for (const char* code : {"R9S", "R10", "r11", "R15"}) {
    const json::object refused =
        bench.desk.refused({{"command", "report.run"}, {"report", code}});
    CHECK(text(refused, "code") == "unknown_report");
    CHECK_THAT(text(refused, "message_it"), Contains("lo calcola il server"));
    CHECK_THAT(text(refused, "message_en"), Contains(std::string("report run ") + code));
  }
}

TEST_CASE("report.run: figures about few people are hidden, and what gives them away",
          "[commands][report][S025]") {
  ValDenza bench;
  // Two came in the first month; who comes back a year later is not counted again.
  const json::object with{{"project", bench.project}, {"from", "01/06/2021"}, {"to", "30/06/2021"}};
  const json::object report = bench.desk.call(bench.asked("report.run", {{"with", with}}));
  CHECK(figure(report, "people", 0, 0) == "(p)");
  CHECK(figure(report, "people", 3, 0) == "(p)");
  CHECK_FALSE(cell_of(report, "people", 0, 0).contains("value"));
  const json::object kept = bench.desk.refused(
      bench.asked("report.records", {{"with", with}, {"table", "people"}, {"measure", "reached"}}));
  CHECK(text(kept, "code") == "not_allowed");
  const json::object full =
      bench.desk.call(bench.asked("report.run", {{"with", with}, {"full", true}}));
  CHECK(figure(full, "people", 0, 0) == "2");
}

TEST_CASE("report.run: what does not add up is said", "[commands][report][S008]") {
  ValDenza bench;
  bench.desk.save(bench.project, {{"admitted", "42.870,00"}});
  const json::object report = bench.desk.call(bench.asked("report.run"));
  CHECK_FALSE(report.at("holds").as_bool());
  const json::object& check = list(report, "checks")[0].as_object();
  CHECK(text(check, "name") == "lines_make_the_grant");
  CHECK(text(check, "left") == "€ 42.869,00");
  CHECK(text(check, "right") == "€ 42.870,00");
  CHECK_FALSE(check.at("holds").as_bool());
}

TEST_CASE("report.run: bad requests name the argument", "[commands][report]") {
  ValDenza bench;
  json::object missing = bench.asked("report.run", {{"with", json::object{}}});
  CHECK(text(bench.desk.refused(missing), "field") == "project");
  missing["with"] = {{"project", bench.line_b}};
  CHECK_THAT(text(bench.desk.refused(missing), "message_en"), Contains("wants a record of type"));
  missing["with"] = {{"project", bench.project}, {"form", "2021-01-01"}};
  CHECK(text(bench.desk.refused(missing), "code") == "unknown_argument");
  missing["report"] = "R99";
  CHECK(text(bench.desk.refused(missing), "code") == "unknown_report");
  json::object reversed = bench.asked("report.run");
  reversed["with"] = {{"project", bench.project}, {"from", "2022-01-01"}, {"to", "2021-01-01"}};
  CHECK(text(bench.desk.refused(reversed), "field") == "to");
}

TEST_CASE("report R2: the budget table of SILS cell by cell, both ways",
          "[commands][report][S016]") {
  Bench bench;
  const std::string project = Bench::id_at(
      bench.create("project",
                   {{"title", "SILS"}, {"from_date", "01/07/2020"}, {"to_date", "31/12/2022"}}),
      0);
  json::array lines;
  const auto budget = [&](const char* year, const char* item, const char* amount) {
    lines.push_back(json::object{
        {"type", "budget_line"},
        {"dossier", bench.dossier},
        {"fields", {{"year", year}, {"item", item}, {"source", "fnps"}, {"amount", amount}}}});
  };
  budget("2020", "personale", "60.000,00");
  budget("2021", "personale", "60.000,00");
  budget("2022", "personale", "60.000,00");
  budget("2020", "sistemi_informativi", "64.877,39");
  budget("2021", "sistemi_informativi", "15.000,00");
  budget("2022", "sistemi_informativi", "15.000,00");
  for (const char* year : {"2020", "2021", "2022"}) {
    budget(year, "formazione_eventi_missioni", "5.000,00");
  }
  bench.save(std::move(lines));
  const json::object request{
      {"command", "report.run"}, {"report", "r2"}, {"with", {{"project", project}}}};
  const json::object report = bench.desk.call(request);
  CHECK(report.at("holds").as_bool());
  const std::vector<std::vector<std::string>> wanted = {
      {"€ 60.000,00", "€ 60.000,00", "€ 60.000,00", "€ 60.000,00", "€ 60.000,00", "€ 60.000,00",
       "€ 180.000,00"},
      {"€ 64.877,39", "€ 64.877,39", "€ 15.000,00", "€ 15.000,00", "€ 15.000,00", "€ 15.000,00",
       "€ 94.877,39"},
      {"€ 5.000,00", "€ 5.000,00", "€ 5.000,00", "€ 5.000,00", "€ 5.000,00", "€ 5.000,00",
       "€ 15.000,00"},
      {"€ 129.877,39", "€ 129.877,39", "€ 80.000,00", "€ 80.000,00", "€ 80.000,00", "€ 80.000,00",
       "€ 289.877,39"}};
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    for (std::size_t cell = 0; cell < wanted[row].size(); ++cell) {
      CHECK(figure(report, "budget", row, cell) == wanted[row][cell]);
    }
  }
  std::size_t both_ways = 0;
  for (const json::value& one : list(report, "checks")) {
    const json::object& check = one.as_object();
    if (text(check, "name").rfind("cross_foot.budget", 0) != 0) continue;
    CHECK(text(check, "left") == "€ 289.877,39");
    CHECK(text(check, "right") == "€ 289.877,39");
    ++both_ways;
  }
  CHECK(both_ways == 2);
}

TEST_CASE("report.export: CSV, print-ready HTML and a workbook", "[commands][report][S022]") {
  ValDenza bench;
  const auto exported = [&](const char* format, const std::string& path) {
    json::object more{{"format", format}};
    if (!path.empty()) more["path"] = path;
    return bench.desk.call(bench.asked("report.export", more));
  };
  const std::string csv = text(exported("csv", {}), "content");
  CHECK_THAT(csv, Contains("Persone;66\r\n") && Contains("35169,00;82,04;"));
  const std::string html = text(exported("html", {}), "content");
  CHECK_THAT(html, Contains("<html lang=\"it\">") && Contains("€ 35.169,00") && Contains("<svg"));
  CHECK(html.find("http") == std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  const std::string path = bench.folder.file("relazione.xlsx");
  CHECK(text(exported("xlsx", path), "path") == path);
  std::ifstream in(path, std::ios::binary);
  const std::string book{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  CHECK(book.substr(0, 4) == "PK\x03\x04");
  CHECK_THAT(book, Contains("xl/worksheets/sheet1.xml"));
  CHECK(text(bench.desk.refused(bench.asked("report.export", {{"format", "xlsx"}, {"path", path}})),
             "code") == "already_exists");
  CHECK(text(bench.desk.refused(bench.asked("report.export", {{"format", "xlsx"}})), "field") ==
        "path");
}

}  // namespace
}  // namespace insieme::testing
