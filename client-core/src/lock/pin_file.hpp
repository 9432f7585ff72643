#pragma once
// `<store>.pin`: the store's key, wrapped, and how often a wrong PIN was tried. Two slots of 512
// bytes, each whole with its checksum; the one with the greater generation counts. Whoever dies
// while writing leaves the old content or the new one. Layout: docs/storage-format.md.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::client::lock {

using Secret = std::array<std::uint8_t, 32>;
using Salt = std::array<std::uint8_t, 16>;

/// What one try of a PIN costs.
struct Cost {
  std::uint32_t passes = 0;
  std::uint32_t memory_kib = 0;
};

/// The way back in for whoever forgot the PIN.
struct RecoveryWrap {
  std::vector<std::uint8_t> request;     ///< for the holder of the recovery key: kRequestBytes
  std::vector<std::uint8_t> key;         ///< the store's key under what the answer says
  std::vector<std::uint8_t> holder;      ///< RecoveryHolder under the store's key
};
inline constexpr std::size_t kRequestBytes = 80;
inline constexpr std::size_t kSealedSecretBytes = 72;
inline constexpr std::size_t kSealedHolderBytes = 88;

struct PinFile {
  std::uint64_t generation = 0;
  std::uint32_t failed = 0;      ///< wrong PINs since the last right one
  std::int64_t failed_at_ms = 0; ///< wall clock, when the last of them was counted
  std::array<std::uint8_t, 16> device_tag{};  ///< of the device secret that it takes
  Cost cost;
  Salt salt{};
  std::vector<std::uint8_t> key;  ///< the store's key under PIN and device secret
  std::optional<RecoveryWrap> recovery;

  /// What the key is bound to beside the secrets: changed, it opens no more.
  [[nodiscard]] std::vector<std::uint8_t> bound() const;
};

[[nodiscard]] std::string pin_path(const std::string& store);

/// `not_found`; `storage_failure` if no slot is whole; `wrong_version` of a newer program.
[[nodiscard]] Result<PinFile> read_pin_file(const std::string& path);
/// Durable when it returns; counts the generation. `storage_full`, `storage_failure`:
/// the old content or the new one is there.
[[nodiscard]] Status write_pin_file(const std::string& path, PinFile& file);

}  // namespace insieme::client::lock
