#include "insieme/sync/blob.hpp"

#include <algorithm>

#include "archive.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kUnnamed = 1;
constexpr std::uint8_t kNamed = 2;

bool is_media_type(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  return text.size() <= kMediaTypeBytesMax && slash != std::string_view::npos && slash != 0 &&
         slash + 1 < text.size() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void read_digest(WireIn& ar, Digest& out) {
  const auto bytes = ar.raw(out.bytes.size());
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
}

}  // namespace

Digest blob_digest(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme blob v1").add(bytes).finish();
}

Result<Bytes> encode_blob_ref(const BlobRef& blob) {
  if (!is_media_type(blob.media_type)) return Error{ErrorCode::malformed, "not a media type"};
  WireOut ar;
  ar.byte(blob.name.is_zero() ? kUnnamed : kNamed);
  ar.raw(blob.content.bytes);
  if (!blob.name.is_zero()) ar.raw(blob.name.bytes);
  ar.varint(blob.size);
  ar(text_of(blob.media_type, kMediaTypeBytesMax));
  return Bytes{ar.take()};
}

Result<BlobRef> decode_blob_ref(const Bytes& value) {
  return decoding([&] {
    WireIn ar(value.data);
    const std::uint8_t version = ar.byte();
    if (version != kUnnamed && version != kNamed) {
      WireIn::fail(ErrorCode::wrong_version, "a reference of another version");
    }
    BlobRef blob;
    read_digest(ar, blob.content);
    if (version == kNamed) {
      read_digest(ar, blob.name);
      if (blob.name.is_zero()) WireIn::fail(ErrorCode::malformed, "a name of zeros");
    }
    blob.size = ar.varint();
    ar(text_of(blob.media_type, kMediaTypeBytesMax));
    if (!is_media_type(blob.media_type)) WireIn::fail(ErrorCode::malformed, "not a media type");
    ar.expect_end();
    return blob;
  });
}

}  // namespace insieme::sync
