#pragma once
// What a repository keeps of people who sign in with a password of this server's own
// (docs/adr/0037). Nothing in it opens anything by itself: passwords are Argon2id strings, codes
// are hashes, and secrets of apps of codes are sealed by a key that no database has.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

struct LocalAccount {
  std::string account;
  std::string display_name;  ///< of the person, who may not choose it as a password
  bool user_disabled = false;
  std::string password;  ///< Argon2id, with its cost and salt
  /// Until then the password is a first one, to be changed by whoever signs in; none: it is theirs.
  std::optional<std::int64_t> first_until_ms;
  bool disabled = false;
  bool totp_required = false;
  std::vector<std::uint8_t> totp;  ///< sealed; empty: no app of codes
  std::int64_t totp_step = 0;      ///< the last that was used
  std::int64_t generation = 0;  ///< grows with every change but that of recovery codes
  std::int64_t created_ms = 0;
  std::int64_t changed_ms = 0;     ///< of the password
  std::optional<std::int64_t> used_ms;
  std::uint64_t recovery_codes = 0;  ///< that are left
};

/// How often somebody may be wrong. From the free ones on each further attempt has to wait for
/// twice as long as the one before. Where many share a name (an address), one is forgotten each
/// `forget_one_ms`; 0: only after a day.
struct AttemptPolicy {
  std::int64_t free = 5;
  std::int64_t first_wait_ms = 30'000;
  std::int64_t longest_wait_ms = 15 * 60'000;
  std::int64_t forget_one_ms = 0;
};
/// Whose attempts are counted, as a hash: also names that nobody has.
struct Attempter {
  sync::Digest who;
  AttemptPolicy policy;
};

/// Part of every Repository; the same rules about threads and StorageFailure. A `generation` is the
/// one under which the caller read the account: `conflict` if somebody has come between.
class LocalAccountStore {
 public:
  /// Names that are remembered at the same time; beyond them the oldest are forgotten.
  static constexpr std::int64_t kAttemptersMax = 20'000;
  /// Who has not tried for so long starts anew.
  static constexpr std::int64_t kForgetMs = std::int64_t{24} * 3'600'000;

  virtual ~LocalAccountStore() = default;
  LocalAccountStore(const LocalAccountStore&) = delete;
  LocalAccountStore& operator=(const LocalAccountStore&) = delete;

  // ---- by an operator ----
  /// `not_found`: no such user. `already_exists`.
  [[nodiscard]] virtual Status new_local_account(const std::string& account,
                                                 const std::string& password,
                                                 std::int64_t first_until_ms,
                                                 bool totp_required) = 0;
  /// A first password again, also for one that was disabled; `forget_totp`: the app of codes and
  /// the recovery codes are gone, too. `not_found`.
  [[nodiscard]] virtual Status reset_local_account(const std::string& account,
                                                   const std::string& password,
                                                   std::int64_t first_until_ms,
                                                   bool forget_totp) = 0;
  [[nodiscard]] virtual Status disable_local_account(const std::string& account) = 0;
  [[nodiscard]] virtual Status require_totp(const std::string& account, bool required) = 0;
  /// `who` may try again at once. `subject`: for the audit.
  [[nodiscard]] virtual Status unlock_attempts(const sync::Digest& who,
                                               const std::string& subject) = 0;
  /// By account.
  [[nodiscard]] virtual std::vector<LocalAccount> local_accounts() = 0;

  // ---- by whoever signs in ----
  [[nodiscard]] virtual bool has_local_accounts() = 0;
  [[nodiscard]] virtual std::optional<LocalAccount> local_account(const std::string& account) = 0;
  /// Counts one attempt for each of them before anything is compared, so that many at once are as
  /// many as one after the other. 0: it may go on; otherwise nothing was counted, and for how long
  /// (ms) somebody of them has to wait. A clock that was set back makes nobody wait for longer than
  /// the policy says.
  [[nodiscard]] virtual std::int64_t begin_attempt(std::span<const Attempter> attempters) = 0;
  /// It was right: takes the count back, and nobody waits because of it.
  virtual void end_attempt(std::span<const Attempter> attempters) = 0;
  /// How long `who` has to wait now (ms).
  [[nodiscard]] virtual std::int64_t attempt_wait(const Attempter& attempter) = 0;

  /// Their own choice: a first password is over.
  [[nodiscard]] virtual Status set_password(const std::string& account, std::int64_t generation,
                                            const std::string& password) = 0;
  /// With recovery codes in place of those that there were. `step`: of the code that proved it.
  [[nodiscard]] virtual Status set_totp(const std::string& account, std::int64_t generation,
                                        const std::vector<std::uint8_t>& sealed,
                                        std::int64_t step,
                                        const std::vector<sync::Digest>& recovery_codes) = 0;
  [[nodiscard]] virtual Status set_recovery_codes(
      const std::string& account, std::int64_t generation,
      const std::vector<sync::Digest>& recovery_codes) = 0;
  /// Whether the code of that step was not used yet, nor a later one; it is from now on. What lies
  /// beyond `newest_step` was used by a clock that has been set back since, and does not count.
  [[nodiscard]] virtual bool use_totp_step(const std::string& account, std::int64_t step,
                                           std::int64_t newest_step) = 0;
  /// Whether it was one of theirs; it is not any more.
  [[nodiscard]] virtual bool use_recovery_code(const std::string& account,
                                               const sync::Digest& code) = 0;
  /// Invites them, once, until `expires_ms`; nothing is counted against `who` any more.
  /// `not_allowed`: disabled; `conflict`.
  [[nodiscard]] virtual Status invite_local_account(const std::string& account,
                                                    std::int64_t generation,
                                                    const sync::Digest& invitation_hash,
                                                    std::int64_t expires_ms,
                                                    const sync::Digest& who) = 0;

 protected:
  LocalAccountStore() = default;
};

}  // namespace insieme::server
