#include "fuzz_input.hpp"
#include "insieme/sync/dossier_mark.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = sync::decode_record(fuzzing::bytes_of(data, size));
  if (!record.ok()) return 0;
  static_cast<void>(record->lifecycle());
  // It may be the one that holds a document's marks, too.
  static_cast<void>(sync::review_items(*record, nullptr, sync::marks_in(&*record)));
  const auto bytes = sync::encode_record(*record);
  const auto again = sync::decode_record(bytes);
  fuzzing::expect(again.ok() && *again == *record && sync::encode_record(*again) == bytes);
  return 0;
}
