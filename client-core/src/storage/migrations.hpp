#pragma once

#include <span>

#include "insieme/sqlite/migrations.hpp"

namespace insieme::client {

/// The history of the store's fixed tables. Released steps never change; new ones are appended.
[[nodiscard]] std::span<const sqlite::Migration> store_migrations();

}  // namespace insieme::client
