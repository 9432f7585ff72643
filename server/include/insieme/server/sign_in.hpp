#pragma once
// People sign in with their organization's identity provider (OpenID Connect: authorization code,
// PKCE), and what comes of it is an invitation for one device, like any other. Only the desk's own
// thread asks the provider: one that is slow or down keeps nobody else waiting.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "insieme/server/config.hpp"
#include "insieme/server/limiter.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/server/sign_in_links.hpp"

namespace insieme::server {

class Repository;

/// How a sign-in stands.
enum class SignInState : std::uint8_t {
  pending,         ///< the provider is being asked
  ready,           ///< there is an invitation
  declined,        ///< the person, or the provider for them, said no
  provider_away,   ///< the provider does not answer
  provider_wrong,  ///< what it says proves nothing; the log says why
  nobody,          ///< nobody of this space is linked with that subject
  disabled,        ///< the account is
};

struct SignInOutcome {
  SignInState state = SignInState::pending;
  std::string invitation;        ///< with `ready`
  std::string account;           ///< likewise
  std::int64_t expires_ms = 0;   ///< likewise: of the invitation
  std::string subject;           ///< with `nobody`: who it is at the provider
};

/// Thread-safe. Bounded: what does not fit is refused, and what was begun stays. What is under way
/// lies in the repository: any server of the space takes a browser back and answers its client.
class SignInDesk {
 public:
  static constexpr std::uint32_t kBeginMs = 600'000;      ///< for a person at the provider
  static constexpr std::uint32_t kInvitationMs = 300'000;  ///< for the device to enrol
  /// Whoever redeems a code has died, if nothing came of it for so long.
  static constexpr std::uint32_t kRedeemMs = 60'000;
  static constexpr std::size_t kQueuedMax = 32;     ///< whose code waits to be redeemed
  static constexpr std::uint32_t kPerMinute = 30;   ///< begun, or returned, by one address

  /// `secret`: of `config.sign_in_client`; empty: a public client. Starts a thread, which asks for
  /// the provider's description.
  SignInDesk(Repository& store, const Config& config, std::string secret,
             std::function<std::int64_t()> clock, Random random = fill_random);
  ~SignInDesk();
  SignInDesk(const SignInDesk&) = delete;
  SignInDesk& operator=(const SignInDesk&) = delete;

  /// Where a browser is sent to. `challenge`: what `outcome` will want the verifier of.
  /// `back_to`: where the browser goes with a ticket, up to where that stands in the address.
  /// `unavailable`: the provider did not answer yet; `limit_exceeded`: too many at once.
  [[nodiscard]] Result<std::string> begin(const sync::Digest& challenge, std::string back_to);

  /// What a browser brings back from the provider.
  struct Return {
    std::string state;
    std::string code;
    std::string error;
    std::string issuer;
  };
  /// Where the browser goes on to: `back_to`, with a ticket. Works once for each state.
  /// `not_found`: no such sign-in, or it took too long; `limit_exceeded`.
  [[nodiscard]] Result<std::string> take_back(const Return& returned);

  /// For whoever has the ticket and the verifier of the challenge; asked again, the same again.
  /// Nothing: there is no such sign-in (any more).
  [[nodiscard]] std::optional<SignInOutcome> outcome(const std::string& ticket,
                                                     const std::string& verifier);

  /// As people know the provider.
  [[nodiscard]] const std::string& provider_name() const noexcept { return name_; }
  /// Of addresses that begin or come back.
  [[nodiscard]] Limiter& limiter() noexcept { return limiter_; }

 private:
  class Work;
  std::string name_;
  Limiter limiter_{kPerMinute};
  std::unique_ptr<Work> work_;
};

/// Where a provider sends browsers back to: `https://host/v1/sign-in/callback` at `public_url`. To
/// be registered there, to the letter.
[[nodiscard]] std::string sign_in_callback_url(const Config& config);

/// The secret in `config.sign_in_secret`'s file, without the end of its line; empty if no file is
/// named. Errors name the file, never what is in it.
[[nodiscard]] Result<std::string> load_sign_in_secret(const Config& config);

}  // namespace insieme::server
