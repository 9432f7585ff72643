#pragma once
// What the targets share: bytes as a list that is exactly as long as it should be, so that a
// sanitizer sees every read beyond it, and a frame around any payload.

#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "insieme/sync/digest.hpp"

namespace insieme::fuzzing {

using ByteList = std::vector<std::uint8_t>;

[[nodiscard]] inline ByteList bytes_of(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? ByteList{} : ByteList(data, data + size);
}

/// A difference that must not be: shows as a crash.
inline void expect(bool holds) {
  if (!holds) std::abort();
}

[[nodiscard]] inline ByteList sealed_frame(std::uint8_t kind, std::uint8_t flags,
                                           std::span<const std::uint8_t> payload,
                                           std::size_t raw_length) {
  ByteList frame{'I', 'S', 1, kind, flags};
  for (const std::size_t length : {payload.size(), raw_length}) {
    for (int shift = 0; shift < 32; shift += 8) {
      frame.push_back(static_cast<std::uint8_t>(length >> shift));
    }
  }
  frame.insert(frame.end(), payload.begin(), payload.end());
  const std::uint64_t sum = sync::Hasher("insieme frame v1").add(frame).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  return frame;
}

/// An uncompressed frame with the right lengths and checksum, so that the fuzzer reaches what lies
/// behind them.
[[nodiscard]] inline ByteList frame_of(std::uint8_t kind, std::span<const std::uint8_t> payload) {
  return sealed_frame(kind, 0, payload, payload.size());
}

/// The same of a message in columns, whose first `words` bytes are the words, all others the noise.
[[nodiscard]] inline ByteList columns_frame_of(std::uint8_t kind,
                                               std::span<const std::uint8_t> bytes,
                                               std::size_t words) {
  ByteList payload;
  for (const auto part : {bytes.first(words), bytes.subspan(words)}) {
    std::size_t size = part.size();
    for (; size >= 0x80; size >>= 7) payload.push_back(static_cast<std::uint8_t>(size | 0x80));
    payload.push_back(static_cast<std::uint8_t>(size));
    payload.push_back(0);
    payload.insert(payload.end(), part.begin(), part.end());
  }
  return sealed_frame(kind, 2, payload, bytes.size());
}

}  // namespace insieme::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
