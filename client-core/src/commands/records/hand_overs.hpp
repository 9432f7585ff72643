#pragma once
// A dossier that passes from one person to another: the record that two people agree on, and who
// may say what.

#include "commands/table.hpp"
#include "insieme/client/store_types.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::vector<CommandSpec> dossier_hand_over_commands();

/// Of late work: the hand-over by which its author lost the dossier, as far as it is known here:
/// `{record, from, to, reason, by, at}`; nothing where there is none.
[[nodiscard]] Outcome<std::optional<json::object>> hand_over_before(Context& context,
                                                                    const HeldChange& held);

}  // namespace insieme::client::commands
