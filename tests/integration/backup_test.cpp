// Sealed copies of a server that people work with: who can read them, and what a crash leaves.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ambito.hpp"
#include "small_disk.hpp"
#include "support/catch.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// An office whose copies are sealed for two keys.
struct Vault {
  Ambito at;
  std::string first = at.folder.file("first.key");
  std::string second = at.folder.file("second.key");
  std::string stranger = at.folder.file("stranger.key");
  std::string copy = at.folder.file("copia.db");

  Vault() {
    make(stranger);
    const std::string keys = make(first) + ", " + make(second);
    std::ofstream(at.server.data() + "/insieme.conf", std::ios::app)
        << "backup_keys = " << keys << '\n';
  }
  static std::string ask(const Words& words) {
    const Finished said = run_program("insieme-server", words, {});
    REQUIRE(said.code == 0);
    return std::string(json::parse(said.out).at("backup_key").as_string());
  }
  static std::string make(const std::string& path) {
    return ask({"backup-key", "new", "--out", path, "--json"});
  }
  static std::string shown(const std::string& path) {
    return ask({"backup-key", "show", "--key-file", path, "--json"});
  }
  [[nodiscard]] Finished run(Words words) const {
    words.insert(words.end(), {"--data", at.server.data()});
    return run_program("insieme-server", words, {});
  }
  [[nodiscard]] Finished opened(const std::string& file, const std::string& key) const {
    return run_program("insieme-server", {"verify", "--backup", file, "--key-file", key, "--work",
                                          at.folder.path().string(), "--json"},
                       {});
  }
  /// What of a copy in clear, or of one that is not whole, lies about.
  [[nodiscard]] std::vector<std::string> leftovers() const {
    std::vector<std::string> names;
    for (const fs::path& folder : {fs::path(at.server.data()), at.folder.path()}) {
      for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".part") || name.find(".copying") != std::string::npos ||
            name.find("insieme-verify") != std::string::npos) {
          names.push_back(name);
        }
      }
    }
    return names;
  }
};

TEST_CASE("backup: sealed, only its keys make a server of it, and tablets bring the rest",
          "[integration][P2]") {
  Vault vault;
  Ambito& at = vault.at;
  const json::value made = at.server.admin_json({"backup", vault.copy});
  CHECK(made.at("sealed").as_bool());
  CHECK(made.at("documents").to_number<int>() > 0);
  CHECK(vault.leftovers().empty());
  // A name that stands in the database as it is typed.
  CHECK((content_of(at.server.data() + "/server.db") + content_of(at.server.data() +
                                                                  "/server.db-wal"))
            .find("Bruno") != std::string::npos);
  CHECK(content_of(vault.copy).find("Bruno") == std::string::npos);

  const Finished unopened = vault.run({"verify", "--backup", vault.copy});
  CHECK(unopened.code == 0);
  check_says(unopened.out, {"as written", "Not opened"});
  for (const std::string& key : {vault.first, vault.second}) {
    const Finished opened = vault.opened(vault.copy, key);
    REQUIRE(opened.code == 0);
    CHECK(json::parse(opened.out).at("position") == made.at("position"));
  }
  CHECK(vault.opened(vault.copy, vault.stranger).code == 6);

  at.save("dopo la copia");
  at.exchange();
  at.server.stop();
  check_says(vault.run({"restore", vault.copy}).err, {"is sealed", "--key-file"});
  check_says(vault.run({"restore", vault.copy, "--key-file", vault.stranger}).err,
             {"sealed for the key"});
  REQUIRE(vault.run({"restore", vault.copy, "--key-file", vault.second}).code == 0);
  CHECK(vault.leftovers().empty());
  at.server.start();
  at.exchange();
  at.check_whole();
}

TEST_CASE("backup: a copy that was changed, cut, or signed by another server is not put back",
          "[integration][P2]") {
  Vault vault;
  Ambito& at = vault.at;
  at.server.admin({"backup", vault.copy});
  at.server.stop();
  const std::string whole = content_of(vault.copy);
  const auto refused = [&](const std::string& bytes, const std::string& words) {
    std::ofstream(vault.copy, std::ios::binary | std::ios::trunc) << bytes;
    const Finished said = vault.run({"restore", vault.copy, "--key-file", vault.first});
    CHECK(said.code == 4);
    check_says(said.err, {words});
    CHECK(vault.opened(vault.copy, vault.first).code == 6);
    CHECK(vault.run({"verify", "--backup", vault.copy}).code != 0);
    CHECK(vault.leftovers().empty());
  };
  refused(whole.substr(0, whole.size() - 1), "it was cut");
  refused(whole.substr(0, whole.size() / 2), "it was cut");
  std::string changed = whole;
  changed[whole.size() / 2] = static_cast<char>(changed[whole.size() / 2] ^ 1);
  refused(changed, "were changed");
  // Whole, and for this key, but by somebody else.
  const Vault other;
  std::ofstream(other.at.server.data() + "/insieme.conf", std::ios::app)
      << "backup_keys = " << Vault::shown(vault.first) << '\n';
  const std::string theirs = at.folder.file("altrui.db");
  other.at.server.admin({"backup", theirs});
  const Finished said = vault.run({"restore", theirs, "--key-file", vault.first});
  CHECK(said.code == 4);
  check_says(said.err, {"another key than this server.key"});
  at.server.start();
  at.check_whole();
}

TEST_CASE("backup: killed anywhere, nothing that is not whole has the name of a copy",
          "[integration][P2]") {
  if (!Doomed::is_possible()) {
    WARN("skipped: no process can be watched here (ptrace)");
    return;
  }
  Vault vault;
  const std::string data = vault.at.server.data();
  vault.at.server.stop();
  const auto words = [&](const std::string& file) {
    return Words{"backup", file, "--data", data};
  };
  std::uint64_t calls = 0;
  {
    Doomed once("insieme-server", words(vault.copy), {});
    REQUIRE(once.wait().code == 0);
    calls = once.calls();
  }
  REQUIRE(vault.opened(vault.copy, vault.first).code == 0);
  std::vector<std::uint64_t> places;
  for (std::uint64_t i = 1; i <= 12; ++i) places.push_back(calls * i / 13 + 1);
  for (std::uint64_t i = 0; i < 14 && i < calls; ++i) places.push_back(calls - i);
  int killed = 0;
  for (const std::uint64_t nth : places) {
    CAPTURE(nth, calls);
    const std::string file = vault.at.folder.file("copia-" + std::to_string(nth) + ".db");
    const Finished end = run_doomed("insieme-server", words(file), {}, nth);
    if (end.code != 0) ++killed;
    if (fs::exists(file)) CHECK(vault.opened(file, vault.second).code == 0);
    fs::remove(file + ".part");
  }
  CHECK(killed > 10);
  // What a kill left in clear in the data folder goes with the next copy.
  const std::string last = vault.at.folder.file("ultima.db");
  CHECK(vault.run({"backup", last}).code == 0);
  CHECK(vault.leftovers().empty());
  CHECK(vault.opened(last, vault.first).code == 0);
  vault.at.server.start();
  vault.at.check_whole();
}

TEST_CASE("backup: where there is no room it says so, and leaves nothing", "[integration][P2]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Vault vault;
  const SmallDisk disk(vault.at.folder.file("disk"), 128 * 1024);
  const std::string file = disk.path() / "copia.db";
  const Finished full = vault.run({"backup", file});
  CHECK(full.code == 5);
  check_says(full.err, {"No space left"});
  CHECK(fs::is_empty(disk.path()));
  CHECK(vault.leftovers().empty());
  // It does not count: nothing is covered.
  check_says(vault.run({"doctor", "--quick"}).out, {"none was ever noted"});
  std::ofstream(vault.at.server.data() + "/insieme.conf", std::ios::app)
      << "min_free_disk = 4000000G\n";
  const Finished spared = vault.run({"backup", vault.copy});
  CHECK(spared.code == 5);
  check_says(spared.err, {"while it is made"});
  CHECK_FALSE(fs::exists(vault.copy));
}

}  // namespace
}  // namespace insieme::testing
