#include "fuzz_input.hpp"
#include "insieme/sync/version_vector.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto version = sync::decode_version(fuzzing::bytes_of(data, size));
  if (!version.ok()) return 0;
  fuzzing::expect(version->covers(*version));
  const auto bytes = sync::encode_version(*version);
  const auto again = sync::decode_version(bytes);
  fuzzing::expect(again.ok() && *again == *version && sync::encode_version(*again) == bytes);
  return 0;
}
