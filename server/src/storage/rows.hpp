#pragma once
// Between rows and values. Blobs of a wrong size mean a damaged database: StorageFailure.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "insieme/server/repository.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// SQLite's integers are signed; positions and counters stay far below the limit.
[[nodiscard]] inline std::int64_t i64(std::uint64_t number) noexcept {
  return static_cast<std::int64_t>(number);
}
[[nodiscard]] inline std::uint64_t u64(std::int64_t number) noexcept {
  return static_cast<std::uint64_t>(number);
}

void copy_blob(std::span<const std::uint8_t> blob, std::span<std::uint8_t> out);

template <class Value>
[[nodiscard]] Value get_bytes(const sql::Statement& row, int column) {
  Value value;
  copy_blob(row.get_blob(column), value.bytes);
  return value;
}
[[nodiscard]] sync::DocumentId get_document(const sql::Statement& row, int dossier_column);
[[nodiscard]] std::vector<std::uint8_t> get_vector(const sql::Statement& row, int column);

[[nodiscard]] std::vector<std::uint8_t> pack_version(const sync::VersionVector& version);
[[nodiscard]] sync::VersionVector unpack_version(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::vector<std::uint8_t> encode_sum(const sync::DigestSum& sum);
[[nodiscard]] sync::DigestSum decode_sum(std::span<const std::uint8_t> bytes);

/// Column `origin` of the log: the replica and the sequence number, big-endian.
[[nodiscard]] std::vector<std::uint8_t> pack_origin(const sync::ReplicaId& replica,
                                                    std::uint64_t seq);

/// A change out of its stored parts.
[[nodiscard]] sync::Change make_change(std::span<const std::uint8_t> header,
                                       std::optional<std::span<const std::uint8_t>> body);

[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace insieme::server
