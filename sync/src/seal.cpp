// Beside digest.cpp the only file of this layer that knows libsodium.
#include "insieme/sync/seal.hpp"

#include <sodium.h>

#include <algorithm>

namespace insieme::sync {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

Error too_short() { return {ErrorCode::truncated, "shorter than the smallest sealed bytes"}; }
Error not_for_us() {
  return {ErrorCode::wrong_key, "sealed with another key, or changed on the way"};
}

/// One key of its own for each use of a key.
Digest subkey(const SealKey& key, std::string_view use, std::string_view purpose) {
  return Hasher("insieme seal key v1", key.bytes).add(use).add(purpose).finish();
}

std::array<std::uint8_t, kNonceBytes> nonce_of(const Digest& key,
                                               std::span<const std::uint8_t> plain) {
  const Digest digest = Hasher("insieme seal nonce v1", key.bytes).add(plain).finish();
  std::array<std::uint8_t, kNonceBytes> nonce{};
  std::copy_n(digest.bytes.begin(), nonce.size(), nonce.begin());
  return nonce;
}

/// As crypto_box_seal derives it, so that crypto_box_seal_open opens what is sealed here.
std::array<std::uint8_t, crypto_box_NONCEBYTES> box_nonce(const std::uint8_t* one_time,
                                                          const std::uint8_t* recipient) {
  std::array<std::uint8_t, crypto_box_NONCEBYTES> nonce{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, nonce.size());
  crypto_generichash_update(&state, one_time, crypto_box_PUBLICKEYBYTES);
  crypto_generichash_update(&state, recipient, crypto_box_PUBLICKEYBYTES);
  crypto_generichash_final(&state, nonce.data(), nonce.size());
  return nonce;
}

}  // namespace

std::vector<std::uint8_t> seal(const SealKey& key, std::string_view purpose,
                               std::span<const std::uint8_t> plain) {
  const Digest encrypts = subkey(key, "encrypt", purpose);
  const auto nonce = nonce_of(subkey(key, "nonce", purpose), plain);
  std::vector<std::uint8_t> sealed(kNonceBytes + plain.size() + kTagBytes);
  std::copy(nonce.begin(), nonce.end(), sealed.begin());
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, nullptr, plain.data(),
                                             plain.size(), nullptr, 0, nullptr, nonce.data(),
                                             encrypts.bytes.data());
  return sealed;
}

Result<std::vector<std::uint8_t>> open_sealed(const SealKey& key, std::string_view purpose,
                                              std::span<const std::uint8_t> sealed) {
  if (sealed.size() < kNonceBytes + kTagBytes) return too_short();
  const Digest encrypts = subkey(key, "encrypt", purpose);
  std::vector<std::uint8_t> plain(sealed.size() - kNonceBytes - kTagBytes);
  const auto box = sealed.subspan(kNonceBytes);
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      plain.data(), nullptr, nullptr, box.data(), box.size(), nullptr, 0, sealed.data(),
      encrypts.bytes.data());
  if (opened != 0) return not_for_us();
  return plain;
}

Result<std::vector<std::uint8_t>> seal_for(const PublicKey& recipient, const SecretKey& sender,
                                           std::span<const std::uint8_t> plain) {
  std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> theirs{};
  if (crypto_sign_ed25519_pk_to_curve25519(theirs.data(), recipient.bytes.data()) != 0) {
    return Error{ErrorCode::invalid_argument, "not a public key"};
  }
  const Digest seed = Hasher("insieme one-time key v1", sender.bytes)
                          .add(recipient.bytes)
                          .add(plain)
                          .finish();
  std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> one_time{};
  std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> secret{};
  crypto_box_seed_keypair(one_time.data(), secret.data(), seed.bytes.data());
  const auto nonce = box_nonce(one_time.data(), theirs.data());
  std::vector<std::uint8_t> sealed(one_time.size() + crypto_box_MACBYTES + plain.size());
  std::copy(one_time.begin(), one_time.end(), sealed.begin());
  const int made =
      crypto_box_easy(sealed.data() + one_time.size(), plain.data(), plain.size(), nonce.data(),
                      theirs.data(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  if (made != 0) return Error{ErrorCode::invalid_argument, "not a public key to seal for"};
  return sealed;
}

Result<std::vector<std::uint8_t>> open_sealed_for(const SecretKey& recipient,
                                                  std::span<const std::uint8_t> sealed) {
  if (sealed.size() < crypto_box_SEALBYTES) return too_short();
  std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> secret{};
  std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> ours{};
  // libsodium's secret key ends with the public one.
  if (crypto_sign_ed25519_sk_to_curve25519(secret.data(), recipient.bytes.data()) != 0 ||
      crypto_sign_ed25519_pk_to_curve25519(ours.data(), recipient.bytes.data() + 32) != 0) {
    return not_for_us();
  }
  std::vector<std::uint8_t> plain(sealed.size() - crypto_box_SEALBYTES);
  const int opened = crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), ours.data(),
                                          secret.data());
  sodium_memzero(secret.data(), secret.size());
  if (opened != 0) return not_for_us();
  return plain;
}

}  // namespace insieme::sync
