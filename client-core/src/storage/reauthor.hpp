#pragma once
// A store that turned out to be a copy: another one wrote under the same replica id, and the server
// took that one's branch. What was written here after the fork is authored again under a new id.

#include "storage/documents.hpp"

namespace insieme::client {

/// Remembers that the server met another branch of this replica.
void note_fork(Core& core);
/// The same, if it is another device's: own work stands on what that one handed over here.
void note_other_branch(Core& core);
/// If a fork was noted and every change that was handed out has been answered: takes a new replica
/// id and authors all unsent changes again, with their authors, stamps, acts and what their authors
/// had seen. Accepted ones stay as they are: an increment must not count twice. The log is then
/// to be received anew from position 0, since the other branch was taken for this store's own.
/// Returns whether that happened.
bool reauthor_after_fork(Core& core);

/// The store gets its first account: what was written before, which nobody else has seen, becomes
/// that account's work.
void author_as(Core& core, const std::string& account);

/// Remembers that the others went on without this device: what it wrote does not stand on what all
/// of them have folded.
void note_late(Core& core);
/// Authors all unsent changes again, under a new replica id, on top of everything that is here once
/// `between` has run: with their authors, stamps, acts and what their authors had seen, but for
/// texts, whose edits are carried over to the text as it is now. Nothing may be handed out.
void reauthor_late(Core& core, const std::function<void(Documents&)>& between);
/// Once everything was received: the same if it was noted, and folded work that the server has
/// another branch of (`kept.offered` is 2) once all of its document is known. Not while anything is
/// handed out.
bool reauthor_what_waits(Core& core);

}  // namespace insieme::client
