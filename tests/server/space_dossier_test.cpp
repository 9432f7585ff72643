// The dossier that is a space's own: everybody reads it, whoever administers writes it [P7].
#include "insieme/sync/space_dossier.hpp"

#include <algorithm>

#include "fixture.hpp"
#include "insieme/server/staff.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DossierId kSpace = space_dossier(id_of<SpaceId>("space"));
const DocumentId kLists{kSpace, std::string(kSpaceSection)};

struct Lists : World {
  MemoryDevice anna{"anna"};
  MemoryDevice carla{"carla"};
  MemoryDevice ada{"ada"};

  Lists() {
    add(anna);
    add(carla, "coordinator");
  }
  void must_sync(MemoryDevice& tablet) {
    const RunResult result = sync(tablet);
    CAPTURE(tablet.name(), result.error.detail);
    REQUIRE(result.done);
    CHECK(tablet.delivery_errors.empty());
  }
  [[nodiscard]] server::SectionDecision decided(const char* account) {
    const auto standing = repository->standing(account, kSpace);
    REQUIRE(standing.ok());
    return server::decide(*standing, kSpaceSection);
  }
  static std::vector<Operation> label(const char* words) {
    return {op_on("v1", "label_it", WriteOp{Value{std::string(words)}})};
  }
};

}  // namespace

TEST_CASE("space dossier: it is there once somebody administers, for who is there and who comes",
          "[server][lists][P7]") {
  Lists l;
  CHECK(l.repository->dossiers().empty());
  l.add(l.ada, "admin");
  MemoryDevice late("late");
  l.add(late, "em_school");
  REQUIRE(l.repository->dossiers().size() == 1);
  for (const char* account : {"user-anna", "user-carla", "user-late"}) {
    CAPTURE(account);
    CHECK(l.decided(account).rule == server::Rule::role_reads_only);
    CHECK(l.decided(account).may == server::May::reads);
  }
  CHECK(l.decided("user-ada").rule == server::Rule::granted);
  l.must_sync(l.ada);
  l.ada.write(kLists, Lists::label("Centro diurno"));
  l.must_sync(l.ada);
  for (MemoryDevice* tablet : {&l.anna, &l.carla, &late}) {
    l.must_sync(*tablet);
    CHECK(tablet->document(kLists).state_digest() == l.ada.document(kLists).state_digest());
  }
}

TEST_CASE("space dossier: what others write there is refused in words, and nobody gets it",
          "[server][lists][P6][P7]") {
  Lists l;
  l.add(l.ada, "admin");
  for (MemoryDevice* tablet : {&l.anna, &l.carla, &l.ada}) l.must_sync(*tablet);
  for (MemoryDevice* tablet : {&l.anna, &l.carla}) {
    tablet->write(kLists, Lists::label("Mia"));
    l.must_sync(*tablet);
    REQUIRE(tablet->fates.size() == 1);
    CHECK(tablet->fates.front().verdict == Verdict::refused);
    CHECK(tablet->fates.front().reason.find("chi amministra") != std::string::npos);
    CHECK(tablet->fates.front().reason.find("administers") != std::string::npos);
  }
  l.must_sync(l.ada);
  CHECK(l.ada.document(kLists).records().empty());
}

TEST_CASE("space dossier: no device opens it, neither before it is there nor in another's place",
          "[server][lists]") {
  Lists l;
  l.anna.create(kSpace);
  l.anna.write(kLists, Lists::label("Mia"));
  CHECK(l.sync(l.anna).done);
  CHECK(l.repository->dossiers().empty());
  l.add(l.ada, "admin");
  l.must_sync(l.ada);
  CHECK(l.ada.document(kLists).records().empty());
  CHECK(l.decided("user-ada").rule == server::Rule::granted);
}

TEST_CASE("space dossier: another role and a contract that ends change what they should",
          "[server][lists][S049]") {
  Lists l;
  l.add(l.ada, "admin");
  server::StaffChange change;
  change.role = "educator";
  REQUIRE(server::staff_of(*l.repository).change_staff("user-ada", change).ok());
  CHECK(l.decided("user-ada").rule == server::Rule::role_reads_only);
  change.role = "admin";
  REQUIRE(server::staff_of(*l.repository).change_staff("user-anna", change).ok());
  CHECK(l.decided("user-anna").rule == server::Rule::granted);
  l.must_sync(l.anna);
  l.anna.write(kLists, Lists::label("Di chi amministra adesso"));
  l.must_sync(l.anna);
  l.must_sync(l.carla);
  CHECK(l.carla.document(kLists).records().size() == 1);
  server::PersonChange over;
  over.until = std::optional<server::Day>(server::day_in_italy(l.now_ms) - 1);
  REQUIRE(l.repository->set_person("user-carla", over).ok());
  CHECK(l.decided("user-carla").may == server::May::nothing);
}
