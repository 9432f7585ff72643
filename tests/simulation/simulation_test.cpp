// The simulated world, a fixed number of seeds at every test run. INSIEME_SIMULATION_SEEDS=A..B
// takes others, for longer runs.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <sstream>

#include "simulation/story.hpp"

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

/// The check that fails when the ledger knows of something that the world does not have.
std::string broken_by(const Typed& typed) {
  Story story;
  const std::string record = story.household(story.tablet(0));
  Typed one = typed;
  one.place = {sync::to_text(story.tablet(0).store().dossier_ids()->front()), "core", record,
               "name"};
  one.act = story.world.ledger().new_act();
  one.person = "anna";
  story.world.ledger().add(one);
  story.world.ledger().acknowledge(one.act);
  try {
    settle_and_check(story.world, story.tally);
  } catch (const Broken& broken) {
    return broken.check();
  }
  return {};
}

TEST_CASE("simulation: its checks fail where something is lost or comes back", "[simulation][P2]") {
  Typed lost;
  lost.token = "a name that nobody wrote";
  CHECK(broken_by(lost) == "no acknowledged save is lost");
  Typed not_shown;  // in the log, and nothing replaced it
  not_shown.token = "a name that is not shown";
  not_shown.evidence = "Rossi";
  CHECK(broken_by(not_shown) == "nothing typed is lost");
  Typed replaced;  // "Rossi" is shown, though somebody who saw it put another in its place
  replaced.evidence = "Rossi";
  replaced.replaced = {"Rossi"};
  CHECK(broken_by(replaced) == "what was replaced does not come back");
}

TEST_CASE("simulation: what fails is shortened to the acts that it needs", "[simulation]") {
  std::vector<std::size_t> all(60);
  std::iota(all.begin(), all.end(), 0U);
  const auto fails = [](const std::vector<std::size_t>& numbers) {
    const auto has = [&](std::size_t n) {
      return std::binary_search(numbers.begin(), numbers.end(), n);
    };
    return has(3) && has(17) && (has(40) || has(41));
  };
  const auto kept = shorten(all, 400, fails);
  CHECK(fails(kept));
  CHECK(kept.size() == 3);
}

}  // namespace
}  // namespace insieme::simulation
