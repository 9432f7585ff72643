#include "insieme/sync/value.hpp"

#include <algorithm>
#include <cmath>

#include "insieme/sync/limits.hpp"
#include "text_utf8.hpp"

namespace insieme::sync {
namespace {

template <class T>
std::strong_ordering order_of(const T& a, const T& b) noexcept {
  if (a < b) return std::strong_ordering::less;
  if (b < a) return std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

struct Comparer {
  const Value& other;
  std::strong_ordering operator()(const std::string& a) const noexcept {
    // char_traits<char> compares as unsigned bytes.
    return a.compare(*std::get_if<std::string>(&other)) <=> 0;
  }
  std::strong_ordering operator()(const Bytes& a) const noexcept {
    const auto& b = std::get_if<Bytes>(&other)->data;
    if (std::lexicographical_compare(a.data.begin(), a.data.end(), b.begin(), b.end())) {
      return std::strong_ordering::less;
    }
    return a.data == b ? std::strong_ordering::equal : std::strong_ordering::greater;
  }
  template <class T>
  std::strong_ordering operator()(const T& a) const noexcept {
    return order_of(a, *std::get_if<T>(&other));
  }
};

/// Length of the well-formed sequence at `at`, 0 if there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned char low, unsigned char high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(at + 1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned char high = first == 0xed ? 0x9f : 0xbf;
    return follows(at + 1, low, high) && follows(at + 2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(at + 1, low, high) && follows(at + 2, 0x80, 0xbf) &&
                   follows(at + 3, 0x80, 0xbf)
               ? 4
               : 0;
  }
  return 0;
}

}  // namespace

std::strong_ordering compare(const Value& a, const Value& b) noexcept {
  if (a.index() != b.index()) return a.index() <=> b.index();
  return std::visit(Comparer{b}, a);
}

bool is_valid_utf8(std::string_view text) noexcept {
  for (std::size_t at = detail::ascii_run(text); at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
    if (length > 1) at += detail::ascii_run(text.substr(at));
  }
  return true;
}

Status check_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (text->size() > kStringBytesMax) return {ErrorCode::limit_exceeded, "a value is too long"};
    if (!is_valid_utf8(*text)) return {ErrorCode::malformed, "a value is not valid UTF-8"};
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    if (bytes->data.size() > kBytesValueMax) {
      return {ErrorCode::limit_exceeded, "a value is too long"};
    }
  } else if (const auto* number = std::get_if<double>(&value)) {
    if (!std::isfinite(*number) || (*number == 0 && std::signbit(*number))) {
      return {ErrorCode::malformed, "a number that is not finite, or minus zero"};
    }
  }
  return {};
}

}  // namespace insieme::sync
