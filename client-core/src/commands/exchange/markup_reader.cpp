#include "commands/exchange/markup_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace insieme::client::commands {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

/// `amp`, `#233`, `#xE9`; false for any other.
bool append_entity(std::string& out, std::string_view entity) {
  if (entity == "amp") return out += '&', true;
  if (entity == "lt") return out += '<', true;
  if (entity == "gt") return out += '>', true;
  if (entity == "quot") return out += '"', true;
  if (entity == "apos") return out += '\'', true;
  if (entity.size() < 2 || entity.front() != '#') return false;
  const int base = entity[1] == 'x' ? 16 : 10;
  entity.remove_prefix(base == 16 ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(entity.data(), entity.data() + entity.size(), code, base);
  const bool is_character = code > 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
  if (error != std::errc() || end != entity.data() + entity.size() || !is_character) return false;
  append_utf8(out, code);
  return true;
}

std::string resolved(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find('&'), text.size());
    out.append(text.substr(0, at));
    text.remove_prefix(at);
    if (text.empty()) break;
    const std::size_t end = text.find(';');
    if (end == std::string_view::npos || !append_entity(out, text.substr(1, end - 1))) {
      out += '&';  // as it stands: better than losing a cell
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

bool MarkupReader::fail() {
  sound_ = false;
  rest_ = {};
  return false;
}

bool MarkupReader::next() {
  text_.clear();
  while (true) {
    const std::size_t open = rest_.find('<');
    if (open == std::string_view::npos) {
      if (rest_.find_first_not_of(kSpace) != std::string_view::npos) return fail();
      rest_ = {};
      return false;
    }
    text_ += resolved(rest_.substr(0, open));
    rest_.remove_prefix(open);
    std::string_view closing = ">";
    if (rest_.compare(0, 4, "<!--") == 0) closing = "-->";
    const bool is_data = rest_.compare(0, 9, "<![CDATA[") == 0;
    if (is_data) closing = "]]>";
    const std::size_t end = rest_.find(closing);
    if (end == std::string_view::npos) return fail();
    std::string_view tag = rest_.substr(1, end - 1);
    if (is_data) text_ += rest_.substr(9, end - 9);
    rest_.remove_prefix(end + closing.size());
    if (tag.empty()) return fail();
    if (tag.front() == '?' || tag.front() == '!') continue;
    end_ = tag.front() == '/';
    if (end_) tag.remove_prefix(1);
    empty_ = !tag.empty() && tag.back() == '/';
    if (empty_) tag.remove_suffix(1);
    const std::size_t gap = std::min(tag.find_first_of(kSpace), tag.size());
    name_ = tag.substr(0, gap);
    attributes_ = tag.substr(gap);
    const std::size_t prefix = name_.find(':');
    if (prefix != std::string_view::npos) name_.remove_prefix(prefix + 1);
    return true;
  }
}

std::string MarkupReader::attribute(std::string_view wanted) const {
  std::string_view rest = attributes_;
  while (true) {
    const std::size_t begin = rest.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    rest.remove_prefix(begin);
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return {};
    std::string_view key = rest.substr(0, equals);
    key = key.substr(0, key.find_last_not_of(kSpace) + 1);
    rest.remove_prefix(equals + 1);
    const std::size_t quote = rest.find_first_of("\"'");
    if (quote == std::string_view::npos) return {};
    const std::size_t end = rest.find(rest[quote], quote + 1);
    if (end == std::string_view::npos) return {};
    if (key == wanted) return resolved(rest.substr(quote + 1, end - quote - 1));
    rest.remove_prefix(end + 1);
  }
}

}  // namespace insieme::client::commands
