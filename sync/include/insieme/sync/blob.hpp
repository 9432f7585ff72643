#pragma once
// What a record says of a photo, a signature or a voice note: which bytes, not the bytes. They are
// named by their content and travel apart, after records. A field of such references is a register.

#include <span>
#include <string>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::sync {

inline constexpr std::size_t kMediaTypeBytesMax = 64;

struct BlobRef {
  Digest content;          ///< `blob_digest` of the bytes; with the dossier's key it opens them
  std::uint64_t size = 0;  ///< of the bytes
  std::string media_type;  ///< such as `image/jpeg`: 1..64 bytes of printable ASCII, no space
  /// `name` of the sealed bytes (sealed_blob.hpp), under which they travel and are kept. Zero: the
  /// bytes were never here to be sent.
  Digest name{};
  friend bool operator==(const BlobRef&, const BlobRef&) = default;
};

/// The name of these bytes.
[[nodiscard]] Digest blob_digest(std::span<const std::uint8_t> bytes);

/// The value that stands for it in a register: canonical, so that equal references are equal
/// values. `malformed`: not a media type.
[[nodiscard]] Result<Bytes> encode_blob_ref(const BlobRef& blob);
/// `malformed`, `truncated`: other bytes; `wrong_version`: of a later engine.
[[nodiscard]] Result<BlobRef> decode_blob_ref(const Bytes& value);

}  // namespace insieme::sync
