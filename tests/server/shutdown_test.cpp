// Ends: asked for, and not asked for.
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "fixture.hpp"
#include "http_tablet.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// A data folder whose space and tablet the test knows.
struct Folder {
  TempDir dir;
  MemoryDevice tablet{"anna"};
  std::unique_ptr<server::Repository> repository;

  Folder() {
    const server::Clock clock = [] { return std::int64_t{1'790'000'000'000}; };
    std::ofstream(dir.file("server.key")) << std::string(64, '7') << '\n';
    REQUIRE(server::create_space(dir.file("server.db"), id_of<SpaceId>("space"), "T", 0).ok());
    auto opened = server::open_sqlite_repository(dir.file("server.db"),
                                                 server::Roles::defaults(), clock);
    REQUIRE(opened.ok());
    repository = std::move(opened).value();
    REQUIRE(repository->add_user({"user-anna", "Anna", "educator", false, 0}).ok());
    const Digest hash = Hasher("t").finish();
    REQUIRE(repository->add_invitation(hash, "user-anna", INT64_MAX).ok());
    REQUIRE(repository
                ->enrol({hash, tablet.public_key(), "t", rep("anna"), tablet.id()})
                .ok());
  }
  [[nodiscard]] std::string path() const { return dir.path().string(); }
};

}  // namespace

TEST_CASE("shutdown: an idle server ends at once, with status 0", "[server][process]") {
  Folder folder;
  const int number = GENERATE(SIGTERM, SIGINT);
  ServerProcess server(folder.path());
  RawClient idle(server.port());
  REQUIRE(idle.send(http_request("GET", "/status")));
  REQUIRE(idle.read_answer().status == 200);
  server.signal(number);
  CHECK(idle.read_to_end());
  CHECK(server.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(folder.dir.file("server.port")));
}

TEST_CASE("shutdown: a request in flight is answered first", "[server][process]") {
  Folder folder;
  ServerProcess server(folder.path());
  RawClient busy(server.port());
  REQUIRE(busy.send("POST /v1/challenge HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"));
  REQUIRE(busy.read_answer().status == 100);
  server.signal(SIGTERM);
  while (RawClient(server.port()).connected()) {
  }
  REQUIRE(busy.send("{}"));
  const HttpAnswer answer = busy.read_answer();
  CHECK(answer.status == 400);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(server.wait() == 0);
}

TEST_CASE("shutdown: who never finishes is not waited for", "[server][process]") {
  Folder folder;
  ServerProcess server(folder.path(), {"--shutdown-timeout", "1s"});
  RawClient stuck(server.port());
  REQUIRE(stuck.send("POST /v1/challenge HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                     "Content-Length: 2\r\n\r\n"));
  REQUIRE(stuck.read_answer().status == 100);
  server.signal(SIGTERM);
  CHECK(server.wait() == 0);
}

TEST_CASE("kill -9 at any moment loses nothing that was acknowledged [P2]", "[server][process]") {
  Folder folder;
  MemoryDevice& tablet = folder.tablet;
  tablet.create(dossier("d1"));
  tablet.changes_per_request = 3;
  auto server = std::make_unique<ServerProcess>(folder.path());
  std::string token;
  int requests = 0;
  int kills = 0;
  const Network network = [&](const std::vector<std::uint8_t>& frame) -> SendResult {
    ++requests;
    if (token.empty()) token = get_token(server->port(), tablet);
    RawClient client(server->port());
    const bool sent = client.send(sync_request(frame, token));
    if (requests % 3 == 0) {  // between the request and its reply, wherever that finds the server
      ::usleep(static_cast<::useconds_t>(requests * 731 % 9000));
      server->kill_hard();
      server = std::make_unique<ServerProcess>(folder.path());
      token.clear();
      ++kills;
      return SendFailed{0, "cut", 0};
    }
    HttpAnswer answer = sent ? client.read_answer() : HttpAnswer{};
    if (answer.status == 401) token.clear();
    if (answer.status != 200) return SendFailed{answer.status, answer.body, 0};
    return ReplyArrived{{answer.body.begin(), answer.body.end()}};
  };
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 5; ++i) {
      tablet.write(document_of("d1"), {set_op("note", std::int64_t{round * 10 + i})});
    }
    const RunResult run = tablet.run(network);
    CAPTURE(round, run.error.detail);
    REQUIRE(run.done);
  }
  CHECK(kills >= 5);
  CHECK(tablet.unsent.empty());
  CHECK(folder.repository->frontier(document_of("d1")) ==
        tablet.document(document_of("d1")).frontier());
  const auto verified =
      run_program("insieme-server", {"verify", "--json", "--data", folder.path()}, {});
  CHECK(verified.code == 0);
  const std::string state =
      sync::to_hex(tablet.document(document_of("d1")).state_digest());
  CHECK(verified.out.find("\"state\":\"" + state + "\"") != std::string::npos);
}
