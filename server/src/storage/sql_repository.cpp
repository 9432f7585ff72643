#include <algorithm>
#include <utility>

#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kIdleReadersMax = 16;

}  // namespace

SqlRepository::SqlRepository(std::unique_ptr<sql::Database> database,
                             std::unique_ptr<sql::Connection> writer, std::int64_t space,
                             Roles roles, Clock clock, SnapshotPolicy snapshots)
    : database_(std::move(database)),
      space_(space),
      roles_(std::move(roles)),
      roles_digest_(roles_.digest()),
      clock_(std::move(clock)),
      snapshots_(snapshots),
      writer_(std::move(writer)) {}

SqlRepository::Lease::Lease(SqlRepository& repository) : repository_(repository) {
  {
    const std::lock_guard lock(repository_.readers_mutex_);
    if (!repository_.readers_.empty()) {
      connection_ = std::move(repository_.readers_.back());
      repository_.readers_.pop_back();
      return;
    }
  }
  connection_ = repository_.database_->connect_reader();
}

SqlRepository::Lease::~Lease() {
  const std::lock_guard lock(repository_.readers_mutex_);
  if (repository_.readers_.size() < kIdleReadersMax) {
    repository_.readers_.push_back(std::move(connection_));
  }
}

std::string SqlRepository::integrity_check() {
  const Lease lease(*this);
  return database_->integrity_check(lease.connection());
}

void SqlRepository::backup_to(const std::string& path) {
  const Lease lease(*this);
  database_->backup_to(lease.connection(), path);
}

Status SqlRepository::note_backup(std::uint64_t position) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    const SpaceInfo space = load_space(db, space_);
    if (position > space.position) {
      return {ErrorCode::invalid_argument, "the log ends at position " +
                                               std::to_string(space.position) +
                                               ": no backup of it can hold more"};
    }
    log.audit("operator", "note backup", std::to_string(position));
    if (position <= space.covered_position) return {};
    db.cached("INSERT INTO covered(space, dossier, section, replica, seq)"
              " SELECT space, dossier, section, replica, max(seq) FROM log"
              " WHERE space = ? AND position > ? AND position <= ? AND kind <= 3"
              " GROUP BY space, dossier, section, replica"
              " ON CONFLICT(space, dossier, section, replica) DO UPDATE SET seq = excluded.seq")
        .bind_all(space_, i64(space.covered_position), i64(position))
        .run();
    db.cached("UPDATE spaces SET covered_position = ? WHERE space = ?")
        .bind_all(i64(position), space_)
        .run();
    return {};
  });
}

std::uint64_t SqlRepository::raise_epoch(const std::string& reason, std::uint64_t at_least) {
  std::uint64_t epoch = 0;
  const Status raised = write([&](sql::Connection& db, LogWriter& log) -> Status {
    epoch = std::max(load_space(db, space_).epoch + 1, at_least);
    db.cached("UPDATE spaces SET epoch = ? WHERE space = ?").bind_all(i64(epoch), space_).run();
    log.audit("operator", "raise epoch", reason);
    // The copy may hold codes that were withdrawn after it was made.
    db.cached("DELETE FROM invitations WHERE space = ? AND used_by IS NULL").bind_all(space_).run();
    return {};
  });
  static_cast<void>(raised);
  return epoch;
}

std::uint64_t SqlRepository::schema_version() {
  const Lease lease(*this);
  return u64(database_->schema_version(lease.connection()));
}

void SqlRepository::checkpoint() {
  const std::lock_guard lock(writer_mutex_);
  {
    const std::lock_guard readers(readers_mutex_);
    readers_.clear();
  }
  database_->checkpoint(*writer_);
}

}  // namespace insieme::server
