#include "insieme/sync/position.hpp"

#include <algorithm>

#include "insieme/sync/digest.hpp"

namespace insieme::sync {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kBase = 62;
/// About 36 bits tell apart what is put in at one place at once.
constexpr std::size_t kOwnDigits = 6;

std::size_t digit_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? kDigits.find(text[at]) : 0;
}

std::string own_digits(const RecordId& record) {
  std::uint64_t left = Hasher("insieme position v1").add(record.bytes).finish().prefix();
  std::string digits;
  for (std::size_t i = 0; i + 1 < kOwnDigits; ++i, left /= kBase) digits += kDigits[left % kBase];
  digits += kDigits[1 + left % (kBase - 1)];
  return digits;
}

/// Digits that are greater than `before` and less than `after`, whatever follows them. At the ends
/// of a list they go on by ones, so that appending lengthens them once in thirty times or so.
std::string digits_between(std::string_view before, std::string_view after) {
  std::string digits;
  bool bounded = !after.empty();
  for (std::size_t i = 0;; ++i) {
    const std::size_t low = digit_at(before, i);
    const std::size_t high = bounded ? digit_at(after, i) : kBase;
    if (high - low > 1) {
      std::size_t chosen = (low + high) / 2;
      if (!bounded && i < before.size()) chosen = low + 1;
      if (bounded && before.empty()) chosen = high - 1;
      digits += kDigits[chosen];
      return digits;
    }
    digits += kDigits[low];
    // Next to each other: all that continues `before` is less than `after`.
    if (low != high) bounded = false;
  }
}

}  // namespace

bool is_position(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kPositionBytesMax && text.back() != '0' &&
         text.find_first_not_of(kDigits) == std::string_view::npos;
}

Result<std::string> position_between(std::string_view before, std::string_view after,
                                     const RecordId& record) {
  const bool fine = (before.empty() || is_position(before)) &&
                    (after.empty() || is_position(after)) &&
                    (before.empty() || after.empty() || before < after);
  if (!fine) return Error{ErrorCode::invalid_argument, "not two positions in their order"};
  std::string position = digits_between(before, after) + own_digits(record);
  if (position.size() > kPositionBytesMax) {
    return Error{ErrorCode::limit_exceeded, "no room is left at this place of the list"};
  }
  return position;
}

}  // namespace insieme::sync
