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

/// An uncompressed frame with the right lengths and checksum, so that the fuzzer reaches what lies
/// behind them.
[[nodiscard]] inline ByteList frame_of(std::uint8_t kind, std::span<const std::uint8_t> payload) {
  ByteList frame{'I', 'S', 1, kind, 0};
  for (int twice = 0; twice < 2; ++twice) {
    for (int shift = 0; shift < 32; shift += 8) {
      frame.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
    }
  }
  frame.insert(frame.end(), payload.begin(), payload.end());
  const std::uint64_t sum = sync::Hasher("insieme frame v1").add(frame).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  return frame;
}

}  // namespace insieme::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
