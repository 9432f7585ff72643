#include "lock/key_wrap.hpp"

#include <sodium.h>

#include <algorithm>
#include <new>

namespace insieme::client::lock {
namespace {

constexpr std::string_view kPurposePin = "insieme store key v1";
constexpr std::string_view kPurposeRecovery = "insieme recovered key v1";
constexpr std::string_view kPurposeHolder = "insieme recovery holder v1";
constexpr std::size_t kCheckBytes = 4;

/// Argon2id; its memory is given back before this returns.
void stretch(const PinFile& file, std::string_view pin, Secret& out) {
  static_assert(Salt{}.size() == crypto_pwhash_SALTBYTES);
  if (crypto_pwhash(out.data(), out.size(), pin.data(), pin.size(), file.salt.data(),
                    file.cost.passes, std::size_t{file.cost.memory_kib} * 1024,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
}

/// Salt, cost and device are part of the key: none of them can be changed and the key still fit.
sync::SealKey pin_key(const PinFile& file, const Secret& device_secret, std::string_view pin) {
  Secret stretched{};
  const Wiped wiped(stretched);
  stretch(file, pin, stretched);
  const sync::Digest key = sync::Hasher("insieme pin key v1", device_secret)
                               .add(file.bound())
                               .add(std::span<const std::uint8_t>(stretched))
                               .finish();
  return {key.bytes};
}

sync::SealKey recovery_wrap_key(const Secret& device_secret, const RecoverySecret& answer,
                                std::span<const std::uint8_t> request) {
  return {sync::Hasher("insieme recovery wrap v1", device_secret)
              .add(std::span<const std::uint8_t>(answer))
              .add(request)
              .finish()
              .bytes};
}

Result<Secret> secret_in(const Result<std::vector<std::uint8_t>>& opened) {
  if (!opened.ok()) return opened.error();
  Secret secret{};
  if (opened->size() != secret.size()) return Error{ErrorCode::malformed, "no key inside"};
  std::copy(opened->begin(), opened->end(), secret.begin());
  return secret;
}

void add_check(std::vector<std::uint8_t>& bytes, const sync::Digest& digest) {
  bytes.insert(bytes.end(), digest.bytes.begin(), digest.bytes.begin() + kCheckBytes);
}

std::string grouped(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const char digit : sync::to_hex(bytes)) {
    if (text.size() % 5 == 4) text += '-';
    text += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
  }
  return text;
}

}  // namespace

void wipe(std::span<std::uint8_t> bytes) noexcept { sodium_memzero(bytes.data(), bytes.size()); }
Wiped::~Wiped() { wipe(bytes_); }

std::array<std::uint8_t, 16> tag_of(const Secret& device_secret) {
  const auto digest = sync::Hasher("insieme device secret v1", device_secret).finish();
  std::array<std::uint8_t, 16> tag{};
  std::copy_n(digest.bytes.begin(), tag.size(), tag.begin());
  return tag;
}

void wrap_with_pin(PinFile& file, const Secret& device_secret, std::string_view pin,
                   const Secret& store_key, Platform& platform) {
  file.device_tag = tag_of(device_secret);
  file.cost = kCost;
  platform.random(file.salt);
  file.key = sync::seal(pin_key(file, device_secret, pin), kPurposePin, store_key);
}

Result<Secret> unwrap_with_pin(const PinFile& file, const Secret& device_secret,
                               std::string_view pin) {
  if (file.cost.passes < 1 || file.cost.passes > kCostMax.passes || file.cost.memory_kib < 8 ||
      file.cost.memory_kib > kCostMax.memory_kib) {
    return Error{ErrorCode::limit_exceeded, "a PIN of another price than any of ours"};
  }
  return secret_in(
      sync::open_sealed(pin_key(file, device_secret, pin), kPurposePin, file.key));
}

Result<RecoveryWrap> wrap_for_recovery(const RecoveryHolder& holder, const Secret& device_secret,
                                       const Secret& store_key, Platform& platform) {
  RecoverySecret answer{};
  std::array<std::uint8_t, 32> seed{};
  const Wiped wiped_answer(answer);
  const Wiped wiped_seed(seed);
  platform.random(answer);
  platform.random(seed);
  const auto& device = holder.device.bytes;
  std::vector<std::uint8_t> plain(answer.begin(), answer.end());
  plain.insert(plain.end(), device.begin(), device.end());
  RecoveryWrap wrap;
  INSIEME_TRY_ASSIGN(wrap.request,
                     sync::seal_for(holder.key, sync::make_key_pair(seed).secret_key, plain));
  wipe(plain);
  wrap.key = sync::seal(recovery_wrap_key(device_secret, answer, wrap.request), kPurposeRecovery,
                        store_key);
  // Under the store's key, so that nobody puts their own in its place while the store is closed.
  std::vector<std::uint8_t> who(holder.key.bytes.begin(), holder.key.bytes.end());
  who.insert(who.end(), device.begin(), device.end());
  wrap.holder = sync::seal({store_key}, kPurposeHolder, who);
  return wrap;
}

Result<Secret> unwrap_recovered(const RecoveryWrap& wrap, const Secret& device_secret,
                                const RecoverySecret& answer) {
  return secret_in(sync::open_sealed(recovery_wrap_key(device_secret, answer, wrap.request),
                                     kPurposeRecovery, wrap.key));
}

Result<RecoveryHolder> holder_of(const RecoveryWrap& wrap, const Secret& store_key) {
  INSIEME_TRY_ASSIGN(const auto who, sync::open_sealed({store_key}, kPurposeHolder, wrap.holder));
  RecoveryHolder holder;
  if (who.size() != holder.key.bytes.size() + holder.device.bytes.size()) {
    return Error{ErrorCode::malformed, "no holder inside"};
  }
  const auto end_of_key = who.begin() + static_cast<std::ptrdiff_t>(holder.key.bytes.size());
  std::copy(who.begin(), end_of_key, holder.key.bytes.begin());
  std::copy(end_of_key, who.end(), holder.device.bytes.begin());
  return holder;
}

std::string request_text(const RecoveryWrap& wrap) {
  std::vector<std::uint8_t> bytes = wrap.request;
  add_check(bytes, sync::Hasher("insieme recovery request v1").add(wrap.request).finish());
  return grouped(bytes);
}

Result<RecoverySecret> read_answer(const RecoveryWrap& wrap, std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '-' || c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    digits += c;
    if (digits.size() > 2 * (kRecoverySecretBytes + kCheckBytes)) break;
  }
  std::array<std::uint8_t, kRecoverySecretBytes + kCheckBytes> bytes{};
  INSIEME_TRY(sync::from_hex(digits, bytes));
  RecoverySecret answer{};
  std::copy_n(bytes.begin(), answer.size(), answer.begin());
  const auto check = sync::Hasher("insieme recovery answer v1")
                         .add(wrap.request)
                         .add(std::span<const std::uint8_t>(answer))
                         .finish();
  if (!std::equal(bytes.begin() + kRecoverySecretBytes, bytes.end(), check.bytes.begin())) {
    return Error{ErrorCode::checksum, "mistyped, or the answer to another request"};
  }
  return answer;
}

}  // namespace insieme::client::lock
