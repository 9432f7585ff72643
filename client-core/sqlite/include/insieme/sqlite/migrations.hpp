#pragma once

#include <span>
#include <string_view>

#include "insieme/sqlite/connection.hpp"

namespace insieme::sqlite {

/// One step of a schema's history. Once released it never changes.
struct Migration {
  int number;             ///< 1, 2, 3 … without a gap
  std::string_view name;  ///< for error messages
  std::string_view sql;   ///< a script; must not begin or end transactions
};

/// Brings the database up to the last of `migrations` and returns how many were applied.
///
/// Each step is one immediate transaction that also sets user_version: killed at any moment, the
/// database is at an exact version, and the next call goes on from there. Two processes may
/// migrate at once: each step is applied by one of them.
///
/// Throws Error: schema_newer (the database is past the last migration; nothing is touched),
/// misuse (numbers not 1..n, a step that ends its transaction, or called inside a transaction),
/// and whatever a step's SQL throws, with number and name in what().
int migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace insieme::sqlite
