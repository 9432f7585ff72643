#include "sign_in/password.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>

#include "insieme/server/secrets.hpp"
#include "insieme/sync/text.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kNamePartMin = 4;  ///< bytes: shorter ones are in many words

/// Of those that are tried first, what is left without digits and signs at their end.
constexpr std::array<std::string_view, 26> kCommon{
    "password",   "passwordpassword", "qwerty",   "qwertyuiop", "qwertyuiopasdf", "asdfghjkl",
    "zxcvbnm",    "letmein",          "welcome",  "admin",      "administrator",  "iloveyou",
    "juventus",   "forzainter",       "milan",    "napoli",     "forzaitalia",    "amoremio",
    "ciaociao",   "benvenuto",        "segreto",  "insieme",    "comune",         "cambiami",
    "passwordnuova", "q1w2e3r4t5y6"};

std::string lowered(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return low;
}

bool is_letter_or_more(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

/// `password2024!` is `password`.
bool is_common(std::string_view low) {
  std::size_t end = low.size();
  while (end > 0 && !is_letter_or_more(low[end - 1])) --end;
  const std::string_view stem = low.substr(0, end);
  return std::find(kCommon.begin(), kCommon.end(), low) != kCommon.end() ||
         std::find(kCommon.begin(), kCommon.end(), stem) != kCommon.end();
}

/// `aaaaaaaaaa`, `1234567890`, `abababab…`: what follows from its first two characters.
bool is_sequence(std::string_view text) {
  const auto same_step = [&](std::size_t period) {
    for (std::size_t i = 2 * period; i < text.size(); ++i) {
      if (text[i] - text[i - period] != text[i - period] - text[i - 2 * period]) return false;
    }
    return true;
  };
  return text == "1234567890" || text == "0987654321" || text == "12345678910" || same_step(1) ||
         (same_step(2) && text.size() > 2 && text[0] == text[2]);
}

bool holds_a_part_of(std::string_view low, std::string_view names) {
  std::string part;
  const std::string all = lowered(names) + " ";
  for (const char c : all) {
    if (is_letter_or_more(c) || (c >= '0' && c <= '9')) {
      part += c;
      continue;
    }
    if (part.size() >= kNamePartMin && low.find(part) != std::string_view::npos) return true;
    part.clear();
  }
  return false;
}

bool parse_number(std::string_view text, std::string_view name, std::uint32_t max,
                  std::uint32_t& out) {
  if (text.substr(0, name.size()) != name) return false;
  text.remove_prefix(name.size());
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && out > 0 &&
         out <= max;
}

}  // namespace

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.passes,
                            std::size_t{cost.memory_kib} * 1024,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
  return out.data();
}

std::string decoy_hash(const PasswordCost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) +
         ",t=" + std::to_string(cost.passes) +
         ",p=1$bm9ib2R5J3Mgc2FsdCAtIA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

bool verify_password(const std::string& hash, std::string_view password) {
  if (!parse_password_hash(hash) || hash.size() >= crypto_pwhash_STRBYTES) return false;
  std::array<char, crypto_pwhash_STRBYTES> stored{};
  std::copy(hash.begin(), hash.end(), stored.begin());
  return crypto_pwhash_str_verify(stored.data(), password.data(), password.size()) == 0;
}

std::optional<PasswordCost> parse_password_hash(std::string_view hash) {
  constexpr std::string_view kBegin = "$argon2id$v=19$";
  if (hash.substr(0, kBegin.size()) != kBegin || hash.size() >= crypto_pwhash_STRBYTES) {
    return std::nullopt;
  }
  hash.remove_prefix(kBegin.size());
  const std::size_t end = hash.find('$');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view numbers = hash.substr(0, end);
  const std::size_t first = numbers.find(',');
  const std::size_t second = first == std::string_view::npos ? first : numbers.find(',', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  PasswordCost cost;
  std::uint32_t lanes = 0;
  const bool usable =
      parse_number(numbers.substr(0, first), "m=", kMemoryKibMax, cost.memory_kib) &&
      parse_number(numbers.substr(first + 1, second - first - 1), "t=", kPassesMax, cost.passes) &&
      parse_number(numbers.substr(second + 1), "p=", 1, lanes);
  if (!usable) return std::nullopt;
  return cost;
}

std::optional<PasswordRefusal> judge_password(std::string_view password, std::string_view account,
                                              std::string_view name) {
  if (password.size() > kPasswordBytesMax || !sync::is_valid_utf8(password)) {
    return PasswordRefusal{"A password has 10 to 128 characters.",
                           "Una password ha da 10 a 128 caratteri."};
  }
  const std::size_t characters = sync::count_code_points(password);
  if (characters < kPasswordMin || characters > kPasswordMax) {
    return PasswordRefusal{
        "A password has 10 to 128 characters, and this one " + std::to_string(characters) +
            ". Several words are easy to remember.",
        "Una password ha da 10 a 128 caratteri, e questa " + std::to_string(characters) +
            ". Più parole si ricordano bene."};
  }
  const std::string low = lowered(password);
  if (is_common(low) || is_sequence(low)) {
    return PasswordRefusal{"This password is one of those that are tried first. Choose another.",
                           "Questa password è fra le prime che si provano. Sceglierne un'altra."};
  }
  if (holds_a_part_of(low, account) || holds_a_part_of(low, name)) {
    return PasswordRefusal{"Your own name is not part of a good password. Choose another.",
                           "Il proprio nome non sta in una buona password. Sceglierne un'altra."};
  }
  return std::nullopt;
}

std::string new_first_password() {
  constexpr std::size_t kCharacters = 23;  // four groups of five and three hyphens
  return new_invitation_code().substr(0, kCharacters);
}

std::string canonical_code(std::string_view text) {
  std::string code;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    code += c;
  }
  return code;
}

}  // namespace insieme::server
