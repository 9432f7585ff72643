// The server's own reports from a desk: cut down to what whoever asks may know.
#include "steer_desk.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

json::object asked(const char* report) { return {{"report", report}}; }

json::object behind(const char* report, const char* table, const char* measure) {
  return {{"report", report}, {"table", table}, {"measure", measure}};
}

/// Of a total.
std::string total_of(const json::object& page, std::string_view table, std::string_view measure) {
  for (const json::value& one : page.at("tables").as_array()) {
    if (one.at("name").as_string() != table) continue;
    const json::array& rows = one.at("rows").as_array();
    for (const json::value& cell : rows.back().at("cells").as_array()) {
      if (cell.at("measure").as_string() == measure) {
        return std::string(cell.as_object().contains("value") ? cell.at("value").as_string()
                                                              : "");
      }
    }
  }
  return {};
}

}  // namespace

TEST_CASE("steer report: told to those with the power, and R11 to who is of no one body",
          "[server][steer][S046][S126]") {
  Desk d;
  for (const char* code : {"R10", "R15"}) {
    CAPTURE(code);
    CHECK(d.ask(d.carla, "report", asked(code)).status == 200);
    CHECK(d.ask(d.dario, "report", asked(code)).status == 403);
    CHECK(d.ask(d.anna, "report", asked(code)).status == 403);
  }
  CHECK(d.ask(d.carla, "report", asked("R11")).status == 200);
  CHECK(d.ask(d.dario, "report", asked("R11")).status == 200);
  CHECK(d.ask(d.anna, "report", asked("R11")).status == 403);
  for (const char* code : {"R1", "R9S", "", "r10"}) {
    CAPTURE(code);
    CHECK(d.ask(d.carla, "report", asked(code)).status == 404);
  }
  CHECK(d.is_audited("user-carla", "report"));
  REQUIRE(d.repository->put_organization({"here", "Qui", "", {}, {}}).ok());
  REQUIRE(d.repository->set_person("user-carla", {std::string("here"), {}, {}}).ok());
  CHECK(d.ask(d.carla, "report", asked("R11")).status == 403);
}

TEST_CASE("steer report: what is asked wrongly is refused in words", "[server][steer]") {
  Desk d;
  json::object body = asked("R15");
  body["with"] = "R15";
  CHECK(d.ask(d.carla, "report", body).status == 400);
  body["with"] = json::object{{"nowhere", "x"}};
  CHECK(d.ask(d.carla, "report", body).status == 400);
  body["with"] = json::object{{"territory", "Atlantide"}};
  CHECK(d.ask(d.carla, "report", body).status == 400);
  body["with"] = json::object{{"dossier", "ffffffff"}};
  CHECK(d.ask(d.carla, "report", body).status == 404);
  CHECK(d.ask(d.carla, "report/records", behind("R15", "nothing", "acts")).status == 404);
  json::object figure = behind("R15", "accesses", "acts");
  figure["row"] = "user-anna";
  CHECK(d.ask(d.carla, "report/records", figure).status == 404);
}

TEST_CASE("steer report: one place is not told of the dossiers and the devices of another",
          "[server][steer][P7][S126]") {
  Desk d;
  REQUIRE(d.repository->put_organization({"here", "Qui", "", {}, {}}).ok());
  REQUIRE(d.repository->put_organization({"there", "Là", "", {}, {}}).ok());
  for (const char* account : {"user-anna", "user-carla"}) {
    REQUIRE(d.repository->set_person(account, {std::string("here"), {}, {}}).ok());
  }
  for (const char* account : {"user-luca", "user-dora"}) {
    REQUIRE(d.repository->set_person(account, {std::string("there"), {}, {}}).ok());
  }
  REQUIRE(d.repository->place(dossier("d1"), "here", "").ok());
  REQUIRE(d.repository->assign("user-anna", dossier("d1"), {"core"}, {}, "user-carla").ok());
  const json::object devices = behind("R10", "devices", "devices");
  CHECK(json::serialize(d.answer(d.carla, "report/records", devices)).find("user-anna") !=
        std::string::npos);
  const std::string theirs = json::serialize(d.answer(d.dora, "report/records", devices));
  CHECK(theirs.find("user-luca") != std::string::npos);
  CHECK(theirs.find("user-anna") == std::string::npos);
  CHECK(theirs.find("user-carla") == std::string::npos);
  for (const auto& body : {behind("R15", "accesses", "acts"), behind("R15", "reads", "lines")}) {
    CHECK_FALSE(d.answer(d.carla, "report/records", body).at("records").as_array().empty());
    CHECK(d.answer(d.dora, "report/records", body).at("records").as_array().empty());
  }
  json::object named = asked("R15");
  named["with"] = json::object{{"dossier", to_text(dossier("d1")).substr(0, 8)}};
  CHECK(d.ask(d.carla, "report", named).status == 200);
  CHECK(d.ask(d.dora, "report", named).status == 404);  // as what is not there
}

TEST_CASE("steer report: who is in a reserved section is told to nobody outside of it",
          "[server][steer][P7][S126]") {
  Desk d;
  work_in_reserved_section(d);
  const auto told = [&] {
    std::string all = json::serialize(d.answer(d.carla, "report", asked("R15")));
    for (const auto& body : {behind("R15", "accesses", "acts"), behind("R15", "reads", "lines")}) {
      all += json::serialize(d.answer(d.carla, "report/records", body));
    }
    return all;
  };
  std::string text = told();
  CAPTURE(text);
  CHECK(text.find("antitratta") == std::string::npos);
  CHECK(text.find("user-luca") == std::string::npos);
  CHECK(text.find("cancellazione") == std::string::npos);
  CHECK(text.find("user-anna") != std::string::npos);
  // Whoever is in it is told.
  REQUIRE(d.repository->assign("user-carla", dossier("d1"), {"core", "antitratta"}).ok());
  text = told();
  CHECK(text.find("user-luca") != std::string::npos);
  CHECK(text.find("cancellazione") != std::string::npos);
}

TEST_CASE("steer report: a question in a section that one has not is not counted",
          "[server][steer][P7][S046]") {
  Desk d;
  REQUIRE(d.repository->assign("user-luca", dossier("d1"), {"core"}).ok());
  REQUIRE(d.sync(d.luca).done);
  d.anna.write(document_of("d1"), {op_on("r1", "notes", WriteOp{Value{std::string("una")}})});
  d.luca.write(document_of("d1"), {op_on("r1", "notes", WriteOp{Value{std::string("altra")}})});
  REQUIRE(d.sync(d.anna).done);
  REQUIRE(d.sync(d.luca).done);
  CHECK(total_of(d.answer(d.carla, "report", asked("R10")), "questions", "open") == "1");
  REQUIRE(d.repository->assign("user-carla", dossier("d1"), {"education"}).ok());
  CHECK(total_of(d.answer(d.carla, "report", asked("R10")), "questions", "open") == "0");
}
