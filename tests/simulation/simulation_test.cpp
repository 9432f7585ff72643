// The simulated world, a fixed number of seeds at every test run. INSIEME_SIMULATION_SEEDS=A..B
// takes others, for longer runs.
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "simulation/runner.hpp"
#include "support/catch.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kActs = 60;

std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* asked = std::getenv("INSIEME_SIMULATION_SEEDS");
  if (asked == nullptr) return {1, 40};
  const std::string text = asked;
  const std::size_t dots = text.find("..");
  REQUIRE(dots != std::string::npos);
  return {std::stoull(text), std::stoull(text.substr(dots + 2))};
}

TEST_CASE("simulation: a world under every kind of trouble comes to rest and lacks nothing",
          "[simulation][P1][P2][P3][P4][P6][P7][P8]") {
  const auto [first, last] = seeds();
  Tally tally;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Script script = make_script(seed, kActs);
    const Outcome outcome = run_script(file_system(), script, nullptr);
    tally.add(outcome.tally);
    if (!outcome.fault) continue;
    std::ostringstream text;
    report(file_system(), script, *outcome.fault, text);
    FAIL_CHECK(text.str());
  }
  std::cout << "seeds " << first << ".." << last << '\n';
  print_tally(tally, last - first + 1, std::cout);
}

TEST_CASE("simulation: the same seed is the same run, bit for bit", "[simulation]") {
  for (const std::uint64_t seed : {7U, 8U, 9U}) {
    const Script script = make_script(seed, kActs);
    const Outcome once = run_script(file_system(), script, nullptr);
    const Outcome again = run_script(file_system(), make_script(seed, kActs), nullptr);
    CHECK(once.trace_hash == again.trace_hash);
    CHECK(once.trace_hash !=
          run_script(file_system(), make_script(seed + 10, kActs), nullptr).trace_hash);
  }
}

}  // namespace
}  // namespace insieme::simulation
