#pragma once
// What the server's answers mean for what was sent.

#include "storage/documents.hpp"

namespace insieme::client {

/// What became of a pushed change.
void settle(Core& core, Documents& documents, const sync::PushResult& result);

}  // namespace insieme::client
