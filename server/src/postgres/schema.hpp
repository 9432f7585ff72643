#pragma once

#include "postgres/connection.hpp"

namespace insieme::server::postgres {

/// Forward by numbers, each step in one transaction and by one of the servers that start at once.
/// Throws StorageFailure, `storage_newer` when a newer release migrated the database.
void migrate(Connection& connection);

/// Number of the last step that was applied; 0: none.
[[nodiscard]] std::int64_t version_of(Connection& connection);

/// All but `spaces`.
[[nodiscard]] std::vector<std::string> partitioned_tables();

}  // namespace insieme::server::postgres
