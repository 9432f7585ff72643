// A tablet is updated before the server that it belongs to.
#include "support/catch.hpp"
#include "support/memory_device.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DossierId kFamily = dossier("family");
const DocumentId kCore{kFamily, "core"};

struct World {
  MemoryServer server;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};

  World() {
    enrol(server, anna);
    enrol(server, bruno);
    anna.create(kFamily);
    anna.write(kCore, {set_op("name", "Rossi")});
    REQUIRE(anna.sync(server).done);
    server.grant("user-bruno", kFamily, {"core"});
    REQUIRE(bruno.sync(server).done);
  }
};

}  // namespace

TEST_CASE("older server: a newer tablet goes on in the version that both speak",
          "[sync][e2e][wire][P2]") {
  World world;
  world.server.protocol_max = kProtocolVersionSpoken;
  world.anna.write(kCore, {set_op("name", "Verdi")});
  const std::uint64_t before = world.server.turns;
  const RunResult run = world.anna.sync(world.server);
  REQUIRE(run.done);
  CHECK(run.summary.accepted == 1);
  // Those that were not understood, and one that was.
  CHECK(world.server.turns == before + 1 + kProtocolVersion - kProtocolVersionSpoken);
  REQUIRE(world.bruno.sync(world.server).done);
  CHECK(world.bruno.document(kCore).state_digest() == world.anna.document(kCore).state_digest());
}

TEST_CASE("older server: what it cannot be told yet is told when it has been updated",
          "[sync][e2e][wire][P9]") {
  World world;
  world.server.protocol_max = 3;
  world.anna.erased = {id_of<ErasureId>("order")};
  REQUIRE(world.anna.sync(world.server).done);
  CHECK(world.anna.erased.size() == 1);
  world.server.protocol_max = kProtocolVersion;
  REQUIRE(world.anna.sync(world.server).done);
  CHECK(world.anna.erased.empty());
}

TEST_CASE("older server: one that is too old is named, and the work stays",
          "[sync][e2e][wire][P2]") {
  World world;
  world.server.protocol_max = kProtocolVersionSpoken - 1;
  world.anna.write(kCore, {set_op("name", "Verdi")});
  const RunResult run = world.anna.sync(world.server);
  CHECK_FALSE(run.done);
  CHECK(run.error.code == ErrorCode::wrong_version);
  CHECK(run.error.detail.find("may be older") != std::string::npos);
  CHECK(world.anna.unsent.size() == 1);
}

TEST_CASE("older server: one that stops understanding in the midst of a run is not asked again",
          "[sync][wire]") {
  World world;
  world.anna.changes_per_request = 1;
  world.anna.write(kCore, {set_op("name", "Verdi")});
  world.anna.write(kCore, {set_op("name", "Neri")});
  std::size_t requests = 0;
  const RunResult run = world.anna.run([&](const std::vector<std::uint8_t>& request) -> SendResult {
    if (++requests > 1) return SendFailed{400, "bytes after the end", 0};
    return world.anna.direct(world.server)(request);
  });
  CHECK_FALSE(run.done);
  CHECK(requests == 2);
}
