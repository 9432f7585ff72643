// No room: on the server, on the tablet.
#include <filesystem>
#include <fstream>

#include "small_tablet.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

/// A note from a file: a command line takes no more than 128 KiB.
Words note(const Ambito& at, std::size_t bytes, const Words& more = {}) {
  const std::string path = at.folder.file("nota-" + std::to_string(bytes));
  std::ofstream(path) << std::string(bytes, 'x');
  Words words{"--request-id", "nota", "edit", at.visit, "--from-file", "observations=" + path};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Everything that can be true of a server that takes nothing more, and has to be.
void check_full_server(Ambito& at) {
  at.save("non ci sta");
  at.network.take_passed();
  const std::string said = at.anna.refused(4, {"sync"});
  check_says(said, {"Lo spazio sul server è esaurito", "Il lavoro resta salvato qui",
                    "avvisare chi gestisce il server"});
  const std::vector<Passed> passed = at.network.take_passed();
  REQUIRE_FALSE(passed.empty());
  check_says(passed[0].reply, {"HTTP/1.1 507", "application/problem+json",
                               "The server has no room"});
  const json::object status = at.anna.ask({"status"});
  CHECK(member(status, "unsent") == "1");
  CHECK(member(status, "refused") == "0");
  CHECK(at.anna.ok({"status", "--receipts"}).find("salvato qui") != std::string::npos);
}

TEST_CASE("room: a server at its quota takes nothing more, and everything else goes on",
          "[integration][P1][P2]") {
  Ambito at;
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.bruno.ok({"sync"});
  at.server.stop();
  at.server.flags = {"--max-log-bytes", "1"};
  at.server.start();
  check_full_server(at);
  // What others did still arrives.
  CHECK(at.shown(at.anna, "next_date") == "01/04/2024");
  at.save("e nemmeno questo");
  CHECK(member(at.anna.ask({"status"}), "unsent") == "2");
  // Whoever has nothing to send notices nothing.
  at.carla.ok({"sync"});
  at.server.stop();
  at.server.flags = {};
  at.server.start();
  at.check_whole();
}

TEST_CASE("room: a server that keeps some of its disk free says so before it is full",
          "[integration][P2]") {
  Ambito at;
  at.server.stop();
  at.server.flags = {"--min-free-disk", "4000000G"};
  at.server.start();
  check_full_server(at);
  at.server.stop();
  at.server.flags = {};
  at.server.start();
  at.check_whole();
}

TEST_CASE("room: a server whose disk is full in the middle of a push writes nothing of it",
          "[integration][P2]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Ambito at;
  at.server.stop();
  // The data move to a small disk.
  const SmallDisk disk(at.folder.file("disk"), 3 * 1024 * 1024);
  fs::copy(at.server.data(), disk.path(), fs::copy_options::recursive);
  fs::remove_all(at.server.data());
  fs::create_directory_symlink(disk.path(), at.server.data());
  at.server.flags = {"--min-free-disk", "0"};
  at.server.start();
  disk.fill();
  at.anna.ok(note(at, 200'000, {"next_step=Non ci sta"}));
  at.acknowledged.insert("Non ci sta");
  check_says(at.anna.refused(4, {"sync"}), {"Il lavoro resta salvato qui"});
  CHECK(member(at.anna.ask({"status"}), "unsent") == "1");
  disk.free();
  at.check_whole();
  at.server.stop();
}

TEST_CASE("room: a full tablet refuses the save in words, keeps what it had, and can be read",
          "[integration][P2]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Ambito at;
  const SmallTablet small(at);
  const Terminal& dora = small.dora;
  const auto edit = [&](const std::string& value) {
    return Words{"--request-id", value, "edit", at.visit, "next_step=" + value};
  };
  dora.ok(edit("Ci sta"));
  at.acknowledged.insert("Ci sta");
  small.disk.fill();
  // A long note needs room that is not there.
  const Words long_note = note(at, 100'000);
  for (int time = 0; time < 2; ++time) {
    check_says(dora.refused(3, long_note),
               {"Il dispositivo è pieno", "non è stato salvato nulla", "liberare spazio"});
  }
  CHECK(at.shown(dora, "next_step") == "Ci sta");
  at.save("dalla collega");
  at.anna.ok({"sync"});
  small.disk.free();
  dora.ok(long_note);
  dora.ok({"sync"});
  CHECK(dora.ask({"verify"}).at("sound").as_bool());
  CHECK(at.shown(dora, "observations").size() >= 100'000);
  CHECK(member(dora.ask({"status"}), "unsent") == "0");
  at.check_whole();
}

TEST_CASE("room: news that do not fit wait on the server until there is room",
          "[integration][P2][P10]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Ambito at;
  const SmallTablet small(at);
  const Terminal& dora = small.dora;
  small.disk.fill();
  at.anna.ok(note(at, 300'000));
  at.anna.ok({"sync"});
  check_says(dora.refused(3, {"sync"}), {"Il dispositivo è pieno"});
  CHECK(at.shown(dora, "observations").empty());
  small.disk.free();
  dora.ok({"sync"});
  CHECK(at.shown(dora, "observations").size() == 300'000);
  CHECK(dora.ask({"verify"}).at("sound").as_bool());
  at.check_whole();
}

TEST_CASE("room: a file that may not grow is a save refused, not a store damaged",
          "[integration][P2]") {
  Ambito at;
  Launch launch("insieme", note(at, 400'000), at.anna.environment);
  launch.file_bytes_max = 128 * 1024;  // the write-ahead log has to hold the whole note
  const processes::Finished refused = run_launch(launch);
  CAPTURE(refused.err);
  CHECK(refused.code == 3);
  check_says(refused.err, {"insieme: Il dispositivo"});
  CHECK(at.shown(at.anna, "observations").empty());
  CHECK(at.anna.ask({"verify"}).at("sound").as_bool());
  at.check_whole();
}

}  // namespace
}  // namespace insieme::testing
