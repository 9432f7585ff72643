#pragma once

#include <vector>

#include "insieme/server/repository.hpp"

namespace insieme::server {

/// What a page ships, and what was asked for and is not for whoever asked.
[[nodiscard]] std::vector<AccessNote> notes_of(const sync::PageRead& page,
                                               const sync::ReadAction& asked);

}  // namespace insieme::server
