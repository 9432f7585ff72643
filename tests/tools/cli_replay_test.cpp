// `insieme replay` as a process: what stands on which stream, and how it ends.
#include <algorithm>
#include <fstream>

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace insieme::testing;

namespace {

const std::string kReplica = R"({"do":"replica","name":"A"})"
                             "\n";
const std::string kDump = R"({"do":"dump","on":"A"})"
                          "\n";

Finished replay(const std::string& script, const std::string& language = "en") {
  const TestFolder folder;
  const std::string path = (folder.path() / "script.jsonl").string();
  std::ofstream(path, std::ios::binary) << script;
  return run_program("insieme", {"--lang", language, "replay", path}, {});
}

}  // namespace

TEST_CASE("cli: replay prints dumps and nothing else", "[cli][replay]") {
  const Finished done = replay(kReplica + kDump + kDump);
  CHECK(done.code == 0);
  CHECK(done.err.empty());
  CHECK(std::count(done.out.begin(), done.out.end(), '\n') == 2);
  CHECK(done.out.compare(0, 11, R"({"digest":")") == 0);
  CHECK(done.out.find(R"(","on":"A","records":{}})") != std::string::npos);
}

TEST_CASE("cli: replay reads standard input", "[cli][replay]") {
  const Finished done = run_program("insieme", {"replay", "-"}, {}, kReplica + kDump);
  CHECK(done.code == 0);
  CHECK(done.out == replay(kReplica + kDump).out);
}

TEST_CASE("cli: replay ends with 2 and the line's number; dumps before it stay",
          "[cli][replay]") {
  for (const char* language : {"it", "en"}) {
    const Finished done = replay(kReplica + "\n" + kDump + "{\"do\":\"jump\"}\n" + kDump, language);
    CHECK(done.code == 2);
    CHECK(done.out == replay(kReplica + kDump).out);
    CHECK(done.err.find("script.jsonl:4: ") != std::string::npos);
  }
}

TEST_CASE("cli: replay of a file that is not there is not a malformed script", "[cli][replay]") {
  const Finished done = run_program("insieme", {"replay", "nowhere.jsonl"}, {});
  CHECK(done.code == 3);
  CHECK(done.out.empty());
  CHECK(done.err.find("nowhere.jsonl") != std::string::npos);
}
