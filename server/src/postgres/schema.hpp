#pragma once

#include <limits>

#include "postgres/connection.hpp"

namespace insieme::server::postgres {

/// Forward by numbers, all steps in one transaction and by one of the servers that start at once.
/// `up_to`: the last step, for tests that write as an older release did. Throws StorageFailure,
/// `storage_newer` when a newer release migrated the database.
void migrate(Connection& connection,
             std::int64_t up_to = std::numeric_limits<std::int64_t>::max());

/// Number of the last step that this program knows.
[[nodiscard]] std::int64_t newest_version() noexcept;

/// Number of the last step that was applied; 0: none.
[[nodiscard]] std::int64_t version_of(Connection& connection);

/// All but `spaces`.
[[nodiscard]] std::vector<std::string> partitioned_tables();

}  // namespace insieme::server::postgres
