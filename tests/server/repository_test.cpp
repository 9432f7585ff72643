#include "insieme/server/sqlite_repository.hpp"

#include "sqlite_subject.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("repository: people", "[server][repository]") { check_people(make_sqlite); }
TEST_CASE("repository: enrolment", "[server][repository]") { check_enrolment(make_sqlite); }
TEST_CASE("repository: access", "[server][repository]") { check_access(make_sqlite); }
TEST_CASE("repository: permission", "[server][repository]") { check_permission(make_sqlite); }
TEST_CASE("repository: access log", "[server][repository]") { check_access_log(make_sqlite); }
TEST_CASE("repository: turns", "[server][repository]") { check_turns(make_sqlite); }
TEST_CASE("repository: cursors", "[server][repository]") { check_cursors(make_sqlite); }
TEST_CASE("repository: vouching", "[server][repository][P2]") { check_vouching(make_sqlite); }
TEST_CASE("repository: backups", "[server][repository]") { check_backups(make_sqlite); }

TEST_CASE("repository: epochs", "[server][repository]") { check_epochs(make_sqlite); }
TEST_CASE("repository: flows", "[server][repository][S105]") { check_flows(make_sqlite); }
TEST_CASE("repository: sign-in", "[server][repository][sign-in]") { check_sign_in(make_sqlite); }

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

TEST_CASE("repository: nothing is stable before a backup holds it", "[server][repository][P2]") {
  const TempDir dir;
  const std::string path = dir.file("server.db");
  REQUIRE(server::create_space(path, id_of<SpaceId>("space"), "Test", 0).ok());
  server::SnapshotPolicy policy{1, 1};
  policy.covered_only = true;
  auto opened =
      server::open_sqlite_repository(path, server::Roles::defaults(), [] { return 0; }, policy);
  REQUIRE(opened.ok());
  server::Repository& repository = **opened;
  REQUIRE(repository.add_user({"anna", "Anna", "educator", false, 0}).ok());
  const Digest code = Hasher("code").finish();
  REQUIRE(repository.add_invitation(code, "anna", 1).ok());
  const auto anna =
      repository.enrol({code, make_key_pair({1}).public_key, "anna", rep("anna"), device("anna")});
  REQUIRE(anna.ok());
  Peer peer("anna", document_of("d1"));
  CommitAction commit;
  commit.new_dossiers.push_back({dossier("d1"), key_of("key")});
  const Change change = peer.write({set_op("note", "first")});
  const ChangeId id = peer.document().frontier().head(rep("anna"))->id;
  commit.changes.push_back({change, id, Verdict::accepted, ErrorCode::ok, {}});
  commit.frontiers[document_of("d1")] = peer.document().frontier();
  commit.acknowledgements.push_back({document_of("d1"), peer.version()});
  const auto stable_after = [&](const CommitAction& action) {
    {
      const auto turn = repository.begin_turn(*anna);
      static_cast<void>(turn->load({}));
      static_cast<void>(turn->commit(action, {}));
    }
    LoadAction load;
    load.documents = {document_of("d1")};
    const Loaded loaded = repository.begin_turn(*anna)->load(load);
    const auto at = loaded.stable.find(document_of("d1"));
    return at == loaded.stable.end() ? VersionVector{} : at->second;
  };
  CHECK(stable_after(commit).empty());
  REQUIRE(repository.note_backup(repository.space().position).ok());
  CommitAction once_more;
  once_more.acknowledgements = commit.acknowledgements;
  CHECK(stable_after(once_more) == peer.version());
}
