#include <utility>

#include "storage/repository_impl.hpp"

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

void SqlRepository::checkpoint() {
  const std::lock_guard lock(writer_mutex_);
  {
    const std::lock_guard readers(readers_mutex_);
    readers_.clear();
  }
  database_->checkpoint(*writer_);
}

}  // namespace insieme::server
