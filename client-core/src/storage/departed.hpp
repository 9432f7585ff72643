#pragma once
// Own work of documents that have left this device: the server said that it has it, but until a
// backup covers it, this may be the only copy that a server put back from an old one can be healed
// with. Nobody is shown it. And late work that is to be sent (late_work.hpp).

#include <set>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// The document is about to be dropped. Its changes are kept as they are, and in a form that needs
/// nothing of it, should the others have gone on without them by the time that they are wanted.
void keep_departed(Core& core, Documents& documents, std::int64_t document);
/// What the order names of it goes, `redaction_of` being as it is with that order. A body of which
/// nothing is left goes, its header stays: chains must stay whole. Of a whole dossier only what is
/// being offered to a server stays, as headers.
void redact_departed(Core& core, const sync::ErasureOrder& order);
/// A backup holds the server's log up to there.
void forget_departed(Core& core, std::uint64_t covered);
/// The server may have lost all of it. What its vouchers cover is given back, as far as they are
/// proven by what was kept; the rest is pushed and judged.
void offer_departed(Core& core);

/// What a voucher of a document that has left covers of its kept changes, in their order.
struct DepartedWork {
  sync::Voucher voucher;
  sync::DossierSecret secret;
  std::vector<sync::Change> changes;
};
[[nodiscard]] std::vector<DepartedWork> departed_to_heal(Core& core);
/// What became of it; true if the answer was to such a change.
bool settle_departed_healed(Core& core, const sync::PushResult& result);

[[nodiscard]] bool has_departed_to_offer(Core& core);
/// As much of it as fits; with the keys of dossiers that the server may not know any more.
void gather_departed(Core& core, const sync::GatherAction& limits, sync::Gathered& out);
/// True if the answer was to such a change.
[[nodiscard]] bool settle_departed(Core& core, const sync::PushResult& result);

}  // namespace insieme::client
