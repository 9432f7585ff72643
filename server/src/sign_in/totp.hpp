#pragma once
// Codes of six digits that an app shows for 30 seconds (RFC 6238 with SHA-1: what apps know), and
// the codes that stand in for them when the telephone is lost.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/server/secrets.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::server {

inline constexpr std::int64_t kTotpStepMs = 30'000;
inline constexpr std::int64_t kTotpStepsOff = 1;  ///< earlier or later than this clock's
inline constexpr std::size_t kTotpDigits = 6;
inline constexpr std::size_t kRecoveryCodes = 10;
using TotpSecret = std::array<std::uint8_t, 20>;

[[nodiscard]] constexpr std::int64_t totp_step_at(std::int64_t now_ms) noexcept {
  return now_ms < 0 ? 0 : now_ms / kTotpStepMs;
}
/// Six digits.
[[nodiscard]] std::string totp_code(const TotpSecret& secret, std::int64_t step);
/// The step whose code it is, one around now; nothing if it is none's. All of them are compared,
/// each in constant time. Blanks do not matter.
[[nodiscard]] std::optional<std::int64_t> match_totp(const TotpSecret& secret,
                                                     std::string_view code, std::int64_t now_ms);
/// RFC 4648, without padding: as apps take it by hand.
[[nodiscard]] std::string to_base32(std::span<const std::uint8_t> bytes);
/// What a QR code for an app holds: `otpauth://totp/…`.
[[nodiscard]] std::string totp_address(const TotpSecret& secret, std::string_view issuer,
                                       std::string_view account);

/// 75 random bits, as three groups of five.
[[nodiscard]] std::string new_recovery_code();
/// As which it is stored; nothing if it cannot be one.
[[nodiscard]] std::optional<sync::Digest> hash_recovery_code(std::string_view account,
                                                             std::string_view code);

}  // namespace insieme::server
