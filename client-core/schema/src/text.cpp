#include "insieme/schema/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "nfc_table.hpp"

namespace insieme::schema {

namespace {

constexpr char32_t kFirstMark = 0x0300;
constexpr char32_t kLastMark = 0x036F;

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// The composed letter, or 0.
char32_t composed(char32_t base, char32_t mark) noexcept {
  const auto& table = detail::kCompositionTable;
  const auto found = std::lower_bound(
      table.begin(), table.end(), std::pair{base, mark},
      [](const detail::Composition& entry, const std::pair<char32_t, char32_t>& key) {
        return std::pair<char32_t, char32_t>{entry.base, entry.mark} < key;
      });
  if (found == table.end() || found->base != base || found->mark != mark) return 0;
  return found->composed;
}

/// Bytes of the white space that `text` begins or ends with; 0 if none.
std::size_t leading_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const unsigned first = byte_at(text, 0);
  if (first == ' ' || (first >= '\t' && first <= '\r')) return 1;
  if (first == 0xC2 && byte_at(text, 1) == 0xA0) return 2;                               // U+00A0
  if (first == 0xE2 && byte_at(text, 1) == 0x80 && byte_at(text, 2) == 0xAF) return 3;   // U+202F
  return 0;
}

std::size_t trailing_space(std::string_view text) noexcept {
  for (std::size_t bytes = 1; bytes <= 3 && bytes <= text.size(); ++bytes) {
    if (leading_space(text.substr(text.size() - bytes)) == bytes) return bytes;
  }
  return 0;
}

}  // namespace

char32_t take_code_point(std::string_view& rest) noexcept {
  const unsigned first = byte_at(rest, 0);
  std::size_t length = 1;
  unsigned point = first;
  if (first >= 0xF0) {
    length = 4;
    point = first & 0x07U;
  } else if (first >= 0xE0) {
    length = 3;
    point = first & 0x0FU;
  } else if (first >= 0xC0) {
    length = 2;
    point = first & 0x1FU;
  }
  for (std::size_t i = 1; i < length; ++i) point = (point << 6U) | (byte_at(rest, i) & 0x3FU);
  rest.remove_prefix(std::min(length, rest.size()));
  return static_cast<char32_t>(point);
}

void append_code_point(std::string& out, char32_t point) {
  const auto put = [&out](char32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

std::string compose_nfc(std::string_view text) {
  // All marks that compose lie in U+0300..U+036F, whose first byte is 0xCC or 0xCD.
  if (text.find('\xCC') == std::string_view::npos &&
      text.find('\xCD') == std::string_view::npos) {
    return std::string(text);
  }
  std::string out;
  out.reserve(text.size());
  std::optional<char32_t> held;  // the last letter, to which a mark may still attach
  while (!text.empty()) {
    const char32_t point = take_code_point(text);
    if (held && point >= kFirstMark && point <= kLastMark) {
      if (const char32_t joined = composed(*held, point); joined != 0) {
        held = joined;
        continue;
      }
    }
    if (held) append_code_point(out, *held);
    held = point;
  }
  if (held) append_code_point(out, *held);
  return out;
}

std::string_view trim(std::string_view text) noexcept {
  while (const std::size_t bytes = leading_space(text)) text.remove_prefix(bytes);
  while (const std::size_t bytes = trailing_space(text)) text.remove_suffix(bytes);
  return text;
}

std::string fold_accents(std::string_view text) {
  std::string out;
  const std::string composed_text = compose_nfc(text);
  std::string_view rest = composed_text;
  while (!rest.empty()) {
    char32_t point = take_code_point(rest);
    if (point >= kFirstMark && point <= kLastMark) continue;
    // A letter may carry two marks, so what is found may have to be taken apart again.
    for (bool found = point >= 0xC0; found;) {
      found = false;
      for (const detail::Composition& one : detail::kCompositionTable) {
        if (one.composed != point) continue;
        point = one.base;
        found = point >= 0xC0;
        break;
      }
    }
    append_code_point(out, point);
  }
  return out;
}

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t point = take_code_point(text);
    const bool ascii_capital = point >= 'A' && point <= 'Z';
    const bool latin_capital = point >= 0xC0 && point <= 0xDE && point != 0xD7;
    if (ascii_capital || latin_capital) point += 0x20;
    append_code_point(out, point);
  }
  return out;
}

std::size_t count_code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace insieme::schema
