// The history of a text in columns, as a store keeps it.
#include "insieme/sync/record.hpp"
#include "support/catch.hpp"
#include "support/memory_dictionary.hpp"
#include "text_samples.hpp"
#include "text_traces.hpp"

namespace insieme::sync {
namespace {

using insieme::testing::MemoryDictionary;
using Bytes = std::vector<std::uint8_t>;

RecordState record_with(TextState text) {
  RecordState record;
  record.id.bytes[0] = 1;
  record.type = "note";
  FieldState field;
  field.name = "body";
  field.text = std::move(text);
  record.fields.push_back(std::move(field));
  return record;
}

Result<RecordState> unpack(const Bytes& bytes, const MemoryDictionary& dictionary) {
  return unpack_record(bytes, record_with({}).id, "note", dictionary, {});
}

/// The same text with the events that everybody had seen folded: the first `count` of them, if they
/// can be.
TextState partly_folded(const std::vector<TextEvent>& events, std::size_t count) {
  TextState base;
  for (std::size_t i = 0; i < count; ++i) REQUIRE(testing::apply(base, events[i]).ok());
  VersionVector all;
  for (std::size_t i = 0; i < count; ++i) all.raise(events[i].dot.replica, events[i].dot.seq);
  for (std::size_t i = count; i < events.size(); ++i) {
    if (!events[i].context.covers(all)) return testing::deliver_in_order(events);
  }
  const std::vector<TextEvent> rest(events.begin() + static_cast<std::ptrdiff_t>(count),
                                    events.end());
  auto state = TextState::from_base(base.folded(), rest);
  REQUIRE(state.ok());
  return std::move(state).value();
}

void check_round_trip(const TextState& text) {
  const RecordState record = record_with(text);
  MemoryDictionary dictionary;
  const Bytes bytes = pack_record(record, dictionary, {});
  const auto read = unpack(bytes, dictionary);
  REQUIRE(read.ok());
  REQUIRE(*read == record);
  const TextState& again = read->fields[0].text;
  REQUIRE(again.text() == text.text());
  REQUIRE(again.overlaps() == text.overlaps());
  REQUIRE(again.folded() == text.folded());
  REQUIRE(pack_record(*read, dictionary, {}) == bytes);
}

TEST_CASE("text columns: every history is read back as it was", "[sync][text][P3]") {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    INFO("seed " << seed);
    const auto events = testing::random_history(seed, 1 + seed % 4, 1 + seed % 60);
    std::mt19937 random(seed);
    check_round_trip(testing::deliver_shuffled(events, random));
    check_round_trip(partly_folded(events, seed % events.size()));
  }
}

TEST_CASE("text columns: what is read back takes the next event as the original does",
          "[sync][text][P3]") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    const auto events = testing::random_history(seed, 3, 40);
    const auto half = static_cast<std::ptrdiff_t>(events.size() / 2);
    TextState whole = testing::deliver_in_order({events.begin(), events.begin() + half});
    MemoryDictionary dictionary;
    const auto read = unpack(pack_record(record_with(whole), dictionary, {}), dictionary);
    REQUIRE(read.ok());
    TextState later = read->fields[0].text;
    for (auto i = static_cast<std::size_t>(half); i < events.size(); ++i) {
      REQUIRE(testing::apply(whole, events[i]).ok());
      REQUIRE(testing::apply(later, events[i]).ok());
      REQUIRE(later.text() == whole.text());
    }
    REQUIRE(later == whole);
  }
}

TEST_CASE("text columns: a text in a column is shown without its history, which is still there",
          "[sync][text][P3]") {
  const Elide in_column = [](const FieldState&) { return true; };
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    const auto events = testing::random_history(seed, 3, 40);
    std::mt19937 random(seed);
    const bool fold = seed % 2 == 0;
    TextState text = fold ? partly_folded(events, 1 + seed % 8)
                          : testing::deliver_shuffled(events, random);
    MemoryDictionary dictionary;
    const RecordState record = record_with(text);
    const Bytes bytes = pack_record(record, dictionary, in_column);
    const Refill refill = [&](std::string_view) { return Value{text.text()}; };
    auto read = unpack_record(bytes, record.id, "note", dictionary, refill);
    REQUIRE(read.ok());
    RecordState copy = *read;
    REQUIRE(copy.fields[0].text.text() == text.text());
    REQUIRE(copy.fields[0].text.length() == text.length());
    REQUIRE(copy.fields[0].text.overlaps() == text.overlaps());
    REQUIRE(copy.fields[0].text.event_count() == text.event_count());
    REQUIRE(pack_record(copy, dictionary, in_column) == bytes);
    REQUIRE(copy.fields[0].text.events() == text.events());
    REQUIRE(copy.fields[0].text.text() == text.text());
    TextEvent late = events.back();
    late.dot = {testing::replica(9), 1, 0};
    REQUIRE(testing::apply(text, late).ok());
    REQUIRE(testing::apply(read->fields[0].text, late).code() == ErrorCode::ok);
    REQUIRE(read->fields[0].text == text);
    REQUIRE(read->fields[0].text.text() == text.text());
    // Without its column there is no text.
    REQUIRE_FALSE(unpack(bytes, dictionary).ok());
  }
}

TEST_CASE("text columns: a text that came in one piece keeps its event while nobody asks for it",
          "[sync][text][P3]") {
  for (const std::string whole : {"", "due righe: perché no", "a"}) {
    const Dot dot{testing::replica(1), 3, 2};
    TextState text;
    REQUIRE(text.apply(dot, {5, 1}, "anna", {}, {{0, 0, whole}}, TextState::Origin::received).ok());
    const RecordState record = record_with(text);
    MemoryDictionary dictionary;
    const Elide in_column = [](const FieldState&) { return true; };
    const Bytes bytes = pack_record(record, dictionary, in_column);
    const Refill refill = [&](std::string_view) { return Value{whole}; };
    const auto read = unpack_record(bytes, record.id, "note", dictionary, refill);
    REQUIRE(read.ok());
    // Written again unread: into its column, or with its event where it has none any more.
    CHECK(pack_record(*read, dictionary, in_column) == bytes);
    CHECK(pack_record(*read, dictionary, {}) == pack_record(record, dictionary, {}));
    const RecordState untouched =
        *unpack_record(bytes, record.id, "note", dictionary, refill);
    CHECK(untouched.fields[0].text.event_count() == 1);
    CHECK(untouched.fields[0].text.length() == text.length());
    CHECK(RecordState(untouched).fields[0].text.mark_of(dot) == text.mark_of(dot));
    CHECK(encode_record(untouched) == encode_record(record));
    CHECK(untouched == record);
    // The next event stands on it.
    TextState later = RecordState(untouched).fields[0].text;
    for (TextState* state : {&text, &later}) {
      CHECK(state->apply(dot, {5, 1}, "anna", {}, {}, TextState::Origin::received).code() ==
            ErrorCode::duplicate);
      REQUIRE(state->apply({testing::replica(2), 1, 0}, {6, 0}, "carla", {}, {{0, 0, "altro "}},
                           TextState::Origin::received)
                  .ok());
    }
    CHECK(later == text);
    CHECK(later.text() == text.text());
    // A column that is no text is no text of ours.
    const Refill broken = [](std::string_view) { return Value{std::string("\xff")}; };
    CHECK_FALSE(unpack_record(bytes, record.id, "note", dictionary, broken).ok());
  }
}

TEST_CASE("text columns: a stamp may be any time, in any order", "[sync][text]") {
  TextState text;
  VersionVector seen;
  std::uint64_t seq = 0;
  const std::vector<std::int64_t> times{5, INT64_MIN, INT64_MAX, 0, INT64_MIN};
  for (const std::int64_t ms : times) {
    const Dot dot{testing::replica(1), ++seq, 7};
    REQUIRE(text.apply(dot, {ms, UINT32_MAX}, "anna", seen, {{0, 0, "a"}},
                       TextState::Origin::received)
                .ok());
    seen.raise(dot.replica, seq);
  }
  check_round_trip(text);
}

TEST_CASE("text columns: damage is an error or another text, never more", "[sync][text]") {
  const auto events = testing::random_history(3, 3, 40);
  MemoryDictionary dictionary;
  const Bytes bytes =
      pack_record(record_with(testing::deliver_in_order(events)), dictionary, {});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    REQUIRE_FALSE(unpack({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)},
                         dictionary)
                      .ok());
  }
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      Bytes damaged = bytes;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ change);
      const auto read = unpack(damaged, dictionary);
      refused += read.ok() ? 0U : 1U;
      if (!read.ok()) continue;
      MemoryDictionary other = dictionary;
      REQUIRE_FALSE(pack_record(*read, other, {}).empty());
    }
  }
  REQUIRE(refused > 8 * bytes.size());
}

TEST_CASE("text columns: a long history takes less room than its text", "[sync][text]") {
  const auto trace = testing::load_trace("automerge-paper");
  if (!trace) return;
  MemoryDictionary dictionary;
  const RecordState record = record_with(testing::deliver_in_order(trace->events));
  const Bytes bytes = pack_record(record, dictionary, {});
  CHECK(bytes.size() <= 105'000);
  const auto read = unpack(bytes, dictionary);
  REQUIRE(read.ok());
  CHECK(*read == record);
}

}  // namespace
}  // namespace insieme::sync
