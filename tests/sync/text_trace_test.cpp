// Public editing traces: what people typed, and the text that it came to.
#include <chrono>

#include "support/catch.hpp"
#include "text_traces.hpp"

namespace insieme::sync {
namespace {

using testing::Trace;

class Stopwatch {
 public:
  explicit Stopwatch(const char* what) : what_(what) {}
  ~Stopwatch() {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
    std::printf("%s: %.2f s\n", what_, seconds.count());
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  const char* what_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Compares without printing 100 kB on failure.
bool reaches(const TextState& state, const Trace& trace) { return state.text() == trace.end; }

TextState type_in(const char* name) {
  TextState state;
  const auto trace = testing::load_trace(name);
  if (!trace) return state;
  REQUIRE(trace->start.empty());
  {
    const Stopwatch watch(name);
    for (const TextEvent& event : trace->events) {
      REQUIRE(testing::apply(state, event, TextState::Origin::local).ok());
    }
  }
  REQUIRE(reaches(state, *trace));
  REQUIRE(state.overlaps().empty());
  REQUIRE(state.length() == count_code_points(trace->end));
  return state;
}

TEST_CASE("text: one author's recorded typing ends as recorded", "[sync][text][P3]") {
  type_in("automerge-paper");
  const TextState state = type_in("rustcode");
  std::uint64_t total = 0;
  for (const AuthorRun& run : state.author_runs()) total += run.length;
  REQUIRE(total == state.length());
}

TEST_CASE("text: a recorded log rebuilt at once ends as recorded", "[sync][text][P3]") {
  const auto trace = testing::load_trace("rustcode");
  if (!trace) return;
  const Result<TextState> state = TextState::from_events(trace->events);
  REQUIRE(state.ok());
  REQUIRE(reaches(state.value(), *trace));
}

/// Everything of one replica as early as causality allows.
std::vector<TextEvent> favouring(const std::vector<TextEvent>& events, const ReplicaId& favourite) {
  std::vector<std::vector<const TextEvent*>> queues(2);
  for (const TextEvent& event : events) {
    queues[event.dot.replica == favourite ? 0 : 1].push_back(&event);
  }
  std::vector<TextEvent> result;
  std::vector<std::size_t> next(2);
  VersionVector have;
  while (result.size() < events.size()) {
    const bool ready =
        next[0] < queues[0].size() && have.covers(queues[0][next[0]]->context);
    const std::size_t queue = ready ? 0 : 1;
    const TextEvent& event = *queues[queue].at(next[queue]++);
    have.raise(event.dot.replica, event.dot.seq);
    result.push_back(event);
  }
  return result;
}

TEST_CASE("text: two people's recorded typing merges as recorded", "[sync][text][P3]") {
  const auto trace = testing::load_trace("friendsforever");
  if (!trace) return;
  Result<TextState> rebuilt = [&] {
    const Stopwatch watch("friendsforever, at once");
    return TextState::from_events(trace->events);
  }();
  REQUIRE(rebuilt.ok());
  REQUIRE(reaches(rebuilt.value(), *trace));
  for (std::uint8_t favourite = 0; favourite <= 2; ++favourite) {
    INFO("favourite " << int{favourite});
    const auto events = favourite == 0 ? trace->events
                                       : favouring(trace->events, testing::replica(favourite));
    TextState state;
    {
      const Stopwatch watch("friendsforever, one by one");
      for (const TextEvent& event : events) REQUIRE(testing::apply(state, event).ok());
    }
    REQUIRE(reaches(state, *trace));
    REQUIRE(state == rebuilt.value());
    REQUIRE(state.overlaps() == rebuilt.value().overlaps());
  }
}

}  // namespace
}  // namespace insieme::sync
