#include "insieme/server/verify.hpp"

#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sqlite/connection.hpp"
#include "support/catch.hpp"
#include "written_world.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct Written : WrittenWorld {
  Written() : WrittenWorld(3) {}
  void damage(const std::string& sql) const {
    sqlite::OpenOptions options;
    options.path = database();
    sqlite::Connection::open(options).execute(sql);
  }
  std::string faults() {
    std::string all;
    for (const std::string& fault : server::verify_repository(*repository, {}).faults) {
      all += fault + "\n";
    }
    return all;
  }
};

}  // namespace

TEST_CASE("verify: what was written is sound, and its state is the tablet's", "[server][verify]") {
  Written w;
  std::size_t told = 0;
  const auto report = server::verify_repository(
      *w.repository, [&](std::size_t done, std::size_t total) { told = done * 100 / total; });
  CHECK(report.ok());
  CHECK(told == 100);
  CHECK(report.entries == 4);
  CHECK(report.manifests == 1);
  REQUIRE(report.documents.size() == 1);
  CHECK(report.documents[0].state == w.anna.document(w.core).state_digest());
  CHECK(report.documents[0].count == 3);
}

TEST_CASE("verify: every kind of tampering is found [P12]", "[server][verify]") {
  Written w;
  REQUIRE(w.faults().empty());
  SECTION("a body") {
    w.damage("UPDATE log SET body = (SELECT body FROM log WHERE position = 3) WHERE position = 2");
    CHECK(w.faults().find("change at 2") != std::string::npos);
  }
  SECTION("a header") {
    w.damage("UPDATE log SET header = (SELECT header FROM log WHERE position = 3)"
             " WHERE position = 4");
    CHECK(w.faults().find("change at 4") != std::string::npos);
  }
  SECTION("an entry gone") {
    w.damage("DELETE FROM log WHERE position = 3");
    CHECK(w.faults().find("positions 3 and on are missing") != std::string::npos);
  }
  SECTION("the end gone") {
    w.damage("DELETE FROM log WHERE position = 4");
    CHECK(w.faults().find("its end is missing") != std::string::npos);
    CHECK(w.faults().find("its frontier is not that of its log") != std::string::npos);
  }
  SECTION("an event turned to another person") {
    w.damage("UPDATE log SET account = 'mallory' WHERE position = 1");
    CHECK(w.faults().find("log 1: the hash chain is broken") != std::string::npos);
  }
  SECTION("a head") {
    w.damage("UPDATE heads SET seq = 2");
    CHECK(w.faults().find("its frontier is not that of its log") != std::string::npos);
  }
  SECTION("a signature") {
    w.damage("UPDATE manifests SET signature = zeroblob(64)");
    CHECK(w.faults().find("not signed by its device") != std::string::npos);
  }
  SECTION("nonsense where a change should be") {
    w.damage("UPDATE log SET body = x'ffffffff' WHERE position = 2");
    CHECK(w.faults().find("change at 2") != std::string::npos);
  }
}

TEST_CASE("verify: a backup is as sound as its original", "[server][verify]") {
  Written w;
  const TempDir dir;
  w.repository->backup_to(dir.file("copy.db"));
  auto copy = server::open_sqlite_repository(dir.file("copy.db"), server::Roles::defaults(),
                                             [] { return 0; });
  REQUIRE(copy.ok());
  CHECK(server::verify_repository(**copy, {}).ok());
  CHECK((*copy)->space().log_hash == w.repository->space().log_hash);
  CHECK_THROWS_AS(w.repository->backup_to(dir.file("copy.db")), server::StorageFailure);
}
