#pragma once
// What is checked where somebody writes into the space's own dossier, or a value of a code list.

#include "commands/context.hpp"
#include "insieme/schema/validate.hpp"

namespace insieme::client::commands {

/// The space's own dossier, where this person keeps it; otherwise why nothing is written there.
[[nodiscard]] Outcome<sync::DossierId> kept_space_dossier(Context& context);
/// A value of a list as it will be: its list is open, has room, and no other value of that name.
/// `code` and labels that are missing are told by the rules of the type.
[[nodiscard]] Check check_own_value(Context& context, const schema::RecordValues& after);

}  // namespace insieme::client::commands
