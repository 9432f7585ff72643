// The table of roles: what each may be given, and a role that only reads.
#include "insieme/server/roles.hpp"

#include <algorithm>
#include <set>

#include "fixture.hpp"
#include "insieme/schema/bundle.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::RoleRules;
using server::Roles;

namespace {

/// Sections of the dossiers of families and of single people.
std::set<std::string> sections_of_people() {
  std::set<std::string> names;
  for (const auto& section : schema::embedded_bundle().sections) {
    if (section.dossier == "household" || section.dossier == "person") names.insert(section.name);
  }
  return names;
}

bool may_see_people(const RoleRules& rules) {
  const auto people = sections_of_people();
  return std::any_of(people.begin(), people.end(),
                     [&](const std::string& section) { return rules.may_be_given(section); });
}

std::string text_of(const Document& document) {
  return std::to_string(document.frontier().count());
}

}  // namespace

TEST_CASE("roles: the table names sections that exist, each once", "[server][roles]") {
  std::set<std::string> known;
  for (const auto& section : schema::embedded_bundle().sections) known.insert(section.name);
  const Roles roles = Roles::defaults();
  REQUIRE(roles.names().size() >= 13);
  for (const std::string& name : roles.names()) {
    CAPTURE(name);
    const RoleRules& rules = *roles.find(name);
    CHECK_FALSE(rules.sections.empty());
    std::multiset<std::string> all(rules.sections.begin(), rules.sections.end());
    all.insert(rules.by_name.begin(), rules.by_name.end());
    for (const std::string& section : all) {
      CAPTURE(section);
      CHECK(known.count(section) == 1);
      CHECK(all.count(section) == 1);
    }
    // Who only reads decides on nothing and mints nothing.
    CHECK((rules.may_write || !(rules.may_review || rules.may_grant)));
    // People and their devices are in the hands of one role, which sees no family.
    CHECK(rules.may_administer == (name == "admin"));
  }
}

TEST_CASE("roles: who is given no family and no person by anybody", "[server][roles][S045][S048]") {
  const Roles roles = Roles::defaults();
  std::set<std::string> without;
  std::set<std::string> readers;
  for (const std::string& name : roles.names()) {
    if (!may_see_people(*roles.find(name))) without.insert(name);
    if (!roles.find(name)->may_write) readers.insert(name);
  }
  CHECK(without == std::set<std::string>{"admin", "auditor", "fellow", "front_office",
                                         "technical_assistance"});
  CHECK(readers == std::set<std::string>{"auditor", "technical_assistance"});
}

TEST_CASE("roles: a section that a role is never given is refused, and leaves nothing",
          "[server][roles][S045]") {
  World w;
  MemoryDevice anna("anna");
  MemoryDevice fabio("fabio");
  w.add(anna);
  w.add(fabio, "fellow");
  anna.create(dossier("d1"));
  anna.write(document_of("d1"), {set_op("note", "una famiglia")});
  anna.write(document_of("d1", "health"), {set_op("note", "e la sua salute")});
  REQUIRE(w.sync(anna).done);
  const std::uint64_t before = w.repository->space().position;
  for (const char* section : {"core", "health", "judicial", "antitratta", "person"}) {
    CAPTURE(section);
    const auto given = w.repository->assign("user-fabio", dossier("d1"), {"network", section});
    CHECK(given.error().code == ErrorCode::not_allowed);
  }
  CHECK(w.repository->space().position == before);
  // By mistake, with the sections of the role: still nothing of the family.
  REQUIRE(w.repository->assign("user-fabio", dossier("d1"), {}).ok());
  REQUIRE(w.sync(fabio).done);
  CHECK(fabio.documents.empty());
}

TEST_CASE("roles: what a role that only reads sends waits for a coordinator, in its own words",
          "[server][roles][S048][P2]") {
  World w;
  MemoryDevice carla("carla");
  MemoryDevice aldo("aldo");
  w.add(carla, "coordinator");
  w.add(aldo, "auditor");
  const DocumentId project = document_of("p1", "project");
  carla.create(dossier("p1"));
  carla.write(project, {set_op("note", "rendiconto")});
  REQUIRE(w.sync(carla).done);
  REQUIRE(w.repository->assign("user-aldo", dossier("p1"), {}).ok());
  REQUIRE(w.sync(aldo).done);
  REQUIRE(aldo.documents.count(project) == 1);
  CHECK(text_of(aldo.document(project)) == "1");
  DocumentId written = project;
  SECTION("in a dossier that it reads") {}
  SECTION("in one that it opens") {
    written = document_of("p2", "project");
    aldo.create(dossier("p2"));
  }
  aldo.write(written, {set_op("note", "di mano dell'auditor")});
  REQUIRE(w.sync(aldo).done);
  CHECK(aldo.unsent.empty());
  REQUIRE(aldo.fates.size() == 1);
  CHECK(aldo.fates[0].verdict == Verdict::held);
  CHECK(aldo.fates[0].reason.find("only reads") != std::string::npos);
  CHECK(aldo.fates[0].reason.find("può solo leggere") != std::string::npos);
  const auto held = w.repository->held();
  REQUIRE(held.size() == 1);
  CHECK(held[0].reason == aldo.fates[0].reason);
  REQUIRE(w.sync(carla).done);
  const auto told = std::count_if(carla.events.begin(), carla.events.end(), [](const Event& event) {
    return std::holds_alternative<HeldEvent>(event);
  });
  CHECK(told == 1);
  CHECK(w.repository->frontier(written).count() == (written == project ? 2U : 1U));
  const FieldState* note = carla.document(project).records().at(rec("r1")).field("note");
  REQUIRE(note != nullptr);
  CHECK(displayed(*note)->value == text("rendiconto"));
}
