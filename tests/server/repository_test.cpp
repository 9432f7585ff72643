#include "insieme/server/sqlite_repository.hpp"

#include "fixture.hpp"
#include "repository_contract.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

ContractSubject make_sqlite() {
  struct Kept {
    TempDir dir;
    std::int64_t now_ms = 1'790'000'000'000;
  };
  const auto kept = std::make_shared<Kept>();
  const std::string path = kept->dir.file("server.db");
  REQUIRE(server::create_space(path, id_of<SpaceId>("space"), "Test", kept->now_ms).ok());
  Kept* raw = kept.get();
  auto opened = server::open_sqlite_repository(path, server::Roles::defaults(),
                                               [raw] { return raw->now_ms; });
  REQUIRE(opened.ok());
  return {kept, std::move(opened).value(), &kept->now_ms};
}

}  // namespace

TEST_CASE("repository: people", "[server][repository]") { check_people(make_sqlite); }
TEST_CASE("repository: enrolment", "[server][repository]") { check_enrolment(make_sqlite); }
TEST_CASE("repository: access", "[server][repository]") { check_access(make_sqlite); }
TEST_CASE("repository: turns", "[server][repository]") { check_turns(make_sqlite); }
TEST_CASE("repository: cursors", "[server][repository]") { check_cursors(make_sqlite); }

TEST_CASE("repository: a database has one space and says so", "[server][repository]") {
  const TempDir dir;
  const std::string path = dir.file("server.db");
  CHECK(server::open_sqlite_repository(path, {}, [] { return 0; }).error().code ==
        ErrorCode::not_found);
  REQUIRE(server::create_space(path, id_of<SpaceId>("a"), "A", 0).ok());
  CHECK(server::create_space(path, id_of<SpaceId>("b"), "B", 0).code() ==
        ErrorCode::already_exists);
  CHECK_THROWS_AS(
      server::open_sqlite_repository(dir.file("no/such/folder.db"), {}, [] { return 0; }),
      server::StorageFailure);
}
