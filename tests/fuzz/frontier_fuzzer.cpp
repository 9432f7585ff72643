// A store's frontier and the version vector of a note.
#include "fuzz_input.hpp"
#include "insieme/sync/frontier.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzzing::bytes_of(data, size);
  if (const auto version = sync::decode_version(bytes); version.ok()) {
    fuzzing::expect(version->covers(*version));
  }
  testing::MemoryDictionary dictionary;
  for (std::uint8_t i = 0; i < 8; ++i) {
    static_cast<void>(dictionary.number_of_id({static_cast<std::uint8_t>(i + 1)}));
  }
  const auto frontier = sync::unpack_frontier(bytes, dictionary);
  if (!frontier.ok()) return 0;
  const auto packed = sync::pack_frontier(*frontier, dictionary);
  const auto again = sync::unpack_frontier(packed, dictionary);
  fuzzing::expect(again.ok() && *again == *frontier);
  return 0;
}
