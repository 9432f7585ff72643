#pragma once
// Identifiers. All are plain values, ordered by their bytes, cheap to copy and to hash.

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "insieme/sync/result.hpp"

namespace insieme::sync {

/// 128 bits with a kind, so that a record id is never taken for a replica id.
/// Text form: 36 characters, lower-case hexadecimal, as RFC 9562 writes a UUID.
template <class Tag>
struct Id128 {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Id128& a, const Id128& b) noexcept {
    return std::memcmp(a.bytes.data(), b.bytes.data(), 16) == 0;
  }
  friend std::strong_ordering operator<=>(const Id128& a, const Id128& b) noexcept {
    return std::memcmp(a.bytes.data(), b.bytes.data(), 16) <=> 0;
  }
  /// True for the all-zero id, which stands for "none" and is never a real one.
  [[nodiscard]] bool is_nil() const noexcept { return *this == Id128{}; }
};

struct ReplicaTag;
struct RecordTag;
struct DossierTag;
struct TransactionTag;
struct DeviceTag;
struct SpaceTag;
struct ErasureTag;

using ReplicaId = Id128<ReplicaTag>;          ///< one store on one device, random
using RecordId = Id128<RecordTag>;            ///< UUIDv7, or derived from a natural key
using DossierId = Id128<DossierTag>;          ///< a household, a network, a project: UUIDv7
using TransactionId = Id128<TransactionTag>;  ///< what one act did in several documents
using DeviceId = Id128<DeviceTag>;
using SpaceId = Id128<SpaceTag>;
using ErasureId = Id128<ErasureTag>;          ///< of an order to erase: UUIDv7

/// Writes 36 characters.
[[nodiscard]] std::string to_text(const std::array<std::uint8_t, 16>& bytes);
/// Accepts 36 characters with hyphens or 32 without, either case. Anything else is `malformed`.
[[nodiscard]] Result<std::array<std::uint8_t, 16>> id_bytes_from_text(std::string_view text);

template <class Tag>
[[nodiscard]] std::string to_text(const Id128<Tag>& id) {
  return to_text(id.bytes);
}
template <class Id>
[[nodiscard]] Result<Id> id_from_text(std::string_view text) {
  INSIEME_TRY_ASSIGN(auto bytes, id_bytes_from_text(text));
  return Id{bytes};
}

/// A time-ordered UUIDv7 (RFC 9562 §5.7) from milliseconds since 1970 UTC and 10 random bytes; the
/// caller brings both, since this layer knows neither clock nor chance. A time before 1970 counts
/// as 1970.
[[nodiscard]] std::array<std::uint8_t, 16> make_uuid7(std::int64_t unix_ms,
                                                      const std::array<std::uint8_t, 10>& random);

/// One section of a dossier: the unit of replication, permission, causal history and erasure.
/// `section` is 1 to kSectionBytesMax bytes of lower-case ASCII, such as `core` or `education`.
struct DocumentId {
  DossierId dossier;
  std::string section;

  friend bool operator==(const DocumentId& a, const DocumentId& b) noexcept {
    return a.dossier == b.dossier && a.section == b.section;
  }
  friend std::strong_ordering operator<=>(const DocumentId& a, const DocumentId& b) noexcept {
    if (const auto order = a.dossier <=> b.dossier; order != 0) return order;
    return a.section.compare(b.section) <=> 0;
  }
};

/// `<dossier>/<section>`, for logs and messages.
[[nodiscard]] std::string to_text(const DocumentId& id);
[[nodiscard]] bool is_valid_section(std::string_view section) noexcept;

/// Names one operation for ever: the `op`-th operation (from 0) of change `seq` of `replica` in one
/// document. Ordered by (replica, seq, op).
struct Dot {
  ReplicaId replica;
  std::uint64_t seq = 0;  ///< from 1
  std::uint32_t op = 0;

  friend bool operator==(const Dot&, const Dot&) = default;
  friend std::strong_ordering operator<=>(const Dot& a, const Dot& b) noexcept {
    if (const auto order = a.replica <=> b.replica; order != 0) return order;
    if (const auto order = a.seq <=> b.seq; order != 0) return order;
    return a.op <=> b.op;
  }
};

}  // namespace insieme::sync

template <class Tag>
struct std::hash<insieme::sync::Id128<Tag>> {
  std::size_t operator()(const insieme::sync::Id128<Tag>& id) const noexcept {
    // The last bytes of both kinds of id (random, UUIDv7) are random.
    std::uint64_t value = 0;
    std::memcpy(&value, id.bytes.data() + 8, sizeof value);
    return static_cast<std::size_t>(value);
  }
};
