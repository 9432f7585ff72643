// Bytes of blobs, sealed (sealed_blob.hpp).
#include <algorithm>
#include <cstdint>
#include <vector>

#include "insieme/sync/sealed_blob.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::sync;

namespace {

DossierKey key_number(std::uint8_t number) {
  DossierKey key;
  key.bytes.fill(number);
  return key;
}

std::vector<std::uint8_t> photo(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::uint32_t state = 7;
  for (std::uint8_t& byte : bytes) {
    state = state * 1'664'525 + 1'013'904'223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

SealedBlob sealed_photo(std::size_t size) {
  auto sealed = seal_blob(key_number(1), "image/jpeg", photo(size));
  REQUIRE(sealed.ok());
  return std::move(sealed).value();
}

}  // namespace

TEST_CASE("sealed blob: what was sealed comes back, at every edge of a chunk", "[sync][blob]") {
  for (const std::size_t size :
       {std::size_t{1}, kBlobChunkBytes - 1, kBlobChunkBytes, kBlobChunkBytes + 1,
        2 * kBlobChunkBytes, 3 * kBlobChunkBytes + 17}) {
    INFO(size);
    const SealedBlob sealed = sealed_photo(size);
    CHECK(sealed.bytes.size() == sealed_blob_size(size));
    CHECK(sealed.reference.size == size);
    const auto opened = open_blob(key_number(1), sealed.reference, sealed.bytes);
    REQUIRE(opened.ok());
    CHECK(*opened == photo(size));
  }
}

TEST_CASE("sealed blob: the reference travels as a value, and opens", "[sync][blob]") {
  const SealedBlob sealed = sealed_photo(1'000);
  const auto value = encode_blob_ref(sealed.reference);
  REQUIRE(value.ok());
  CHECK(value->data.front() == 2);
  const auto back = decode_blob_ref(*value);
  REQUIRE(back.ok());
  CHECK(*back == sealed.reference);
  CHECK(open_blob(key_number(1), *back, sealed.bytes).ok());
}

TEST_CASE("sealed blob: neither another dossier nor another reference opens it [P7]",
          "[sync][blob][P7]") {
  const SealedBlob sealed = sealed_photo(1'000);
  CHECK(open_blob(key_number(2), sealed.reference, sealed.bytes).error().code ==
        ErrorCode::wrong_key);
  // Whoever has the dossier's key but may not see the section has no reference.
  BlobRef guessed = sealed.reference;
  guessed.content = blob_digest(photo(999));
  CHECK(open_blob(key_number(1), guessed, sealed.bytes).error().code == ErrorCode::wrong_key);
  const auto elsewhere = seal_blob(key_number(2), "image/jpeg", photo(1'000));
  REQUIRE(elsewhere.ok());
  CHECK_FALSE(elsewhere->reference.name == sealed.reference.name);
}

TEST_CASE("sealed blob: the same content in one dossier is the same bytes", "[sync][blob]") {
  CHECK(sealed_photo(kBlobChunkBytes + 5).bytes == sealed_photo(kBlobChunkBytes + 5).bytes);
}

TEST_CASE("sealed blob: cut, lengthened, changed or reordered, it does not open", "[sync][blob]") {
  const SealedBlob sealed = sealed_photo(2 * kBlobChunkBytes);
  const std::size_t chunk = kBlobChunkBytes + kBlobChunkOverhead;
  const auto fate = [&](const std::vector<std::uint8_t>& bytes) {
    const auto opened = open_blob(key_number(1), sealed.reference, bytes);
    return opened.ok() ? ErrorCode::ok : opened.error().code;
  };
  auto cut = sealed.bytes;
  cut.resize(chunk);
  CHECK(fate(cut) == ErrorCode::truncated);
  cut.clear();
  CHECK(fate(cut) == ErrorCode::truncated);
  auto longer = sealed.bytes;
  longer.push_back(0);
  CHECK(fate(longer) == ErrorCode::trailing_bytes);
  auto swapped = sealed.bytes;
  std::rotate(swapped.begin(), swapped.begin() + static_cast<std::ptrdiff_t>(chunk),
              swapped.end());
  CHECK(fate(swapped) == ErrorCode::wrong_key);
  for (std::size_t at = 0; at < sealed.bytes.size(); at += 20'011) {
    auto changed = sealed.bytes;
    changed[at] ^= 1;
    CHECK(fate(changed) == ErrorCode::wrong_key);
  }
  // A shorter one cannot be passed off as the beginning of a longer one, even with its reference.
  const SealedBlob one = sealed_photo(kBlobChunkBytes);
  BlobRef lying = sealed.reference;
  lying.size = kBlobChunkBytes;
  CHECK_FALSE(open_blob(key_number(1), lying,
                        std::span(sealed.bytes).subspan(0, chunk)).ok());
  CHECK_FALSE(one.reference.name == sealed.reference.name);
}

TEST_CASE("sealed blob: the name is the same however the bytes come", "[sync][blob]") {
  const SealedBlob sealed = sealed_photo(kBlobChunkBytes + 999);
  for (const std::size_t step : {std::size_t{1'013}, kBlobChunkBytes, sealed.bytes.size()}) {
    BlobNamer namer;
    for (std::size_t at = 0; at < sealed.bytes.size(); at += step) {
      namer.add(std::span(sealed.bytes).subspan(at, std::min(step, sealed.bytes.size() - at)));
    }
    CHECK(namer.finish() == sealed.reference.name);
  }
}

TEST_CASE("sealed blob: nothing, too much, and no media type are refused", "[sync][blob]") {
  CHECK(seal_blob(key_number(1), "image/jpeg", {}).error().code == ErrorCode::invalid_argument);
  const std::vector<std::uint8_t> huge(kBlobBytesMax + 1);
  CHECK(seal_blob(key_number(1), "image/jpeg", huge).error().code == ErrorCode::limit_exceeded);
  CHECK(seal_blob(key_number(1), "photo", photo(3)).error().code == ErrorCode::malformed);
  CHECK(sealed_blob_size(0) == 0);
  CHECK(sealed_blob_size(kBlobBytesMax + 1) == 0);
  CHECK(sealed_blob_size(~std::uint64_t{0}) == 0);
}
