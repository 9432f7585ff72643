#include "insieme/server/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "insieme/server/postgres_repository.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "ledger_copies.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kSeedBytes = 32;

/// Whole and durable, or not there: written aside, synced, renamed.
Status write_file(const std::string& path, std::string_view text, ::mode_t mode) {
  const std::string aside = path + ".new";
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return {ErrorCode::storage_failure, path + ": cannot be written"};
  bool written = true;
  while (!text.empty() && written) {
    const ::ssize_t count = ::write(file, text.data(), text.size());
    written = count > 0;
    if (written) text.remove_prefix(static_cast<std::size_t>(count));
  }
  written = written && ::fsync(file) == 0;
  written = ::close(file) == 0 && written;
  if (!written || ::rename(aside.c_str(), path.c_str()) != 0) {
    ::unlink(aside.c_str());
    return {ErrorCode::storage_failure, path + ": cannot be written"};
  }
  return {};
}

std::string commented_config(const std::string& postgres) {
  std::string text =
      "# insieme-server: settings, one \"key = value\" a line.\n"
      "# INSIEME_KEY in the environment beats this file, --key on the command line beats both.\n"
      "#\n";
  for (const ConfigKey& key : config_keys()) {
    text += "# " + std::string(key.name) + " = <" + std::string(key.kind) + ">   " +
            std::string(key.help) + "\n";
  }
  return postgres.empty() ? text : text + "database = " + postgres + "\n";
}

/// Tablets pin the server's key: another one in its place would lock all of them out.
Error lost_key(const DataDir& dir) {
  return {ErrorCode::storage_failure,
          dir.key() + " is missing, but the database is there. Put it back from your backup: "
                      "tablets know the server by this key, so none is made anew"};
}

bool has_lost_key(const DataDir& dir) {
  std::error_code ignored;
  return (std::filesystem::exists(dir.database(), ignored) ||
          std::filesystem::exists(dir.space(), ignored)) &&
         !std::filesystem::exists(dir.key(), ignored);
}

Status ensure_key(const DataDir& dir) {
  if (std::filesystem::exists(dir.key())) return {};
  if (has_lost_key(dir)) return lost_key(dir);
  std::array<std::uint8_t, kSeedBytes> seed{};
  fill_random(seed);
  return write_file(dir.key(), sync::to_hex(seed) + "\n", 0600);
}

std::optional<sync::SpaceId> read_space(const DataDir& dir) {
  std::ifstream stream(dir.space());
  std::string text;
  stream >> text;
  const auto space = sync::id_from_text<sync::SpaceId>(text);
  if (!space.ok()) return std::nullopt;
  return *space;
}

/// The id is written down first: whoever is interrupted goes on with the same space.
Result<sync::SpaceId> init_postgres(const DataDir& dir, const std::string& name,
                                    const Clock& clock, const std::string& postgres) {
  if (std::filesystem::exists(dir.database())) {
    return Error{ErrorCode::already_exists, dir.database() + " holds a space already"};
  }
  auto space = read_space(dir);
  if (!space) {
    space = sync::SpaceId{new_id(clock())};
    INSIEME_TRY(write_space(dir, *space));
  }
  INSIEME_TRY(create_postgres_space(postgres, *space, name, clock()));
  return *space;
}

}  // namespace

bool DataDir::initialised() const {
  std::error_code ignored;
  const bool somewhere =
      std::filesystem::exists(database(), ignored) || std::filesystem::exists(space(), ignored);
  return somewhere && std::filesystem::exists(key(), ignored);
}

Status write_space(const DataDir& dir, const sync::SpaceId& space) {
  return write_file(dir.space(), sync::to_text(space) + "\n", 0600);
}

Result<sync::SpaceId> init_data_dir(const DataDir& dir, const std::string& name,
                                    const Clock& clock, const std::string& postgres) {
  if (name.empty() || name.size() > 200) {
    return Error{ErrorCode::invalid_argument, "a space's name has 1 to 200 bytes"};
  }
  std::error_code failed;
  std::filesystem::create_directories(dir.folder, failed);
  if (failed) {
    return Error{ErrorCode::storage_failure, dir.folder.string() + ": " + failed.message()};
  }
  // The folder holds everybody's records and keys.
  std::filesystem::permissions(dir.folder, std::filesystem::perms::owner_all, failed);
  INSIEME_TRY(ensure_key(dir));
  if (!std::filesystem::exists(dir.config())) {
    INSIEME_TRY(write_file(dir.config(), commented_config(postgres), 0600));
  }
  if (!postgres.empty()) return init_postgres(dir, name, clock, postgres);
  const sync::SpaceId space{new_id(clock())};
  INSIEME_TRY(create_space(dir.database(), space, name, clock()));
  return space;
}

Result<sync::KeyPair> load_server_key(const DataDir& dir) {
  std::ifstream stream(dir.key());
  if (has_lost_key(dir)) return lost_key(dir);
  if (!stream) {
    return Error{ErrorCode::not_found, dir.folder.string() + " was never initialised (no key)"};
  }
  std::string text;
  stream >> text;
  std::array<std::uint8_t, kSeedBytes> seed{};
  if (!sync::from_hex(text, seed).ok()) {
    return Error{ErrorCode::malformed, dir.key() + ": damaged"};
  }
  return sync::make_key_pair(seed);
}

namespace {

Result<std::unique_ptr<Repository>> open_database(const DataDir& dir, const Roles& roles,
                                                  const Clock& clock,
                                                  const std::string& postgres,
                                                  const SnapshotPolicy& snapshots) {
  if (has_lost_key(dir)) return lost_key(dir);
  if (!dir.initialised()) {
    return Error{ErrorCode::not_found,
                 dir.folder.string() + " was never initialised: run insieme-server init"};
  }
  const auto space = read_space(dir);
  if (!postgres.empty() && !space) {
    return Error{ErrorCode::conflict, "the setting \"database\" is given, but " + dir.space() +
                                          " does not say which space of it is meant"};
  }
  if (!postgres.empty()) return open_postgres_repository(postgres, *space, roles, clock, snapshots);
  if (space && !std::filesystem::exists(dir.database())) {
    return Error{ErrorCode::conflict, "the space of " + dir.folder.string() +
                                          " is in PostgreSQL: the setting \"database\" is missing"};
  }
  return open_sqlite_repository(dir.database(), roles, clock, snapshots);
}

}  // namespace

Result<std::unique_ptr<Repository>> open_repository(const DataDir& dir, const Roles& roles,
                                                    const Clock& clock,
                                                    const std::string& postgres,
                                                    const SnapshotPolicy& snapshots) {
  INSIEME_TRY_ASSIGN(auto repository, open_database(dir, roles, clock, postgres, snapshots));
  // A database that was put back from a copy forgets again what was erased since, and whom it shut
  // out since; one that was never put back tells ledgers that are new.
  INSIEME_TRY(repository->attach_ledger(ErasureLedger(dir.ledger())));
  make_ledgers(dir);  // only now: an empty one says that the database had nothing to tell
  return repository;
}

DataLock::~DataLock() {
  if (file_ >= 0) ::close(file_);
}

Result<DataLock> DataLock::take_now(const DataDir& dir) {
  DataLock lock(::open(dir.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.file_ >= 0 && ::flock(lock.file_, LOCK_EX | LOCK_NB) == 0) {
    return Result<DataLock>(std::move(lock));
  }
  if (errno != EWOULDBLOCK) {
    return Error{ErrorCode::storage_failure, dir.folder.string() + ": cannot be locked"};
  }
  return Error{ErrorCode::busy, "another server runs on " + dir.folder.string() +
                                    ": stop it first, or give this one a folder of its own"};
}

Result<DataLock> DataLock::take(const DataDir& dir) {
  // Whoever only looks whether a server runs holds it for an instant, too.
  constexpr int kTries = 20;
  constexpr auto kPause = std::chrono::milliseconds(20);
  for (int i = 1; i < kTries; ++i) {
    auto lock = take_now(dir);
    if (lock.ok() || lock.error().code != ErrorCode::busy) return lock;
    std::this_thread::sleep_for(kPause);
  }
  return take_now(dir);
}

std::optional<Listening> read_listening(const DataDir& dir) {
  // A server that was killed leaves its file behind, but not its lock.
  if (DataLock::take_now(dir).ok()) return std::nullopt;
  std::ifstream stream(dir.port());
  Listening listening;
  if (!(stream >> listening.port)) return std::nullopt;
  std::string scheme;
  stream >> scheme >> listening.pin;
  listening.tls = scheme == "https";
  return listening;
}

Status write_listening(const DataDir& dir, const Listening& listening) {
  std::ofstream stream(dir.port(), std::ios::trunc);
  stream << listening.port << '\n' << (listening.tls ? "https " : "http ") << listening.pin << '\n';
  if (!stream.flush()) return {ErrorCode::storage_failure, dir.port() + ": cannot be written"};
  return {};
}

}  // namespace insieme::server
