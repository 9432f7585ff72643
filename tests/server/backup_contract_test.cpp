// A copy is a server's file, whatever the space lies in.
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/verify.hpp"
#include "support/catch.hpp"
#include "written_world.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::unique_ptr<server::Repository> open_copy(const std::string& path) {
  auto copy = server::open_sqlite_repository(path, server::Roles::defaults(), [] { return 0; });
  REQUIRE(copy.ok());
  return std::move(copy).value();
}

}  // namespace

TEST_CASE("backup: a copy holds the space, its people and its tablets, as they were [P2]",
          "[server][backup]") {
  WrittenWorld w(200);
  const TempDir dir;
  w.repository->backup_to(dir.file("copy.db"));
  const server::VerifyReport there = server::verify_repository(*w.repository, {});
  w.anna.write(w.core, {set_op("note", std::int64_t{1'000})});
  REQUIRE(w.sync(w.anna).done);

  const auto copy = open_copy(dir.file("copy.db"));
  const server::VerifyReport here = server::verify_repository(*copy, {});
  CHECK(here.ok());
  REQUIRE(here.documents.size() == 1);
  REQUIRE(there.documents.size() == 1);
  CHECK(here.documents[0].state == there.documents[0].state);
  CHECK(here.documents[0].history == there.documents[0].history);
  CHECK(here.entries == there.entries);
  CHECK(copy->space().id == w.repository->space().id);
  CHECK(copy->space().position + 1 == w.repository->space().position);
  CHECK(copy->users().size() == 1);
  CHECK(copy->integrity_check() == "ok");
  // The tablet goes on with a server of the copy.
  CHECK(copy->find_caller(w.anna.id()).has_value());
  CHECK(copy->audit(1).at(0).action == w.repository->audit(1).at(0).action);
}

TEST_CASE("backup: it writes no file over another, and leaves none that is not whole",
          "[server][backup]") {
  WrittenWorld w(200);
  const TempDir dir;
  w.repository->backup_to(dir.file("copy.db"));
  CHECK_THROWS_AS(w.repository->backup_to(dir.file("copy.db")), server::StorageFailure);
  CHECK(open_copy(dir.file("copy.db"))->space().position == w.repository->space().position);
  CHECK_THROWS_AS(w.repository->backup_to(dir.file("no/copy.db")), server::StorageFailure);
  CHECK_FALSE(std::filesystem::exists(dir.file("no")));
}
