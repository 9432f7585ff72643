#pragma once
// Who somebody at an identity provider is in this space. Declared by an operator; a sign-in never
// makes an account, and never gives one more than it had.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

struct SignInLink {
  std::string issuer;     ///< of the provider, as it writes itself
  bool by_email = false;  ///< `name` is an address; becomes a subject at the first sign-in
  std::string name;       ///< `sub`, 1 to 255 bytes, or an e-mail address in lower case
  std::string account;
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> used_ms;  ///< of the last sign-in
};

/// Whom a provider has proven somebody to be.
struct SignInClaim {
  std::string issuer;
  std::string subject;
  std::string email;  ///< empty: none that counts
};

/// Part of every Repository; the same rules about threads and StorageFailure.
class SignInStore {
 public:
  virtual ~SignInStore() = default;
  SignInStore(const SignInStore&) = delete;
  SignInStore& operator=(const SignInStore&) = delete;

  /// `not_found`: no such account. `already_exists`: somebody else's. The same again is the same.
  [[nodiscard]] virtual Status link_sign_in(const SignInLink& link) = 0;
  /// Takes all links of an account away, or only the one of that name. `not_found`: there is none.
  [[nodiscard]] virtual Status unlink_sign_in(const std::string& account,
                                              const std::string& name) = 0;
  /// By account.
  [[nodiscard]] virtual std::vector<SignInLink> sign_in_links() = 0;
  /// Invites whoever it is, once, until `expires_ms`: their account. An address that counts binds
  /// the subject to its account and is used up. `not_found`: nobody is linked; `not_allowed`: the
  /// account is disabled.
  [[nodiscard]] virtual Result<std::string> sign_in(const SignInClaim& claim,
                                                    const sync::Digest& invitation_hash,
                                                    std::int64_t expires_ms) = 0;

 protected:
  SignInStore() = default;
};

}  // namespace insieme::server
