#include "insieme/sync/sealed_blob.hpp"

#include <algorithm>
#include <string>

namespace insieme::sync {
namespace {

constexpr std::size_t kSealedChunk = kBlobChunkBytes + kBlobChunkOverhead;

std::uint64_t chunks_of(std::uint64_t size) noexcept {
  return (size + kBlobChunkBytes - 1) / kBlobChunkBytes;
}

SealKey key_of(const DossierKey& key, const Digest& content) {
  return {Hasher("insieme blob key v1", key.bytes).add(content).finish().bytes};
}

/// A chunk opens only where it was: none can be left out, moved or put at the end.
std::string place_of(std::uint64_t chunk, std::uint64_t count) {
  return "insieme blob chunk v1 " + std::to_string(chunk) + "/" + std::to_string(count);
}

}  // namespace

std::uint64_t sealed_blob_size(std::uint64_t size) noexcept {
  if (size == 0 || size > kBlobBytesMax) return 0;
  return size + chunks_of(size) * kBlobChunkOverhead;
}

BlobNamer::BlobNamer() : hasher_("insieme sealed blob v1") {}

void BlobNamer::add(std::span<const std::uint8_t> piece) {
  while (!piece.empty()) {
    const std::size_t count = std::min(piece.size(), kSealedChunk - chunk_.size());
    chunk_.insert(chunk_.end(), piece.begin(),
                  piece.begin() + static_cast<std::ptrdiff_t>(count));
    piece = piece.subspan(count);
    if (chunk_.size() < kSealedChunk) return;
    hasher_.add(std::span<const std::uint8_t>(chunk_));
    chunk_.clear();
  }
}

Digest BlobNamer::finish() {
  if (!chunk_.empty()) hasher_.add(std::span<const std::uint8_t>(chunk_));
  chunk_.clear();
  return hasher_.finish();
}

Result<SealedBlob> seal_blob(const DossierKey& key, std::string media_type,
                             std::span<const std::uint8_t> content) {
  if (content.empty()) return Error{ErrorCode::invalid_argument, "a blob of no bytes"};
  if (content.size() > kBlobBytesMax) {
    return Error{ErrorCode::limit_exceeded, "a blob of more than 20 MiB"};
  }
  SealedBlob out;
  out.reference = {blob_digest(content), content.size(), std::move(media_type), {}};
  INSIEME_TRY(encode_blob_ref(out.reference));
  const SealKey sealing = key_of(key, out.reference.content);
  const std::uint64_t count = chunks_of(content.size());
  out.bytes.reserve(static_cast<std::size_t>(sealed_blob_size(content.size())));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto chunk = content.subspan(0, std::min(content.size(), kBlobChunkBytes));
    content = content.subspan(chunk.size());
    const auto sealed = seal(sealing, place_of(i, count), chunk);
    out.bytes.insert(out.bytes.end(), sealed.begin(), sealed.end());
  }
  BlobNamer namer;
  namer.add(out.bytes);
  out.reference.name = namer.finish();
  return out;
}

Result<std::vector<std::uint8_t>> open_blob(const DossierKey& key, const BlobRef& reference,
                                            std::span<const std::uint8_t> sealed) {
  const std::uint64_t expected = sealed_blob_size(reference.size);
  if (expected == 0) return Error{ErrorCode::malformed, "a reference to no possible bytes"};
  if (sealed.size() < expected) return Error{ErrorCode::truncated, "a part of a blob"};
  if (sealed.size() > expected) return Error{ErrorCode::trailing_bytes, "more than a blob"};
  const SealKey opening = key_of(key, reference.content);
  const std::uint64_t count = chunks_of(reference.size);
  std::vector<std::uint8_t> content;
  content.reserve(static_cast<std::size_t>(reference.size));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto chunk = sealed.subspan(0, std::min(sealed.size(), kSealedChunk));
    sealed = sealed.subspan(chunk.size());
    INSIEME_TRY_ASSIGN(const auto opened, open_sealed(opening, place_of(i, count), chunk));
    content.insert(content.end(), opened.begin(), opened.end());
  }
  if (blob_digest(content) != reference.content) {
    return Error{ErrorCode::wrong_key, "sealed with another key, or changed on the way"};
  }
  return content;
}

}  // namespace insieme::sync
