#pragma once
// The bytes of a blob as they lie in stores and travel: sealed on the device that took them, in
// chunks, so that whoever keeps or carries them can check and continue them without reading them.
//
// The key comes from the dossier's key and the digest of the content: who lacks the reference, as
// who may not see its section does, cannot open the bytes with the dossier's key alone, and once a
// reference is erased nobody can. The same content in one dossier is the same bytes.

#include <span>
#include <vector>

#include "insieme/sync/blob.hpp"
#include "insieme/sync/change.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/seal.hpp"

namespace insieme::sync {

/// What sealing adds to each chunk.
inline constexpr std::size_t kBlobChunkOverhead = 40;

/// Of the sealed bytes of a blob of `size` bytes, which is 1..kBlobBytesMax; 0: it is none.
[[nodiscard]] std::uint64_t sealed_blob_size(std::uint64_t size) noexcept;

struct SealedBlob {
  BlobRef reference;
  std::vector<std::uint8_t> bytes;
};
/// `invalid_argument`: nothing to seal; `limit_exceeded`: more than kBlobBytesMax; `malformed`: not
/// a media type.
[[nodiscard]] Result<SealedBlob> seal_blob(const DossierKey& key, std::string media_type,
                                           std::span<const std::uint8_t> content);
/// `truncated` or `trailing_bytes`: not as long as the reference says; `wrong_key`: sealed in
/// another dossier, for another reference, or changed: a chunk that stands elsewhere is, too.
[[nodiscard]] Result<std::vector<std::uint8_t>> open_blob(const DossierKey& key,
                                                          const BlobRef& reference,
                                                          std::span<const std::uint8_t> sealed);

/// The name of sealed bytes that come in pieces of any length. Holds one chunk.
class BlobNamer {
 public:
  BlobNamer();
  void add(std::span<const std::uint8_t> piece);
  /// Once, after all of them.
  [[nodiscard]] Digest finish();

 private:
  Hasher hasher_;
  std::vector<std::uint8_t> chunk_;
};

}  // namespace insieme::sync
