#pragma once
// Which records of this device people said to be one person or one household.

#include <set>

#include "commands/context.hpp"
#include "insieme/reports/identities.hpp"

namespace insieme::client::commands {

using reports::Identities;
using reports::IdentityEdge;

/// Active edges that are held here (reports::active_edges).
[[nodiscard]] Outcome<std::set<IdentityEdge>> identity_edges(Context& context);

}  // namespace insieme::client::commands
