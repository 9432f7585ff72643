#pragma once
// What goes to the server, and what its answers mean for it.

#include "storage/documents.hpp"

namespace insieme::client {

/// The next request's content, oldest work first, whole acts. `numbers` receives changes.n.
[[nodiscard]] sync::Gathered gather(Core& core, const sync::GatherAction& limits,
                                    std::vector<std::int64_t>& numbers);
void note_sent(Core& core, const std::vector<std::int64_t>& numbers);
/// What became of a pushed change.
void settle(Core& core, Documents& documents, const sync::PushResult& result);
/// Where a grant's older changes are, as the server said it last.
void save_backfill(Core& core, const std::optional<sync::Backfill>& backfill);
[[nodiscard]] std::optional<sync::Backfill> load_backfill(Core& core);
/// Whether something is unsent that the server may take now.
[[nodiscard]] bool has_unsent(Core& core);
/// Own changes count as unsent again, and blocked ones get another chance.
void offer_everything_again(Core& core);

}  // namespace insieme::client
