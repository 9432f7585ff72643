// Three people write in one text: events by a script, delivered to two replicas in two orders, and
// put together from their list; written in columns and read. Then the splices between two texts.
#include <map>
#include <string>

#include "fuzz_input.hpp"
#include "insieme/sync/record.hpp"
#include "support/builders.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;
using namespace insieme::sync;

namespace {

constexpr std::size_t kEventsMax = 24;
constexpr std::size_t kTextBytesTried = 400;

class Words {
 public:
  explicit Words(fuzzing::ByteList bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] bool empty() const { return at_ >= bytes_.size(); }
  std::uint32_t draw(std::uint32_t below) {
    return empty() ? 0U : std::uint32_t{bytes_[at_++]} % below;
  }
  std::string letters(std::uint32_t most) {
    static const char* const kLetters[] = {"a", "b", " ", "è", "e\xCC\x81", "\xF0\x9F\x8F\xA0"};
    std::string text;
    for (std::uint32_t n = draw(most + 1); n > 0; --n) text += kLetters[draw(6)];
    return text;
  }

 private:
  fuzzing::ByteList bytes_;
  std::size_t at_ = 0;
};

std::vector<TextEvent> draw_events(Words& words) {
  static const char* const kNames[] = {"A", "B", "C"};
  std::vector<TextEvent> events;
  std::map<std::uint32_t, std::uint64_t> last;
  std::vector<VersionVector> seen(3);
  while (!words.empty() && events.size() < kEventsMax) {
    const std::uint32_t who = words.draw(3);
    const std::uint32_t other = words.draw(4);
    if (other < 3) seen[who].merge(seen[other]);
    TextEvent event;
    event.dot = Dot{testing::rep(kNames[who]), ++last[who], 0};
    event.author = kNames[who];
    event.context = seen[who];
    for (std::uint32_t n = 1 + words.draw(2); n > 0; --n) {
      event.splices.push_back(Splice{words.draw(24), words.draw(6), words.letters(5)});
    }
    seen[who].set(event.dot.replica, event.dot.seq);
    events.push_back(std::move(event));
  }
  return events;
}

/// A causal order other than the one in which they were written: by replica, as far as can be.
TextState delivered_by_replica(const std::vector<TextEvent>& events) {
  TextState state;
  std::vector<bool> done(events.size(), false);
  VersionVector have;
  for (std::size_t left = events.size(); left > 0;) {
    const std::size_t before = left;
    for (std::size_t i = events.size(); i-- > 0;) {
      const TextEvent& event = events[i];
      if (done[i] || !have.covers(event.context)) continue;
      if (have[event.dot.replica] + 1 != event.dot.seq) continue;
      fuzzing::expect(state
                          .apply(event.dot, event.stamp, event.author, event.context, event.splices,
                                 TextState::Origin::received)
                          .ok());
      have.set(event.dot.replica, event.dot.seq);
      done[i] = true;
      --left;
    }
    fuzzing::expect(left < before);
  }
  return state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Words words(fuzzing::bytes_of(data, size));
  const std::vector<TextEvent> events = draw_events(words);
  TextState state;
  for (const TextEvent& event : events) {
    fuzzing::expect(state
                        .apply(event.dot, event.stamp, event.author, event.context, event.splices,
                               TextState::Origin::received)
                        .ok());
  }
  const TextState other = delivered_by_replica(events);
  fuzzing::expect(other == state && other.text() == state.text());
  fuzzing::expect(other.overlaps() == state.overlaps());
  const auto whole = TextState::from_events(events);
  fuzzing::expect(whole.ok() && *whole == state && whole->text() == state.text());
  RecordState record;
  record.fields.push_back({"note", {}, {}, {}, state, {}});
  insieme::testing::MemoryDictionary dictionary;
  const auto read = unpack_record(pack_record(record, dictionary, {}), {}, "", dictionary, {});
  fuzzing::expect(read.ok() && *read == record);
  std::uint32_t length = 0;
  for (const AuthorRun& run : state.author_runs()) length += run.length;
  fuzzing::expect(length == state.length() && length == count_code_points(state.text()));

  Words again(fuzzing::bytes_of(data, size));
  std::string before;
  std::string after;
  while (!again.empty() && before.size() + after.size() < kTextBytesTried) {
    const std::string common = again.letters(4);
    before += common + again.letters(3);
    after += common + again.letters(3);
  }
  fuzzing::expect(splice_text(before, diff_text(before, after)) == after);
  return 0;
}
