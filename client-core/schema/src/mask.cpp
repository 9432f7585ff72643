#include "insieme/schema/mask.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <regex>

namespace insieme::schema {
namespace {

constexpr std::size_t kTextMax = 1'000;
constexpr std::size_t kShortest = 3;
constexpr const char* kGone = "<...>";

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || byte >= 0x80U;
}

std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// In the order in which they are taken out. A path begins a word: `I/O` is none.
const std::vector<std::regex>& patterns() {
  static const std::vector<std::regex> kPatterns = [] {
    std::vector<std::regex> all;
    for (const char* text : {
             R"([A-Za-z][A-Za-z0-9+.-]*://[^\s"']+)",                   // addresses of the web
             R"([^\s"'<>]+@[^\s"'<>]+)",                                // of mail, and accounts
             R"((~|\.{1,2})?/[^\s"',;()]*/[^\s"',;()]*)",               // paths
             R"(\b[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]\b)",  // tax codes
             R"(\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b)",                     // IPv4
             R"([0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7})",             // IPv6
             R"(\b[0-9A-Fa-f]{4,}(-[0-9A-Fa-f]{4,})+\b)",               // ids
             R"(\b[0-9A-Fa-f]*\d[0-9A-Fa-f]{7,}\b)",                    // keys, hashes, telephones
             R"(\+?\d[\d ./-]{7,}\d)"}) {
      all.emplace_back(text, std::regex::optimize);
    }
    return all;
  }();
  return kPatterns;
}

/// `Roma`, `ESPOSITO`: nothing that this program says looks like a name but by chance.
bool looks_like_a_name(const std::string& word) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_other = [&](char c) { return !is_upper(c) && (c < '0' || c > '9'); };
  if (word.size() < 2 || !(is_upper(word[0]) || static_cast<unsigned char>(word[0]) >= 0x80U)) {
    return false;
  }
  constexpr std::size_t kCapitals = 4;
  const bool capitals = word.size() >= kCapitals && std::all_of(word.begin(), word.end(), is_upper);
  return capitals || std::all_of(word.begin() + 1, word.end(), is_other);
}

}  // namespace

void Mask::know(std::string_view names) {
  std::string word;
  const auto take = [&] {
    if (word.size() >= kShortest) words_.push_back(small(word));
    word.clear();
  };
  for (const char c : names) {
    if (is_letter(c)) {
      word += c;
    } else {
      take();
    }
  }
  take();
  std::sort(words_.begin(), words_.end());
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
}

std::string Mask::apply(std::string_view text) const {
  std::string masked(text.substr(0, kTextMax));
  for (const std::regex& pattern : patterns()) masked = std::regex_replace(masked, pattern, kGone);
  std::string out;
  std::string word;
  const auto take = [&] {
    const bool known = std::binary_search(words_.begin(), words_.end(), small(word));
    out += known || looks_like_a_name(word) ? kGone : word;
    word.clear();
  };
  for (const char c : masked) {
    if (is_letter(c)) {
      word += c;
      continue;
    }
    take();
    out += static_cast<unsigned char>(c) < 0x20U ? ' ' : c;
  }
  take();
  return out;
}

}  // namespace insieme::schema
