#pragma once
// What every decoder is put through: each truncation, each flipped byte, one byte too many.

#include <cstdint>
#include <vector>

#include "support/catch.hpp"

namespace insieme::testing {

/// Calls `decode` with every prefix (each must fail), with every byte changed in three ways, and
/// with a byte after the end (which must fail). `decode` says whether it took the bytes.
template <class Decode>
void damage(const std::vector<std::uint8_t>& good, Decode&& decode) {
  using ByteList = std::vector<std::uint8_t>;
  REQUIRE(decode(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees a read beyond it.
    if (decode(ByteList(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)))) {
      FAIL("a prefix of " << size << " bytes was taken for the whole");
    }
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const std::uint8_t mask : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xff}}) {
      ByteList bad = good;
      bad[at] ^= mask;
      static_cast<void>(decode(bad));
    }
  }
  ByteList longer = good;
  longer.push_back(0);
  CHECK_FALSE(decode(longer));
}

}  // namespace insieme::testing
