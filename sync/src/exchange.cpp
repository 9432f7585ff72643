// Bundles, hand-outs, letters and grants: bytes and signatures.
//   bundle: 2 bytes magic "IX" | 1 format version | payload | 8 bytes checksum over all before it
//   file:   2 bytes magic "IF" | 1 format version | payload | 8 bytes checksum over all before it
#include "insieme/sync/exchange.hpp"

#include <algorithm>

#include "insieme/sync/compress.hpp"
#include "exchange_codec.hpp"

namespace insieme::sync {
namespace {

constexpr std::uint8_t kFormatVersion = 1;
constexpr std::size_t kEnvelopeBytes = 3;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kHandoutBytesMax = 2 * kMessageBytesMax;
constexpr std::string_view kHandoutPurpose = "handout";

std::uint64_t checksum_of(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme exchange v1").add(bytes).finish().prefix();
}

std::vector<std::uint8_t> close_envelope(char kind, std::vector<std::uint8_t> payload) {
  std::vector<std::uint8_t> bytes{'I', static_cast<std::uint8_t>(kind), kFormatVersion};
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  const std::uint64_t checksum = checksum_of(bytes);
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return bytes;
}

Result<std::span<const std::uint8_t>> open_envelope(char kind, std::span<const std::uint8_t> bytes,
                                                    std::size_t bytes_max) {
  if (bytes.size() > bytes_max) return Error{ErrorCode::limit_exceeded, "too large"};
  if (bytes.size() >= 2 && (bytes[0] != 'I' || bytes[1] != static_cast<std::uint8_t>(kind))) {
    return Error{ErrorCode::malformed, "nothing that devices exchange"};
  }
  if (bytes.size() < kEnvelopeBytes + kChecksumBytes) {
    return Error{ErrorCode::truncated, "shorter than the smallest one"};
  }
  if (bytes[2] != kFormatVersion) {
    return Error{ErrorCode::wrong_version, "of another format version"};
  }
  const auto covered = bytes.first(bytes.size() - kChecksumBytes);
  std::uint64_t checksum = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    checksum |= static_cast<std::uint64_t>(bytes[covered.size() + i]) << (8 * i);
  }
  if (checksum != checksum_of(covered)) return Error{ErrorCode::checksum, "damaged on the way"};
  return covered.subspan(kEnvelopeBytes);
}

bool covers(const ExchangeGrant& grant, const DocumentId& document) {
  return grant.dossier == document.dossier &&
         std::find(grant.sections.begin(), grant.sections.end(), document.section) !=
             grant.sections.end();
}

}  // namespace

template <class Archive>
void serialize(Archive& ar, Handout& h) {
  ar(h.grant, h.document, list_of(h.changes, kChangesPerMessageMax), h.signature.bytes);
}
template <class Archive>
void serialize(Archive& ar, Letter& l) {
  ar(l.device, l.signature.bytes, blob_of(l.frame, kFrameBytesMax));
}
template <class Archive>
void serialize(Archive& ar, SealedPart& p) {
  ar(p.label.bytes, blob_of(p.sealed, kBundleBytesMax));
}

SealKey document_key_of(const SecretKey& server, const DocumentId& document,
                        const DossierKey& dossier) {
  return SealKey{Hasher("insieme document key v1", server.bytes)
                     .add(document.dossier.bytes)
                     .add(std::string_view(document.section))
                     .add(dossier.bytes)
                     .finish()
                     .bytes};
}

// ---- grants -------------------------------------------------------------------------------------

Digest digest_of(const ExchangeGrant& grant) {
  Hasher hasher("insieme exchange grant v1");
  hasher.add(grant.space.bytes)
      .add(grant.device.bytes)
      .add(grant.device_key.bytes)
      .add(std::string_view(grant.account))
      .add(grant.dossier.bytes)
      .add(std::uint64_t{grant.sections.size()});
  for (const std::string& section : grant.sections) hasher.add(std::string_view(section));
  hasher.add(std::uint64_t{grant.may_review ? 1U : 0U})
      .add(static_cast<std::uint64_t>(grant.issued_ms))
      .add(static_cast<std::uint64_t>(grant.expires_ms));
  return hasher.finish();
}

void sign_grant(ExchangeGrant& grant, const SecretKey& server) {
  grant.signature = sign(server, digest_of(grant).bytes);
}

Status check_grant(const ExchangeGrant& grant, const PublicKey& server, const SpaceId& space,
                   std::int64_t now_ms) {
  if (grant.space != space) return {ErrorCode::conflict, "a grant of another space"};
  if (!verify(server, digest_of(grant).bytes, grant.signature)) {
    return {ErrorCode::bad_signature, "a grant that this server did not sign"};
  }
  if (now_ms > grant.expires_ms) return {ErrorCode::expired, "a grant that has expired"};
  return {};
}

std::vector<std::uint8_t> encode_permit(const ExchangePermit& permit) {
  WireOut ar;
  ar(permit);
  return ar.take();
}

Result<ExchangePermit> decode_permit(std::span<const std::uint8_t> bytes) {
  return decoding([&] {
    WireIn ar(bytes);
    ExchangePermit permit;
    ar(permit);
    ar.expect_end();
    return permit;
  });
}

// ---- what is inside -----------------------------------------------------------------------------

Digest digest_of(const Handout& handout) {
  Hasher hasher("insieme handout v1");
  hasher.add(handout.grant.space.bytes)
      .add(handout.grant.device.bytes)
      .add(handout.document.dossier.bytes)
      .add(std::string_view(handout.document.section));
  for (const Change& change : handout.changes) hasher.add(encode_header(change.header));
  return hasher.finish();
}

std::vector<std::uint8_t> encode_handout(const Handout& handout) {
  WireOut ar;
  ar(handout);
  return ar.take();
}

Result<Handout> decode_handout(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kHandoutBytesMax) {
    return Error{ErrorCode::limit_exceeded, "a hand-out too large"};
  }
  return decoding([&] {
    WireIn ar(bytes);
    Handout handout;
    ar(handout);
    ar.expect_end();
    return handout;
  });
}

Status check_handout(const Handout& handout, const PublicKey& server, const SpaceId& space,
                     std::int64_t now_ms) {
  const ExchangeGrant& grant = handout.grant;
  INSIEME_TRY(check_grant(grant, server, space, now_ms));
  if (!covers(grant, handout.document)) {
    return {ErrorCode::not_allowed, "a grant for something else"};
  }
  if (!verify(grant.device_key, digest_of(handout).bytes, handout.signature)) {
    return {ErrorCode::bad_signature, "not signed by the device that was granted this"};
  }
  for (const Change& change : handout.changes) {
    const ChangeHeader& header = change.header;
    INSIEME_TRY(check_header(header));
    if (!(header.document == handout.document)) {
      return {ErrorCode::malformed, "a change of another document"};
    }
    const bool for_somebody = grant.may_review && header.origin.has_value();
    if (header.author != grant.account && !for_somebody) {
      return {ErrorCode::not_allowed, "a change in the name of somebody else"};
    }
    if (change.ops) INSIEME_TRY(check_ops(*change.ops));
  }
  return {};
}

Digest digest_of_letter(const SpaceId& space, const Letter& letter) {
  return Hasher("insieme letter v1")
      .add(space.bytes)
      .add(letter.device.bytes)
      .add(letter.frame)
      .finish();
}

std::vector<std::uint8_t> encode_letter(const Letter& letter) {
  WireOut ar;
  ar(letter);
  return ar.take();
}

Result<Letter> decode_letter(std::span<const std::uint8_t> bytes) {
  return decoding([&] {
    WireIn ar(bytes);
    Letter letter;
    ar(letter);
    ar.expect_end();
    return letter;
  });
}

Result<SyncRequest> read_letter(const SpaceId& space, const Letter& letter,
                                const PublicKey& device_key) {
  if (!verify(device_key, digest_of_letter(space, letter).bytes, letter.signature)) {
    return Error{ErrorCode::bad_signature, "not signed by the device that it names"};
  }
  INSIEME_TRY_ASSIGN(Message message, decode_message(letter.frame));
  auto* request = std::get_if<SyncRequest>(&message);
  if (request == nullptr) return Error{ErrorCode::malformed, "a letter without a request"};
  const bool only_work = request->space == space && request->device == letter.device &&
                         request->cursor == Cursor{} && !request->backfill &&
                         request->seen.empty() && request->held_decisions.empty() &&
                         request->acknowledgements.empty() && request->permits_wanted.empty() &&
                         request->letters.empty() && request->erased.empty() &&
                         request->erase.empty();
  if (!only_work) return Error{ErrorCode::malformed, "a letter that asks for more than to be read"};
  return std::move(*request);
}

// ---- what travels -------------------------------------------------------------------------------

PartLabel label_of(const SealKey& document) {
  const Digest digest = Hasher("insieme part label v1", document.bytes).finish();
  PartLabel label;
  std::copy_n(digest.bytes.begin(), label.bytes.size(), label.bytes.begin());
  return label;
}

std::vector<std::uint8_t> encode_bundle(const Bundle& bundle) {
  WireOut ar;
  ar.raw(bundle.space.bytes);
  ar(list_of(bundle.parts, kBundlePartsMax));
  return close_envelope('X', ar.take());
}

Result<Bundle> decode_bundle(std::span<const std::uint8_t> bytes) {
  INSIEME_TRY_ASSIGN(const auto payload, open_envelope('X', bytes, kBundleBytesMax));
  return decoding([&] {
    WireIn ar(payload);
    Bundle bundle;
    ar(bundle.space.bytes, list_of(bundle.parts, kBundlePartsMax));
    ar.expect_end();
    for (std::size_t i = 1; i < bundle.parts.size(); ++i) {
      if (!(bundle.parts[i - 1].label < bundle.parts[i].label)) {
        WireIn::fail(ErrorCode::malformed, "parts out of order");
      }
    }
    return bundle;
  });
}

Digest digest_bundle(std::span<const std::uint8_t> bytes) {
  return Hasher("insieme bundle bytes v1").add(bytes).finish();
}

std::vector<std::uint8_t> seal_handout(const SealKey& key, const Handout& handout) {
  const std::vector<std::uint8_t> raw = encode_handout(handout);
  const std::vector<std::uint8_t> packed = compress(raw);
  WireOut ar;
  ar.varint(packed.empty() ? 0 : raw.size());
  ar.raw(packed.empty() ? raw : packed);
  return seal(key, kHandoutPurpose, ar.take());
}

Result<Handout> open_handout(const SealKey& key, std::span<const std::uint8_t> sealed) {
  INSIEME_TRY_ASSIGN(const auto plain, open_sealed(key, kHandoutPurpose, sealed));
  std::span<const std::uint8_t> rest;
  INSIEME_TRY_ASSIGN(const std::uint64_t raw_length, decoding([&] {
                       WireIn ar(plain);
                       const std::uint64_t length = ar.varint();
                       rest = ar.raw(ar.remaining());
                       return length;
                     }));
  if (raw_length == 0) return decode_handout(rest);
  if (raw_length > kHandoutBytesMax) {
    return Error{ErrorCode::limit_exceeded, "a hand-out too large"};
  }
  INSIEME_TRY_ASSIGN(const auto raw, decompress(rest, static_cast<std::size_t>(raw_length)));
  return decode_handout(raw);
}

Result<std::vector<std::uint8_t>> encode_exchange_file(const ExchangeFile& file) {
  std::size_t bytes = kEnvelopeBytes + kChecksumBytes + 32;
  for (const auto& bundle : file.bundles) bytes += bundle.size() + 10;
  if (bytes > kExchangeFileBytesMax || file.bundles.size() > kBundlesPerFileMax) {
    return Error{ErrorCode::limit_exceeded, "more than one file may hold"};
  }
  WireOut ar;
  ar.raw(file.space.bytes);
  ar.varint(file.bundles.size());
  for (const auto& bundle : file.bundles) ar(blob_of(bundle, kBundleBytesMax));
  return close_envelope('F', ar.take());
}

Result<ExchangeFile> decode_exchange_file(std::span<const std::uint8_t> bytes) {
  INSIEME_TRY_ASSIGN(const auto payload, open_envelope('F', bytes, kExchangeFileBytesMax));
  return decoding([&] {
    WireIn ar(payload);
    ExchangeFile file;
    ar(file.space.bytes);
    file.bundles.resize(ar.count(kBundlesPerFileMax));
    for (auto& bundle : file.bundles) ar(blob_of(bundle, kBundleBytesMax));
    ar.expect_end();
    return file;
  });
}

}  // namespace insieme::sync
