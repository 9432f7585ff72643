#pragma once
// What the server's answers mean for what was sent.

#include "storage/documents.hpp"

namespace insieme::client {

/// What became of a pushed change.
void settle(Core& core, Documents& documents, const sync::PushResult& result);

/// What another device handed over stands in the server's log now. Hollow there: its body is with
/// nobody, so it goes here, too; own work that stands on its texts is offered beside it.
void confirm_exchanged(Core& core, Documents& documents, OpenDocument& document,
                       const LoggedChange& logged, std::int64_t position, bool hollow);

}  // namespace insieme::client
