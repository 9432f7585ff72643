// What people type when they sign in with a password of the server's own, and stored hashes.
#include <string_view>

#include "fuzz_input.hpp"
#include "insieme/sync/text.hpp"
#include "insieme/sync/value.hpp"
#include "sign_in/password.hpp"
#include "sign_in/totp.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto cost = server::parse_password_hash(text)) {
    fuzzing::expect(cost->memory_kib <= server::kMemoryKibMax);
    fuzzing::expect(cost->passes > 0 && cost->passes <= server::kPassesMax);
  }
  if (!server::judge_password(text, "anna", "Anna Rossi")) {
    fuzzing::expect(sync::is_valid_utf8(text) &&
                    sync::count_code_points(text) >= server::kPasswordMin &&
                    text.size() <= server::kPasswordBytesMax);
  }
  const server::TotpSecret secret{};
  const std::int64_t now_ms = 1'790'000'000'000;
  if (const auto step = server::match_totp(secret, text, now_ms)) {
    std::string digits(text);
    std::erase(digits, ' ');
    fuzzing::expect(server::totp_code(secret, *step) == digits);
  }
  const auto code = server::hash_recovery_code("anna", text);
  if (code) {
    fuzzing::expect(server::hash_recovery_code("anna", server::canonical_code(text)) == code);
  }
  return 0;
}
