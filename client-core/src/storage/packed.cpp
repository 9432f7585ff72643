#include "storage/packed.hpp"

#include "insieme/sync/change.hpp"
#include "insieme/sync/compress.hpp"
#include "insieme/sync/limits.hpp"
#include "storage/core.hpp"

namespace insieme::client {
namespace {

/// Below, what is saved is not worth the work of each reading.
constexpr std::size_t kPackedFrom = 400;
constexpr unsigned kVarintBits = 7;

bool is_packed(std::span<const std::uint8_t> column) noexcept {
  return column.size() > 2 && column[0] == 0;
}

[[noreturn]] void damaged() {
  refuse(ErrorCode::storage_failure, "a damaged packed value in the store");
}

std::vector<std::uint8_t> unpack_whole(std::span<const std::uint8_t> column,
                                       std::size_t bytes_max) {
  std::size_t size = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += kVarintBits) {
    if (at >= column.size() || shift > 4 * kVarintBits) damaged();
    const std::uint8_t byte = column[at++];
    size |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (size > bytes_max) damaged();
  auto bytes = sync::decompress(column.subspan(at), size);
  if (!bytes.ok()) damaged();
  return std::move(bytes).value();
}

}  // namespace

std::vector<std::uint8_t> pack(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kPackedFrom) return {};
  const auto small = sync::compress(bytes, sync::Effort::fast);
  if (small.empty() || small.size() > bytes.size() - bytes.size() / 8) return {};
  std::vector<std::uint8_t> out;
  out.reserve(small.size() + 6);
  out.push_back(0);
  std::size_t rest = bytes.size();
  for (; rest >= 0x80; rest >>= kVarintBits) {
    out.push_back(static_cast<std::uint8_t>(rest | 0x80));
  }
  out.push_back(static_cast<std::uint8_t>(rest));
  out.insert(out.end(), small.begin(), small.end());
  return out;
}

std::vector<std::uint8_t> unpack(std::span<const std::uint8_t> column, std::size_t bytes_max) {
  return is_packed(column) ? unpack_whole(column, bytes_max) : to_vector(column);
}

std::vector<sync::Operation> read_body(std::span<const std::uint8_t> column) {
  if (!is_packed(column)) return require(sync::decode_body(column));
  return require(sync::decode_body(unpack_whole(column, sync::kBodyBytesMax)));
}

std::vector<std::uint8_t> body_bytes(std::span<const std::uint8_t> column) {
  return unpack(column, sync::kBodyBytesMax);
}

std::vector<std::uint8_t> body_column(std::vector<std::uint8_t> body) {
  auto packed = pack(body);
  return packed.empty() ? std::move(body) : packed;
}

}  // namespace insieme::client
