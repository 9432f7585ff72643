#pragma once

#include "storage/sql.hpp"

namespace insieme::server {

/// The server's SQLite file, migrated; as the repository opens it. Throws StorageFailure.
[[nodiscard]] std::unique_ptr<sql::Connection> open_sqlite_writer(const std::string& path);

}  // namespace insieme::server
