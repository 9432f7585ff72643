#include "replay/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "insieme/sync/value.hpp"

namespace insieme::replay {
namespace {

constexpr int kDepthMax = 16;            // lines of a script are four deep
constexpr std::size_t kMembersMax = 64;  // and have at most a dozen keys

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t point) {
  const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | (point >> 6));
    push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    push(0xe0 | (point >> 12));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  } else {
    push(0xf0 | (point >> 18));
    push(0x80 | ((point >> 12) & 0x3f));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  }
}

/// Of a number that no double holds: whether it is too small instead of too large.
bool is_next_to_zero(std::string_view number) {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  if (e == std::string_view::npos) return first > point;
  if (number[e + 1] == '-') return true;
  // With an exponent from 0 on, only many zeros after the point keep it small.
  std::uint64_t power = UINT32_MAX;
  const char* const begin = number.data() + e + (number[e + 1] == '+' ? 2 : 1);
  std::from_chars(begin, number.data() + number.size(), power);
  return first > point && first - point > power;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Json> parse() {
    Json value;
    INSIEME_TRY(read_value(value, 0));
    skip_spaces();
    if (at_ != text_.size()) return fault("something after the end");
    return value;
  }

 private:
  [[nodiscard]] Error fault(const std::string& what) const {
    return Error{ErrorCode::malformed, what + " (byte " + std::to_string(at_ + 1) + ")"};
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                  text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  Status read_value(Json& value, int depth) {
    if (depth > kDepthMax) return fault("nested too deeply");
    skip_spaces();
    switch (peek()) {
      case '{': return read_object(value, depth);
      case '[': return read_array(value, depth);
      case '"': value.kind = Json::Kind::string; return read_string(value.text);
      case 't': value.boolean = true; return read_word(value, "true", Json::Kind::boolean);
      case 'f': return read_word(value, "false", Json::Kind::boolean);
      case 'n': return read_word(value, "null", Json::Kind::null);
      default: return read_number(value);
    }
  }

  Status read_word(Json& value, std::string_view word, Json::Kind kind) {
    if (text_.compare(at_, word.size(), word) != 0) return fault("not JSON");
    at_ += word.size();
    value.kind = kind;
    return {};
  }

  Status read_object(Json& value, int depth) {
    value.kind = Json::Kind::object;
    ++at_;
    skip_spaces();
    if (take('}')) return {};
    do {
      skip_spaces();
      std::string key;
      if (peek() != '"') return fault("a key is needed here");
      INSIEME_TRY(read_string(key));
      if (value.members.size() == kMembersMax) return fault("an object with too many keys");
      if (value.find(key) != nullptr) return fault("the key \"" + key + "\" stands twice");
      skip_spaces();
      if (!take(':')) return fault("':' is needed here");
      Json member;
      INSIEME_TRY(read_value(member, depth + 1));
      value.members.push_back({std::move(key), std::move(member)});
      skip_spaces();
    } while (take(','));
    if (!take('}')) return fault("'}' is needed here");
    return {};
  }

  Status read_array(Json& value, int depth) {
    value.kind = Json::Kind::array;
    ++at_;
    skip_spaces();
    if (take(']')) return {};
    do {
      Json item;
      INSIEME_TRY(read_value(item, depth + 1));
      value.items.push_back(std::move(item));
      skip_spaces();
    } while (take(','));
    if (!take(']')) return fault("']' is needed here");
    return {};
  }

  Status read_string(std::string& out) {
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) return fault("a string without its end");
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return fault("a control character in a string");
      if (c == '"') break;
      if (c == '\\') {
        INSIEME_TRY(read_escape(out));
      } else {
        out.push_back(c);
        ++at_;
      }
    }
    ++at_;
    return {};
  }

  Status read_escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    ++at_;
    const std::size_t letter = kLetters.find(peek());
    if (at_ < text_.size() && letter != std::string_view::npos) {
      out.push_back(kMeant[letter]);
      ++at_;
      return {};
    }
    std::uint32_t point = 0;
    INSIEME_TRY(read_unit(point));
    if (point >= 0xdc00 && point <= 0xdfff) return fault("half a surrogate pair");
    if (point >= 0xd800 && point <= 0xdbff) {
      std::uint32_t low = 0;
      if (!take('\\')) return fault("half a surrogate pair");
      INSIEME_TRY(read_unit(low));
      if (low < 0xdc00 || low > 0xdfff) return fault("half a surrogate pair");
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, point);
    return {};
  }

  /// `uXXXX`, the backslash being read.
  Status read_unit(std::uint32_t& unit) {
    if (!take('u') || text_.size() - at_ < 4) return fault("an unknown escape");
    const char* const begin = text_.data() + at_;
    if (!std::all_of(begin, begin + 4, [](unsigned char c) { return std::isxdigit(c) != 0; })) {
      return fault("an unknown escape");
    }
    std::from_chars(begin, begin + 4, unit, 16);
    at_ += 4;
    return {};
  }

  Status read_number(Json& value) {
    const std::size_t begin = at_;
    bool is_integer = true;
    static_cast<void>(take('-'));
    if (!is_digit(peek())) return fault("not JSON");
    if (!take('0')) skip_digits();
    if (take('.')) {
      is_integer = false;
      if (!is_digit(peek())) return fault("a number without its fraction");
      skip_digits();
    }
    if (take('e') || take('E')) {
      is_integer = false;
      if (!take('+')) static_cast<void>(take('-'));
      if (!is_digit(peek())) return fault("a number without its exponent");
      skip_digits();
    }
    const char* const first = text_.data() + begin;
    const char* const last = text_.data() + at_;
    value.kind = Json::Kind::integer;
    if (is_integer && std::from_chars(first, last, value.integer).ec == std::errc()) return {};
    value.kind = Json::Kind::real;
    if (std::from_chars(first, last, value.real).ec == std::errc()) return {};
    if (!is_next_to_zero(text_.substr(begin, at_ - begin))) return fault("a number out of range");
    value.real = 0;
    return {};
  }
  void skip_digits() {
    while (is_digit(peek())) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

Result<Json> parse_json(std::string_view text) {
  if (!sync::is_valid_utf8(text)) return Error{ErrorCode::malformed, "not UTF-8"};
  return Parser(text).parse();
}

void append_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (byte < 0x20) {
          out += "\\u00";
          out.push_back(kHex[byte >> 4]);
          out.push_back(kHex[byte & 15]);
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void append_real(std::string& out, double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value),
                                 std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = shortest.find('e');
  std::string digits(shortest.substr(0, e));
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  const int point = std::atoi(std::string(shortest.substr(e + 1)).c_str()) + 1;
  const int count = static_cast<int>(digits.size());
  if (value < 0) out.push_back('-');
  const auto zeros = [](int n) { return std::string(static_cast<std::size_t>(n), '0'); };
  if (point > 21 || point < -5) {
    out += digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    out += (point > 0 ? "e+" : "e") + std::to_string(point - 1);
  } else if (point >= count) {
    out += digits + zeros(point - count);
  } else if (point > 0) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." +
           digits.substr(static_cast<std::size_t>(point));
  } else {
    out += "0." + zeros(-point) + digits;
  }
}

}  // namespace insieme::replay
