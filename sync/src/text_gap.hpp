#pragma once
// A text that is edited in one place at a time: a gap buffer addressed by code points.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace insieme::sync::detail {

/// Valid UTF-8 throughout. The gap stands where the last edit was, and its place is known in bytes
/// and in code points: an edit elsewhere costs the way there, eight bytes at a step.
class GapText {
 public:
  GapText() = default;
  explicit GapText(std::string text);

  [[nodiscard]] std::uint32_t length() const noexcept { return points_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return buffer_.size() - (end_ - begin_); }
  /// The text in one piece: moves the gap to the end.
  [[nodiscard]] const std::string& text() const noexcept {
    if (end_ != begin_ || begin_ != buffer_.size()) close();
    return buffer_;
  }
  /// `position` and `removed` lie within the text; `inserted_points` counts `inserted`.
  void splice(std::uint32_t position, std::uint32_t removed, std::string_view inserted,
              std::uint32_t inserted_points);

 private:
  [[nodiscard]] bool is_ascii() const noexcept { return bytes() == points_; }
  void close() const noexcept;
  void move_gap(std::uint32_t position);
  void grow(std::size_t needed);

  // The gap is buffer_[begin_, end_). Mutable, since closing it changes nothing that can be seen.
  mutable std::string buffer_;
  mutable std::size_t begin_ = 0;
  mutable std::size_t end_ = 0;
  mutable std::uint32_t begin_points_ = 0;  ///< code points before the gap
  std::uint32_t points_ = 0;
};

}  // namespace insieme::sync::detail
