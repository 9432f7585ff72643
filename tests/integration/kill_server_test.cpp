// SIGKILL of the server at every place where it changes a file or sends a byte.
#include <signal.h>

#include "ambito.hpp"
#include "support/catch.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

/// The office's server, watched.
class WatchedServer {
 public:
  explicit WatchedServer(const OfficeServer& of)
      : words_{"--data",    of.data(), "serve",       "--dev",
               "--listen",  "127.0.0.1:" + std::to_string(of.port()), "--log-level", "off"} {
    start();
  }
  void start() {
    for (int attempt = 0; attempt < 40; ++attempt) {
      process_ = std::make_unique<Doomed>("insieme-server", words_, Environment{});
      if (process_->read_line().rfind("listening on", 0) == 0) return;
      process_->kill();
      process_->wait();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("the server did not start again");
  }
  [[nodiscard]] Doomed& process() { return *process_; }

 private:
  Words words_;
  std::unique_ptr<Doomed> process_;
};

TEST_CASE("kill: a server that dies anywhere in a push loses nothing that it acknowledged",
          "[integration][P2]") {
  if (!Doomed::is_possible()) {
    WARN("skipped: this system lets no program watch another (ptrace)");
    return;
  }
  const std::uint64_t seed = seed_or(7);
  CAPTURE(seed);
  Ambito at;
  at.server.stop();
  WatchedServer server(at.server);
  std::uint64_t places = 0;
  std::size_t kills = 0;
  {
    Tablet anna(at.anna);
    const auto save = [&](const std::string& value) {
      anna.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", value}}}});
      at.acknowledged.insert(value);
    };
    save("intero");
    const std::uint64_t before = server.process().calls();
    REQUIRE(anna.sync());
    places = server.process().calls() - before;
    REQUIRE(places > 8);
    // A new connection asks for a token again: a few more places than in an exchange alone.
    for (std::uint64_t n = 1 + seed % 2; n <= places + 6; n += 2) {
      CAPTURE(n, places);
      save("passo " + std::to_string(n));
      server.process().arm(n);
      const bool done = anna.sync();
      server.process().arm(0);
      if (!done) check_says(anna.said(), {"Il lavoro resta salvato qui"});
      if (!done) {
        CHECK(server.process().wait().code == -SIGKILL);
        ++kills;
        server.start();
      }
    }
    if (!anna.sync()) {  // the last one died when all was said
      CHECK(server.process().wait().code == -SIGKILL);
      server.start();
      CHECK(anna.sync());
    }
  }
  CHECK(kills > 5);
  at.check_whole();
}

TEST_CASE("kill: a server that dies while it answers others does not disturb them",
          "[integration][P2]") {
  Ambito at;
  for (int round = 0; round < 4; ++round) {
    CAPTURE(round);
    at.save("giro " + std::to_string(round));
    at.bruno.ok({"edit", at.visit, "next_date=0" + std::to_string(round + 1) + "/04/2024"});
    // Dies with the first byte of its answer, and is back before anybody tries again.
    at.network.cut_next({Way::reply, 0, [&at] { at.server.restart(); }});
    at.anna.ok({"sync"});
    at.bruno.ok({"sync"});
  }
  CHECK(at.network.cuts() == 4);
  at.check_whole();
}

}  // namespace
}  // namespace insieme::testing
