#pragma once
// What the server's answers mean for what was sent.

#include <optional>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// What became of a pushed change.
void settle(Core& core, Documents& documents, const sync::PushResult& result);
/// The operations of an own change that the server held or refused. Nothing: they were decided on,
/// or it is none.
[[nodiscard]] std::optional<std::vector<sync::Operation>> quarantined_ops(
    Core& core, const sync::ChangeHeader& header);
/// Such a change was accepted after all, by a server that had forgotten its verdict.
void leave_quarantine(Core& core, const sync::ChangeHeader& header);
/// Whether such a change still waits for a decision.
[[nodiscard]] bool waits_in_quarantine(Core& core, const sync::ChangeHeader& header);

}  // namespace insieme::client
