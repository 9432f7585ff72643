#pragma once
// What was opened of sensitive sections, until the server has it in its access log.

#include <vector>

#include "storage/core.hpp"

namespace insieme::client {

/// Whether one of them has no line for today with this purpose. Reads only.
[[nodiscard]] bool has_new_opening(Core& core, const std::vector<sync::DocumentId>& documents,
                                   const std::string& purpose);
/// Refuses with `limit_exceeded` when too many wait.
void note_openings(Core& core, const std::vector<sync::DocumentId>& documents,
                   const std::string& purpose);
[[nodiscard]] std::vector<Opening> unsent_openings(Core& core, std::size_t limit);
void openings_told(Core& core, const std::vector<Opening>& openings);
[[nodiscard]] std::uint64_t count_unsent_openings(Core& core);

}  // namespace insieme::client
