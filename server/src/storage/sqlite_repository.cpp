#include "insieme/server/sqlite_repository.hpp"

#include <utility>

#include "insieme/sqlite/migrations.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kIdleReadersMax = 16;

sqlite::Connection open_writer(const std::string& path) {
  sqlite::OpenOptions options;
  options.path = path;
  options.synchronous = sqlite::Synchronous::full;
  options.busy_timeout_ms = 10'000;
  options.cache_kib = 16 * 1024;
  sqlite::Connection connection = sqlite::Connection::open(options);
  sqlite::migrate(connection, server_migrations());
  return connection;
}

ErrorCode code_of(sqlite::ErrorKind kind) noexcept {
  switch (kind) {
    case sqlite::ErrorKind::busy: return ErrorCode::busy;
    case sqlite::ErrorKind::full: return ErrorCode::storage_full;
    case sqlite::ErrorKind::schema_newer: return ErrorCode::storage_newer;
    case sqlite::ErrorKind::misuse:
    case sqlite::ErrorKind::constraint: return ErrorCode::internal;
    case sqlite::ErrorKind::io:
    case sqlite::ErrorKind::corrupt_or_key:
    case sqlite::ErrorKind::interrupted:
    case sqlite::ErrorKind::other: break;
  }
  return ErrorCode::storage_failure;
}

}  // namespace

void rethrow(const sqlite::Error& error) {
  throw StorageFailure(code_of(error.kind()), error.what());
}

SqliteRepository::SqliteRepository(std::string path, sqlite::Connection writer, std::int64_t space,
                                   Roles roles, Clock clock, SnapshotPolicy snapshots)
    : path_(std::move(path)),
      space_(space),
      roles_(std::move(roles)),
      clock_(std::move(clock)),
      snapshots_(snapshots),
      writer_(std::move(writer)) {}

SqliteRepository::Lease::Lease(SqliteRepository& repository) : repository_(repository) {
  {
    const std::lock_guard lock(repository_.readers_mutex_);
    if (!repository_.readers_.empty()) {
      connection_ = std::move(repository_.readers_.back());
      repository_.readers_.pop_back();
      return;
    }
  }
  sqlite::OpenOptions options;
  options.path = repository_.path_;
  options.mode = sqlite::Mode::read_write;  // a reader of a WAL must be able to create its index
  options.cache_kib = 4 * 1024;
  connection_ = std::make_unique<sqlite::Connection>(sqlite::Connection::open(options));
}

SqliteRepository::Lease::~Lease() {
  const std::lock_guard lock(repository_.readers_mutex_);
  if (repository_.readers_.size() < kIdleReadersMax) {
    repository_.readers_.push_back(std::move(connection_));
  }
}

std::string SqliteRepository::integrity_check() {
  try {
    const Lease lease(*this);
    return lease.connection().integrity_check();
  } catch (const sqlite::Error& error) {
    rethrow(error);
  }
}

void SqliteRepository::backup_to(const std::string& path) {
  try {
    const Lease lease(*this);
    lease.connection().backup_to(path);
  } catch (const sqlite::Error& error) {
    rethrow(error);
  }
}

void SqliteRepository::checkpoint() {
  const std::lock_guard lock(writer_mutex_);
  {
    const std::lock_guard readers(readers_mutex_);
    readers_.clear();
  }
  try {
    writer_.checkpoint();
  } catch (const sqlite::Error& error) {
    rethrow(error);
  }
}

Status create_space(const std::string& path, const sync::SpaceId& id, const std::string& name,
                    std::int64_t now_ms) {
  try {
    sqlite::Connection db = open_writer(path);
    sqlite::Transaction transaction(db);
    sqlite::Statement& any = db.cached("SELECT 1 FROM spaces");
    {
      const sqlite::ResetGuard guard(any);
      if (any.step()) return {ErrorCode::already_exists, "the database holds a space already"};
    }
    const sync::Digest zero;
    db.cached("INSERT INTO spaces(uuid, name, epoch, position, log_hash, log_bytes, created_ms)"
              " VALUES(?,?,1,0,?,0,?)")
        .bind_all(id.bytes, name, zero.bytes, now_ms)
        .run();
    transaction.commit();
    return {};
  } catch (const sqlite::Error& error) {
    rethrow(error);
  }
}

Result<std::unique_ptr<Repository>> open_sqlite_repository(const std::string& path, Roles roles,
                                                           Clock clock,
                                                           SnapshotPolicy snapshots) {
  try {
    sqlite::Connection db = open_writer(path);
    std::int64_t space = 0;
    {
      sqlite::Statement& row = db.cached("SELECT space FROM spaces ORDER BY space LIMIT 1");
      const sqlite::ResetGuard guard(row);
      if (!row.step()) return Error{ErrorCode::not_found, "the database holds no space"};
      space = row.get_int64(0);
    }
    std::unique_ptr<Repository> repository = std::make_unique<SqliteRepository>(
        path, std::move(db), space, std::move(roles), std::move(clock), snapshots);
    return repository;
  } catch (const sqlite::Error& error) {
    rethrow(error);
  }
}

}  // namespace insieme::server
