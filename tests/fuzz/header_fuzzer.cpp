#include "fuzz_input.hpp"
#include "insieme/sync/change.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = sync::decode_header(fuzzing::bytes_of(data, size));
  if (!header.ok()) return 0;
  static_cast<void>(sync::check_header(*header));
  const auto bytes = sync::encode_header(*header);
  const auto again = sync::decode_header(bytes);
  fuzzing::expect(again.ok() && *again == *header && sync::encode_header(*again) == bytes);
  return 0;
}
