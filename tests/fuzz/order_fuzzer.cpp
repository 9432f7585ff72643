#include "fuzz_input.hpp"
#include "insieme/sync/erasure.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto order = sync::decode_order(fuzzing::bytes_of(data, size));
  if (!order.ok()) return 0;
  const auto bytes = sync::encode_order(*order);
  const auto again = sync::decode_order(bytes);
  fuzzing::expect(again.ok() && *again == *order && sync::encode_order(*again) == bytes);
  sync::Redaction redaction;
  const bool some = sync::add_order(redaction, *order, "core");
  fuzzing::expect(some != redaction.empty());
  fuzzing::expect(!sync::add_order(redaction, *order, "core"));
  return 0;
}
