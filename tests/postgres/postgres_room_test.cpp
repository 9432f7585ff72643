// A database whose disk is full: what was acknowledged stays, what comes is refused in words and
// waits on the tablets.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "../integration/small_disk.hpp"
#include "cluster.hpp"
#include "support/catch.hpp"
#include "support/cli_runner.hpp"
#include "support/document_states.hpp"

using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kDiskBytes = 48 * 1024 * 1024;
constexpr std::size_t kNoteBytes = 300'000;

/// A database in a tablespace on a disk of its own. PostgreSQL's log of transactions is elsewhere:
/// without room for that one the whole cluster ends, and its servers answer that it is away.
struct Narrow {
  TestFolder folder;
  SmallDisk disk;

  Narrow() : disk(opened(folder), kDiskBytes) {
    fs::create_directory(disk.path() / "pg");
    REQUIRE(::chown((disk.path() / "pg").c_str(), 65534, 65534) == 0);
    cluster().execute("CREATE TABLESPACE narrow LOCATION '" + (disk.path() / "pg").string() + "'",
                      "postgres");
    cluster().execute("CREATE DATABASE narrow TABLESPACE narrow", "postgres");
  }
  ~Narrow() {
    disk.free();
    cluster().execute("DROP DATABASE narrow WITH (FORCE)", "postgres");
    cluster().execute("DROP TABLESPACE narrow", "postgres");
  }
  Narrow(const Narrow&) = delete;
  Narrow& operator=(const Narrow&) = delete;

  static fs::path opened(const TestFolder& folder) {
    fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_exec);
    return folder.path() / "disk";
  }
};

/// Nothing makes it smaller: whoever stores it needs its pages.
std::string noise(std::size_t bytes) {
  std::mt19937_64 random(7);
  std::string text;
  while (text.size() < bytes) text += static_cast<char>('!' + random() % 94);
  return text;
}

}  // namespace

TEST_CASE("postgres: a push into a database whose disk is full is refused in words, and nothing"
          " that was acknowledged is lost [P2]", "[postgres][process]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  const Narrow narrow;
  const TestFolder folder;
  OfficeServer server(folder.path(), {}, {{"INSIEME_DATABASE", cluster().address("narrow")}});
  const Terminal anna(folder.path(), "anna");
  const Terminal bruno(folder.path(), "bruno");
  for (const Terminal* who : {&anna, &bruno}) {
    const std::string account = who == &anna ? "anna" : "bruno";
    server.admin({"users", "add", account, "--name", account, "--role", "coordinator"});
    who->ok({"init"});
    who->ok({"enrol", server.invitation(account)});
  }
  anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
  const std::string family =
      member(anna.ask({"open"}).at("dossiers").as_array().at(0).as_object(), "id");
  anna.ok({"sync"});
  bruno.ok({"sync"});
  const std::string acknowledged = server.admin({"verify", "--json"});

  narrow.disk.fill();
  const std::string file = folder.file("nota");
  std::ofstream(file) << noise(kNoteBytes);
  anna.ok({"add", "note", "--dossier", family, "title=Colloquio", "--from-file", "body=" + file});
  const std::string said = anna.refused(4, {"sync"});
  CAPTURE(said);
  CHECK(says(said, "Lo spazio sul server è esaurito"));
  CHECK(says(said, "Il lavoro resta salvato qui"));
  CHECK(member(anna.ask({"status"}), "unsent") == "1");
  CHECK(member(anna.ask({"status"}), "refused") == "0");
  // Nothing of the push is there, everything of before is, and the server goes on reading.
  CHECK(states_of_server(json::parse(server.admin({"verify", "--json"})).as_object()) ==
        states_of_server(json::parse(acknowledged).as_object()));
  CHECK(http_once(server.port(), http_request("GET", "/ready")).status == 200);
  // Who has nothing to send may have to wait, too: whoever is given something is noted first.
  const Finished asked = bruno.run({"sync"});
  CHECK((asked.code == 0 || asked.code == 4));
  CHECK(bruno.ask({"open"}).at("dossiers").as_array().size() == 1);

  narrow.disk.free();
  anna.ok({"sync"});
  bruno.ok({"sync"});
  const States there = states_of_server(server.admin_json({"verify"}).as_object());
  for (const Terminal* who : {&anna, &bruno}) {
    CHECK(member(who->ask({"status"}), "unsent") == "0");
    const States here = states_of_tablet(who->ask({"verify"}));
    CHECK_FALSE(here.empty());
    for (const auto& [document, state] : here) CHECK(there.at(document) == state);
  }
  server.stop();
}
