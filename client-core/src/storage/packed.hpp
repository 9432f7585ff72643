#pragma once
// Bytes that a column keeps smaller than they are: a zero byte, their length as a varint, and what
// zstd makes of them. What would hardly become smaller stands as it is. Neither a body nor an
// answer begins with a zero byte, so a reader knows which it has.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "insieme/sync/operation.hpp"

namespace insieme::client {

/// Packed, or empty if that would not save an eighth.
[[nodiscard]] std::vector<std::uint8_t> pack(std::span<const std::uint8_t> bytes);
/// What a column holds, packed or not. Throws Refused (`storage_failure`) if it is damaged or would
/// be longer than `bytes_max`.
[[nodiscard]] std::vector<std::uint8_t> unpack(std::span<const std::uint8_t> column,
                                               std::size_t bytes_max);

/// Of an answer to a request: far above what any reply has.
inline constexpr std::size_t kAnswerBytesMax = 256 * 1024 * 1024;

/// A change's content out of a column `body` of the store. Throws Refused.
[[nodiscard]] std::vector<sync::Operation> read_body(std::span<const std::uint8_t> column);
/// The bytes of that content as they travel.
[[nodiscard]] std::vector<std::uint8_t> body_bytes(std::span<const std::uint8_t> column);
/// The way back: what a column `body` is given.
[[nodiscard]] std::vector<std::uint8_t> body_column(std::vector<std::uint8_t> body);

}  // namespace insieme::client
