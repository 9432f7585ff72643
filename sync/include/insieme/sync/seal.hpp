#pragma once
// Sealed bytes: whoever lacks the key can carry them, but not read them, nor change them unseen.
// libsodium does the work, and only seal.cpp knows. No randomness: nonces are keyed hashes of what
// is sealed, so that the same content under the same key is the same bytes, and nothing else leaks.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "insieme/sync/digest.hpp"

namespace insieme::sync {

/// 256 bits that only those may have who may read what is sealed with them.
struct SealKey {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const SealKey&, const SealKey&) = default;
};

/// XChaCha20-Poly1305. `purpose` separates uses of one key: what was sealed for one does not open
/// for another. Adds 40 bytes.
[[nodiscard]] std::vector<std::uint8_t> seal(const SealKey& key, std::string_view purpose,
                                             std::span<const std::uint8_t> plain);
/// `truncated`; `wrong_key` if it was sealed with another key or for another purpose, or changed.
[[nodiscard]] Result<std::vector<std::uint8_t>> open_sealed(const SealKey& key,
                                                            std::string_view purpose,
                                                            std::span<const std::uint8_t> sealed);

/// For the owner of an Ed25519 key alone, as libsodium's sealed boxes are (X25519, XSalsa20,
/// Poly1305); not even the sender can open it again. `sender` only feeds the one-time key, so that
/// the same content is the same bytes; nothing of it can be told from them. Adds 48 bytes.
/// `invalid_argument`: `recipient` is no key.
[[nodiscard]] Result<std::vector<std::uint8_t>> seal_for(const PublicKey& recipient,
                                                         const SecretKey& sender,
                                                         std::span<const std::uint8_t> plain);
/// As open_sealed.
[[nodiscard]] Result<std::vector<std::uint8_t>> open_sealed_for(
    const SecretKey& recipient, std::span<const std::uint8_t> sealed);

}  // namespace insieme::sync
