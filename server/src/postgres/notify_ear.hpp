#pragma once
// LISTEN and NOTIFY between the servers of one database. A NOTIFY is sent after the commit, on a
// connection of its own: inside of a transaction it would hold up the commits of everybody.

#include <memory>
#include <string>

#include "insieme/server/news.hpp"

namespace insieme::server::postgres {

/// Never throws: without a connection it hears this process alone, and connects again.
[[nodiscard]] std::shared_ptr<CommitEar> make_notify_ear(const std::string& address,
                                                         const sync::SpaceId& space);

}  // namespace insieme::server::postgres
