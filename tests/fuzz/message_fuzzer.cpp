// Frames as they come, and payloads behind a right checksum (first byte: the kind).
#include "fuzz_input.hpp"
#include "insieme/sync/protocol.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzzing::bytes_of(data, size);
  static_cast<void>(sync::decode_message(bytes));
  if (size == 0) return 0;
  const auto kind = static_cast<std::uint8_t>(1 + bytes[0] % 2);
  const auto message = sync::decode_message(fuzzing::frame_of(kind, std::span(bytes).subspan(1)));
  if (!message.ok()) return 0;
  const auto again = sync::decode_message(sync::encode_message(*message));
  fuzzing::expect(again.ok() && *again == *message);
  return 0;
}
