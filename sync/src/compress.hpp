#pragma once
// The seam to zstd; only compress.cpp knows it. In a browser the same seam is served otherwise.

#include <cstdint>
#include <span>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::sync {

/// Empty when compressing would not make it smaller.
[[nodiscard]] std::vector<std::uint8_t> compress(std::span<const std::uint8_t> bytes);
/// Exactly `size` bytes come out, or an error; never allocates more than `size`.
[[nodiscard]] Result<std::vector<std::uint8_t>> decompress(std::span<const std::uint8_t> bytes,
                                                           std::size_t size);

}  // namespace insieme::sync
