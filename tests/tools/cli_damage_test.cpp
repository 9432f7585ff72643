// Files that are damaged and outputs that take nothing: nothing is made up, and nobody is left
// without a word.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

struct Owner {
  TestFolder folder;
  Terminal anna{folder.path(), "anna"};
  Owner() {
    anna.ok({"init"});
    anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    anna.ok({"backup", folder.file("copia")});
  }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      names.insert(entry.path().filename().string() + " " + std::to_string(entry.file_size()));
    }
    return names;
  }
};

TEST_CASE("cli: a store that was emptied is not made anew, and its backup brings the work back",
          "[cli][P2]") {
  Owner at;
  std::ofstream(at.anna.store(), std::ios::trunc).flush();
  const auto before = at.files();
  for (const Words& words : {Words{"status"}, Words{"open"}, Words{"sync"}}) {
    const std::string said = at.anna.refused(3, words);
    CHECK(says(said, "vuoto o danneggiato"));
    CHECK(says(said, "insieme restore"));
  }
  CHECK(at.files() == before);
  CHECK(at.anna.run({"init"}).code == 2);
  fs::remove(at.anna.store());
  at.anna.ok({"restore", at.folder.file("copia")});
  CHECK(says(at.anna.ok({"open"}), "Famiglia Rossi"));
}

TEST_CASE("cli: a store that is gone while what lies beside it is there is no new beginning",
          "[cli][P2]") {
  Owner at;
  fs::remove(at.anna.store());
  const auto before = at.files();
  const std::string said = at.anna.refused(3, {"status"});
  CHECK(says(said, "manca"));
  CHECK(says(said, "insieme restore"));
  CHECK_FALSE(says(said, "insieme init"));
  CHECK(at.files() == before);
}

TEST_CASE("cli: a file that is no store any more says how to go on", "[cli][P2]") {
  Owner at;
  std::ofstream(at.anna.store(), std::ios::trunc) << std::string(20'000, 'x');
  CHECK(says(at.anna.refused(3, {"status"}), "insieme restore"));
  std::ofstream(at.folder.file("copia"), std::ios::in | std::ios::out | std::ios::binary)
      << std::string(20'000, 'x');
  Terminal other(at.folder.path(), "altra");
  const std::string said = other.refused(
      3, {"restore", at.folder.file("copia"), "--key-file", at.anna.store() + ".key"});
  CHECK(std::count(said.begin(), said.end(), '\n') <= 2);
}

TEST_CASE("cli: an output that cannot be written is an error, whatever was to be shown", "[cli]") {
  Owner at;
  for (const Words& words :
       {Words{"export", "household"}, Words{"open"}, Words{"call", R"({"command":"status"})"},
        Words{"--json", "status"}, Words{"report", "list"}, Words{"--help"}}) {
    for (const char* redirection : {">/dev/full", ">&-"}) {
      CAPTURE(words, redirection);
      const Finished finished =
          run_redirected("insieme", words, at.anna.environment, redirection);
      CHECK(finished.code == 3);
      CHECK(says(finished.err, "uscita non si può scrivere"));
    }
  }
  // Nothing of it was written into the store instead.
  CHECK(says(at.anna.ok({"verify"}), "Tutto torna"));
}

TEST_CASE("cli: whoever reads only the first line is not told of an error", "[cli]") {
  Owner at;
  const Finished finished =
      run_redirected("insieme", {"commands"}, at.anna.environment, "| head -1");
  CHECK(finished.code == 0);
  CHECK(finished.err.empty());
}

}  // namespace
}  // namespace insieme::testing
