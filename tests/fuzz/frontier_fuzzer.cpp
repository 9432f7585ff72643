// A store's frontier, with a dictionary that has given out some numbers.
#include "fuzz_input.hpp"
#include "insieme/sync/frontier.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  testing::MemoryDictionary dictionary;
  for (std::uint8_t i = 0; i < 8; ++i) {
    static_cast<void>(dictionary.number_of_id({static_cast<std::uint8_t>(i + 1)}));
  }
  const auto frontier = sync::unpack_frontier(fuzzing::bytes_of(data, size), dictionary);
  if (!frontier.ok()) return 0;
  const auto packed = sync::pack_frontier(*frontier, dictionary);
  const auto again = sync::unpack_frontier(packed, dictionary);
  fuzzing::expect(again.ok() && *again == *frontier);
  return 0;
}
