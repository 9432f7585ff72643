#pragma once
// People sign in with a name and a password of this server's own (docs/adr/0037): in steps, each of
// which any server of the space answers, up to an invitation for one device, like any other. Who is
// unknown, who is wrong and who has only a wrong code are told the same, after the same work.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "insieme/server/limiter.hpp"
#include "insieme/server/repository.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/server/sign_in.hpp"

namespace insieme::server {

/// How attempts with one name, or from one address, are slowed down.
inline constexpr AttemptPolicy kNamePolicy{};
/// A whole office may be behind one address: a mistake a minute keeps nobody out.
inline constexpr AttemptPolicy kAddressPolicy{30, 30'000, 15 * 60'000, 60'000};
/// As which attempts with a name are counted.
[[nodiscard]] sync::Digest attempter_of_name(const std::string& account);
/// Likewise from an address, as `counted_address` writes it.
[[nodiscard]] sync::Digest attempter_of_address(const std::string& counted);

/// What a step of a sign-in led to.
struct AccountAnswer {
  enum class Kind : std::uint8_t {
    next,              ///< it was right; `next` is what is asked for now
    wrong,             ///< name, password or code: which, is told to nobody
    locked,            ///< too often; in `wait_ms` again
    busy,              ///< too many at the same time
    unknown,           ///< no such sign-in, or it took too long
    disabled,          ///< by an operator
    password_refused,  ///< `refusal`: why
  };
  Kind kind = Kind::wrong;
  std::string next;  ///< `code`, `new_password`, `totp`, `ready`
  std::string ticket;        ///< of a sign-in that begins
  std::string totp_address;  ///< with `totp`: for an app of codes
  std::string totp_secret;   ///< the same by hand
  std::vector<std::string> recovery_codes;  ///< told once
  std::int64_t wait_ms = 0;
  std::string refusal;
  std::string refusal_it;
};

/// Thread-safe. Bounded: two hashes at the same time, and rows as SignInRowStore has them.
class AccountDesk {
 public:
  static constexpr std::size_t kHashesAtOnce = 2;  ///< 64 MiB each
  static constexpr std::int64_t kTriesMax = 5;     ///< of codes in one sign-in
  static constexpr std::uint32_t kSignInMs = 600'000;
  static constexpr std::uint32_t kPerMinute = 60;  ///< requests by one address

  /// Of a hash, as PasswordCost; tests take a cheap one.
  struct Cost {
    std::uint32_t passes = 2;
    std::uint32_t memory_kib = 64 * 1024;
  };
  /// `secret`: the server's, which seals secrets of apps of codes.
  AccountDesk(Repository& repository, const sync::SecretKey& secret, Clock clock, Random random,
              Cost cost);
  ~AccountDesk();
  AccountDesk(const AccountDesk&) = delete;
  AccountDesk& operator=(const AccountDesk&) = delete;

  struct Begin {
    sync::Digest challenge;  ///< what later steps will want the verifier of
    std::string name;
    std::string password;
    std::string address;  ///< counted; empty: not
    bool wants_password = false;  ///< to choose another
    bool wants_totp = false;      ///< to set up an app of codes (anew)
    bool wants_codes = false;     ///< new recovery codes
  };
  [[nodiscard]] AccountAnswer begin(const Begin& begin);

  struct Step {
    std::string ticket;
    std::string verifier;
    std::string code;  ///< of these three one, others empty
    std::string recovery_code;
    std::string new_password;
    std::string address;
  };
  /// What is given and not asked for changes nothing: the answer says where the sign-in stands.
  [[nodiscard]] AccountAnswer step(const Step& step);

  /// An invitation, once all steps were made; asked again, the same again. Nothing: there is no
  /// such sign-in, or it is not so far.
  [[nodiscard]] std::optional<SignInOutcome> outcome(const std::string& ticket,
                                                     const std::string& verifier);

  /// Whether anybody has a password here.
  [[nodiscard]] bool is_offered();
  [[nodiscard]] Limiter& limiter() noexcept { return limiter_; }

 private:
  class Work;
  Limiter limiter_{kPerMinute};
  std::unique_ptr<Work> work_;
};

}  // namespace insieme::server
