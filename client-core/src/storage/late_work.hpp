#pragma once
// Own work of documents that do not come to this device any more, and that the others have gone on
// without: it can be put on top of nothing here. It goes to whoever decides, in a form that needs
// nothing of the document: what its author had seen is said in full, and an edit of a text brings
// the text that it was made in. ADR 0026.

#include <optional>
#include <vector>

#include "insieme/sync/protocol.hpp"
#include "storage/documents.hpp"

namespace insieme::client {

/// The operations of a change of the document's log, of which `deps` are the full deps, in that
/// form. The document must be as it was with it.
[[nodiscard]] std::vector<sync::Operation> standing_alone(Documents& documents,
                                                          std::int64_t document,
                                                          const sync::Change& change,
                                                          const sync::VersionVector& deps);

/// The server said where these documents end for what it did not take. Where nothing of them comes
/// here any more, unsent work leaves the log for `departed`, authored again on those ends under
/// replica ids of its own, with its authors, stamps and acts; so does what had left before and was
/// not taken. The rest stays for `reauthor_what_waits`. What waited for a server that can say so is
/// offered once more. The reply's answers are settled; nothing is dirty afterwards.
void author_late_work(Core& core, Documents& documents, const sync::SyncReply& reply);

/// Late work that is still to be sent.
[[nodiscard]] std::int64_t count_late_work(Core& core);

}  // namespace insieme::client
