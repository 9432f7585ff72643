#pragma once
// The seam to cryptography: hashes and signatures come from libsodium, and only digest.cpp knows
// (and seal.cpp, see seal.hpp).

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "insieme/sync/result.hpp"

namespace insieme::sync {

/// 256 bits of BLAKE2b.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const Digest& a, const Digest& b) noexcept { return a.bytes == b.bytes; }
  friend std::strong_ordering operator<=>(const Digest& a, const Digest& b) noexcept {
    return std::memcmp(a.bytes.data(), b.bytes.data(), 32) <=> 0;
  }
  /// The first 8 bytes, little-endian.
  [[nodiscard]] std::uint64_t prefix() const noexcept;
  [[nodiscard]] bool is_zero() const noexcept { return *this == Digest{}; }
};

[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
[[nodiscard]] inline std::string to_hex(const Digest& digest) { return to_hex(digest.bytes); }
/// `malformed` unless the text is exactly 2 * out.size() hexadecimal digits.
[[nodiscard]] Status from_hex(std::string_view text, std::span<std::uint8_t> out);

/// BLAKE2b-256 over parts given in turn. Every part is framed with its length, so that no two
/// sequences of parts collide by shifting bytes between them.
class Hasher {
 public:
  /// `domain` separates uses: the same bytes hashed for two purposes give two digests. `key` is
  /// empty or 16..64 bytes.
  explicit Hasher(std::string_view domain, std::span<const std::uint8_t> key = {});
  Hasher& add(std::span<const std::uint8_t> part);
  Hasher& add(std::string_view part);
  Hasher& add(const Digest& part) { return add(std::span<const std::uint8_t>(part.bytes)); }
  Hasher& add(std::uint64_t number);
  [[nodiscard]] Digest finish();

 private:
  alignas(64) std::array<std::uint8_t, 384> state_{};
};

/// A sum of digests modulo 2^256: order does not matter and a member can be taken out again.
struct DigestSum {
  std::array<std::uint64_t, 4> words{};
  void add(const Digest& digest) noexcept;
  void subtract(const Digest& digest) noexcept;
  friend bool operator==(const DigestSum&, const DigestSum&) = default;
};

/// 64 hexadecimal digits, the least significant byte first.
[[nodiscard]] std::string to_hex(const DigestSum& sum);
[[nodiscard]] Status from_hex(std::string_view text, DigestSum& out);

/// Ed25519. Secret keys are in libsodium's 64-byte form.
struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};
struct SecretKey {
  std::array<std::uint8_t, 64> bytes{};
};
struct Signature {
  std::array<std::uint8_t, 64> bytes{};
  friend bool operator==(const Signature&, const Signature&) = default;
};
struct KeyPair {
  PublicKey public_key;
  SecretKey secret_key;
};
/// From a seed of 32 random bytes, which the caller brings.
[[nodiscard]] KeyPair make_key_pair(const std::array<std::uint8_t, 32>& seed);
[[nodiscard]] Signature sign(const SecretKey& key, std::span<const std::uint8_t> message);
[[nodiscard]] bool verify(const PublicKey& key, std::span<const std::uint8_t> message,
                          const Signature& signature) noexcept;
/// Compares without telling by its time where two byte strings differ.
[[nodiscard]] bool equal_constant_time(std::span<const std::uint8_t> a,
                                       std::span<const std::uint8_t> b) noexcept;

}  // namespace insieme::sync
