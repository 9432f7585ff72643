#pragma once
// The access log: who read and wrote which dossier, and who asked in vain.

#include <vector>

#include "insieme/server/repository.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// One more change of that document, in the note of its dossier and kind.
void add_note(std::vector<AccessNote>& notes, const sync::DocumentId& document, AccessKind kind);

/// Within the caller's write transaction.
void write_access(sql::Connection& db, std::int64_t space, const Caller& caller,
                  const std::vector<AccessNote>& notes, std::int64_t now_ms);

}  // namespace insieme::server
