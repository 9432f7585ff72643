// What is found over all dossiers of the space, and who may know of it.
#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>

#include "fixture.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/codice_fiscale.hpp"
#include "insieme/server/findings.hpp"
#include "insieme/server/reporting.hpp"
#include "people_records.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const server::SpaceFinding* found(const server::SpaceFindings& space, std::string_view name) {
  for (const server::SpaceFinding& one : space.all) {
    if (one.finding.name() == name) return &one;
  }
  return nullptr;
}

std::vector<std::string> who(World& world, const server::SpaceFinding& finding) {
  return server::Knowers(*world.repository).of(finding.documents);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("findings: what no educator can see is found on the server, and told to the coordinator",
          "[server][findings][S129][P7]") {
  Office office;
  office.person(office.anna, "d1", "m1", {"Cattaneo", "Chiara", "1981-02-14"});
  office.person(office.bruno, "d2", "m2", {"Cataneo", "Kiara", "1981-02-14"});
  office.sync_all();
  const server::SpaceFindings space = office.find();
  const server::SpaceFinding* one = found(space, "likely_same_person");
  REQUIRE(one != nullptr);
  CHECK(space.all.size() == 1);
  CHECK(one->finding.evidence == Words{"name_sounds_alike", "same_birth_date"});
  CHECK(one->finding.key == reports::finding_key("likely_same_person", {rec("m1"), rec("m2")}));
  CHECK(who(office.world, *one) == Words{"user-carla"});
  // Whoever is assigned the other dossier, too, may know from then on.
  REQUIRE(office.world.repository->assign("user-anna", dossier("d2"), {}).ok());
  CHECK(who(office.world, *one) == Words{"user-anna", "user-carla"});
}

TEST_CASE(
    "findings: nobody learns of one through a section, a dossier or a time that is not theirs",
    "[server][findings][S025][P7]") {
  Office office;
  office.person(office.anna, "d1", "m1", {"Rossi", "Mario", "1980-01-13"});
  office.person(office.bruno, "d2", "m2", {"Rossi", "Mario", "1980-01-13"});
  office.sync_all();
  const server::SpaceFindings space = office.find();
  const server::SpaceFinding* one = found(space, "likely_same_person");
  REQUIRE(one != nullptr);
  server::Repository& repository = *office.world.repository;
  SECTION("denied one of the two dossiers") {
    server::Denial denial;
    denial.account = "user-carla";
    denial.reason = "parente";
    REQUIRE(repository.deny(dossier("d2"), denial).ok());
    CHECK(who(office.world, *one).empty());
  }
  SECTION("denied the section where it lies") {
    server::Denial denial;
    denial.account = "user-carla";
    denial.sections = {"core"};
    denial.reason = "parente";
    REQUIRE(repository.deny(dossier("d1"), denial).ok());
    CHECK(who(office.world, *one).empty());
  }
  SECTION("the contract ended") {
    server::PersonChange ended;
    ended.until = server::day_in_italy(office.world.now_ms) - 1;
    REQUIRE(repository.set_person("user-carla", ended).ok());
    CHECK(who(office.world, *one).empty());
  }
  SECTION("a disabled account") {
    REQUIRE(repository.set_disabled("user-carla", true).ok());
    CHECK(who(office.world, *one).empty());
  }
  SECTION("another organization") {
    REQUIRE(repository.put_organization({"coop-a", "Coop A", ""}).ok());
    REQUIRE(repository.put_organization({"coop-b", "Coop B", ""}).ok());
    REQUIRE(repository.place(dossier("d1"), "coop-a", "").ok());
    REQUIRE(repository.place(dossier("d2"), "coop-b", "").ok());
    server::PersonChange hers;
    hers.organization = "coop-a";
    REQUIRE(repository.set_person("user-carla", hers).ok());
    CHECK(who(office.world, *one).empty());
  }
}

TEST_CASE("findings: a household, a visit and a support written twice, over dossiers",
          "[server][findings][S038]") {
  Office office;
  for (const char* one : {"1", "2"}) {
    MemoryDevice& by = *one == '1' ? office.anna : office.bruno;
    const std::string d = std::string("d") + one;
    by.create(dossier(d));
    by.write(document_of(d),
             {record_op("h" + std::string(one), "household", "name", text("Neri"))});
    office.person(by, d, "m" + std::string(one), {"Neri", "Paolo", "1985-03-04"});
    office.person(by, d, "n" + std::string(one), {"Neri", "Ada", "2012-05-06"});
  }
  office.support(office.anna, "d1", "s1", "m1", "Coop A");
  office.support(office.bruno, "d2", "s2", "m2", "Coop B");
  office.visit(office.anna, "d1", "v1", 1'700'000'000'000, 60);
  office.visit(office.anna, "d1", "v2", 1'700'000'000'000 + 30 * 60'000, 60);
  office.visit(office.anna, "d1", "v3", 1'700'000'000'000 + 90 * 60'000, 60);
  office.sync_all();
  server::SpaceFindings space = office.find();
  CHECK(found(space, "likely_same_household") != nullptr);
  CHECK(found(space, "likely_same_visit") != nullptr);
  // Two people who may be one are not one yet: whose the supports are is not known to be the same.
  CHECK(found(space, "overlapping_service") == nullptr);
  office.edge(office.anna, "d1", "e1", "m1", "m2");
  office.sync_all();
  space = office.find();
  const server::SpaceFinding* overlap = found(space, "overlapping_service");
  REQUIRE(overlap != nullptr);
  CHECK(overlap->finding.evidence == Words{"different_provider", "same_time"});
  CHECK(who(office.world, *overlap) == Words{"user-carla"});
  const auto visits = std::count_if(space.all.begin(), space.all.end(), [](const auto& one) {
    return one.finding.name() == "likely_same_visit";
  });
  CHECK(visits == 1);
}

TEST_CASE("findings: two households are not alike because both are like a third one",
          "[server][findings][P7]") {
  Office office;
  struct Family {
    const char* dossier;
    const char* surname;
    MemoryDevice* by;
  };
  // One letter from the first to the second, another one to the third: too far for a likeness.
  for (const Family& one :
       {Family{"d1", "Ferrari", &office.anna}, Family{"d2", "Ferrati", &office.bruno},
        Family{"d3", "Fesrati", &office.anna}}) {
    const std::string d = one.dossier;
    office.person(*one.by, d, "m" + d, {one.surname, "Lucia", "1983-04-16"});
    office.person(*one.by, d, "n" + d, {one.surname, "Paola", "2012-05-17"});
    one.by->write(document_of(d), {record_op("h" + d, "household", "name", text(one.surname))});
  }
  office.sync_all();
  const server::SpaceFindings space = office.find();
  std::size_t households = 0;
  for (const server::SpaceFinding& one : space.all) {
    if (one.finding.name() != "likely_same_household") continue;
    ++households;
    // What rests on Bruno's dossier is not for Anna.
    CHECK(who(office.world, one) == Words{"user-carla"});
  }
  CHECK(households == 2);
}

TEST_CASE("findings: who were said to be one are found again once one of both edges is taken back",
          "[server][findings][S129]") {
  Office office;
  office.person(office.anna, "d1", "m1", {"Rossi", "Mario", "1980-01-13"});
  office.person(office.bruno, "d2", "m2", {"Rossi", "Mario", "1980-01-13"});
  office.edge(office.anna, "d1", "e1", "m1", "m2");
  office.edge(office.bruno, "d2", "e2", "m1", "m2");
  office.sync_all();
  CHECK(office.find().all.empty());
  Operation back = record_op("e2", "identity_edge", "", {});
  back.action = RetractOp{};
  office.bruno.write(document_of("d2"), {back});
  office.sync_all();
  CHECK(office.find().all.size() == 1);
}

TEST_CASE("findings: what people dismissed stays so, until there is more to see",
          "[server][findings][S129][P5]") {
  Office office;
  office.person(office.anna, "d1", "m1", {"Rossi", "Mario", "1980-01-13"});
  office.person(office.bruno, "d2", "m2", {"Rossi", "Mario", "1980-01-13"});
  office.sync_all();
  const std::string key = office.find().all.at(0).finding.key;
  office.decision(office.anna, "d1", "f1", key, "same_birth_date same_name", "respinta");
  office.sync_all();
  CHECK_FALSE(office.find().all.at(0).finding.is_open());
  // The other dossier's copy says otherwise: it stands while all of them say so.
  office.decision(office.bruno, "d2", "f2", key, "same_birth_date same_name", "aperta");
  office.sync_all();
  CHECK(office.find().all.at(0).finding.is_open());
  office.decision(office.bruno, "d2", "f2", key, "", "respinta");
  office.sync_all();
  CHECK_FALSE(office.find().all.at(0).finding.is_open());
  const auto code =
      schema::make_tax_code({"Rossi", "Mario", schema::date_from_iso("1980-01-13"), "M", "H501"});
  REQUIRE(code);
  for (const char* one : {"1", "2"}) {
    MemoryDevice& by = *one == '1' ? office.anna : office.bruno;
    by.write(document_of(std::string("d") + one),
             {record_op(std::string("m") + one, "member", "codice_fiscale", text(*code))});
  }
  office.sync_all();
  const server::SpaceFindings space = office.find();
  REQUIRE(space.all.size() == 1);
  CHECK(space.all[0].finding.key == key);
  CHECK(space.all[0].finding.is_open());
}

TEST_CASE("findings: more overlaps than anybody looks at are cut, and it is said",
          "[server][findings]") {
  Office office;
  for (int i = 0; i < 70; ++i) {
    office.visit(office.anna, "d1", "v" + std::to_string(i), 1'700'000'000'000, 60);
  }
  office.sync_all();
  const server::SpaceFindings space = office.find();
  CHECK(space.all.size() == reports::kOverlapsMax);
  CHECK(space.cut == std::set<std::string>{"likely_same_visit"});
}

TEST_CASE("R9S: findings by kind, those across dossiers, and those that nobody may know",
          "[server][findings][S038]") {
  Office office;
  office.person(office.anna, "d1", "m1", {"Rossi", "Mario", "1980-01-13"});
  office.person(office.bruno, "d2", "m2", {"Rossi", "Mario", "1980-01-13"});
  office.visit(office.anna, "d1", "v1", 1'700'000'000'000, 60);
  office.visit(office.anna, "d1", "v2", 1'700'000'000'000, 60);
  office.sync_all();
  REQUIRE(office.world.repository->set_disabled("user-carla", true).ok());
  const auto report =
      server::run_space_report(*office.world.repository, {"R9S", {}}, office.world.now_ms);
  REQUIRE(report.ok());
  const reports::TableResult& table = report->result.tables.at(0);
  const auto figure = [&](const std::vector<std::string>& row, std::string_view measure) {
    for (std::size_t m = 0; m < table.table->measures.size(); ++m) {
      if (table.table->measures[m].name != measure) continue;
      return table.at(*table.row_of(row), *table.column_of({}), m).value.value_or(0);
    }
    return std::int64_t{-1};
  };
  CHECK(figure({}, "findings") == 2);
  CHECK(figure({}, "open") == 2);
  CHECK(figure({"persona_doppia"}, "across") == 1);
  CHECK(figure({"persona_doppia"}, "nobody") == 1);
  CHECK(figure({"visita_doppia"}, "across") == 0);
  CHECK(figure({"visita_doppia"}, "nobody") == 0);
  CHECK(report->result.holds());
}

// build/dev/bin/server_findings_test "[.cost]" prints what docs/operations.md says.
TEST_CASE("findings: what looking over some thousand persons costs", "[.cost]") {
  constexpr int kHouseholds = 1'500;
  constexpr std::array kSurnames{"Rossi",   "Bianchi", "Ferrari",  "Russo", "Esposito", "Colombo",
                                 "Ricci",   "Marino",  "Greco",    "Bruno", "Gallo",    "Conti",
                                 "Mancini", "Costa",   "Giordano", "Rizzo", "Lombardi", "Moretti"};
  constexpr std::array kNames{"Mario",  "Anna",  "Luca",   "Sara",   "Paolo",  "Elena", "Marco",
                              "Giulia", "Ahmed", "Fatima", "Chiara", "Davide", "Ilaria"};
  Office office;
  std::size_t people = 0;
  for (int i = 0; i < kHouseholds; ++i) {
    MemoryDevice& by = i % 2 == 0 ? office.anna : office.bruno;
    const std::string d = "d" + std::to_string(i);
    for (int j = 0; j < 3; ++j, ++people) {
      const std::string born =
          schema::iso_text(Date{static_cast<std::int32_t>(people * 7'919 % 25'000)});
      office.person(by, d, "m" + std::to_string(people),
                    {kSurnames[people * 31 % kSurnames.size()], kNames[people * 17 % kNames.size()],
                     born.c_str()});
      if (people % 50 == 0) {  // written twice, in a dossier of the other educator
        office.person(i % 2 == 0 ? office.bruno : office.anna, "e" + d,
                      "n" + std::to_string(people),
                      {kSurnames[people * 31 % kSurnames.size()],
                       kNames[people * 17 % kNames.size()], born.c_str()});
      }
    }
  }
  for (MemoryDevice* one : {&office.anna, &office.bruno}) {
    REQUIRE(office.world.sync(*one).done);
  }
  using Clock = std::chrono::steady_clock;
  const auto ms_since = [](Clock::time_point from) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - from).count();
  };
  const auto before = Clock::now();
  const server::SpaceFindings space = office.find();
  std::cout << people << " persons in " << kHouseholds << " dossiers: " << space.all.size()
            << " findings in " << ms_since(before) << " ms\n";
  for (const char* which : {"first", "second"}) {
    server::Request request;
    request.method = "GET";
    request.path = "/v1/findings";
    request.authorization = "Bearer token-carla";
    const auto asked = Clock::now();
    REQUIRE(office.world.api().handle(request).status == 200);
    std::cout << which << " GET /v1/findings in " << ms_since(asked) << " ms\n";
  }
  reports::BlindKey key;
  const auto then = Clock::now();
  const auto index = server::make_blind_index(*office.world.repository, space, key,
                                              {"a", "b", "c", "", office.world.now_ms});
  REQUIRE(index.ok());
  std::cout << index->tokens.size() << " tokens, file of "
            << server::write_blind_index(*index, key).value().size() << " bytes, in "
            << ms_since(then) << " ms\n";
}
