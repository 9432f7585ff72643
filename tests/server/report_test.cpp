// The server's own reports, over what it knows by itself.
#include <filesystem>

#include "fixture.hpp"
#include "insieme/server/reporting.hpp"
#include "reports/own_bundle.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::int64_t figure(const server::SpaceReport& report, std::string_view table,
                    const std::vector<std::string>& row, std::string_view measure) {
  for (const reports::TableResult& one : report.result.tables) {
    if (one.table->name != table) continue;
    const auto at = one.row_of(row);
    REQUIRE(at.has_value());
    for (std::size_t m = 0; m < one.table->measures.size(); ++m) {
      if (one.table->measures[m].name != measure) continue;
      return one.at(*at, *one.column_of({}), m).value.value_or(0);
    }
  }
  FAIL("no figure " << table << "." << measure);
  return 0;
}

bool holds(const server::SpaceReport& report, std::string_view check) {
  for (const reports::CheckResult& one : report.result.checks) {
    if (one.name == check) return one.holds;
  }
  FAIL("no check " << check);
  return false;
}

server::SpaceReport run(World& world, const char* report) {
  auto out = server::run_space_report(*world.repository, {report, {}}, world.now_ms);
  if (!out.ok()) FAIL(out.error().detail);
  return std::move(*out);
}

TEST_CASE("server bundle: every JSON file under schema/server/ is in the program", "[server]") {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("schema/server")) {
    if (entry.path().extension() != ".json") continue;
    const std::string file = entry.path().lexically_relative("schema/server").generic_string();
    INFO(file);
    CHECK(server::own_bundle_files().count(file) == 1);
    ++found;
  }
  CHECK(found == server::own_bundle_files().size());
}

TEST_CASE("server bundle: its own types and reports explain themselves in both languages",
          "[server][S102]") {
  const schema::Bundle& bundle = server::server_bundle();
  CHECK(bundle.digest != schema::embedded_bundle().digest);
  REQUIRE(server::server_types().size() == 6);
  for (const std::string& name : server::server_types()) {
    const schema::RecordType* type = bundle.find_type(name);
    REQUIRE(type != nullptr);
    CHECK_FALSE(type->help.it.empty());
    CHECK_FALSE(type->help.en.empty());
    for (const schema::Field& field : type->fields) {
      INFO(name << "." << field.name);
      CHECK_FALSE(field.help.it.empty());
      CHECK_FALSE(field.help.en.empty());
    }
    // No tablet makes tables or forms for what no person writes.
    CHECK(schema::embedded_bundle().find_type(name) == nullptr);
  }
  for (const char* code : {"R1", "R9S", "R10", "R11", "R15", "R19"}) {
    CHECK(server::server_reports().find(code) != nullptr);
  }
  CHECK(schema::embedded_reports().find("R10") == nullptr);
}

TEST_CASE("server bundle: a table takes the territory, or says why not", "[server][S037]") {
  for (const schema::Report& report : server::server_reports().reports) {
    for (const schema::ReportTable& table : report.tables) {
      CAPTURE(report.code, table.name);
      CHECK((table.place != nullptr) == (table.not_by.count("territory") == 0));
    }
  }
}

TEST_CASE("R15: acts and accesses of the dossiers of a territory", "[server][S126]") {
  World world;
  MemoryDevice anna{"anna"};
  world.add(anna);
  anna.create(dossier("d1"));
  anna.create(dossier("d2"));
  anna.write(document_of("d1"), {Operation{rec("h"), "household", "commune",
                                           WriteOp{Value{std::string("035004")}}, {}}});
  anna.write(document_of("d2"), {set_op("note", std::int64_t{1})});
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.repository->place(dossier("d2"), "", "026086").ok());
  const auto lines = [&](const char* territory) {
    std::vector<std::pair<std::string, std::string>> with;
    if (*territory != 0) with.emplace_back("territory", territory);
    auto out = server::run_space_report(*world.repository, {"R15", std::move(with)}, world.now_ms);
    if (!out.ok()) FAIL(out.error().detail);
    CHECK(out->result.holds());
    return std::pair(figure(*out, "reads", {}, "lines"), figure(*out, "bases", {}, "dossiers"));
  };
  const auto all = lines("");
  const auto bibbiano = lines("Bibbiano");
  const auto treviso = lines("VEN_09");  // as it was declared
  CHECK(bibbiano.first > 0);
  CHECK(bibbiano.first + treviso.first == all.first);
  CHECK(bibbiano.second == 1);
  CHECK(treviso.second == 1);
  CHECK(lines("VEN_08").first == 0);
}

TEST_CASE("R10: a device that writes with other rules than the server is told", "[server][S127]") {
  World world;
  MemoryDevice anna{"anna"};
  world.add(anna);
  anna.create(dossier("d1"));
  anna.write(document_of("d1"), {set_op("note", std::int64_t{1})});
  REQUIRE(world.sync(anna).done);
  const server::SpaceReport report = run(world, "R10");
  // Tablets of these tests write with a version of their own.
  CHECK(figure(report, "rules", {}, "devices") == 1);
  CHECK(figure(report, "rules", {}, "same") == 0);
  CHECK_FALSE(holds(report, "same_rules"));
}

TEST_CASE("R10: devices that are behind, silent or revoked", "[server][S046]") {
  World world;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  MemoryDevice carla{"carla"};
  for (MemoryDevice* one : {&anna, &bruno, &carla}) world.add(*one);
  anna.create(dossier("d1"));
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.sync(bruno).done);
  world.now_ms += 40LL * 86'400'000;
  for (int i = 0; i < 3; ++i) anna.write(document_of("d1"), {set_op("note", std::int64_t{i})});
  REQUIRE(world.sync(anna).done);
  const server::SpaceReport report = run(world, "R10");
  CHECK(figure(report, "devices", {"attivo"}, "devices") == 1);
  CHECK(figure(report, "devices", {"silenzioso"}, "devices") == 1);
  CHECK(figure(report, "devices", {"silenzioso"}, "silence") == 40);
  CHECK(figure(report, "devices", {"silenzioso"}, "behind") == 4);  // the grant to Anna, too
  CHECK(figure(report, "devices", {"mai_visto"}, "devices") == 1);
  CHECK(figure(report, "devices", {}, "devices") == 3);
}

TEST_CASE("R10: what two wrote without knowing of each other is open until somebody decides",
          "[server][S125]") {
  World world;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  for (MemoryDevice* one : {&anna, &bruno}) world.add(*one);
  const DocumentId core = document_of("d1");
  anna.create(dossier("d1"));
  anna.write(core, {set_op("note", std::int64_t{0})});
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.repository->assign("user-bruno", dossier("d1"), {"core"}).ok());
  REQUIRE(world.sync(bruno).done);
  anna.write(core, {set_op("note", std::int64_t{1})});
  bruno.write(core, {set_op("note", std::int64_t{2})});
  for (MemoryDevice* one : {&anna, &bruno, &anna}) REQUIRE(world.sync(*one).done);
  const server::SpaceReport open = run(world, "R10");
  CHECK(figure(open, "questions", {"valori"}, "open") == 1);
  CHECK(figure(open, "questions", {}, "resolved") == 0);
  CHECK(holds(open, "every_question_has_a_state"));
  // The same state gives the same report, whoever counts.
  const auto second = world.second_process();
  const auto again = server::run_space_report(*second, {"R10", {}}, world.now_ms);
  REQUIRE(again.ok());
  CHECK(figure(*again, "questions", {"valori"}, "open") == 1);
}

TEST_CASE("R11: flows that were published, acquired and rejected make all there are",
          "[server][S105]") {
  World world;
  const auto publish = [&](const char* name, const char* kind, const char* body) {
    server::Flow flow;
    flow.name = name;
    flow.kind = kind;
    flow.body_code = body;
    flow.xml = {'x'};
    const auto added = world.repository->add_flow(flow);
    REQUIRE(added.ok());
    return added->ts_ms;
  };
  publish("L407.PS.20260901.0000001", "PS_PSA_SINA", "L407");
  const std::int64_t second = publish("L407.PS.20260901.0000002", "PS_PSA_SINA", "L407");
  const std::int64_t third = publish("H501.SINBA.20260901.0000001", "SINBA", "H501");
  publish("H501.SINBA.20260901.0000002", "SINBA", "H501");
  REQUIRE(world.repository->withdraw_flow("H501.SINBA.20260901.0000002", "wrong person").ok());
  const std::int64_t later = world.now_ms + 3LL * 86'400'000;
  const std::vector<server::FlowOutcome> outcomes{
      {"L407.PS.20260901.0000002", "PS_PSA_SINA", second, later - 5, "ERRORE_GENERICO", "poi", "",
       later, true},
      {"L407.PS.20260901.0000002", "PS_PSA_SINA", second, later, "OK", "", "22738", later, true},
      {"H501.SINBA.20260901.0000001", "SINBA", third, later, "RICHIESTA_INVALIDA", "manca", "",
       later, true},
      {"Z999.PS.20260901.0000001", "PS_PSA_SINA", 1, later, "OK", "", "1", later, true}};
  world.repository->note_outcomes(outcomes);
  world.now_ms += 10LL * 86'400'000;
  const server::SpaceReport report = run(world, "R11");
  CHECK(figure(report, "flows", {}, "flows") == 4);
  CHECK(figure(report, "flows", {"PS_PSA_SINA"}, "waiting") == 1);
  CHECK(figure(report, "flows", {"PS_PSA_SINA"}, "acquired") == 1);  // the last word counts
  CHECK(figure(report, "flows", {"PS_PSA_SINA"}, "oldest") == 10);
  CHECK(figure(report, "flows", {"SINBA"}, "rejected") == 1);
  CHECK(figure(report, "flows", {"SINBA"}, "withdrawn") == 1);
  CHECK(figure(report, "rejections", {"RICHIESTA_INVALIDA", "manca"}, "flows") == 1);
  CHECK(figure(report, "strangers", {}, "outcomes") == 1);
  for (const char* check :
       {"states_make_all", "months_make_all", "bodies_make_all", "rejections_make_all"}) {
    CHECK(holds(report, check));
  }
  const auto asked = [&](const char* name, const char* value) {
    auto out = server::run_space_report(*world.repository, {"R11", {{name, value}}}, world.now_ms);
    if (!out.ok()) FAIL(out.error().detail);
    return figure(*out, "flows", {}, "flows");
  };
  CHECK(asked("body", "H501") == 2);
  CHECK(asked("territory", "Treviso") == 2);  // the commune of the body's code
  CHECK(asked("from", "2030-01-01") == 0);
}

TEST_CASE("R15: who read, wrote, opened or asked in vain, on which basis and why",
          "[server][S126]") {
  World world;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  for (MemoryDevice* one : {&anna, &bruno}) world.add(*one);
  anna.create(dossier("d1"));
  anna.write(document_of("d1"), {set_op("note", std::int64_t{1})});
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.repository->assign("user-bruno", dossier("d1"), {"core"}).ok());
  REQUIRE(world.sync(bruno).done);
  world.repository->note_access(world.caller(bruno),
                                {{dossier("d2"), server::AccessKind::refused, {}, 0}});
  const std::int64_t opened_ms = world.now_ms - 30LL * 86'400'000;
  for (int told = 0; told < 2; ++told) {
    static_cast<void>(world.repository->note_openings(
        world.caller(bruno), {{dossier("d1"), server::AccessKind::opened, {"health"}, 0, opened_ms,
                               "visita"}}));
  }
  const server::SpaceReport report = run(world, "R15");
  CHECK(holds(report, "bases_make_all"));
  CHECK(figure(report, "openings", {"health", "visita"}, "lines") == 1);
  CHECK(figure(report, "bases", {"nessuno"}, "in_vain") == 1);
  CHECK(figure(report, "bases", {"assigned"}, "people") == 1);
  CHECK(figure(report, "bases", {"opened"}, "dossiers") == 1);
  // It counts on the day on which it was opened, not on that of the synchronisation.
  const auto month = server::run_space_report(
      *world.repository, {"R15", {{"to", "2026-09-01"}, {"dossier", to_text(dossier("d1"))}}},
      world.now_ms);
  REQUIRE(month.ok());
  CHECK(figure(*month, "reads", {}, "lines") == 1);
  // A dossier by some of its digits; one that there is not is no empty report.
  const auto asked = [&](const std::string& dossier_text) {
    return server::run_space_report(*world.repository, {"R15", {{"dossier", dossier_text}}},
                                    world.now_ms);
  };
  const std::string id = to_text(dossier("d1"));
  const auto by_digits = asked(id.substr(id.size() - 8));
  REQUIRE(by_digits.ok());
  CHECK(figure(*by_digits, "openings", {}, "lines") == 1);
  CHECK(asked("zzzz").error().code == ErrorCode::not_found);
  CHECK(asked(to_text(dossier("erased"))).ok());
  const auto no_day =
      server::run_space_report(*world.repository, {"R15", {{"from", "31/02/2026"}}}, world.now_ms);
  REQUIRE_FALSE(no_day.ok());
  CHECK(no_day.error().detail.find("from \"31/02/2026\"") == 0);
}

TEST_CASE("R15: every act on a dossier has its day, its account and its kind", "[server][S126]") {
  World world;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  for (MemoryDevice* one : {&anna, &bruno}) world.add(*one);
  anna.create(dossier("d1"));
  anna.write(document_of("d1"), {set_op("note", std::int64_t{1})});
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.repository->assign("user-bruno", dossier("d1"), {"core"}).ok());
  REQUIRE(world.repository->unassign("user-bruno", dossier("d1"), "fine incarico").ok());
  const server::SpaceReport report = run(world, "R15");
  CHECK(figure(report, "accesses", {"user-bruno"}, "acts") == 2);
  CHECK(report.result.holds());
}

}  // namespace
