#include "storage/text_change.hpp"

#include <algorithm>

namespace insieme::client {
namespace {

constexpr std::size_t kWordsAround = 3;
/// Text without blanks must not drag all of itself along.
constexpr std::size_t kBytesAround = 80;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }
bool is_inside(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Where the words around begin that stand before `at`.
std::size_t begin_around(std::string_view text, std::size_t at) {
  const std::size_t least = at > kBytesAround ? at - kBytesAround : 0;
  std::size_t words = 0;
  while (at > least && text[at - 1] != '\n') {
    if (is_blank(text[at - 1]) && ++words > kWordsAround) break;
    --at;
  }
  while (at > 0 && is_inside(text[at])) --at;
  return at;
}

/// Where the words around end that stand after `at`.
std::size_t end_around(std::string_view text, std::size_t at) {
  const std::size_t most = std::min(text.size(), at + kBytesAround);
  std::size_t words = 0;
  while (at < most && text[at] != '\n') {
    if (is_blank(text[at]) && ++words > kWordsAround) break;
    ++at;
  }
  while (at < text.size() && is_inside(text[at])) ++at;
  return at;
}

}  // namespace

TextChange text_change(std::string_view before, std::string_view after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t from = begin_around(before, head);
  const std::size_t rest = before.size() - end_around(before, before.size() - tail);
  const auto cut = [&](std::string_view text) {
    std::string out(text.substr(from, text.size() - rest - from));
    if (!out.empty() && from > 0) out.insert(0, "…");
    if (!out.empty() && rest > 0) out += "…";
    return out;
  };
  return {cut(before), cut(after)};
}

}  // namespace insieme::client
