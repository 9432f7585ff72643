#pragma once
// The seam to zstd; only compress.cpp knows it. In a browser the same seam is served otherwise.
// Functions of values: nothing is kept between calls, any thread may call.

#include <cstdint>
#include <span>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::sync {

/// For what is written at every save, what is sent once, and what is prepared once and sent many
/// times. Numbers are levels of zstd.
enum class Effort : std::int8_t { fast = 1, quick = 3, thorough = 12 };

/// Empty when compressing would not make it smaller.
[[nodiscard]] std::vector<std::uint8_t> compress(std::span<const std::uint8_t> bytes,
                                                 Effort effort = Effort::quick);
/// Exactly `size` bytes come out, or an error; never allocates more than `size`.
[[nodiscard]] Result<std::vector<std::uint8_t>> decompress(std::span<const std::uint8_t> bytes,
                                                           std::size_t size);

}  // namespace insieme::sync
