#pragma once
// Dossiers that somebody opened with a reason, for a while (docs/adr/0039): one's own, which go
// when their time is over, also without a network, and those of others, to be looked into.

#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// What the server says now takes the place of what it said; of new ones of others a notice tells.
void note_glasses(Core& core, const std::vector<Glass>& glasses);
/// The newest first.
[[nodiscard]] std::vector<Glass> read_glasses(Core& core);
/// Whether the server may have something to say: to those who decide on a dossier, or opened one.
[[nodiscard]] bool asks_for_glasses(Core& core);
/// Those of others that nobody has seen yet.
[[nodiscard]] std::uint64_t count_unseen_glasses(Core& core);

/// When the next of one's own is over, by the clock of `corrected_now_ms`; 0: there is none.
[[nodiscard]] std::int64_t next_glass_end(Core& core);
/// Their dossiers leave as after any withdrawal: unsent work first.
void end_due_glasses(Core& core, Documents& documents);
/// It left here by its time. The server may not have come so far, and still send something of it.
[[nodiscard]] bool has_gone_by_time(Core& core, const sync::DossierId& dossier);

}  // namespace insieme::client
