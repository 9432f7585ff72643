#pragma once
// Every limit of the engine and the protocol, in one place. Limits are checked when a change is
// authored as well as when one is received, so that what can be saved can be sent.

#include <cstddef>
#include <cstdint>

namespace insieme::sync {

inline constexpr std::size_t kSectionBytesMax = 32;
inline constexpr std::size_t kNameBytesMax = 64;     ///< record types and fields
inline constexpr std::size_t kAuthorBytesMax = 64;
inline constexpr std::size_t kReasonBytesMax = 2'000;
inline constexpr std::size_t kStringBytesMax = 64 * 1024;   ///< one string value
inline constexpr std::size_t kBytesValueMax = 1024;         ///< one bytes value: digests, keys
inline constexpr std::size_t kTextBytesMax = 512 * 1024;    ///< a whole text field
inline constexpr std::size_t kSpliceBytesMax = 256 * 1024;  ///< one inserted run
inline constexpr std::size_t kSplicesPerOpMax = 4'096;
inline constexpr std::size_t kTextEventsMax = 2'000'000;  ///< of one text, not folded
inline constexpr std::size_t kTextSplicesMax = 8'000'000;
inline constexpr std::size_t kTextLogBytesMax = 64'000'000;  ///< the same in columns
inline constexpr std::size_t kOpsPerChangeMax = 4'096;
inline constexpr std::size_t kDotsPerResolutionMax = 4'096;
inline constexpr std::size_t kReplicasPerDocumentMax = 10'000;
inline constexpr std::size_t kHeaderBytesMax = 384 * 1024;  ///< kReplicasPerDocumentMax deps
inline constexpr std::size_t kBodyBytesMax = 768 * 1024;    ///< the operations of one change
inline constexpr std::size_t kChangesPerTransactionMax = 64;
/// All changes of one transaction: it travels whole, so it must fit into any message.
inline constexpr std::size_t kTransactionBytesMax = 2 * 1024 * 1024;
inline constexpr std::size_t kChangesPerMessageMax = 2'000;
inline constexpr std::size_t kMessageBytesMax = 4 * 1024 * 1024;   ///< decompressed
inline constexpr std::size_t kFrameBytesMax = 4 * 1024 * 1024;     ///< on the wire
inline constexpr std::size_t kMessageBytesTarget = 512 * 1024;     ///< where a sender stops filling
inline constexpr std::size_t kWaitingChangesMax = 10'000;          ///< per document, causal buffer
inline constexpr std::int64_t kCounterDeltaMax = std::int64_t{1} << 53;
inline constexpr std::uint64_t kEscrowAmountMax = std::uint64_t{1} << 53;
inline constexpr std::size_t kEventsPerMessageMax = 4'096;
inline constexpr std::size_t kSecretsPerMessageMax = 4'096;
inline constexpr std::size_t kVouchersPerMessageMax = 256;
inline constexpr std::size_t kHealingChangesMax = 5'000;  ///< most of them as headers alone
inline constexpr std::size_t kVouchedHollowMax = 10'000;  ///< of one document; with more, none
inline constexpr std::size_t kSectionsPerDossierMax = 64;
inline constexpr std::size_t kErasureTargetsMax = 1'024;       ///< parts that one order names
inline constexpr std::size_t kErasuresPerMessageMax = 256;
inline constexpr std::size_t kGroundsPerMessageMax = 256;
inline constexpr std::size_t kGroundHeadsMax = 20'000;  ///< of all grounds of a reply
inline constexpr std::size_t kSealedOrderBytesMax = 128 * 1024;
inline constexpr std::size_t kUnknownOpBytesMax = 64 * 1024;
inline constexpr std::size_t kSnapshotBytesMax = 64 * 1024 * 1024;  ///< before compression
inline constexpr std::size_t kSnapshotFieldsMax = 1'000'000;  ///< of all records of a document
inline constexpr std::size_t kSnapshotPartBytesMax = 256 * 1024;
/// Of a blob: a photo, a signature, a voice note.
inline constexpr std::size_t kBlobBytesMax = 20 * 1024 * 1024;
inline constexpr std::size_t kBlobChunkBytes = 256 * 1024;   ///< sealed one by one
inline constexpr std::size_t kBlobPieceBytesMax = 1024 * 1024;  ///< that one request brings or asks
inline constexpr std::size_t kExchangeGrantsPerMessageMax = 512;
inline constexpr std::size_t kLettersPerMessageMax = 16;
inline constexpr std::size_t kLetterBytesMax = 3 * 1024 * 1024;    ///< sealed for the server
inline constexpr std::size_t kBundleBytesMax = 12 * 1024 * 1024;   ///< one hand-out
inline constexpr std::size_t kBundlePartsMax = 4'096;
inline constexpr std::size_t kExchangeFileBytesMax = 256 * 1024 * 1024;
inline constexpr std::size_t kBundlesPerFileMax = 10'000;
inline constexpr std::size_t kExchangePieceBytesMax = 64 * 1024;   ///< of a bundle, in a session
inline constexpr std::size_t kExchangeFrameBytesMax = 1024 * 1024; ///< one frame of a session
inline constexpr std::size_t kExchangeListMax = 2'000;             ///< entries of one such frame
inline constexpr std::size_t kExchangeFramesMax = 100'000;         ///< of one session, either way
/// How long a device may exchange on the server's word without hearing from it again.
inline constexpr std::int64_t kExchangeGrantMs = std::int64_t{7} * 24 * 60 * 60 * 1000;
inline constexpr std::uint64_t kTurnsPerRunMax = 10'000;  ///< requests of one run of a client
/// Operations of all changes of one message: a few compressed bytes must not become a gigabyte.
inline constexpr std::size_t kOpsPerMessageMax = 160'000;

}  // namespace insieme::sync
