#pragma once
// What happened that the owner of the store should know of, as replies show it.

#include "commands/context.hpp"

namespace insieme::client::commands {

/// All that were not read yet: n, at, message_it, message_en.
[[nodiscard]] Outcome<json::array> notices_json(Store& store);

}  // namespace insieme::client::commands
