// A terminal that listens: what others send comes by itself, and nothing stops it but its owner.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// `insieme watch`, whose lines are read as they come; ctest ends a test that waits for ever.
class Watching {
 public:
  explicit Watching(const Terminal& who) {
    Launch launch("insieme", {"watch"}, who.environment);
    pid_ = start_program(launch, {STDIN_FILENO, out_.ends[1], STDERR_FILENO});
    out_.close(1);
  }
  ~Watching() {
    if (pid_ > 0) end(SIGKILL);
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  /// Reads on until a line holds these words.
  [[nodiscard]] bool hears(const std::string& words) {
    while (true) {
      const std::size_t at = said_.find(words);
      const std::size_t end = at == std::string::npos ? at : said_.find('\n', at);
      if (end != std::string::npos) {
        said_.erase(0, end + 1);
        return true;
      }
      if (out_.ends[0] < 0) return false;
      out_.drain(said_);
    }
  }
  int end(int number) {
    ::kill(pid_, number);
    const int status = wait_for(pid_);
    pid_ = -1;
    return status;
  }

 private:
  Pipe out_;
  int pid_ = -1;
  std::string said_;
};

std::string metric(const OfficeServer& server, const std::string& name) {
  const std::string all = http_once(server.port(), http_request("GET", "/metrics")).body;
  const std::size_t at = all.find("\n" + name + " ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 2;
  return all.substr(from, all.find('\n', from) - from);
}

std::size_t ended_with_news(const OfficeServer& server) {
  return std::stoul(metric(server, "insieme_waits_ended_total{how=\"news\"}"));
}

bool comes_to_wait(const OfficeServer& server) {
  for (int i = 0; i < 500; ++i) {
    if (metric(server, "insieme_waiting") == "1") return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

TEST_CASE("watch: what a colleague sends comes by itself, also after the server's death",
          "[integration][P2]") {
  Ambito at;
  at.exchange();
  {
    Watching bruno(at.bruno);
    REQUIRE(bruno.hears("In ascolto"));
    // It waits, and does not ask again and again.
    REQUIRE(comes_to_wait(at.server));
    const std::size_t told = ended_with_news(at.server);
    for (int round = 0; round < 3; ++round) {
      CAPTURE(round);
      at.save("giro " + std::to_string(round));
      at.anna.ok({"sync"});
      REQUIRE(bruno.hears("novità ricevut"));
      REQUIRE(comes_to_wait(at.server));
      // Meanwhile he works on, in the same store.
      at.bruno.ok({"edit", at.visit, "next_date=0" + std::to_string(round + 1) + "/04/2024"});
    }
    CHECK(ended_with_news(at.server) - told <= 8);
    at.server.kill();
    REQUIRE(bruno.hears("  "));  // says once that nobody answers
    at.server.start();
    at.save("dopo");
    at.anna.ok({"sync"});
    REQUIRE(bruno.hears("novità ricevut"));
    CHECK(bruno.end(SIGINT) == 0);
  }
  CHECK(says(at.shown(at.bruno, "next_step"), "dopo"));
  at.check_whole();
}

TEST_CASE("watch: ends at once, also while nothing comes, and leaves the store as it is",
          "[integration][P1]") {
  Ambito at;
  at.exchange();
  for (const int number : {SIGINT, SIGTERM}) {
    Watching bruno(at.bruno);
    REQUIRE(bruno.hears("In ascolto"));
    CHECK(bruno.end(number) == 0);
  }
  {
    Watching bruno(at.bruno);
    REQUIRE(bruno.hears("In ascolto"));
    CHECK(bruno.end(SIGKILL) == -SIGKILL);
  }
  at.server.stop();
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.server.start();
  at.check_whole();
  // A device that the server does not accept any more is told, and ends.
  const json::value devices = at.server.admin_json({"devices"});
  for (const json::value& device : devices.as_array()) {
    if (member(device.as_object(), "account") != "bruno") continue;
    at.server.admin({"revoke", member(device.as_object(), "device"), "--reason", "perso"});
  }
  CHECK(at.bruno.run({"watch"}).code == 4);
}

}  // namespace
}  // namespace insieme::testing
