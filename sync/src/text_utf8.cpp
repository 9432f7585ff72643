#include "text_utf8.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "insieme/sync/text.hpp"

namespace insieme::sync {
namespace detail {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

bool is_continuation(std::uint32_t byte) noexcept { return (byte & 0xc0) == 0x80; }

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Combining marks of the scripts and emoji that people type on tablets, and what else never stands
// alone. Not all of Unicode: a missing range costs an uglier edit, never a wrong text.
constexpr Range kMarks[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf}, {0x05c1, 0x05c2},
    {0x05c4, 0x05c5}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc},
    {0x0900, 0x0903}, {0x093a, 0x093c}, {0x093e, 0x094f}, {0x0981, 0x0983}, {0x09bc, 0x09cd},
    {0x0a01, 0x0a03}, {0x0a3c, 0x0a4d}, {0x0b82, 0x0b82}, {0x0bbe, 0x0bcd}, {0x0d81, 0x0d83},
    {0x0dca, 0x0ddf}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff}, {0x200d, 0x200d}, {0x20d0, 0x20ff}, {0x302a, 0x302f}, {0x3099, 0x309a},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff}, {0xe0020, 0xe007f},
    {0xe0100, 0xe01ef}};

bool is_mark(std::uint32_t point) noexcept {
  if (point < kMarks[0].first) return false;
  const auto* range = std::lower_bound(std::begin(kMarks), std::end(kMarks), point,
                                       [](const Range& r, std::uint32_t p) { return r.last < p; });
  return range != std::end(kMarks) && range->first <= point;
}

bool is_flag_half(std::uint32_t point) noexcept { return point >= 0x1f1e6 && point <= 0x1f1ff; }

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) noexcept {
  const std::uint32_t lead = byte_at(text, at);
  if (lead < 0x80) return {lead, 1, true};
  const std::uint32_t count = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < count) return {};
  std::uint32_t value = lead & (0x7fU >> count);
  for (std::uint32_t i = 1; i < count; ++i) {
    const std::uint32_t byte = byte_at(text, at + i);
    if (!is_continuation(byte)) return {};
    value = (value << 6) | (byte & 0x3f);
  }
  const std::uint32_t least = count == 2 ? 0x80 : count == 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, count, true};
}

CodePoint code_point_before(std::string_view text, std::size_t at) noexcept {
  for (std::uint32_t back = 1; back <= 4 && back <= at; ++back) {
    if (is_continuation(byte_at(text, at - back))) continue;
    const CodePoint point = code_point_at(text, at - back);
    return point.bytes == back ? point : CodePoint{};
  }
  return {};
}

std::size_t ascii_run(std::string_view text) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  return at;
}

std::size_t walk_forward(std::string_view text, std::size_t at, std::uint32_t points) noexcept {
  if (points >= 8 && at < text.size()) {
    const std::size_t run = ascii_run(text.substr(at, points));
    points -= static_cast<std::uint32_t>(run);
    at += run;
  }
  for (; points > 0 && at < text.size(); --points) {
    at += byte_at(text, at) < 0x80 ? 1 : code_point_at(text, at).bytes;
  }
  return at;
}

std::size_t walk_back(std::string_view text, std::size_t at, std::uint32_t points) noexcept {
  for (; points > 0 && at > 0; --points) {
    at -= byte_at(text, at - 1) < 0x80 ? 1 : code_point_before(text, at).bytes;
  }
  return at;
}

namespace {

/// How many of the eight bytes at `data` begin a code point.
std::uint32_t starts_in_word(const char* data) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, data, sizeof word);
  // The lowest bit of each byte: is it a continuation (10xxxxxx)?
  const std::uint64_t continuation = (word >> 7) & ~(word >> 6) & 0x0101010101010101U;
  return 8 - static_cast<std::uint32_t>((continuation * 0x0101010101010101U) >> 56);
}

}  // namespace

std::uint32_t points_in(std::string_view valid) noexcept {
  std::uint32_t points = 0;
  std::size_t at = 0;
  for (; valid.size() - at >= 8; at += 8) points += starts_in_word(valid.data() + at);
  for (; at < valid.size(); ++at) points += is_continuation(byte_at(valid, at)) ? 0U : 1U;
  return points;
}

std::size_t point_offset(std::string_view valid, std::size_t at, std::uint32_t points) noexcept {
  while (points >= 8 && valid.size() - at >= 8) {
    points -= starts_in_word(valid.data() + at);
    at += 8;
  }
  // A word may have ended inside a code point.
  while (at < valid.size() && is_continuation(byte_at(valid, at))) ++at;
  for (; points > 0 && at < valid.size(); --points) {
    ++at;
    while (at < valid.size() && is_continuation(byte_at(valid, at))) ++at;
  }
  return at;
}

std::size_t point_offset_back(std::string_view valid, std::uint32_t points) noexcept {
  std::size_t at = valid.size();
  while (points >= 8 && at >= 8) {
    at -= 8;
    points -= starts_in_word(valid.data() + at);
  }
  // A word may have begun inside a code point that does not count.
  while (points == 0 && at < valid.size() && is_continuation(byte_at(valid, at))) ++at;
  for (; points > 0 && at > 0; --points) {
    --at;
    while (at > 0 && is_continuation(byte_at(valid, at))) --at;
  }
  return at;
}

std::optional<std::uint32_t> valid_points(std::string_view text) noexcept {
  if (text.size() == 1 && byte_at(text, 0) < 0x80) return 1;
  std::uint32_t points = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (byte_at(text, at) < 0x80) {
      const std::size_t run = text.size() - at < 8 ? 1 : std::max<std::size_t>(
                                                             ascii_run(text.substr(at)), 1);
      points += static_cast<std::uint32_t>(run);
      at += run;
      continue;
    }
    const CodePoint point = code_point_at(text, at);
    if (!point.valid) return {};
    at += point.bytes;
    ++points;
  }
  return points;
}

void repair_utf8(std::string& text) {
  std::size_t at = ascii_run(text);
  while (at < text.size()) {
    const CodePoint point = code_point_at(text, at);
    if (!point.valid) break;
    at += point.bytes;
    if (point.bytes > 1) at += ascii_run(std::string_view(text).substr(at));
  }
  if (at == text.size()) return;
  std::string repaired = text.substr(0, at);
  while (at < text.size()) {
    const CodePoint point = code_point_at(text, at);
    if (point.valid) {
      repaired.append(text, at, point.bytes);
    } else {
      repaired.append("\xef\xbf\xbd");
    }
    at += point.bytes;
  }
  text = std::move(repaired);
}

bool joins(std::uint32_t before, std::uint32_t after) noexcept {
  if (after < 0x300) return before == '\r' && after == '\n';
  return is_mark(after) || before == 0x200d || (is_flag_half(before) && is_flag_half(after));
}

bool is_word(std::uint32_t point) noexcept {
  if (point < 0x80) {
    return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
           (point >= 'A' && point <= 'Z') || point == '_';
  }
  if (point < 0xc0) return point == 0xaa || point == 0xb5 || point == 0xba;
  // General punctuation, symbols, ideographs (each a word of its own) and emoji stand alone.
  return !(point >= 0x2000 && point <= 0x2bff) && !(point >= 0x2e80 && point <= 0x9fff) &&
         !(point >= 0xff00 && point <= 0xffef) && point < 0x1f000 && point != 0xd7 &&
         point != 0xf7;
}

}  // namespace detail

std::uint32_t count_code_points(std::string_view utf8) noexcept {
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t run = detail::ascii_run(utf8.substr(at));
    count += static_cast<std::uint32_t>(run);
    at += run;
    // Then the word that stopped the run, one by one.
    for (const std::size_t end = at + 8; at < utf8.size() && at < end; ++count) {
      at = detail::walk_forward(utf8, at, 1);
    }
  }
  return count;
}

std::string splice_text(std::string_view text, const std::vector<Splice>& splices) {
  std::string result(text);
  std::uint32_t length = count_code_points(text);
  // Edits cluster: the way to the next one begins at the last.
  std::uint32_t near = 0;
  std::size_t near_byte = 0;
  for (const Splice& splice : splices) {
    const std::uint32_t position = std::min(splice.position, length);
    const std::uint32_t removed = std::min(splice.removed, length - position);
    const std::size_t begin = position >= near
                                  ? detail::walk_forward(result, near_byte, position - near)
                                  : detail::walk_back(result, near_byte, near - position);
    const std::size_t end = detail::walk_forward(result, begin, removed);
    result.replace(begin, end - begin, splice.inserted);
    length = length - removed + count_code_points(splice.inserted);
    near = position;
    near_byte = begin;
  }
  return result;
}

}  // namespace insieme::sync
