// Beside seal.cpp the only file of this layer that knows libsodium.
#include "insieme/sync/digest.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>

namespace insieme::sync {
namespace {

crypto_generichash_state* state_of(std::array<std::uint8_t, 384>& bytes) noexcept {
  static_assert(sizeof(crypto_generichash_state) <= 384);
  return std::launder(reinterpret_cast<crypto_generichash_state*>(bytes.data()));
}

void put_length(crypto_generichash_state* state, std::uint64_t length) noexcept {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(length >> (8 * i));
  crypto_generichash_update(state, bytes.data(), bytes.size());
}

}  // namespace

std::uint64_t Digest::prefix() const noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

Status from_hex(std::string_view text, std::span<std::uint8_t> out) {
  std::size_t length = 0;
  const char* end = nullptr;
  if (text.size() != out.size() * 2 ||
      sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, &end) !=
          0 ||
      length != out.size()) {
    return {ErrorCode::malformed, "not the expected number of hexadecimal digits"};
  }
  return {};
}

std::string to_hex(const DigestSum& sum) {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(sum.words[i / 8] >> (8 * (i % 8)));
  }
  return to_hex(bytes);
}

Status from_hex(std::string_view text, DigestSum& out) {
  std::array<std::uint8_t, 32> bytes{};
  INSIEME_TRY(from_hex(text, bytes));
  out = {};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out.words[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
  }
  return {};
}

Hasher::Hasher(std::string_view domain, std::span<const std::uint8_t> key) {
  // Chooses the fast implementations for this processor; later calls cost nothing.
  static const int initialised = sodium_init();
  static_cast<void>(initialised);
  new (state_.data()) crypto_generichash_state;
  crypto_generichash_init(state_of(state_), key.empty() ? nullptr : key.data(), key.size(), 32);
  add(domain);
}

Hasher& Hasher::add(std::span<const std::uint8_t> part) {
  // Most parts are names and numbers: with their length in one piece they cost one call.
  std::array<std::uint8_t, 8 + 120> piece{};
  if (part.size() > piece.size() - 8) {
    put_length(state_of(state_), part.size());
    crypto_generichash_update(state_of(state_), part.data(), part.size());
    return *this;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    piece[i] = static_cast<std::uint8_t>(std::uint64_t{part.size()} >> (8 * i));
  }
  std::copy(part.begin(), part.end(), piece.begin() + 8);
  crypto_generichash_update(state_of(state_), piece.data(), 8 + part.size());
  return *this;
}

Hasher& Hasher::add(std::string_view part) {
  return add(std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(part.data()),
                                           part.size()));
}

Hasher& Hasher::add(std::uint64_t number) {
  put_length(state_of(state_), number);
  return *this;
}

Digest Hasher::finish() {
  Digest digest;
  crypto_generichash_final(state_of(state_), digest.bytes.data(), digest.bytes.size());
  return digest;
}

namespace {
std::array<std::uint64_t, 4> words_of(const Digest& digest) noexcept {
  std::array<std::uint64_t, 4> words{};
  for (std::size_t i = 0; i < 32; ++i) {
    words[i / 8] |= static_cast<std::uint64_t>(digest.bytes[i]) << (8 * (i % 8));
  }
  return words;
}
}  // namespace

void DigestSum::add(const Digest& digest) noexcept {
  const auto other = words_of(digest);
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t sum = words[i] + other[i];
    const std::uint64_t with_carry = sum + carry;
    carry =
        static_cast<std::uint64_t>(sum < other[i]) | static_cast<std::uint64_t>(with_carry < sum);
    words[i] = with_carry;
  }
}

void DigestSum::subtract(const Digest& digest) noexcept {
  const auto other = words_of(digest);
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t difference = words[i] - other[i];
    const std::uint64_t with_borrow = difference - borrow;
    borrow = static_cast<std::uint64_t>(words[i] < other[i]) |
             static_cast<std::uint64_t>(difference < borrow);
    words[i] = with_borrow;
  }
}

KeyPair make_key_pair(const std::array<std::uint8_t, 32>& seed) {
  KeyPair pair;
  crypto_sign_seed_keypair(pair.public_key.bytes.data(), pair.secret_key.bytes.data(), seed.data());
  return pair;
}

Signature sign(const SecretKey& key, std::span<const std::uint8_t> message) {
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                       key.bytes.data());
  return signature;
}

bool verify(const PublicKey& key, std::span<const std::uint8_t> message,
            const Signature& signature) noexcept {
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

bool equal_constant_time(std::span<const std::uint8_t> a,
                         std::span<const std::uint8_t> b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace insieme::sync
