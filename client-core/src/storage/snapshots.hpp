#pragma once
// Snapshots in a store: their arrival piece by piece, their installation, the folding of a log that
// everybody has seen, and what the device acknowledges.

#include "storage/documents.hpp"

namespace insieme::client {

/// Takes a piece. With the last one the document stands on the snapshot, its unsent changes on top.
/// False: the snapshot is not what it says and nothing was changed; an alarm tells, and the changes
/// have to be received one by one.
[[nodiscard]] bool receive_part(Core& core, Documents& documents, const sync::SnapshotPart& part);
/// Notes what the server declares stable, and folds it once it is worth the work.
void note_stable(Core& core, Documents& documents, const sync::Acknowledgement& stable);
/// What this store can vouch for and has not told yet: all that it has of documents without unsent
/// work, as far as no open draft has seen less.
[[nodiscard]] std::vector<sync::Acknowledgement> due_acknowledgements(Core& core);
void note_acknowledged(Core& core, Documents& documents,
                       const std::vector<sync::Acknowledgement>& told);
/// A folded document whose history is not the server's: forgets it, so that it comes again as a
/// log. Own changes are kept and offered again, as they are: unsent ones have been authored again
/// before (reauthor.hpp) if the id they stood under may be a twin's too. The store goes on under a
/// new replica id, since a server does not send a replica what it wrote itself.
void forget_document(Core& core, Documents& documents, OpenDocument& document);
/// The same once the answers of a reply are noted.
void note_to_forget(Core& core, std::int64_t document);
/// Whether there was one.
bool forget_noted(Core& core, Documents& documents);
/// The same for every document in which something is folded that the server has another branch of.
void forget_other_branches(Core& core, Documents& documents);

}  // namespace insieme::client
