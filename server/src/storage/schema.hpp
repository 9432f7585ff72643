#pragma once

#include <span>

#include "insieme/sqlite/migrations.hpp"

namespace insieme::server {

/// The database's history, from the first release on. Text: docs/storage-format.md.
[[nodiscard]] std::span<const sqlite::Migration> server_migrations();

}  // namespace insieme::server
