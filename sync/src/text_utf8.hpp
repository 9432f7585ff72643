#pragma once
// Reading UTF-8 by code points. Bytes that are not UTF-8 count as one code point each, so that no
// input can lead outside the buffer.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insieme::sync::detail {

struct CodePoint {
  std::uint32_t value = 0xfffd;
  std::uint32_t bytes = 1;
  bool valid = false;
};

/// The code point that starts at byte `at`, which must lie inside `text`.
[[nodiscard]] CodePoint code_point_at(std::string_view text, std::size_t at) noexcept;
/// The code point that ends before byte `at`, which must be a boundary greater than 0.
[[nodiscard]] CodePoint code_point_before(std::string_view text, std::size_t at) noexcept;

/// How many bytes at the beginning are ASCII: whole words of 8 of them, so at least that many.
[[nodiscard]] std::size_t ascii_run(std::string_view text) noexcept;
/// The byte offset `points` code points after or before `at`, at most the end or the start.
[[nodiscard]] std::size_t walk_forward(std::string_view text, std::size_t at,
                                       std::uint32_t points) noexcept;
[[nodiscard]] std::size_t walk_back(std::string_view text, std::size_t at,
                                    std::uint32_t points) noexcept;

// ---- for text known to be UTF-8, eight bytes at a step ----

/// Code points of valid UTF-8.
[[nodiscard]] std::uint32_t points_in(std::string_view valid) noexcept;
/// The byte offset `points` code points after `at`, which the text has.
[[nodiscard]] std::size_t point_offset(std::string_view valid, std::size_t at,
                                       std::uint32_t points) noexcept;
/// The byte offset `points` code points before the end, which the text has.
[[nodiscard]] std::size_t point_offset_back(std::string_view valid, std::uint32_t points) noexcept;
/// Code points of `text`, if it is valid UTF-8.
[[nodiscard]] std::optional<std::uint32_t> valid_points(std::string_view text) noexcept;

/// Replaces each byte that is not UTF-8 by U+FFFD. Nothing happens to valid text.
void repair_utf8(std::string& text);

/// True when a boundary between the two would separate a base character from its combining mark,
/// modifier or joiner, or the halves of a flag.
[[nodiscard]] bool joins(std::uint32_t before, std::uint32_t after) noexcept;
/// True for letters, digits and marks: what words are made of.
[[nodiscard]] bool is_word(std::uint32_t point) noexcept;

}  // namespace insieme::sync::detail
