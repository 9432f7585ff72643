// Tokens and sets of keys, as an identity provider or PDND would send them.
#include <string_view>

#include "fuzz_input.hpp"
#include "jose.hpp"

using namespace insieme;

namespace {

// Of RFC 8037 (Ed25519), RFC 7515 (P-256), RFC 7520 would be RSA: nobody knows their secrets here.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"e",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"P-256","kid":"c","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto known = server::parse_key_set(kKeys);
  fuzzing::expect(known.ok() && known->size() == 2);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto claims = server::open_jwt(text, *known, 16 * 1024);
  if (claims.ok()) {
    // Only the seed was ever signed: what stands in RFC 8037 (A.4) has no claims.
    static_cast<void>(server::date_claim(*claims, "exp"));
    static_cast<void>(server::has_audience(*claims, "a"));
  }
  const auto keys = server::parse_key_set(text);
  if (keys.ok()) fuzzing::expect(keys->size() > 0);
  const auto bytes = server::from_base64url(text);
  if (bytes) {
    const std::string_view decoded(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    fuzzing::expect(server::to_base64url(decoded) == text);
  }
  return 0;
}
