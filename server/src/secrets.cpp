#include "insieme/server/secrets.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "insieme/sync/result.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeCharacters = 26;  // 130 bits
constexpr std::size_t kGroup = 5;
constexpr std::size_t kEntropyCallMax = 256;  // getentropy's own limit

char canonical(char c) noexcept {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return c;
}

}  // namespace

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), kEntropyCallMax);
    INSIEME_ASSERT(::getentropy(bytes.data(), part) == 0);
    bytes = bytes.subspan(part);
  }
}

std::string random_hex(std::size_t bytes, const Random& random) {
  std::vector<std::uint8_t> drawn(bytes);
  random(drawn);
  return sync::to_hex(drawn);
}

std::array<std::uint8_t, 16> new_id(std::int64_t now_ms, const Random& random) {
  std::array<std::uint8_t, 10> drawn{};
  random(drawn);
  return sync::make_uuid7(now_ms, drawn);
}

std::string new_invitation_code() {
  std::array<std::uint8_t, kCodeCharacters> random{};
  fill_random(random);
  std::string code;
  for (std::size_t i = 0; i < random.size(); ++i) {
    if (i > 0 && i % kGroup == 0) code += '-';
    code += kAlphabet[random[i] % kAlphabet.size()];  // 256 is a multiple of 32: no bias
  }
  return code;
}

std::optional<sync::Digest> hash_invitation(std::string_view code) {
  std::string text;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    text += canonical(c);
    if (text.size() > kCodeCharacters) return std::nullopt;
    if (kAlphabet.find(text.back()) == std::string_view::npos) return std::nullopt;
  }
  if (text.size() != kCodeCharacters) return std::nullopt;
  return sync::Hasher("insieme invitation v1").add(std::string_view(text)).finish();
}

}  // namespace insieme::server
