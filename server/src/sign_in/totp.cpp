#include "sign_in/totp.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <stdexcept>

#include "sign_in/password.hpp"
#include "sign_in/web.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kRecoveryCharacters = 15;
constexpr std::size_t kRecoveryTextMax = 64;
constexpr std::string_view kRecoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

std::string totp_code(const TotpSecret& secret, std::int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
           counter.size(), mac.data(), &size) == nullptr) {
    throw std::runtime_error("HMAC-SHA-1 is not to be had");
  }
  const std::size_t at = mac[size - 1] & 0x0f;  // RFC 4226, 5.3
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[at] & 0x7f) << 24) |
                               (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
  std::string code = std::to_string(number % 1'000'000);
  code.insert(0, kTotpDigits - code.size(), '0');
  return code;
}

std::optional<std::int64_t> match_totp(const TotpSecret& secret, std::string_view code,
                                       std::int64_t now_ms) {
  std::string digits;
  for (const char c : code) {
    if (c == ' ') continue;
    if (c < '0' || c > '9' || digits.size() == kTotpDigits) return std::nullopt;
    digits += c;
  }
  if (digits.size() != kTotpDigits) return std::nullopt;
  const std::int64_t now = totp_step_at(now_ms);
  std::optional<std::int64_t> matched;
  for (std::int64_t step = now - kTotpStepsOff; step <= now + kTotpStepsOff; ++step) {
    const std::string wanted = totp_code(secret, step);
    if (sodium_memcmp(wanted.data(), digits.data(), kTotpDigits) == 0) matched = step;
  }
  return matched;
}

std::string to_base32(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += kAlphabet[(pending >> bits) & 31];
    }
  }
  if (bits > 0) text += kAlphabet[(pending << (5 - bits)) & 31];
  return text;
}

std::string totp_address(const TotpSecret& secret, std::string_view issuer,
                         std::string_view account) {
  return "otpauth://totp/" + url_encode(issuer) + ":" + url_encode(account) +
         "?secret=" + to_base32(secret) + "&issuer=" + url_encode(issuer) +
         "&algorithm=SHA1&digits=6&period=30";
}

std::string new_recovery_code() {
  constexpr std::size_t kShown = 17;  // three groups of five and two hyphens
  return new_invitation_code().substr(0, kShown);
}

std::optional<sync::Digest> hash_recovery_code(std::string_view account, std::string_view code) {
  if (code.size() > kRecoveryTextMax) return std::nullopt;
  const std::string plain = canonical_code(code);
  if (plain.size() != kRecoveryCharacters ||
      plain.find_first_not_of(kRecoveryAlphabet) != std::string::npos) {
    return std::nullopt;
  }
  return sync::Hasher("insieme recovery code v1")
      .add(account)
      .add(std::string_view(plain))
      .finish();
}

}  // namespace insieme::server
