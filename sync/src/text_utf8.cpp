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

std::size_t PlainText::byte_of(std::uint32_t point) const noexcept {
  if (bytes.size() == length) return point;  // ASCII
  if (point >= length) return bytes.size();
  if (point >= mark_point) {
    return point - mark_point <= length - point
               ? walk_forward(bytes, mark_byte, point - mark_point)
               : walk_back(bytes, bytes.size(), length - point);
  }
  return mark_point - point <= point ? walk_back(bytes, mark_byte, mark_point - point)
                                     : walk_forward(bytes, 0, point);
}

void PlainText::replace(std::uint32_t position, std::uint32_t removed, std::string_view inserted,
                        std::uint32_t inserted_points) {
  const std::size_t begin = byte_of(position);
  std::size_t end = begin;
  if (removed > 0) {
    end = bytes.size() == length ? begin + removed : walk_forward(bytes, begin, removed);
  }
  bytes.replace(begin, end - begin, inserted);
  length = length - removed + inserted_points;
  mark_point = position;
  mark_byte = begin;
}

void PlainText::splice(const Splice& splice) {
  const std::uint32_t position = std::min(splice.position, length);
  const std::uint32_t removed = std::min(splice.removed, length - position);
  replace(position, removed, splice.inserted, count_code_points(splice.inserted));
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
  detail::PlainText plain;
  plain.bytes = text;
  plain.length = count_code_points(text);
  for (const Splice& splice : splices) plain.splice(splice);
  return std::move(plain.bytes);
}

}  // namespace insieme::sync
