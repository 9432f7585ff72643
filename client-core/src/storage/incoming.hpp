#pragma once
// What comes from the server: changes and events of the space's log.

#include "storage/documents.hpp"

namespace insieme::client {

/// Applies one entry of the stream. Errors are ours or the server's bug and stop the sync. False: a
/// snapshot could not be used, and its changes have to be received one by one.
[[nodiscard]] bool receive(Core& core, Documents& documents, const sync::StreamItem& item);
/// What became of a change that another device handed over.
enum class Arrival : std::uint8_t { applied, known, waits, other_branch, unusable };
/// Applies it as everything else, if what it depends on is here; it counts as accepted once the
/// server says so. It was checked (`sync::check_handout`) and is complete.
[[nodiscard]] Arrival receive_exchanged(Core& core, Documents& documents, OpenDocument& document,
                                        const sync::Change& change);
/// Whether a digest was passed over for work that had no answer, or was to be given back, and that
/// is done now. True once.
[[nodiscard]] bool is_to_be_compared_again(Core& core);
/// Compares what the server says of documents with what is here; differences are reported and heal
/// by receiving everything again. Returns false if something differs. `folded` gets the folded
/// documents that do, for forget_document() once no unsent work stands on them.
bool compare_digests(Core& core, Documents& documents,
                     const std::vector<sync::DocumentDigest>& digests,
                     std::vector<sync::DocumentId>& folded);
/// Drops dossiers that were revoked, and sections that were taken from those that stay, once
/// nothing of them is unsent any more.
void drop_what_left(Core& core, Documents& documents);

}  // namespace insieme::client
