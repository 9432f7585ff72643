// The text CRDT against the explicit FugueMax tree, over random histories.
#include <rapidcheck.h>

#include <numeric>

#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "text_samples.hpp"
#include "text_oracle.hpp"

namespace insieme::sync {
namespace {

using testing::TextOracle;

void check_equal(const TextState& state, const TextState& other) {
  RC_ASSERT(state.text() == other.text());
  RC_ASSERT(state.length() == other.length());
  RC_ASSERT(state == other);
  RC_ASSERT(state.overlaps() == other.overlaps());
}

std::vector<std::pair<Dot, std::uint32_t>> runs_of(const TextState& state) {
  std::vector<std::pair<Dot, std::uint32_t>> runs;
  for (const AuthorRun& run : state.author_runs()) runs.emplace_back(run.dot, run.length);
  return runs;
}

void check_against_oracle(const TextState& state, const std::vector<TextEvent>& events) {
  const TextOracle oracle(events);
  RC_ASSERT(state.text() == oracle.text());
  RC_ASSERT(runs_of(state) == oracle.runs());
  std::vector<std::pair<Dot, Dot>> overlaps;
  for (const TextOverlap& pair : state.overlaps()) overlaps.emplace_back(pair.first, pair.second);
  RC_ASSERT(overlaps == oracle.overlaps());
}

/// All events that `context` leads to.
std::vector<TextEvent> seen_by(const std::vector<TextEvent>& events, const VersionVector& context) {
  std::vector<TextEvent> seen;
  for (const TextEvent& event : events) {
    if (context.contains(event.dot)) seen.push_back(event);
  }
  return seen;
}

TEST_CASE("text: random histories merge as the FugueMax tree says", "[sync][text][P3]") {
  REQUIRE(rc::check("merge equals the explicit tree", [](std::uint32_t seed) {
    const auto replicas = *rc::gen::inRange<std::size_t>(2, 5);
    const auto writes = *rc::gen::inRange<std::size_t>(1, 24);
    const auto events = testing::random_history(seed, replicas, writes);
    std::mt19937 random(seed + 1);
    const TextState state = testing::deliver_shuffled(events, random);
    RC_ASSERT(state.events().size() == events.size());
    check_against_oracle(state, events);
    check_equal(state, testing::deliver_shuffled(events, random));
    Result<TextState> rebuilt = TextState::from_events(events);
    RC_ASSERT(rebuilt.ok());
    check_equal(state, rebuilt.value());
  }));
}

TEST_CASE("text: a thousand histories with forms opened long before", "[sync][text][P3]") {
  for (std::uint32_t seed = 0; seed < 1'500; ++seed) {
    INFO("seed " << seed);
    const auto events = testing::random_history(seed, 2 + seed % 3, 6 + seed % 17);
    std::mt19937 random(seed);
    const TextState state = testing::deliver_shuffled(events, random);
    const TextOracle oracle(events);
    REQUIRE(state.text() == oracle.text());
    REQUIRE(runs_of(state) == oracle.runs());
    REQUIRE(state.overlaps().size() == oracle.overlaps().size());
    for (const TextEvent& event : events) {
      REQUIRE(state.text_at(event.context) == TextOracle(seen_by(events, event.context)).text());
    }
  }
}

std::map<Dot, std::uint32_t> shown_of(const TextState& state) {
  std::map<Dot, std::uint32_t> shown;
  for (const AuthorRun& run : state.author_runs()) shown[run.dot] += run.length;
  return shown;
}

TEST_CASE("text: settling takes away nothing but what the others wrote", "[sync][text][P2]") {
  std::size_t settled = 0;
  for (std::uint32_t seed = 0; seed < 1'500; ++seed) {
    INFO("seed " << seed);
    const auto events = testing::random_history(seed, 2 + seed % 3, 6 + seed % 17);
    std::mt19937 random(seed);
    TextState state = testing::deliver_shuffled(events, random);
    if (state.overlaps().empty()) continue;
    ++settled;
    const TextOverlap pair = state.overlaps()[seed % state.overlaps().size()];
    const auto splices = state.prefer(pair.first, {pair.first, pair.second});
    REQUIRE(splices.ok());
    const auto before = shown_of(state);
    ReplicaId coordinator;
    coordinator.bytes.fill(0xee);
    const Dot decision{coordinator, 1, 0};
    const VersionVector all = [&] {
      VersionVector version;
      for (const TextEvent& event : events) version.raise(event.dot.replica, event.dot.seq);
      return version;
    }();
    const std::string expected = splice_text(state.text(), *splices);
    REQUIRE(state.apply(decision, {}, "c", all, *splices, TextState::Origin::local).ok());
    REQUIRE(state.text() == expected);
    const auto after = shown_of(state);
    for (const auto& [dot, length] : before) {
      if (dot == pair.second) continue;
      const auto left = after.find(dot);
      REQUIRE((left == after.end() ? 0 : left->second) == length);
    }
    // Decided once more, the same way: it takes the first decision back and does the same.
    const auto again = state.prefer(pair.first, {pair.first, pair.second}, {decision});
    REQUIRE(again.ok());
    REQUIRE(splice_text(state.text(), *again) == expected);
  }
  REQUIRE(settled > 100);
}

}  // namespace
}  // namespace insieme::sync
