#include "fuzz_input.hpp"
#include "insieme/sync/change.hpp"
#include "insieme/sync/limits.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ops = sync::decode_body(fuzzing::bytes_of(data, size));
  if (!ops.ok()) return 0;
  static_cast<void>(sync::check_ops(*ops));
  static_cast<void>(sync::check_contexts(*ops, {}));
  const auto bytes = sync::encode_body(*ops);
  if (bytes.size() > sync::kBodyBytesMax) return 0;
  const auto again = sync::decode_body(bytes);
  fuzzing::expect(again.ok() && *again == *ops && sync::encode_body(*again) == bytes);
  return 0;
}
