// Collaborative text, behaviour by behaviour.
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "text_oracle.hpp"
#include "text_samples.hpp"

namespace insieme::sync {
namespace {

using testing::apply;
using testing::HistoryBuilder;
using testing::replica;

TextState merged(const std::vector<TextEvent>& events) {
  TextState state;
  for (const TextEvent& event : events) REQUIRE(apply(state, event).ok());
  return state;
}

std::string merged_text(const HistoryBuilder& history) { return merged(history.events()).text(); }

/// Two replicas that both have `text`.
HistoryBuilder shared_text(const std::string& text, std::size_t replicas = 2) {
  HistoryBuilder history(replicas);
  history.write(0, false, {{0, 0, text}});
  for (std::size_t r = 1; r < replicas; ++r) history.receive(r, 0);
  return history;
}

/// One event per character, as typing does.
void type(HistoryBuilder& history, std::size_t r, std::uint32_t position, const std::string& text) {
  for (const std::string& character : testing::characters(text)) {
    history.write(r, false, {{position++, 0, character}});
  }
}

std::vector<std::pair<Dot, std::uint32_t>> runs_of(const TextState& state) {
  std::vector<std::pair<Dot, std::uint32_t>> runs;
  for (const AuthorRun& run : state.author_runs()) runs.emplace_back(run.dot, run.length);
  return runs;
}

/// Calls `check` with the state after each possible causal delivery of `events`.
template <class Check>
void for_each_delivery(const std::vector<TextEvent>& events, std::vector<bool>& delivered,
                       const TextState& state, Check& check) {
  bool any = false;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!testing::deliverable(events, delivered, i)) continue;
    any = true;
    TextState next = state;
    REQUIRE(apply(next, events[i]).ok());
    delivered[i] = true;
    for_each_delivery(events, delivered, next, check);
    delivered[i] = false;
  }
  if (!any) check(state);
}

void check_all_deliveries(const std::vector<TextEvent>& events) {
  const testing::TextOracle oracle(events);
  const TextState expected = merged(events);
  const auto check = [&](const TextState& state) {
    REQUIRE(state.text() == oracle.text());
    REQUIRE(state.length() == count_code_points(state.text()));
    REQUIRE(state == expected);
    REQUIRE(state.overlaps() == expected.overlaps());
    REQUIRE(runs_of(state) == oracle.runs());
  };
  std::vector<bool> delivered(events.size());
  for_each_delivery(events, delivered, TextState(), check);
}

TEST_CASE("text: splices apply in list order, each to what the one before left", "[sync][text]") {
  HistoryBuilder history(1);
  history.write(0, false, {{0, 0, "one three"}, {4, 0, "two "}, {0, 3, "ONE"}});
  REQUIRE(merged_text(history) == "ONE two three");
  history.write(0, false, {{4, 4, ""}});
  REQUIRE(merged_text(history) == "ONE three");
}

TEST_CASE("text: positions and counts beyond the end are clamped", "[sync][text]") {
  HistoryBuilder history(1);
  history.write(0, false, {{1000, 7, "abc"}});
  history.write(0, false, {{UINT32_MAX, UINT32_MAX, "d"}});
  REQUIRE(merged_text(history) == "abcd");
  history.write(0, false, {{2, UINT32_MAX, ""}, {2, 0, ""}});
  REQUIRE(merged_text(history) == "ab");
  REQUIRE(splice_text("abc", {{9, 1, "d"}, {3, 9, "e"}}) == "abce");
}

TEST_CASE("text: concurrent splices are clamped to the text their author saw", "[sync][text][P3]") {
  HistoryBuilder history = shared_text("abc");
  history.write(0, false, {{3, 0, "defgh"}});
  history.write(1, false, {{100, 0, "X"}});
  history.write(1, false, {{2, UINT32_MAX, ""}});
  // The second author never saw "defgh": it stands, whatever they cleared.
  REQUIRE(merged_text(history) == "abdefgh");
  check_all_deliveries(history.events());
}

TEST_CASE("text: positions are code points", "[sync][text]") {
  HistoryBuilder history = shared_text("a\u00e8\u20ac\U0001f469b");
  REQUIRE(merged(history.events()).length() == 5);
  history.write(0, false, {{3, 1, "\U0001f468"}});
  history.write(1, false, {{2, 1, "e\u0301"}});
  REQUIRE(merged_text(history) == "a\u00e8e\u0301\U0001f468b");
  check_all_deliveries(history.events());
}

TEST_CASE("text: two runs typed at one place do not interleave", "[sync][text][P3]") {
  SECTION("forwards") {
    HistoryBuilder history = shared_text("[]");
    type(history, 0, 1, "milk");
    type(history, 1, 1, "bread");
    REQUIRE(merged_text(history) == "[milkbread]");
  }
  SECTION("backwards") {
    HistoryBuilder history = shared_text("[]");
    for (const char* c : {"k", "l", "i", "m"}) history.write(0, false, {{1, 0, c}});
    for (const char* c : {"d", "a", "e", "r", "b"}) history.write(1, false, {{1, 0, c}});
    const std::string text = merged_text(history);
    REQUIRE((text == "[milkbread]" || text == "[breadmilk]"));
    check_all_deliveries({history.events().begin(), history.events().begin() + 8});
  }
  SECTION("forwards, at the start of an empty text, three people") {
    HistoryBuilder history(3);
    type(history, 2, 0, "ccc");
    type(history, 1, 0, "bbb");
    type(history, 0, 0, "aaa");
    REQUIRE(merged_text(history) == "aaabbbccc");
  }
  SECTION("a heading put before by each") {
    // The example of the paper's section 2: each list keeps its own heading.
    HistoryBuilder history = shared_text("shop:");
    type(history, 0, 5, "eggs");
    history.write(0, false, {{5, 0, "dairy "}});
    type(history, 1, 5, "rolls");
    history.write(1, false, {{5, 0, "baker "}});
    REQUIRE(merged_text(history) == "shop:dairy eggsbaker rolls");
  }
}

TEST_CASE("text: what is typed between two runs of others stays with its neighbours",
          "[sync][text][P3]") {
  // FugueMax and not merely Fugue: with one common left neighbour, who stands nearer to the right
  // neighbour in the text comes later, whatever the replica ids say.
  HistoryBuilder history = shared_text("a", 3);
  history.write(2, false, {{1, 0, "x"}});
  history.receive(0, 2);
  history.write(0, false, {{1, 1, ""}});
  history.write(0, false, {{1, 0, "p"}});
  history.write(1, false, {{1, 0, "q"}});
  check_all_deliveries(history.events());
}

TEST_CASE("text: every causal order of a small history gives one state", "[sync][text][P3]") {
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    INFO("seed " << seed);
    check_all_deliveries(testing::random_history(seed, 2 + seed % 2, 5));
  }
}

TEST_CASE("text: a form opened earlier does not take away what came since", "[sync][text][P2]") {
  HistoryBuilder history = shared_text("base");
  history.open_form(0);
  // The same replica, in another form, in between.
  history.write(0, false, {{4, 0, " first"}});
  history.write(0, true, {{0, 4, "BASE"}});
  REQUIRE(merged_text(history) == "BASE first");
  history.write(0, true, {{4, 0, " again"}});
  const std::string text = merged_text(history);
  REQUIRE(text.find(" first") != std::string::npos);
  REQUIRE(text.find(" again") != std::string::npos);
  check_all_deliveries(history.events());
}

TEST_CASE("text: two rewrites of one span are flagged once", "[sync][text][P4]") {
  HistoryBuilder history = shared_text("rent is late this month");
  const Dot a = history.write(0, false, {{0, 4, "loan"}, {8, 4, "paid"}}).dot;
  const Dot b = history.write(1, false, {{0, 12, "all is well"}}).dot;
  const TextState state = merged(history.events());
  REQUIRE(state.overlaps() == std::vector<TextOverlap>{{a, b}});
  check_all_deliveries(history.events());
  // Seen by both, the flag stays: somebody decides about it, or nobody does.
  history.receive(0, 1);
  history.write(0, false, {{0, UINT32_MAX, "loan paid"}});
  REQUIRE(merged(history.events()).overlaps().size() == 1);
}

TEST_CASE("text: what is no disagreement is not flagged", "[sync][text][P4]") {
  HistoryBuilder history = shared_text("one two three");
  SECTION("both took the same word away") {
    history.write(0, false, {{4, 4, ""}});
    history.write(1, false, {{4, 4, ""}});
    REQUIRE(merged_text(history) == "one three");
    REQUIRE(merged(history.events()).overlaps().empty());
  }
  SECTION("different words") {
    history.write(0, false, {{0, 3, "1"}});
    history.write(1, false, {{4, 3, "2"}});
    REQUIRE(merged_text(history) == "1 2 three");
    REQUIRE(merged(history.events()).overlaps().empty());
  }
  SECTION("one saw the other") {
    history.write(0, false, {{0, 3, "1"}});
    history.receive(1, 0);
    history.write(1, false, {{0, 5, "2"}});
    REQUIRE(merged(history.events()).overlaps().empty());
  }
  SECTION("insertions at one place") {
    history.write(0, false, {{4, 0, "and "}});
    history.write(1, false, {{4, 0, "or "}});
    REQUIRE(merged(history.events()).overlaps().empty());
  }
  SECTION("but a deletion against a rewrite is flagged") {
    history.write(0, false, {{4, 4, ""}});
    history.write(1, false, {{4, 3, "2"}});
    REQUIRE(merged_text(history) == "one 2three");
    REQUIRE(merged(history.events()).overlaps().size() == 1);
  }
}

TEST_CASE("text: text_at shows what somebody saw", "[sync][text]") {
  HistoryBuilder history = shared_text("base");
  const VersionVector before = history.known(0);
  history.write(0, false, {{4, 0, " A"}});
  history.write(1, false, {{0, 0, "B "}});
  const TextState state = merged(history.events());
  REQUIRE(state.text_at({}).empty());
  REQUIRE(state.text_at(before) == "base");
  REQUIRE(state.text_at(history.known(0)) == "base A");
  REQUIRE(state.text_at(history.known(1)) == "B base");
  REQUIRE(state.text() == "B base A");
  VersionVector all = history.known(0);
  all.merge(history.known(1));
  all.raise(replica(200), 77);
  REQUIRE(state.text_at(all) == state.text());
}

TEST_CASE("text: author runs cover the visible text in order", "[sync][text]") {
  HistoryBuilder history = shared_text("hello world");
  const Dot first = history.events().front().dot;
  const Dot second = history.write(1, false, {{5, 1, ", "}, {0, 1, "H"}}).dot;
  const std::vector<std::pair<Dot, std::uint32_t>> expected{
      {second, 1}, {first, 4}, {second, 2}, {first, 5}};
  REQUIRE(runs_of(merged(history.events())) == expected);
  REQUIRE(TextState().author_runs().empty());
}

TEST_CASE("text: contexts are restricted to the text and closed", "[sync][text][P3]") {
  HistoryBuilder history = shared_text("ab");
  history.write(1, false, {{2, 0, "c"}});
  TextState plain = merged(history.events());
  TextState wide = plain;
  const Dot dot{replica(3), 9, 4};
  VersionVector context;
  context.set(replica(2), history.events().back().dot.seq);  // leads to replica 1's event too
  REQUIRE(plain.apply(dot, {}, "x", context, {{3, 0, "d"}}, TextState::Origin::received).ok());
  context.set(replica(1), 1'000);  // changes of other fields
  context.set(replica(2), 5);
  context.set(replica(77), 3);
  REQUIRE(wide.apply(dot, {}, "x", context, {{3, 0, "d"}}, TextState::Origin::received).ok());
  REQUIRE(plain == wide);
  REQUIRE(plain.text() == "abcd");
  REQUIRE(plain.events().back().context.entries().size() == 2);
}

TEST_CASE("text: what is already here or out of order changes nothing", "[sync][text][P3]") {
  HistoryBuilder history = shared_text("ab");
  history.write(0, false, {{2, 0, "c"}}, 3);
  TextState state = merged(history.events());
  const TextState before = state;
  for (const TextEvent& event : history.events()) {
    REQUIRE(apply(state, event).code() == ErrorCode::duplicate);
  }
  const auto try_seq = [&](std::uint64_t seq) {
    return state.apply({replica(1), seq, 0}, {}, "x", {}, {}, TextState::Origin::received).code();
  };
  REQUIRE(try_seq(2) == ErrorCode::malformed);
  REQUIRE(try_seq(0) == ErrorCode::malformed);
  REQUIRE(try_seq(UINT64_MAX) == ErrorCode::malformed);
  REQUIRE(state == before);
  REQUIRE(state.text() == "abc");
}

TEST_CASE("text: a local edit may not outgrow the limit, a received one may", "[sync][text]") {
  HistoryBuilder history(2);
  history.write(0, false, {{0, 0, std::string(kTextBytesMax - 1, 'x')}});
  history.receive(1, 0);
  TextState state = merged(history.events());
  const TextEvent two = history.write(0, false, {{5, 0, "yy"}});
  REQUIRE(apply(state, two, TextState::Origin::local).code() == ErrorCode::limit_exceeded);
  REQUIRE(state.events().size() == 1);
  REQUIRE(state.length() == kTextBytesMax - 1);
  REQUIRE(apply(state, two).ok());
  REQUIRE(state.length() == kTextBytesMax + 1);
  // A replacement within the limit, and a step back towards it.
  TextState other = merged({history.events().front()});
  const TextEvent swap = history.write(1, false, {{0, 3, "abcd"}});
  REQUIRE(apply(other, swap, TextState::Origin::local).ok());
  history.receive(0, 1);
  REQUIRE(apply(state, swap).ok());
  REQUIRE(state.length() == kTextBytesMax + 2);
  const TextEvent cut = history.write(0, false, {{0, 1, ""}});
  REQUIRE(apply(state, cut, TextState::Origin::local).ok());
}

TEST_CASE("text: rebuilding from events gives an equal state", "[sync][text][P3]") {
  REQUIRE(TextState::from_events({}).value().empty());
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    const TextState state = merged(testing::random_history(seed, 3, 120));
    std::vector<TextEvent> events = state.events();
    std::mt19937 random(seed);
    std::shuffle(events.begin(), events.end(), random);
    const Result<TextState> rebuilt = TextState::from_events(events);
    REQUIRE(rebuilt.ok());
    REQUIRE(rebuilt.value() == state);
    REQUIRE(rebuilt.value().text() == state.text());
    REQUIRE(rebuilt.value().overlaps() == state.overlaps());
    // Both take the next event alike.
    TextState a = state;
    TextState b = rebuilt.value();
    TextEvent late = events.front();
    late.dot = {replica(9), 1, 0};
    REQUIRE(apply(a, late).ok());
    REQUIRE(apply(b, late).ok());
    REQUIRE(a.text() == b.text());
    REQUIRE(a == b);
  }
}

TEST_CASE("text: events that are no history are malformed", "[sync][text]") {
  HistoryBuilder history = shared_text("ab", 3);
  history.write(1, false, {{2, 0, "c"}});
  history.receive(2, 1);
  history.write(2, false, {{3, 0, "d"}});
  const std::vector<TextEvent> good = history.events();
  REQUIRE(TextState::from_events(good).ok());
  const auto code = [&](auto change) {
    std::vector<TextEvent> events = good;
    change(events);
    const Result<TextState> result = TextState::from_events(std::move(events));
    return result.ok() ? ErrorCode::ok : result.error().code;
  };
  using Events = std::vector<TextEvent>;
  REQUIRE(code([](Events& e) { e.erase(e.begin()); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e.erase(e.begin() + 1); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e.push_back(e[1]); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e[2].context.set(replica(1), 0); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e[2].context.set(replica(2), 7); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e[2].context.set(replica(8), 1); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e[0].context.set(replica(1), 1); }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e[2].dot.seq = 0; }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e[2].dot.seq = UINT64_MAX; }) == ErrorCode::malformed);
  REQUIRE(code([](Events& e) { e.pop_back(); }) == ErrorCode::ok);
}

TEST_CASE("text: long notes merge through checkpoints as from scratch", "[sync][text][P3]") {
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    HistoryBuilder history(3);
    TextState state;
    std::size_t applied = 0;
    // Long lonely stretches, now and then an exchange, now and then an old form.
    for (int phase = 0; phase < 12; ++phase) {
      const std::size_t r = random() % 3;
      if (random() % 4 != 0) {
        for (std::size_t from = 0; from < 3; ++from) history.receive(r, from);
      }
      if (random() % 5 == 0) history.open_form(random() % 3);
      for (std::size_t n = 1 + random() % 150; n > 0; --n) {
        history.write(r, random() % 40 == 0, testing::random_splices(random));
      }
      while (applied < history.events().size()) {
        REQUIRE(apply(state, history.events()[applied++]).ok());
      }
      if (phase % 3 != 2) continue;
      const Result<TextState> scratch = TextState::from_events(history.events());
      REQUIRE(scratch.ok());
      REQUIRE(scratch.value().text() == state.text());
      REQUIRE(scratch.value() == state);
      REQUIRE(scratch.value().overlaps() == state.overlaps());
      REQUIRE(state.length() == count_code_points(state.text()));
    }
    REQUIRE(testing::deliver_shuffled(history.events(), random).text() == state.text());
  }
}

}  // namespace
}  // namespace insieme::sync
