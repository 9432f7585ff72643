#pragma once
// One identity provider: what it says of itself, its keys, and who came back from it.

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "insieme/server/repository.hpp"
#include "jose.hpp"
#include "sign_in/provider_text.hpp"
#include "sign_in/web.hpp"

namespace insieme::server {

struct ProviderSettings {
  std::string issuer;
  std::string client;
  std::string secret;    ///< empty: a public client, which PKCE alone protects
  std::string redirect;  ///< where the provider sends a browser back
  bool ask_email = false;
};

/// What belongs to one sign-in.
struct SignInSecrets {
  std::string nonce;
  std::string verifier;  ///< RFC 7636
  std::int64_t begun_ms = 0;
};

/// Thread-safe; `learn` and `redeem` ask the provider and take as long as Web lets them, the others
/// ask nobody.
class Provider {
 public:
  /// Its description and its keys are asked anew when they are older.
  static constexpr std::int64_t kFreshMs = 3'600'000;
  /// A token names a key that is not known: keys are asked anew, but not more often than this.
  static constexpr std::int64_t kKeysPauseMs = 30'000;

  Provider(ProviderSettings settings, const Web& web, Clock clock)
      : settings_(std::move(settings)), web_(web), clock_(std::move(clock)) {}

  /// Asks for its description if it is not known or old. What was known stays if it fails. The
  /// error's detail is for an operator.
  [[nodiscard]] Status learn();
  [[nodiscard]] bool is_known() const;
  /// Where a browser is sent to. Call only after is_known().
  [[nodiscard]] std::string address(const std::string& state, const SignInSecrets& secrets) const;
  /// `unavailable`: it does not answer; `unauthenticated`: it says, or proves, nothing of use. The
  /// error's detail is for a log.
  [[nodiscard]] Result<SignedIn> redeem(const std::string& code, const SignInSecrets& secrets);
  /// Whether `iss` of a browser that comes back is as it has to be (RFC 9207).
  [[nodiscard]] bool is_itself(const std::string& issuer) const;
  [[nodiscard]] const std::string& issuer() const noexcept { return settings_.issuer; }

 private:
  [[nodiscard]] Result<std::string> exchange(const std::string& code,
                                             const std::string& verifier) const;
  [[nodiscard]] Result<boost::json::object> open(const std::string& token);
  [[nodiscard]] Status fetch_keys();
  [[nodiscard]] ProviderFacts facts() const;
  [[nodiscard]] JsonWebKeys keys() const;
  [[nodiscard]] bool asked_for_keys_within(std::int64_t ms) const;

  const ProviderSettings settings_;
  const Web& web_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::optional<ProviderFacts> facts_;  ///< guarded by mutex_, and so are those below
  std::int64_t facts_ms_ = 0;
  JsonWebKeys keys_;
  std::optional<std::int64_t> keys_ms_;  ///< when they were asked for
};

/// `https://issuer/.well-known/openid-configuration`.
[[nodiscard]] std::string description_url(std::string issuer);
/// BASE64URL(SHA-256(verifier)).
[[nodiscard]] std::string pkce_challenge(const std::string& verifier);

}  // namespace insieme::server
