// Reports over all dossiers of the space: a real server, real stores, the real command lines.
#include <fstream>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

json::object server_report(Ambito& at, Words words) {
  words.insert(words.begin(), {"report", "run"});
  return at.server.admin_json(std::move(words)).as_object();
}

Finished refused_by(const OfficeServer& server, Words words) {
  words.insert(words.begin(), {"--data", server.data()});
  return run_program("insieme-server", words, server.environment);
}

/// The texts of a row's cells, found by its labels; empty if there is none.
Words row_of(const json::object& report, std::string_view table, const Words& labels) {
  for (const json::value& one : report.at("tables").as_array()) {
    if (one.as_object().at("name").as_string() != table) continue;
    for (const json::value& line : one.as_object().at("rows").as_array()) {
      Words found;
      for (const json::value& label : line.as_object().at("labels").as_array()) {
        found.emplace_back(label.as_string());
      }
      if (found != labels) continue;
      Words out;
      for (const json::value& cell : line.as_object().at("cells").as_array()) {
        out.emplace_back(cell.as_object().at("text").as_string());
      }
      return out;
    }
  }
  return {};
}

/// The same page, whoever computed it: what the reply of a command has besides is left out.
std::string page_text(const json::object& report) {
  json::object out;
  for (const char* name : {"report", "code", "title", "parameters", "tables", "checks", "holds"}) {
    out[name] = report.at(name);
  }
  return json::serialize(out);
}

struct Space {
  Ambito at;
  std::string project;

  Space() {
    const Terminal& carla = at.carla;
    const json::object made = carla.ask({"add", "project", "title=PaIS", "admitted=42.869,00",
                                         "from_date=01/06/2021", "to_date=31/03/2023"});
    const std::string dossier = member(made, "dossier");
    project = member(made.at("record").as_object(), "id");
    const std::string line = line_of(dossier, "B", "35.169,00");
    line_of(dossier, "C", "7.700,00");
    for (const char* name : {"Bianchi", "Verdi", "Neri", "Gialli"}) {
      const json::object person =
          carla.ask({"add", "person", std::string("surname=") + name, "given_names=Prova"});
      const json::object entered =
          carla.ask({"add", "participation", "--dossier", member(person, "dossier"),
                     "person=" + member(person.at("record").as_object(), "id"),
                     "action_line=" + line, "entry_on=01/09/2021"});
      carla.ok({"add", "entry_snapshot", "--dossier", member(person, "dossier"),
                "participation=" + member(entered.at("record").as_object(), "id"), "state=aperta",
                "employment=disoccupato"});
    }
    carla.ok({"sync"});
  }
  std::string line_of(const std::string& dossier, const char* code, const char* budget) {
    const json::object line =
        at.carla.ask({"add", "action_line", "--dossier", dossier, std::string("code=") + code,
                      "title=Azione", "project=" + project, std::string("budget=") + budget});
    return member(line.at("record").as_object(), "id");
  }
};

TEST_CASE("report on the server: the figures of a tablet that holds everything, to the byte",
          "[integration][S108][S037]") {
  Space space;
  const std::string with = "project=" + space.project;
  CHECK(page_text(server_report(space.at, {"R1", "--with", with})) ==
        page_text(space.at.carla.ask({"report", "run", "R1", "--with", with})));
  const json::object by_area = server_report(space.at, {"R19"});
  CHECK(page_text(by_area) == page_text(space.at.carla.ask({"report", "run", "R19"})));
  // A territory by name; a record by its last digits; the other language.
  CHECK(page_text(server_report(space.at, {"R19", "--with", "territory=VEN-09"})) ==
        page_text(space.at.carla.ask({"report", "run", "R19", "--territory", "VEN_09"})));
  const json::object english = server_report(
      space.at, {"R1", "--with", "project=" + space.project.substr(space.project.size() - 8),
                 "--lang", "en"});
  CHECK(member(english, "title") !=
        member(server_report(space.at, {"R1", "--with", with}), "title"));
}

TEST_CASE("report on the server: figures about few people are hidden, whoever asks",
          "[integration][S025][S126]") {
  Space space;
  // Anna's store holds one family, of which a form of the server would show that it is one.
  const json::object report = server_report(space.at, {"R4"});
  CHECK(json::serialize(report).find("\"hidden\":true") != std::string::npos);
  const Finished refused =
      refused_by(space.at.server, {"report", "records", "R4", "--table",
                                   member(report.at("tables").as_array()[0].as_object(), "name"),
                                   "--measure", "households"});
  CHECK(refused.code == 4);
  CHECK(refused.err.find("few people") != std::string::npos);
  CHECK(refused.out.find("Rossi") == std::string::npos);
}

TEST_CASE("report on the server: conflicts by state, devices by what they lack",
          "[integration][S125][S046]") {
  Ambito at;
  at.exchange();
  at.anna.ok({"edit", at.visit, "next_step=Telefonare"});
  at.bruno.ok({"edit", at.visit, "next_step=Passare a casa"});
  at.exchange();
  json::object report = server_report(at, {"R10"});
  CHECK(report.at("holds").as_bool());
  Words row = row_of(report, "questions", {"Valori in contrasto"});
  REQUIRE(row.size() >= 4);
  CHECK(row[0] == "1");
  CHECK(row[1] == "1");
  CHECK(row[3] == "0");
  row = row_of(report, "devices", {"Attivo", "Totale"});
  REQUIRE_FALSE(row.empty());
  CHECK(row[0] == "3");
  const json::array open = at.items(at.carla);
  REQUIRE(open.size() == 1);
  at.carla.ok({"resolve", member(open[0].as_object(), "id"), "--write", "Telefonare, poi passare",
               "--reason", "sentita la famiglia"});
  at.exchange();
  report = server_report(at, {"R10"});
  row = row_of(report, "questions", {"Valori in contrasto"});
  CHECK(row[1] == "0");
  CHECK(row[3] == "1");
  CHECK(row[4] == "100,00 %");
}

TEST_CASE("report on the server: who was given a dossier, when and by which act",
          "[integration][S126]") {
  Ambito at;
  at.server.admin(
      {"handover", at.dossier, "--from", "anna", "--to", "bruno", "--reason", "cambio di zona"});
  const json::object report = server_report(at, {"R15", "--with", "dossier=" + at.dossier});
  CHECK(report.at("holds").as_bool());
  const std::string said = json::serialize(report);
  CHECK(said.find("Consegna ad altri") != std::string::npos);
  CHECK(said.find("anna") != std::string::npos);
  CHECK(said.find("Rossi") == std::string::npos);
}

TEST_CASE("opening: what a tablet showed of health weeks ago is a line of the server's log",
          "[integration][S126]") {
  Ambito at;
  at.server.admin({"assign", "anna", at.dossier, "--sections", "core,education,health"});
  at.exchange();
  at.anna.ok({"edit", at.visit, "health_notes=Porta l'inalatore"});
  at.anna.ok({"sync"});
  CHECK(member(at.anna.ask({"status"}), "openings") == "0");
  CHECK(at.anna.ok({"--purpose", "visita", "show", at.visit}).find("inalatore") !=
        std::string::npos);
  at.anna.ok({"--purpose", "visita", "show", at.visit});
  CHECK(member(at.anna.ask({"status"}), "openings") == "1");
  at.server.stop();
  at.anna.refused(4, {"sync"});
  CHECK(member(at.anna.ask({"status"}), "openings") == "1");
  at.server.start();
  at.anna.ok({"sync"});
  at.anna.ok({"sync"});
  CHECK(member(at.anna.ask({"status"}), "openings") == "0");
  const std::string log = at.server.admin({"--json", "access-log", "--dossier", at.dossier});
  const std::size_t line = log.find(R"("kind":"opened")");
  REQUIRE(line != std::string::npos);
  CHECK(log.find(R"("kind":"opened")", line + 1) == std::string::npos);
  CHECK(log.find(R"("opened_for":"visita")", line) != std::string::npos);
  at.server.admin({"verify"});
  const json::object report = server_report(at, {"R15", "--with", "dossier=" + at.dossier});
  CHECK(report.at("holds").as_bool());
  CHECK(row_of(report, "openings", {"health", "Visita o colloquio"}) == Words{"1", "1", "1"});
  CHECK(json::serialize(report).find("inalatore") == std::string::npos);
}

TEST_CASE("report on the server: a wrong question is told, a file is not written over",
          "[integration]") {
  Ambito at;
  const auto says = [&](Words words, const char* what) {
    words.insert(words.begin(), "report");
    const Finished refused = refused_by(at.server, words);
    CHECK(refused.code == 4);
    INFO(refused.err);
    CHECK(refused.err.find(what) != std::string::npos);
  };
  says({"run", "R99"}, "no report");
  says({"run", "R1"}, "--with project=");
  says({"run", "R10", "--with", "colour=red"}, "territory");
  says({"run", "R10", "--with", "from=31/02/2024"}, "from");
  says({"run", "R10", "--with", "from=2024-02-01", "--with", "to=2024-01-01"}, "ends before");
  says({"run", "R1", "--with", "project=ffffffff"}, "no project");
  says({"records", "R10", "--table", "questions", "--measure", "height"}, "no measure");
  const std::string path = (at.folder.path() / "r10.html").string();
  at.server.admin({"report", "run", "R10", "--format", "html", "--output", path});
  std::ifstream in(path);
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  CHECK(page.find("<html") != std::string::npos);
  CHECK(page.find("Conflitti") != std::string::npos);
  says({"run", "R10", "--format", "html", "--output", path}, "exists already");
}

}  // namespace
}  // namespace insieme::testing
