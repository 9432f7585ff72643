#pragma once
// What a PIN must be, and how long a wrong one makes wait.

#include <cstdint>
#include <string_view>

#include "commands/failure.hpp"

namespace insieme::client::lock {

inline constexpr std::size_t kPinCharactersMin = 6;
inline constexpr std::size_t kPinBytesMax = 64;
/// From so many wrong ones in a row on, only the recovery opens, if there is one.
inline constexpr std::uint32_t kFailedMax = 20;

/// `pin_weak`, with what is wrong in words.
[[nodiscard]] commands::Check check_pin(std::string_view pin);

/// How long after so many wrong ones the next try waits.
[[nodiscard]] std::int64_t wait_after_ms(std::uint32_t failed) noexcept;

/// `30 secondi`, `2 minuti`, `1 ora`: rounded up.
[[nodiscard]] std::string wait_text(std::int64_t ms, schema::Language language);

}  // namespace insieme::client::lock
