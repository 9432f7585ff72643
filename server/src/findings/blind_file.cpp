// The file that bodies exchange:
//
//   insieme-blind-index 1
//   agreement: NAME
//   from: BODY
//   ask: WHOM
//   key: 16 digits
//   origin: 16 digits
//   made: milliseconds since 1970
//   salt: 32 digits
//   tokens: HOW MANY
//   32 digits, HOW MANY lines, in order
//   mac: 64 digits, over all before it
#include <algorithm>
#include <charconv>

#include "insieme/server/blind_index.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/value.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kMagic = "insieme-blind-index ";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kFromBytesMax = 120;
constexpr std::size_t kAskBytesMax = 400;
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kWrongLinesTold = 20;

std::string mac_of(std::string_view text, const reports::BlindKey& key) {
  return sync::to_hex(
      sync::Hasher("insieme blind file v1", key.bytes).add(as_bytes(text)).finish());
}

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Takes lines off the front of a text and keeps what was wrong with them.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  std::string_view next() {
    ++number_;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    if (end == rest_.size()) wrong("is cut short");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
  }
  /// The rest of the next line, which has to begin so.
  std::string_view value(std::string_view name) {
    const std::string_view line = next();
    if (line.substr(0, name.size()) == name && line.substr(name.size(), 2) == ": ") {
      return line.substr(name.size() + 2);
    }
    wrong("does not begin with \"" + std::string(name) + ": \"");
    return {};
  }
  void wrong(const std::string& why) {
    if (++wrong_ > kWrongLinesTold) return;
    said_ +=
        (said_.empty() ? "" : "; ") + std::string("line ") + std::to_string(number_) + " " + why;
  }
  [[nodiscard]] Status status() const {
    if (wrong_ == 0) return {};
    const std::size_t more = wrong_ > kWrongLinesTold ? wrong_ - kWrongLinesTold : 0;
    return {ErrorCode::malformed,
            said_ + (more == 0 ? "" : "; and " + std::to_string(more) + " more")};
  }
  [[nodiscard]] bool any_wrong() const noexcept { return wrong_ != 0; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
  std::size_t wrong_ = 0;
  std::string said_;
};

template <class Number>
Number number_in(Lines& lines, std::string_view name) {
  const std::string_view text = lines.value(name);
  Number number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && at == text.data() + text.size();
  if (!whole || number < 0 || std::to_string(number) != text) lines.wrong("is no number");
  return number;
}

void read_head(Lines& lines, BlindIndex& index) {
  const auto check = [&lines](const Status& status) {
    if (!status.ok()) lines.wrong(status.error().detail);
  };
  index.agreement = lines.value("agreement");
  check(check_agreement_name(index.agreement));
  index.from = lines.value("from");
  check(check_blind_line("from", index.from, kFromBytesMax));
  index.ask = lines.value("ask");
  check(check_blind_line("ask", index.ask, kAskBytesMax));
  index.key_id = lines.value("key");
  if (!is_digits(index.key_id, kIdDigits)) lines.wrong("is no id of a key");
  index.origin = lines.value("origin");
  if (!is_digits(index.origin, kIdDigits)) lines.wrong("is no origin");
  index.made_ms = number_in<std::int64_t>(lines, "made");
  const std::string_view salt = lines.value("salt");
  if (!is_digits(salt, 32) || !sync::from_hex(salt, index.salt).ok()) lines.wrong("is no salt");
}

void read_tokens(Lines& lines, std::size_t count, BlindIndex& index) {
  index.tokens.reserve(count);
  for (std::size_t i = 0; i < count && !lines.at_end(); ++i) {
    const std::string_view text = lines.next();
    reports::BlindToken token{};
    if (!is_digits(text, 32) || !sync::from_hex(text, token).ok()) {
      lines.wrong("is no token");
      continue;
    }
    if (!index.tokens.empty() && !(index.tokens.back() < token)) {
      lines.wrong("is out of order");
      continue;
    }
    index.tokens.push_back(token);
  }
}

Status check_whole(const BlindIndex& index) {
  INSIEME_TRY(check_agreement_name(index.agreement));
  INSIEME_TRY(check_blind_line("from", index.from, kFromBytesMax));
  INSIEME_TRY(check_blind_line("ask", index.ask, kAskBytesMax));
  if (index.tokens.size() > kBlindTokensMax) {
    return {ErrorCode::limit_exceeded,
            "at most " + std::to_string(kBlindTokensMax) + " tokens in an index"};
  }
  return {};
}

}  // namespace

Status check_agreement_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (name.empty() || name.size() > 40 || name.front() == '-' ||
      !std::all_of(name.begin(), name.end(), fits)) {
    return {ErrorCode::invalid_argument,
            "an agreement is called by up to 40 of a to z, 0 to 9 and hyphens"};
  }
  return {};
}

Status check_blind_line(std::string_view what, std::string_view text, std::size_t bytes_max) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (text.empty() || text.size() > bytes_max || !plain || !sync::is_valid_utf8(text)) {
    return {ErrorCode::invalid_argument, "\"" + std::string(what) + "\" is one line of 1 to " +
                                             std::to_string(bytes_max) + " bytes"};
  }
  return {};
}

Result<std::string> write_blind_index(const BlindIndex& index, const reports::BlindKey& key) {
  INSIEME_TRY(check_whole(index));
  std::string out(kMagic);
  out += std::string(kVersion) + "\nagreement: " + index.agreement + "\nfrom: " + index.from +
         "\nask: " + index.ask + "\nkey: " + key.id() + "\norigin: " + index.origin +
         "\nmade: " + std::to_string(index.made_ms) + "\nsalt: " + sync::to_hex(index.salt) +
         "\ntokens: " + std::to_string(index.tokens.size()) + "\n";
  for (const reports::BlindToken& token : index.tokens) out += sync::to_hex(token) + "\n";
  const std::string mac = mac_of(out, key);
  return out + "mac: " + mac + "\n";
}

Result<BlindIndex> parse_blind_index(std::string_view text, const reports::BlindKey& key) {
  if (text.size() > kBlindFileBytesMax) {
    return Error{ErrorCode::limit_exceeded, "larger than any index of this format"};
  }
  if (text.substr(0, kMagic.size()) != kMagic) {
    return Error{ErrorCode::malformed, "line 1 does not begin with \"insieme-blind-index \""};
  }
  Lines lines(text);
  if (lines.next().substr(kMagic.size()) != kVersion) {
    return Error{ErrorCode::wrong_version, "an index of another version than " +
                                               std::string(kVersion) + ": update this server"};
  }
  BlindIndex index;
  read_head(lines, index);
  const auto count = number_in<std::int64_t>(lines, "tokens");
  if (count > static_cast<std::int64_t>(kBlindTokensMax)) {
    return Error{ErrorCode::limit_exceeded, "more tokens than " + std::to_string(kBlindTokensMax)};
  }
  if (lines.any_wrong()) return lines.status().error();
  if (index.key_id != key.id()) {
    return Error{ErrorCode::wrong_key, "made under the key " + index.key_id + ", and that of \"" +
                                           index.agreement + "\" here is " + key.id()};
  }
  // Not more memory than the text has lines for.
  const std::size_t fits = std::min(static_cast<std::size_t>(count), text.size() / 33);
  read_tokens(lines, fits, index);
  if (fits < static_cast<std::size_t>(count)) lines.wrong("ends before the last token");
  const std::string_view mac = lines.value("mac");
  if (!lines.at_end()) lines.wrong("is not the last one");
  INSIEME_TRY(lines.status());
  const std::string expected =
      mac_of(text.substr(0, static_cast<std::size_t>(mac.data() - text.data()) - 5), key);
  if (!sync::equal_constant_time(as_bytes(mac), as_bytes(expected))) {
    return Error{ErrorCode::bad_signature, "changed since it was made: ask for it again"};
  }
  return index;
}

}  // namespace insieme::server
