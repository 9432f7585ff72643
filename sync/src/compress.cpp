#include "insieme/sync/compress.hpp"

#include <zstd.h>

namespace insieme::sync {

std::vector<std::uint8_t> compress(std::span<const std::uint8_t> bytes, Effort effort) {
  std::vector<std::uint8_t> out(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(),
                                          static_cast<int>(effort));
  if (ZSTD_isError(size) != 0 || size >= bytes.size()) return {};
  out.resize(size);
  return out;
}

Result<std::vector<std::uint8_t>> decompress(std::span<const std::uint8_t> bytes,
                                             std::size_t size) {
  std::vector<std::uint8_t> out(size);
  const std::size_t got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) {
    return Error{ErrorCode::malformed, "the compressed part is damaged"};
  }
  return out;
}

}  // namespace insieme::sync
