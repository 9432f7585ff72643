#pragma once
// Sign-ins under way, as a repository keeps them for whichever server is asked next. Each is found
// by the hash of a secret that only its client, or its browser, has; what is kept is sealed by that
// same secret (src/sign_in/kept.hpp), so that neither a database nor a copy of it tells anything.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

enum class SignInKind : std::uint8_t {
  begun = 1,     ///< the browser is at the provider
  returned = 2,  ///< it came back; what came of it
  account = 3,   ///< with a password of this server's own
};

struct SignInRow {
  SignInKind kind = SignInKind::begun;
  sync::Digest name;
  std::vector<std::uint8_t> sealed;
  std::int64_t until_ms = 0;
};

/// Part of every Repository; the same rules about threads and StorageFailure. A row whose time is
/// over is as if it were not there.
class SignInRowStore {
 public:
  static constexpr std::int64_t kRowsMax = 4'096;  ///< of each kind
  static constexpr std::size_t kRowBytesMax = 16 * 1024;
  /// None lasts longer: what claims to is of a clock that was set back since.
  static constexpr std::int64_t kLongestMs = 3'600'000;

  virtual ~SignInRowStore() = default;
  SignInRowStore(const SignInRowStore&) = delete;
  SignInRowStore& operator=(const SignInRowStore&) = delete;

  /// `limit_exceeded`: there are so many already, of which none is over, or it is too large.
  [[nodiscard]] virtual Status put_sign_in(const SignInRow& row, std::int64_t now_ms) = 0;
  [[nodiscard]] virtual std::optional<SignInRow> find_sign_in(SignInKind kind,
                                                              const sync::Digest& name,
                                                              std::int64_t now_ms) = 0;
  /// In place of `before`; false if that is not what stands there any more.
  [[nodiscard]] virtual bool replace_sign_in(const SignInRow& before, const SignInRow& after) = 0;
  /// Takes it out, once; false if somebody else did.
  [[nodiscard]] virtual bool take_sign_in(const SignInRow& row) = 0;
  /// Removes what is over. It is removed now and then anyway.
  virtual void sweep_sign_ins(std::int64_t now_ms) = 0;

 protected:
  SignInRowStore() = default;
};

}  // namespace insieme::server
