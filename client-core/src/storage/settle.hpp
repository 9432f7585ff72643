#pragma once
// What the server's answers mean for what was sent.

#include <optional>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// What became of a pushed change.
void settle(Core& core, Documents& documents, const sync::PushResult& result);
/// Held or refused: what becomes of a change that is with nobody then. Nothing for other verdicts.
[[nodiscard]] std::optional<ChangeState> state_aside(sync::Verdict verdict) noexcept;
/// Moves a change that has a body aside, whole, with the reason why the server did not take it. Its
/// row of quarantine.
std::int64_t quarantine(Core& core, const sync::Change& change, const sync::PushResult& result,
                        ChangeState state);
/// The server holds or refused an own change: its body waits in quarantine, and it is hollow here.
void put_aside(Core& core, Documents& documents, OpenDocument& document,
               const LoggedChange& logged, const sync::PushResult& result, ChangeState state);
/// The operations of an own change that the server held or refused. Nothing: they were decided on,
/// or it is none.
[[nodiscard]] std::optional<std::vector<sync::Operation>> quarantined_ops(
    Core& core, const sync::ChangeHeader& header);
/// Such a change was accepted after all, by a server that had forgotten its verdict.
void leave_quarantine(Core& core, const sync::ChangeHeader& header);
/// Whether such a change still waits for a decision.
[[nodiscard]] bool waits_in_quarantine(Core& core, const sync::ChangeHeader& header);

/// What another device handed over stands in the server's log now. Hollow there: its body is with
/// nobody, so it goes here, too; own work that stands on its texts is offered beside it.
void confirm_exchanged(Core& core, Documents& documents, OpenDocument& document,
                       const LoggedChange& logged, std::int64_t position, bool hollow);

/// The server will not take own change `from` (a number) of the document as it is, nor what follows
/// it there, nor the other parts of their acts, nor what follows those: all of it may be authored
/// again, also if somebody carries it.
void release_handed(Core& core, std::int64_t document, std::int64_t from);

}  // namespace insieme::client
