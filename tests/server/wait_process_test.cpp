// Waits over real connections: woken, left, ended with the server, and many at once.
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "fixture.hpp"
#include "http_tablet.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sync/log_place.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");

/// A data folder with one space, whose people the test adds.
struct Place {
  TempDir dir;
  std::unique_ptr<server::Repository> repository;

  Place() {
    std::ofstream(dir.file("server.key")) << std::string(64, '7') << '\n';
    REQUIRE(server::create_space(dir.file("server.db"), id_of<SpaceId>("space"), "T", 0).ok());
    auto opened = server::open_sqlite_repository(dir.file("server.db"), server::Roles::defaults(),
                                                 [] { return std::int64_t{1'790'000'000'000}; });
    REQUIRE(opened.ok());
    repository = std::move(opened).value();
  }
  void add(const MemoryDevice& tablet, const std::string& role = "coordinator") {
    const std::string account = "user-" + tablet.name();
    const Digest hash = Hasher("t").add(std::string_view(tablet.name())).finish();
    REQUIRE(repository->add_user({account, tablet.name(), role, false, 0}).ok());
    REQUIRE(repository->add_invitation(hash, account, INT64_MAX).ok());
    REQUIRE(repository
                ->enrol({hash, tablet.public_key(), "t", rep(tablet.name()), tablet.id()})
                .ok());
  }
  [[nodiscard]] std::string path() const { return dir.path().string(); }
};

std::string wait_request(const Cursor& seen, const std::string& token) {
  return http_request("GET", "/v1/wait?seen=" + to_text(seen), "",
                      "Authorization: Bearer " + token + "\r\n");
}

Network network_to(const ServerProcess& server, const std::string& token) {
  return [&server, token](const std::vector<std::uint8_t>& frame) -> SendResult {
    const HttpAnswer answer = http_once(server.port(), sync_request(frame, token));
    if (answer.status != 200) return SendFailed{answer.status, answer.body, 0};
    return ReplyArrived{{answer.body.begin(), answer.body.end()}};
  };
}

std::string metric(const ServerProcess& server, const std::string& name) {
  const std::string all = http_once(server.port(), http_request("GET", "/metrics")).body;
  const std::size_t at = all.find("\n" + name + " ");
  if (at == std::string::npos) return "missing";
  const std::size_t from = at + name.size() + 2;
  return all.substr(from, all.find('\n', from) - from);
}

/// Until it is so, for ten seconds.
bool becomes(const ServerProcess& server, const std::string& name, const std::string& value) {
  for (int i = 0; i < 500; ++i) {
    if (metric(server, name) == value) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

TEST_CASE("wait: a save on one tablet reaches the other without its asking", "[server][process]") {
  Place place;
  MemoryDevice anna("anna");
  MemoryDevice luca("luca");
  place.add(anna);
  place.add(luca);
  const ServerProcess server(place.path());
  const std::string annas = get_token(server.port(), anna);
  const std::string lucas = get_token(server.port(), luca);
  anna.create(dossier("d1"));
  REQUIRE(luca.run(network_to(server, lucas)).done);
  RawClient waiting(server.port());
  for (std::int64_t round = 0; round < 5; ++round) {
    REQUIRE(waiting.send(wait_request(luca.cursor, lucas)));
    REQUIRE(becomes(server, "insieme_waiting", "1"));
    anna.write(kCore, {set_op("note", round)});
    REQUIRE(anna.run(network_to(server, annas)).done);
    const HttpAnswer answer = waiting.read_answer();
    REQUIRE(answer.status == 200);
    CHECK(answer.body.find("\"news\":true") != std::string::npos);
    CHECK(answer.headers.count("x-ratelimit-limit") == 1);
    REQUIRE(luca.run(network_to(server, lucas)).done);
    CHECK(luca.document(kCore).state_digest() == anna.document(kCore).state_digest());
  }
  CHECK(metric(server, "insieme_waits_ended_total{how=\"news\"}") == "5");
}

TEST_CASE("wait: ended by going away, by the next one, by a command, and by time",
          "[server][process]") {
  Place place;
  MemoryDevice anna("anna");
  place.add(anna);
  const ServerProcess server(place.path(), {"--wait", "2"});
  const std::string token = get_token(server.port(), anna);
  REQUIRE(anna.run(network_to(server, token)).done);
  const std::string wait = wait_request(anna.cursor, token);
  {
    RawClient gone(server.port());
    REQUIRE(gone.send(wait));
    REQUIRE(becomes(server, "insieme_waiting", "1"));
  }
  CHECK(becomes(server, "insieme_waits_ended_total{how=\"left\"}", "1"));
  RawClient first(server.port());
  RawClient second(server.port());
  REQUIRE(first.send(wait));
  REQUIRE(becomes(server, "insieme_waiting", "1"));
  REQUIRE(second.send(wait));
  CHECK(first.read_answer().status == 409);
  CHECK(second.read_answer().body.find("\"news\":false") != std::string::npos);
  // The connection goes on, and whoever asks for more does not wait for the first answer.
  REQUIRE(second.send(wait + http_request("GET", "/status")));
  CHECK(second.read_answer().status == 200);
  CHECK(second.read_answer().body.find("\"status\":200") != std::string::npos);
  REQUIRE(second.send(wait));
  REQUIRE(becomes(server, "insieme_waiting", "1"));
  REQUIRE(place.repository->revoke_device(anna.id(), "lost").ok());
  CHECK(second.read_answer().status == 200);
  REQUIRE(second.send(wait));
  CHECK(second.read_answer().status == 403);
}

TEST_CASE("wait: the end of the server answers, its death is an end without answer [P2]",
          "[server][process]") {
  Place place;
  MemoryDevice anna("anna");
  place.add(anna);
  auto server = std::make_unique<ServerProcess>(place.path());
  std::string token = get_token(server->port(), anna);
  REQUIRE(anna.run(network_to(*server, token)).done);
  RawClient waiting(server->port());
  REQUIRE(waiting.send(wait_request(anna.cursor, token)));
  REQUIRE(becomes(*server, "insieme_waiting", "1"));
  server->signal(SIGTERM);
  const HttpAnswer answer = waiting.read_answer();
  CHECK(answer.status == 200);
  CHECK(answer.body.find("\"news\":false") != std::string::npos);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(server->wait() == 0);
  server = std::make_unique<ServerProcess>(place.path());
  token = get_token(server->port(), anna);
  RawClient cut(server->port());
  REQUIRE(cut.send(wait_request(anna.cursor, token)));
  REQUIRE(becomes(*server, "insieme_waiting", "1"));
  server->kill_hard();
  CHECK(cut.read_answer().status == 0);
  server = std::make_unique<ServerProcess>(place.path());
  token = get_token(server->port(), anna);
  anna.create(dossier("d1"));
  anna.write(kCore, {set_op("note", "after")});
  CHECK(anna.run(network_to(*server, token)).done);
}

TEST_CASE("wait: a thousand that wait leave all connections to the others", "[server][process]") {
  constexpr std::size_t kTablets = 1'000;
  struct ::rlimit files {};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  if (files.rlim_max < kTablets + 200) {
    WARN("skipped: too few files may be open here");
    return;
  }
  files.rlim_cur = std::max<::rlim_t>(files.rlim_cur, kTablets + 200);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  Place place;
  MemoryDevice anna("anna");
  place.add(anna);
  REQUIRE(place.repository->add_user({"many", "Many", "educator", false, 0}).ok());
  const ServerProcess server(place.path(), {"--connections-max", "64"});
  const std::string token = get_token(server.port(), anna);
  std::vector<std::unique_ptr<RawClient>> waiting;
  Cursor start;
  start.epoch = 1;
  for (std::size_t i = 0; i < kTablets; ++i) {
    const MemoryDevice tablet("t" + std::to_string(i));
    const Digest hash = Hasher("many").add(static_cast<std::uint64_t>(i)).finish();
    REQUIRE(place.repository->add_invitation(hash, "many", INT64_MAX).ok());
    REQUIRE(place.repository
                ->enrol({hash, tablet.public_key(), "t", rep(tablet.name()), tablet.id()})
                .ok());
    waiting.push_back(std::make_unique<RawClient>(server.port()));
    REQUIRE(waiting.back()->send(wait_request(start, get_token(server.port(), tablet))));
  }
  REQUIRE(becomes(server, "insieme_waiting", std::to_string(kTablets)));
  // Of what they may not see they hear nothing, and the server works as before.
  anna.create(dossier("d1"));
  anna.write(kCore, {set_op("note", "x")});
  REQUIRE(anna.run(network_to(server, token)).done);
  CHECK(metric(server, "insieme_waiting") == std::to_string(kTablets));
  // What is for all of them wakes them all.
  REQUIRE(place.repository->assign("many", dossier("d1"), {}).ok());
  std::size_t ended = 0;
  for (const auto& one : waiting) {
    const HttpAnswer answer = one->read_answer();
    REQUIRE(answer.body.find("\"news\":true") != std::string::npos);
    if (answer.headers.count("connection") == 1) ++ended;
  }
  // They may not keep their connections all at once: others would find no place.
  CHECK(ended >= kTablets - 64);
  waiting.clear();
  CHECK(becomes(server, "insieme_waiting", "0"));
}
