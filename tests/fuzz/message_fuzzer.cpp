// Frames as they come, and payloads behind a right checksum. First byte: the kind, and in its
// second bit whether the payload is in columns: then two bytes say how much is the words.
#include <algorithm>

#include "fuzz_input.hpp"
#include "insieme/sync/protocol.hpp"

using namespace insieme;

namespace {

fuzzing::ByteList frame_of_input(std::span<const std::uint8_t> bytes) {
  const auto kind = static_cast<std::uint8_t>(1 + bytes[0] % 2);
  if ((bytes[0] & 2) == 0 || bytes.size() < 3) return fuzzing::frame_of(kind, bytes.subspan(1));
  const std::span rest = bytes.subspan(3);
  const std::size_t words = std::size_t{bytes[1]} | std::size_t{bytes[2]} << 8;
  return fuzzing::columns_frame_of(kind, rest, std::min(words, rest.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzzing::bytes_of(data, size);
  static_cast<void>(sync::decode_message(bytes));
  if (size == 0) return 0;
  const auto message = sync::decode_message(frame_of_input(bytes));
  if (!message.ok()) return 0;
  const auto again = sync::decode_message(sync::encode_message(*message));
  fuzzing::expect(again.ok() && *again == *message);
  return 0;
}
