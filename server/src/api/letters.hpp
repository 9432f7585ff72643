#pragma once
// Letters that a device carries for others (docs/exchange.md).

#include <functional>
#include <optional>
#include <vector>

#include "insieme/server/api.hpp"

namespace insieme::server {

/// Load and commit of one machine in one write transaction.
using TurnPerformer = std::function<sync::ServerAction(
    const Services&, const Caller&, const TurnNotes&, sync::ServerSync&, const sync::LoadAction&)>;

/// One result per letter, in order. A letter may come any number of times, through any number of
/// hands: what is known already is a duplicate. Throws StorageFailure.
[[nodiscard]] std::vector<sync::LetterResult> read_letters(
    const Services& services, const std::vector<std::vector<std::uint8_t>>& letters, bool has_room,
    const TurnPerformer& perform);

/// What became of a letter that came by itself; and what its author would have been answered, if it
/// is one that can be judged.
struct JudgedLetter {
  sync::LetterResult result;
  sync::DeviceId author;
  std::optional<sync::SyncReply> answer;
};
/// As above; but one of which any change is refused is not taken.
[[nodiscard]] JudgedLetter judge_letter(const Services& services,
                                        const std::vector<std::uint8_t>& sealed, bool has_room,
                                        const TurnPerformer& perform);
/// With the room there is, in a transaction of its own.
[[nodiscard]] JudgedLetter judge_letter(const Services& services,
                                        const std::vector<std::uint8_t>& sealed);

}  // namespace insieme::server
