#pragma once
// Documents out of the server's log, one at a time.

#include <functional>
#include <set>
#include <string>

#include "insieme/server/repository.hpp"
#include "insieme/sync/document.hpp"

namespace insieme::server {

/// Replays every document of the sections, in the order of their ids; a dossier whose key is gone
/// was erased and is left out. Errors: a change that does not follow from what stands before it
/// (`verify` says more).
[[nodiscard]] Status replay_documents(Repository& repository, const std::set<std::string>& sections,
                                      const std::function<void(const sync::Document&)>& visit);

}  // namespace insieme::server
