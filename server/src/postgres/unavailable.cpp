// In place of the rest of this folder where libpq is not installed.
#include "insieme/server/postgres_repository.hpp"
#include "postgres/copy_space.hpp"

namespace insieme::server {
namespace {

Error without_libpq() {
  return {ErrorCode::unavailable, "this insieme-server was built without PostgreSQL (libpq)"};
}

}  // namespace

Status create_postgres_space(const std::string&, const sync::SpaceId&, const std::string&,
                             std::int64_t) {
  return without_libpq();
}

Result<std::unique_ptr<Repository>> open_postgres_repository(const std::string&,
                                                             const sync::SpaceId&, Roles, Clock,
                                                             SnapshotPolicy) {
  return without_libpq();
}

Result<std::uint64_t> copy_space_to_postgres(sql::Connection&, const std::string&) {
  return without_libpq();
}

}  // namespace insieme::server
