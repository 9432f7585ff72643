#pragma once
// What devices give each other without a server. Normative text: docs/exchange.md; why it is as it
// is: docs/adr/0017.
//
// A bundle is one hand-out of one device: its changes that no server has answered yet, sealed once
// for the server and once per document for the devices that may read it. It never changes, so that
// anybody may carry it: to the server, or to somebody who may read it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insieme/sync/protocol.hpp"
#include "insieme/sync/seal.hpp"

namespace insieme::sync {

// ---- grants -------------------------------------------------------------------------------------

/// What the server derives for one document from its own secret and the dossier's key: with either
/// of them destroyed, nothing that was sealed with it opens any more.
[[nodiscard]] SealKey document_key_of(const SecretKey& server, const DocumentId& document,
                                      const DossierKey& dossier);

/// What a server signs in a grant.
[[nodiscard]] Digest digest_of(const ExchangeGrant& grant);
void sign_grant(ExchangeGrant& grant, const SecretKey& server);
/// `conflict`: of another space. `bad_signature`: not this server's word. `expired`: by `now_ms`,
/// which is the reader's own clock.
[[nodiscard]] Status check_grant(const ExchangeGrant& grant, const PublicKey& server,
                                 const SpaceId& space, std::int64_t now_ms);

/// For a store.
[[nodiscard]] std::vector<std::uint8_t> encode_permit(const ExchangePermit& permit);
[[nodiscard]] Result<ExchangePermit> decode_permit(std::span<const std::uint8_t> bytes);

// ---- what is inside -----------------------------------------------------------------------------

/// Of one document: what only those with its key can read.
struct Handout {
  ExchangeGrant grant;  ///< of the device that wrote the changes
  DocumentId document;
  std::vector<Change> changes;  ///< complete, in causal order
  Signature signature;          ///< by the device, over `digest_of` this
  friend bool operator==(const Handout&, const Handout&) = default;
};
/// Over the headers; they name their bodies by digest.
[[nodiscard]] Digest digest_of(const Handout& handout);
[[nodiscard]] std::vector<std::uint8_t> encode_handout(const Handout& handout);
/// Changes come back with a zero `body_digest`, as from a message, unless hollow or redacted.
[[nodiscard]] Result<Handout> decode_handout(std::span<const std::uint8_t> bytes);
/// Everything that does not need a document: the grant, that it covers this section, that the
/// device signed exactly this, and that each change is of this document and by the granted person
/// (or authored again for somebody, by who may). Changes must be complete. Errors: those of
/// check_grant; `not_allowed`, `bad_signature`, `malformed`, and those of check_header and
/// check_ops.
[[nodiscard]] Status check_handout(const Handout& handout, const PublicKey& server,
                                   const SpaceId& space, std::int64_t now_ms);

/// For the server: a request that a device would have sent itself. Only its secrets, changes and
/// texts of others count.
struct Letter {
  DeviceId device;
  std::vector<std::uint8_t> frame;  ///< of a SyncRequest
  Signature signature;              ///< by the device, over `digest_of_letter`
  friend bool operator==(const Letter&, const Letter&) = default;
};
[[nodiscard]] Digest digest_of_letter(const SpaceId& space, const Letter& letter);
[[nodiscard]] std::vector<std::uint8_t> encode_letter(const Letter& letter);
[[nodiscard]] Result<Letter> decode_letter(std::span<const std::uint8_t> bytes);

/// For the server: the request inside, if the device with this key signed the letter and it asks
/// for nothing that only a device itself may. Errors: `bad_signature`, `malformed`, and those of
/// decode_message.
[[nodiscard]] Result<SyncRequest> read_letter(const SpaceId& space, const Letter& letter,
                                              const PublicKey& device_key);

// ---- what travels -------------------------------------------------------------------------------

/// Says to those with the key which document it is, and nothing to others. Zero: for the server.
struct PartLabel {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const PartLabel& a, const PartLabel& b) noexcept {
    return a.bytes == b.bytes;
  }
  friend bool operator<(const PartLabel& a, const PartLabel& b) noexcept {
    return a.bytes < b.bytes;
  }
};
[[nodiscard]] PartLabel label_of(const SealKey& document);

struct SealedPart {
  PartLabel label;
  std::vector<std::uint8_t> sealed;
  friend bool operator==(const SealedPart&, const SealedPart&) = default;
};

struct Bundle {
  SpaceId space;
  std::vector<SealedPart> parts;  ///< the server's first, then by label; no label twice
  friend bool operator==(const Bundle&, const Bundle&) = default;
};
[[nodiscard]] std::vector<std::uint8_t> encode_bundle(const Bundle& bundle);
/// Errors: `truncated`, `malformed`, `trailing_bytes`, `limit_exceeded`, `wrong_version`,
/// `checksum`.
[[nodiscard]] Result<Bundle> decode_bundle(std::span<const std::uint8_t> bytes);
/// The name of a bundle, over its bytes.
[[nodiscard]] Digest digest_bundle(std::span<const std::uint8_t> bytes);

[[nodiscard]] std::vector<std::uint8_t> seal_handout(const SealKey& key, const Handout& handout);
[[nodiscard]] Result<Handout> open_handout(const SealKey& key,
                                           std::span<const std::uint8_t> sealed);

/// Bundles one after the other, as a file holds them.
struct ExchangeFile {
  SpaceId space;
  std::vector<std::vector<std::uint8_t>> bundles;
  friend bool operator==(const ExchangeFile&, const ExchangeFile&) = default;
};
/// `limit_exceeded`: more than kExchangeFileBytesMax.
[[nodiscard]] Result<std::vector<std::uint8_t>> encode_exchange_file(const ExchangeFile& file);
/// Errors: as of decode_bundle. The bundles themselves are not looked into.
[[nodiscard]] Result<ExchangeFile> decode_exchange_file(std::span<const std::uint8_t> bytes);

}  // namespace insieme::sync
