#include "insieme/server/recovery.hpp"

#include <algorithm>

#include "insieme/sync/seal.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kRequestBytes = 80;
constexpr std::size_t kSecretBytes = 16;
constexpr std::size_t kCheckBytes = 4;

/// Digits in any grouping.
std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-' && c != ' ' && c != '\n' && c != '\r' && c != '\t') digits += c;
  }
  return digits;
}

bool has_check(std::span<const std::uint8_t> check, const sync::Digest& digest) {
  return std::equal(check.begin(), check.end(), digest.bytes.begin());
}

std::string grouped(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const char digit : sync::to_hex(bytes)) {
    if (text.size() % 5 == 4) text += '-';
    text += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
  }
  return text;
}

}  // namespace

Result<RecoveryAnswer> answer_recovery(const sync::SecretKey& recovery, std::string_view request) {
  std::array<std::uint8_t, kRequestBytes + kCheckBytes> bytes{};
  if (!sync::from_hex(digits_of(request), bytes).ok()) {
    return Error{ErrorCode::malformed, "this is no request: it has 168 digits, 0-9 and A-F"};
  }
  const auto sealed = std::span<const std::uint8_t>(bytes).first(kRequestBytes);
  const auto expected = sync::Hasher("insieme recovery request v1").add(sealed).finish();
  if (!has_check(std::span<const std::uint8_t>(bytes).last(kCheckBytes), expected)) {
    return Error{ErrorCode::checksum, "a digit of the request is mistyped"};
  }
  const auto opened = sync::open_sealed_for(recovery, sealed);
  if (!opened.ok() || opened->size() != kSecretBytes + sync::DeviceId{}.bytes.size()) {
    return Error{ErrorCode::wrong_key, "the request was made for another recovery key"};
  }
  const auto secret = std::span<const std::uint8_t>(*opened).first(kSecretBytes);
  RecoveryAnswer answer;
  std::copy(opened->begin() + kSecretBytes, opened->end(), answer.device.bytes.begin());
  const auto check =
      sync::Hasher("insieme recovery answer v1").add(sealed).add(secret).finish();
  std::vector<std::uint8_t> code(secret.begin(), secret.end());
  code.insert(code.end(), check.bytes.begin(), check.bytes.begin() + kCheckBytes);
  answer.code = grouped(code);
  return answer;
}

sync::Digest digest_of_policy(const sync::SpaceId& space, const Config& config) {
  return sync::Hasher("insieme device policy v1")
      .add(space.bytes)
      .add(std::string_view(config.recovery_key))
      .add(config.pin_required ? 1U : 0U)
      .finish();
}

}  // namespace insieme::server
