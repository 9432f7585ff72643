// Random scripts through the program and through the oracle. INSIEME_REPLAY_SEED sets the first
// seed and INSIEME_REPLAY_SCRIPTS their number; a failure prints its seed and its script.
#include <cstdlib>
#include <sstream>

#include "replay/compare.hpp"
#include "replay/generator.hpp"
#include "replay/played.hpp"
#include "replay/world.hpp"
#include "support/catch.hpp"

using namespace insieme::testing::replay;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("replay: random scripts print what the oracle says", "[replay][P3][P4][P11]") {
  const std::uint64_t first = number_from("INSIEME_REPLAY_SEED", 1);
  const std::uint64_t count = number_from("INSIEME_REPLAY_SCRIPTS", 2'000);
  WARN("seeds " << first << " to " << first + count - 1);
  std::uint64_t lines = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string script = random_script(seed);
    lines += static_cast<std::uint64_t>(std::count(script.begin(), script.end(), '\n'));
    const std::string differs = difference(script);
    if (!differs.empty()) FAIL("seed " << seed << "\n" << differs << "\n" << script);
  }
  CHECK(lines > count);
}

TEST_CASE("replay: random scripts fold, install and go on from folded replicas", "[replay]") {
  std::uint64_t compactions = 0;
  std::uint64_t installations = 0;
  std::uint64_t deliveries_after = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    insieme::replay::World world;
    std::istringstream script(random_script(seed));
    for (std::string text; std::getline(script, text);) {
      const auto line = insieme::replay::parse_line(text);
      REQUIRE(line.ok());
      const std::uint64_t before = world.folded();
      REQUIRE(world.run(*line).ok());
      REQUIRE(world.folded() >= before);
      const bool more = world.folded() > before;
      if (std::holds_alternative<insieme::replay::CompactLine>(*line) && more) ++compactions;
      if (std::holds_alternative<insieme::replay::SnapshotLine>(*line) && more) ++installations;
      const bool travels = std::holds_alternative<insieme::replay::DeliverLine>(*line) ||
                           std::holds_alternative<insieme::replay::SyncLine>(*line);
      if (travels && before > 0) ++deliveries_after;
    }
  }
  WARN(compactions << " compactions, " << installations << " installations, " << deliveries_after
                   << " deliveries after one");
  CHECK(compactions > 300);
  CHECK(installations > 50);
  CHECK(deliveries_after > 300);
}

TEST_CASE("replay: sums of rights stop at the largest number, as the oracle says",
          "[replay][P11]") {
  const std::string most = "{'credit':{'to':'A','amount':9007199254740992}}";
  std::vector<std::string> lines{"{'do':'replica','name':'A'}", "{'do':'replica','name':'B'}"};
  const auto all = [&](int times, const std::string& rest) {
    for (int i = 0; i < times; ++i) lines.push_back(write("A", rest));
    lines.push_back(dump("A"));
  };
  all(1'023, "'grant':" + most + ",'transfer':" + most);
  all(1, "'grant':" + most + ",'spend':{'credit':5}");
  // What comes now is more than is counted; what is given away is not.
  all(2, "'grant':" + most + ",'spend':{'credit':9007199254740992}");
  all(1, "'transfer':{'credit':{'to':'B','amount':7}},'spend':{'credit':9007199254740992}");
  const std::string script = script_of(lines);
  const std::string differs = difference(script);
  INFO(differs);
  CHECK(differs.empty());
  const Played played = play(script);
  CHECK(played.field(0, "credit").find(R"("A":9214364837600034816)") != std::string::npos);
}

TEST_CASE("replay: the generator gives the same script for the same seed", "[replay]") {
  CHECK(random_script(7) == random_script(7));
  CHECK(random_script(7) != random_script(8));
}
