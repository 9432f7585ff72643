#include "insieme/server/move_space.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include "insieme/server/postgres_repository.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/verify.hpp"
#include "postgres/copy_space.hpp"
#include "storage/sqlite_database.hpp"

namespace insieme::server {
namespace {

bool equal(const VerifiedDocument& a, const VerifiedDocument& b) {
  return a.document == b.document && a.count == b.count && a.history == b.history &&
         a.state == b.state && a.hollow == b.hollow;
}

/// Positions, hashes, and every document replayed on both sides.
Status compare(Repository& from, Repository& to) {
  const SpaceInfo a = from.space();
  const SpaceInfo b = to.space();
  if (a.position != b.position || !(a.log_hash == b.log_hash) || a.epoch != b.epoch) {
    return {ErrorCode::conflict, "the logs differ: position " + std::to_string(a.position) +
                                     " in the file, " + std::to_string(b.position) +
                                     " in PostgreSQL"};
  }
  const VerifyReport left = verify_repository(from, {});
  const VerifyReport right = verify_repository(to, {});
  for (const VerifyReport* report : {&left, &right}) {
    if (!report->records_ok()) return {ErrorCode::conflict, "verify: " + report->faults.front()};
  }
  // An audit that somebody changed is taken along as it is.
  const bool same = left.audit_faults == right.audit_faults && left.entries == right.entries &&
                    left.manifests == right.manifests &&
                    std::equal(left.documents.begin(), left.documents.end(),
                               right.documents.begin(), right.documents.end(), equal);
  if (!same) return {ErrorCode::conflict, "the documents or the audits differ"};
  return {};
}

Status append_address(const DataDir& dir, const std::string& address) {
  const std::string wanted = "database = " + address;
  std::ifstream present(dir.config());
  for (std::string line; std::getline(present, line);) {
    if (line == wanted) return {};
  }
  std::ofstream stream(dir.config(), std::ios::app);
  stream << wanted << '\n';
  if (!stream.flush()) return {ErrorCode::storage_failure, dir.config() + ": cannot be written"};
  return {};
}

}  // namespace

Result<MovedSpace> move_space_to_postgres(const DataDir& dir, const std::string& address,
                                          const Roles& roles, const Clock& clock) {
  if (!std::filesystem::exists(dir.database())) {
    return Error{ErrorCode::not_found, dir.database() + " is not there"};
  }
  INSIEME_TRY_ASSIGN(const DataLock no_server, DataLock::take_now(dir));
  MovedSpace moved;
  auto from_file = open_sqlite_writer(dir.database());
  std::optional<sql::Transaction> nobody_writes(std::in_place, *from_file, 0);
  auto copied = copy_space_to_postgres(*from_file, address);
  if (copied.ok()) {
    moved.rows = *copied;
  } else if (copied.error().code != ErrorCode::already_exists) {
    return copied.error();
  }
  {
    INSIEME_TRY_ASSIGN(const auto from, open_sqlite_repository(dir.database(), roles, clock));
    const sync::SpaceId space = from->space().id;
    INSIEME_TRY_ASSIGN(const auto to, open_postgres_repository(address, space, roles, clock));
    INSIEME_TRY(compare(*from, *to));
    moved.position = to->space().position;
    moved.documents = to->counts().documents;
    INSIEME_TRY(write_space(dir, space));
    nobody_writes.reset();
    from_file.reset();
    from->checkpoint();
  }
  INSIEME_TRY(append_address(dir, address));
  // Last: as long as the file has its name, nothing but this function was interrupted.
  moved.kept = dir.database() + ".moved";
  std::error_code failed;
  std::filesystem::rename(dir.database(), moved.kept, failed);
  if (failed) return Error{ErrorCode::storage_failure, moved.kept + ": " + failed.message()};
  return moved;
}

}  // namespace insieme::server
