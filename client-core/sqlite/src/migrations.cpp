#include "insieme/sqlite/migrations.hpp"

#include <sqlite3.h>

#include <string>

#include "detail.hpp"
#include "insieme/sqlite/transaction.hpp"

namespace insieme::sqlite {

namespace {

std::int64_t version_of(Connection& connection) {
  return detail::query_int64(connection.native_handle(), "PRAGMA user_version");
}

void require_contiguous(std::span<const Migration> migrations) {
  int expected = 1;
  for (const Migration& migration : migrations) {
    if (migration.number != expected++) {
      detail::throw_misuse("migrations must be numbered 1, 2, 3 … without a gap");
    }
  }
}

void require_not_newer(std::int64_t version, std::span<const Migration> migrations) {
  if (version < 0 || version > static_cast<std::int64_t>(migrations.size())) {
    throw Error(ErrorKind::schema_newer, SQLITE_ERROR,
                "the database has version " + std::to_string(version) +
                    ", this program knows versions up to " + std::to_string(migrations.size()));
  }
}

// Applies one step, the first that is still missing once the write lock is held: another process
// may have been faster. True if there was one.
bool apply_next(Connection& connection, std::span<const Migration> migrations) {
  Transaction transaction(connection, Transaction::Kind::immediate);
  const std::int64_t version = version_of(connection);
  require_not_newer(version, migrations);
  if (version == static_cast<std::int64_t>(migrations.size())) {
    return false;
  }
  const Migration& migration = migrations[static_cast<std::size_t>(version)];
  std::string context = "migration " + std::to_string(migration.number) + " (";
  context.append(migration.name).append(")");
  detail::execute(connection.native_handle(), migration.sql, context);
  if (!connection.in_transaction()) {
    detail::throw_misuse(context + " ended its transaction");
  }
  detail::execute(connection.native_handle(),
                  "PRAGMA user_version=" + std::to_string(migration.number), context);
  transaction.commit();
  return true;
}

}  // namespace

int migrate(Connection& connection, std::span<const Migration> migrations) {
  require_contiguous(migrations);
  if (connection.in_transaction()) {
    detail::throw_misuse("migrations cannot run inside a transaction");
  }
  // Asked without the write lock first: a current or newer database is the usual case, and a
  // read-only one must work too.
  const std::int64_t version = version_of(connection);
  require_not_newer(version, migrations);
  if (version == static_cast<std::int64_t>(migrations.size())) {
    return 0;
  }
  int applied = 0;
  while (apply_next(connection, migrations)) {
    ++applied;
  }
  return applied;
}

}  // namespace insieme::sqlite
