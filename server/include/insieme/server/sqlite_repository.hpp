#pragma once
// The repository in one SQLite file. Several processes may use the file at once.

#include <memory>
#include <string>

#include "insieme/server/repository.hpp"

namespace insieme::server {

/// Writes the first row of a new database: the space. `already_exists` if there is one.
[[nodiscard]] Status create_space(const std::string& path, const sync::SpaceId& id,
                                  const std::string& name, std::int64_t now_ms);

/// Migrates if needed. `not_found` when the database holds no space. Throws StorageFailure.
[[nodiscard]] Result<std::unique_ptr<Repository>> open_sqlite_repository(
    const std::string& path, Roles roles, Clock clock, SnapshotPolicy snapshots = {});

}  // namespace insieme::server
