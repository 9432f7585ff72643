#include "insieme/sync/blob.hpp"

#include <algorithm>

#include "archive.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kFormatVersion = 1;

bool is_media_type(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  return text.size() <= kMediaTypeBytesMax && slash != std::string_view::npos && slash != 0 &&
         slash + 1 < text.size() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Digest blob_digest(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme blob v1").add(bytes).finish();
}

Result<Bytes> encode_blob_ref(const BlobRef& blob) {
  if (!is_media_type(blob.media_type)) return Error{ErrorCode::malformed, "not a media type"};
  WireOut ar;
  ar.byte(kFormatVersion);
  ar.raw(blob.content.bytes);
  ar.varint(blob.size);
  ar(text_of(blob.media_type, kMediaTypeBytesMax));
  return Bytes{ar.take()};
}

Result<BlobRef> decode_blob_ref(const Bytes& value) {
  return decoding([&] {
    WireIn ar(value.data);
    if (ar.byte() != kFormatVersion) {
      WireIn::fail(ErrorCode::wrong_version, "a reference of another version");
    }
    BlobRef blob;
    const auto content = ar.raw(blob.content.bytes.size());
    std::copy(content.begin(), content.end(), blob.content.bytes.begin());
    blob.size = ar.varint();
    ar(text_of(blob.media_type, kMediaTypeBytesMax));
    if (!is_media_type(blob.media_type)) WireIn::fail(ErrorCode::malformed, "not a media type");
    ar.expect_end();
    return blob;
  });
}

}  // namespace insieme::sync
