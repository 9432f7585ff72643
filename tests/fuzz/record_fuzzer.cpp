#include "fuzz_input.hpp"
#include "insieme/sync/review.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = sync::decode_record(fuzzing::bytes_of(data, size));
  if (!record.ok()) return 0;
  static_cast<void>(record->lifecycle());
  static_cast<void>(sync::review_items(*record, nullptr));
  const auto bytes = sync::encode_record(*record);
  const auto again = sync::decode_record(bytes);
  fuzzing::expect(again.ok() && *again == *record && sync::encode_record(*again) == bytes);
  return 0;
}
