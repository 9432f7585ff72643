#pragma once
// The causal heads of documents: tables `documents` and `heads`.

#include <vector>

#include "storage/sql.hpp"
#include "insieme/sync/server_sync.hpp"

namespace insieme::server {

[[nodiscard]] sync::Frontier load_frontier(sql::Connection& db, std::int64_t space,
                                           const sync::DocumentId& document);
/// `frontier` as it is after `changes`; heads of other replicas are as they were.
void save_frontier(sql::Connection& db, std::int64_t space, const sync::DocumentId& document,
                   const sync::Frontier& frontier, const std::vector<sync::NewChange>& changes);

}  // namespace insieme::server
