#pragma once
// Passwords of this server's own: Argon2id (RFC 9106) through libsodium, and which are refused.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace insieme::server {

inline constexpr std::size_t kPasswordMin = 10;   ///< code points
inline constexpr std::size_t kPasswordMax = 128;  ///< likewise
inline constexpr std::size_t kPasswordBytesMax = 4 * kPasswordMax;

/// What one hash costs whoever guesses, and this server. Stored with each.
struct PasswordCost {
  std::uint32_t passes = 2;
  std::uint32_t memory_kib = 64 * 1024;
};
/// A stored cost beyond these is of somebody who wants the server's memory.
inline constexpr std::uint32_t kPassesMax = 8;
inline constexpr std::uint32_t kMemoryKibMax = 256 * 1024;

/// Throws std::bad_alloc without the memory for it.
[[nodiscard]] std::string hash_password(std::string_view password, const PasswordCost& cost);
/// Nobody's: to compare with costs what a real one does, and nothing hashes to it but by a miracle.
[[nodiscard]] std::string decoy_hash(const PasswordCost& cost);
/// Constant time for what is compared. False also for what is no hash.
[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password);
/// The cost of a stored hash; nothing if it is none, or costs too much.
[[nodiscard]] std::optional<PasswordCost> parse_password_hash(std::string_view hash);

/// Why a new password is refused, for whoever chose it, in English and Italian.
struct PasswordRefusal {
  std::string en;
  std::string it;
};
/// Nothing if it may be used. `account` and `name`: what others know of the person.
[[nodiscard]] std::optional<PasswordRefusal> judge_password(std::string_view password,
                                                            std::string_view account,
                                                            std::string_view name);

/// A first password: 100 random bits, as four groups of five characters.
[[nodiscard]] std::string new_first_password();
/// As it was drawn, however somebody typed it from a sheet: case, blanks, hyphens, look-alikes.
[[nodiscard]] std::string canonical_code(std::string_view text);

/// How many hashes are computed at the same time: each needs its memory.
class HashGate {
 public:
  explicit HashGate(std::size_t at_once) : free_(at_once) {}
  /// A place for one hash, for a scope; false if there is none.
  class Place {
   public:
    explicit Place(HashGate& gate) : gate_(gate.enter() ? &gate : nullptr) {}
    ~Place() {
      if (gate_ != nullptr) gate_->leave();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    explicit operator bool() const noexcept { return gate_ != nullptr; }

   private:
    HashGate* gate_;
  };

 private:
  [[nodiscard]] bool enter() {
    const std::lock_guard lock(mutex_);
    if (free_ == 0) return false;
    --free_;
    return true;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  std::mutex mutex_;
  std::size_t free_;  ///< guarded by mutex_
};

}  // namespace insieme::server
