#pragma once
// Letters that a device carries for others (docs/exchange.md).

#include <functional>
#include <vector>

#include "insieme/server/api.hpp"

namespace insieme::server {

/// Load and commit of one machine in one write transaction.
using TurnPerformer = std::function<sync::ServerAction(
    const Services&, const Caller&, const TurnNotes&, sync::ServerSync&, const sync::LoadAction&)>;

/// One result per letter, in order. A letter may come any number of times, through any number of
/// hands: what is known already is a duplicate. `tells_refused`: a letter of which any change is
/// refused is not taken; otherwise its author hears of that at its own turn. Throws StorageFailure.
[[nodiscard]] std::vector<sync::LetterResult> read_letters(
    const Services& services, const std::vector<std::vector<std::uint8_t>>& letters, bool has_room,
    const TurnPerformer& perform, bool tells_refused = false);

/// One letter that came by itself. As above.
[[nodiscard]] sync::LetterResult judge_letter(const Services& services,
                                              const std::vector<std::uint8_t>& sealed);

}  // namespace insieme::server
