// Tokens, sets of keys and descriptions, as an identity provider or PDND would send them.
#include <boost/json.hpp>
#include <string_view>

#include "fuzz_input.hpp"
#include "jose.hpp"
#include "machines/assertion.hpp"
#include "machines/machine_keys.hpp"
#include "sign_in/provider_text.hpp"
#include "sign_in/web.hpp"

using namespace insieme;

namespace {

// Public keys of RFC 8037 (A.2) and RFC 7515 (A.3).
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"e",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"P-256","kid":"c","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

constexpr std::string_view kIssuer = "https://ente.example";

void judge(const boost::json::object& claims) {
  const auto who =
      server::check_id_token(claims, {kIssuer, "insieme", "n", 1'790'000'000'000},
                             1'790'000'000'000);
  if (!who.ok()) return;
  fuzzing::expect(!who->subject.empty() && who->subject.size() <= server::kSubjectBytesMax);
  fuzzing::expect(server::text_claim(claims, "iss") == kIssuer);
  fuzzing::expect(server::has_audience(claims, "insieme"));
}

void judge_as_machine(const boost::json::object& claims) {
  const std::string audience(kIssuer);
  constexpr std::int64_t kNow = 1'790'000'000'000;
  const auto judged = server::check_assertion(claims, "regione", {&audience, 1}, kNow);
  if (!judged.ok()) return;
  fuzzing::expect(server::text_claim(claims, "sub") == "regione");
  fuzzing::expect(server::has_audience(claims, audience));
  fuzzing::expect(judged->until_ms > kNow);
  fuzzing::expect(judged->until_ms <=
                  kNow + server::kAssertionLongestMs + 3 * server::kAssertionSkewMs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto known = server::parse_key_set(kKeys);
  fuzzing::expect(known.ok() && known->size() == 2);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto claims = server::open_jwt(text, *known, 16 * 1024);
  if (claims.ok()) judge(*claims);
  // As if it had been signed.
  boost::json::error_code error;
  const auto value = boost::json::parse(text, error);
  if (!error && value.is_object()) {
    judge(value.get_object());
    judge_as_machine(value.get_object());
  }
  fuzzing::expect(server::unproven_subject(text, 16 * 1024).size() <= size);
  const auto machine_keys = server::parse_machine_keys(text);
  if (machine_keys.ok()) {
    const auto again = server::parse_machine_keys(server::key_set_of(*machine_keys));
    fuzzing::expect(again.ok() && again->size() == machine_keys->size());
    fuzzing::expect(server::parse_key_set(server::key_set_of(*machine_keys)).ok());
  }
  const auto keys = server::parse_key_set(text);
  if (keys.ok()) fuzzing::expect(keys->size() > 0);
  const auto facts = server::parse_provider_facts(text, kIssuer);
  if (facts.ok()) fuzzing::expect(server::may_be_asked(facts->token_endpoint));
  const auto token = server::parse_token_reply(text);
  if (token.ok()) fuzzing::expect(!token->empty());
  const auto bytes = server::from_base64url(text);
  if (bytes) {
    const std::string_view decoded(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    fuzzing::expect(server::to_base64url(decoded) == text);
  }
  return 0;
}
