#include "restore.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "backup/sealed_file.hpp"
#include "durable.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/verify.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBeside[]{"-wal", "-shm"};

/// `server.db.before-20261127T110456Z`, which nothing has yet.
std::string name_for_present(const DataDir& dir, std::int64_t now_ms) {
  std::string time = to_rfc3339(now_ms).substr(0, 19) + "Z";
  time.erase(std::remove_if(time.begin(), time.end(), [](char c) { return c == '-' || c == ':'; }),
             time.end());
  std::string name = dir.database() + ".before-" + time;
  const std::string first = name;
  for (int i = 2; fs::exists(name); ++i) name = first + "-" + std::to_string(i);
  return name;
}

/// What is known of the database that is there: nothing if it cannot be read any more.
struct Present {
  std::optional<SpaceInfo> space;
};

Present look_at(const DataDir& dir, const Roles& roles, const Clock& clock) {
  if (!fs::exists(dir.database())) return {};
  try {
    auto opened = open_sqlite_repository(dir.database(), roles, clock);
    if (!opened.ok()) return {};
    const SpaceInfo space = (*opened)->space();
    (*opened)->checkpoint();
    return {space};
  } catch (const StorageFailure&) {
    return {};  // that is why it is to be put back
  }
}

Status check_copy(Repository& copy) {
  const std::string found = copy.integrity_check();
  if (found != "ok") return {ErrorCode::malformed, "the copy is damaged: " + found};
  const VerifyReport report = verify_repository(copy, {});
  if (!report.ok()) return {ErrorCode::malformed, "the copy is damaged: " + report.faults.front()};
  return {};
}

/// The copy, checked and with its new epoch, in a file of the data folder.
Result<RestoredSpace> prepare_checked(const std::string& aside, const Present& present,
                                      const Roles& roles, const Clock& clock,
                                      const std::string& copy) {
  RestoredSpace restored;
  INSIEME_TRY_ASSIGN(auto repository, open_sqlite_repository(aside, roles, clock));
  INSIEME_TRY(check_copy(*repository));
  const SpaceInfo space = repository->space();
  if (present.space && present.space->id != space.id) {
    return Error{ErrorCode::conflict, "the copy is of another space, \"" + space.name + "\""};
  }
  restored.position = space.position;
  const std::uint64_t before = present.space ? present.space->epoch : 0;
  restored.epoch = repository->raise_epoch("restored from " + fs::path(copy).filename().string(),
                                           before + 1);
  repository->checkpoint();
  return restored;
}

Result<RestoredSpace> prepare(const std::string& aside, const Present& present, const Roles& roles,
                              const Clock& clock, const std::string& copy) {
  try {
    return prepare_checked(aside, present, roles, clock, copy);
  } catch (const StorageFailure& failure) {
    return Error{failure.code(), copy + ": " + failure.what()};
  }
}

void remove_files(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
  fs::remove(path + ".part", ignored);
  for (const char* rest : kBeside) fs::remove(path + rest, ignored);
}

std::uint64_t carried_out(Repository& repository) {
  const auto all = repository.erasures();
  return static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [](const Erasure& one) {
        return one.state == ErasureState::carried_out;
      }));
}

/// The copy in clear, in the data folder.
Status bring(const std::string& copy, const std::string& aside, const sync::KeyPair& server,
             const std::optional<sync::SecretKey>& key) {
  if (is_sealed_file(copy)) {
    if (!key) {
      return {ErrorCode::wrong_key, copy + " is sealed: give --key-file, the key that "
                                           "insieme-server backup-key made"};
    }
    const auto opened = unseal_file(copy, aside, *key);
    if (!opened.ok()) return Error{opened.error().code, copy + ": " + opened.error().detail};
    if (opened->header.server == server.public_key) return {};
    return {ErrorCode::conflict, copy + " was written by a server with another key than this "
                                        "server.key"};
  }
  std::error_code failed;
  fs::copy_file(copy, aside, failed);
  if (failed) return {ErrorCode::storage_failure, aside + ": " + failed.message()};
  return {};
}

}  // namespace

Result<RestoredSpace> restore_space(const DataDir& dir, const std::string& copy,
                                    const Roles& roles, const Clock& clock,
                                    const std::optional<sync::SecretKey>& key) {
  std::error_code failed;
  if (!fs::is_regular_file(copy, failed)) return Error{ErrorCode::not_found, copy + " is no file"};
  if (fs::exists(dir.space())) {
    return Error{ErrorCode::conflict,
                 "the space is in PostgreSQL: put it back with its own tools, then run "
                 "insieme-server raise-epoch"};
  }
  if (!fs::exists(dir.key())) {
    return Error{ErrorCode::not_found, dir.key() + " is missing: put it back first, from where you "
                                                   "keep its copy. Tablets know the server by it"};
  }
  INSIEME_TRY_ASSIGN(const sync::KeyPair server, load_server_key(dir));
  INSIEME_TRY_ASSIGN(const DataLock no_server, DataLock::take_now(dir));
  const std::string aside = dir.database() + ".restoring";
  remove_files(aside);
  if (const Status brought = bring(copy, aside, server, key); !brought.ok()) {
    remove_files(aside);
    return brought.error();
  }
  const Present present = look_at(dir, roles, clock);
  auto prepared = prepare(aside, present, roles, clock, copy);
  for (const char* rest : kBeside) fs::remove(aside + rest, failed);
  if (!prepared.ok()) {
    remove_files(aside);
    return prepared.error();
  }
  RestoredSpace restored = *prepared;
  if (fs::exists(dir.database())) {
    restored.kept = name_for_present(dir, clock());
    for (const char* rest : kBeside) {
      const std::string beside = dir.database() + rest;
      if (fs::exists(beside)) fs::rename(beside, restored.kept + rest);
    }
    fs::rename(dir.database(), restored.kept);
  }
  fs::rename(aside, dir.database());
  sync_folder(dir.folder);
  // Opened as the server will open it: what was erased since the copy is erased in it, too.
  std::uint64_t known = 0;
  {
    INSIEME_TRY_ASSIGN(const auto bare, open_sqlite_repository(dir.database(), roles, clock));
    known = carried_out(*bare);
  }
  INSIEME_TRY_ASSIGN(const auto repository, open_repository(dir, roles, clock));
  restored.erasures = carried_out(*repository) - known;
  static_cast<void>(repository->clean_traces());
  repository->checkpoint();
  return restored;
}

}  // namespace insieme::server
