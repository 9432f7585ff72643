// A store's row, with a dictionary that has given out some numbers.
#include "fuzz_input.hpp"
#include "insieme/sync/left_fields.hpp"
#include "insieme/sync/review.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  testing::MemoryDictionary dictionary;
  for (std::uint8_t i = 0; i < 8; ++i) {
    static_cast<void>(dictionary.number_of_id({static_cast<std::uint8_t>(i + 1)}));
    static_cast<void>(dictionary.number_of_name(std::string(i, 'f')));
  }
  const sync::Refill refill = [](std::string_view field) -> sync::Value {
    if (field.size() % 2 == 0) return std::string(field);
    return sync::Null{};
  };
  const auto record =
      sync::unpack_record(fuzzing::bytes_of(data, size), {}, "visit", dictionary, refill);
  if (!record.ok()) return 0;
  static_cast<void>(sync::review_items(*record, nullptr));
  // What is left and brought back makes the same state.
  sync::LeftFields left;
  auto part = sync::unpack_partly(fuzzing::bytes_of(data, size), {}, "visit", dictionary, refill,
                                  [](std::string_view) { return true; }, left);
  fuzzing::expect(part.ok());
  while (!left.fields.empty()) {
    const std::string name = left.fields.back().name;
    fuzzing::expect(
        sync::bring_back(*part, left, left.fields.size() - 1, refill(name)).ok());
  }
  fuzzing::expect(*part == *record);
  const auto bytes = sync::pack_record(*record, dictionary, nullptr);
  const auto again = sync::unpack_record(bytes, {}, "visit", dictionary, nullptr);
  fuzzing::expect(again.ok() && *again == *record);
  return 0;
}
