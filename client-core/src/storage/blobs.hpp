#pragma once
// Bytes of blobs in the store: sealed as they travel, in rows beside the records that name them
// (docs/adr/0032). Within the caller's transaction.

#include <optional>
#include <vector>

#include "insieme/sync/sealed_blob.hpp"
#include "storage/documents.hpp"

namespace insieme::client {

/// Bytes that were put here. They are to be sent once a record names them; until then a draft does.
/// `limit_exceeded` (Refused): their dossier has no room for more.
void keep_blob(Core& core, const sync::DocumentId& document, const sync::SealedBlob& blob);
/// A record names it; its bytes are wanted unless they are here.
void note_named_blob(Core& core, const sync::DocumentId& document, const sync::BlobRef& reference);
/// The same of everything that a record's state holds.
void note_named_blobs(Core& core, const sync::DocumentId& document,
                      const sync::RecordState& state);

/// Bytes that were put here for a draft, and that none names any more, go.
void drop_drafted_blobs(Core& core);

/// All of one, if all of it is here.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> sealed_blob(Core& core,
                                                                   const sync::DocumentId& document,
                                                                   const sync::Digest& name);
[[nodiscard]] std::vector<BlobLine> blob_lines(Core& core);
[[nodiscard]] BlobCounts count_blobs(Core& core);

/// The next after number `after` that is to be sent, with the piece that the server lacks; `waits`:
/// not one that came to nothing just now.
[[nodiscard]] std::optional<BlobParcel> next_blob_to_send(Core& core, std::int64_t after,
                                                          bool waits);
/// The server has so much of it. What was kept only to be sent goes when it is whole there.
void note_blob_sent(Core& core, std::int64_t n, std::uint64_t received, bool whole);
/// Why the server did not take it. Lasting: it is not tried again by itself.
void note_blob_refused(Core& core, std::int64_t n, const std::string& why, bool lasting);

/// The next after number `after` of which bytes are wanted; those that were asked for in vain come
/// last.
[[nodiscard]] std::vector<BlobWanted> blobs_wanted(Core& core, std::size_t limit);
/// The bytes after those that are here. Whole, they are checked: what is not what it should be is
/// dropped, and asked for anew (false).
bool keep_blob_piece(Core& core, std::int64_t n, std::span<const std::uint8_t> piece);
void note_blob_absent(Core& core, std::int64_t n);

/// The document leaves this device: of its bytes only those stay that are still to be sent or that
/// a draft names, and nobody can open them here any more.
void drop_blobs(Core& core, const sync::DocumentId& document);
/// After an order was taken out of the rows: bytes that nothing names any more go, those of drafts
/// aside (`drop_drafted_blobs`).
void drop_unnamed_blobs(Core& core, Documents& documents, const sync::ErasureOrder& order);
/// The server may have lost all of them: it is asked.
void offer_blobs_again(Core& core);

}  // namespace insieme::client
