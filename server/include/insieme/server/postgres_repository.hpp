#pragma once
// The repository in a PostgreSQL database (15 or newer, encoded in UTF-8). Several server processes
// may use it at once, and it may hold several spaces. Built without libpq, both functions give
// `unavailable`.
//
// An address is `postgres://USER@HOST:PORT/DATABASE?…` as libpq reads it; it never holds the
// password, for addresses show up in lists of processes: libpq takes it from a password file
// (`passfile=` in the address, PGPASSFILE, ~/.pgpass) or from PGPASSWORD.

#include <memory>
#include <string>

#include "insieme/server/repository.hpp"

namespace insieme::server {

/// Migrates if needed and writes the row of a new space. `already_exists` if it is there;
/// `invalid_argument` for an address that cannot be read. Throws StorageFailure.
[[nodiscard]] Status create_postgres_space(const std::string& address, const sync::SpaceId& id,
                                           const std::string& name, std::int64_t now_ms);

/// Migrates if needed. `not_found` when the database does not hold the space; `invalid_argument`
/// for an address that cannot be read. Throws StorageFailure. A connection that is lost is made
/// anew by the next operation; who has to wait for another server for 10 s gets `busy`.
[[nodiscard]] Result<std::unique_ptr<Repository>> open_postgres_repository(
    const std::string& address, const sync::SpaceId& space, Roles roles, Clock clock,
    SnapshotPolicy snapshots = {});

}  // namespace insieme::server
