#pragma once
// Own changes that are folded. Until backups of the server cover them this may be the only place
// where they are whole: a server that is put back from an old copy is healed with them.

#include <cstdint>
#include <map>

#include "insieme/sync/version_vector.hpp"
#include "storage/core.hpp"

namespace insieme::client {

/// A change of the log is about to be folded, or its document forgotten: it is kept as it is.
/// `deps`: what it had seen, in full, for the changes before it may be gone by the time that it is
/// wanted. `offered`: as in the table.
void keep_folded(Core& core, std::int64_t change, const sync::VersionVector& deps,
                 std::int64_t offered = 0);

/// Whether the server has another branch of what is folded of a document.
[[nodiscard]] bool is_branch_elsewhere(Core& core, std::int64_t document);

/// A backup that was read again holds the server's log up to there. What the backup before it held
/// as well is not kept any longer: whoever has to put back the older of the two loses nothing
/// either. Of a change that a record names as the newest of this device's own only the place stays,
/// for receipts; what is part of an act that is not all folded stays whole.
void note_covered(Core& core, std::uint64_t covered);

/// Everything up to `position` was received and nothing was sent since: what the server has of what
/// is kept stands there or before. Told of changes whose place is not known.
void place_kept(Core& core, std::uint64_t position);

/// How many changes are kept whole.
[[nodiscard]] std::uint64_t kept_whole(Core& core);

/// By record of a document, the newest own change where nothing but its place is kept.
[[nodiscard]] std::map<sync::RecordId, std::int64_t> placed_only(Core& core,
                                                                 std::int64_t document);

}  // namespace insieme::client
