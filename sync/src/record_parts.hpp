#pragma once
// What the writer and the reader of record states have to agree on.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "insieme/sync/text.hpp"

namespace insieme::sync::detail {

// Which parts of a field follow, as bits of one byte.
inline constexpr std::uint8_t kHasSurvivors = 1;
inline constexpr std::uint8_t kHasMembers = 2;
inline constexpr std::uint8_t kHasShares = 4;
inline constexpr std::uint8_t kHasText = 8;
inline constexpr std::uint8_t kValueElided = 16;  ///< the only survivor's value stands in a column
inline constexpr std::uint8_t kTextElided = 32;   ///< the only event inserted what the column holds
inline constexpr std::uint8_t kHasEscrow = 64;
inline constexpr std::uint8_t kTextLog = 128;     ///< a text with its events in columns

// What stands before such a text's log, as bits of one byte.
inline constexpr std::uint8_t kLogHasBase = 1;
inline constexpr std::uint8_t kLogTextElided = 2;  ///< the text stands in a column

// What was merged must be readable again, so these are no limits of ours: the bytes set them.
inline constexpr std::size_t kManyMax = 1'000'000;
inline constexpr std::size_t kTextMax = 64'000'000;  ///< what was merged, whoever made it that long

/// Who wrote a text that came in one piece: its only event put all of it into an empty one.
[[nodiscard]] std::optional<Mark> one_piece(const TextState& text);
/// That text again. Throws DecodeError.
[[nodiscard]] TextState text_in_one_piece(const Mark& mark, std::string text);

}  // namespace insieme::sync::detail
