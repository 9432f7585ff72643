#include "backup/make_backup.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "backup/plain_copy.hpp"
#include "backup/sealed_file.hpp"
#include "durable.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

/// One backup of a data folder at a time: the plain copy has one place.
class BackupTurn {
 public:
  explicit BackupTurn(const DataDir& dir)
      : file_(::open((dir.folder / "backup.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC,
                     S_IRUSR | S_IWUSR)) {}
  ~BackupTurn() {
    if (file_ >= 0) ::close(file_);
  }
  BackupTurn(const BackupTurn&) = delete;
  BackupTurn& operator=(const BackupTurn&) = delete;
  [[nodiscard]] Status take() const {
    if (file_ < 0) return {ErrorCode::storage_failure, "backup.lock cannot be opened"};
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return {};
    return {ErrorCode::busy, "another backup of this folder is being made: wait for its end"};
  }

 private:
  int file_;
};

/// In use, as a restored server would have it. Leaves one file.
Result<SpaceInfo> check_copy(const std::string& path, const Config& config, const Clock& clock,
                             Depth depth, VerifyReport& report) {
  INSIEME_TRY_ASSIGN(auto copy, open_sqlite_repository(path, config.roles, clock));
  if (depth == Depth::whole) {
    report = verify_repository(*copy, {});
  } else if (const std::string found = copy->integrity_check(); found != "ok") {
    report.faults.push_back(found);
  }
  const SpaceInfo space = copy->space();
  copy->checkpoint();
  return space;
}

/// What is kept free for tablets' work is not for a copy.
Status check_room(Repository& repository, const DataDir& dir, const Config& config) {
  const std::uint64_t needed = repository.counts().database_bytes;
  const std::uint64_t free = look_at_machine(dir.folder.string()).free_disk_bytes;
  if (free >= needed && free - needed >= config.min_free_disk) return {};
  return {ErrorCode::storage_full,
          "a sealed copy needs " + std::to_string(needed >> 20) + " MiB in " +
              dir.folder.string() + " while it is made, besides min_free_disk: there are " +
              std::to_string(free >> 20)};
}

void note_file(const DataDir& dir, const MadeBackup& made, const std::string& file,
               std::int64_t now_ms) {
  std::ofstream list((dir.folder / "backups.list").string(), std::ios::app);
  list << made.sha256 << "  " << fs::path(file).filename().string() << "  " << to_rfc3339(now_ms)
       << "  " << made.position << '\n';
}

}  // namespace

std::vector<sync::PublicKey> backup_keys(const Config& config) {
  std::vector<sync::PublicKey> keys;
  for (const std::string& text : config.backup_keys) {
    sync::PublicKey key;
    if (sync::from_hex(text, key.bytes).ok()) keys.push_back(key);
  }
  return keys;
}

Result<MadeBackup> make_backup(Repository& repository, const DataDir& dir, const Config& config,
                               const std::string& file, const Clock& clock, Depth depth) {
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    return Error{ErrorCode::already_exists, file + " exists already"};
  }
  const auto keys = backup_keys(config);
  MadeBackup made;
  made.sealed = !keys.empty();
  const BackupTurn turn(dir);
  INSIEME_TRY(turn.take());
  if (made.sealed) INSIEME_TRY(check_room(repository, dir, config));
  // Written aside: a kill leaves no file that looks like a backup, and none in clear elsewhere.
  const PlainCopy copy(made.sealed ? dir.database() + ".copying" : file + ".part");
  repository.backup_to(copy.path());
  VerifyReport report;
  INSIEME_TRY_ASSIGN(const SpaceInfo space,
                     check_copy(copy.path(), config, clock, depth, report));
  if (!report.records_ok()) {
    return Error{ErrorCode::malformed, "the copy is damaged: " + report.faults.front()};
  }
  remove_beside(copy.path());
  made.position = space.position;
  made.documents = report.documents.size();
  made.audit_faults = report.audit_faults;
  if (made.sealed) {
    INSIEME_TRY_ASSIGN(const sync::KeyPair server, load_server_key(dir));
    INSIEME_TRY_ASSIGN(const SealedFile sealed,
                       seal_file(copy.path(), file, keys, space.id, server, clock()));
    made.sha256 = sealed.sha256;
  } else {
    INSIEME_TRY_ASSIGN(made.sha256, sha256_of(copy.path()));
    fs::rename(copy.path(), file);
    sync_folder(fs::path(file).parent_path());
  }
  made.bytes = fs::file_size(file);
  note_file(dir, made, file, clock());
  return made;
}

std::string noted_backup(const DataDir& dir, const std::string& name) {
  std::ifstream list((dir.folder / "backups.list").string());
  std::string found;
  for (std::string line; std::getline(list, line);) {
    constexpr std::size_t kHash = 64;
    constexpr std::string_view kBetween = "  ";
    const std::size_t begin = kHash + kBetween.size();
    if (line.size() <= begin) continue;
    const std::string named = line.substr(begin, line.find(kBetween, begin) - begin);
    if (named == name) found = line.substr(0, kHash);
  }
  return found;
}

namespace {

class WorkFolder {
 public:
  explicit WorkFolder(const std::string& parent) {
    std::string name = (fs::path(parent) / "insieme-verify-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

Result<CheckedBackup> check_backup(const std::string& file, const Config& config,
                                   const std::optional<sync::SecretKey>& key,
                                   const std::string& work, const Clock& clock) {
  const WorkFolder folder(work);
  if (folder.path().empty()) {
    return Error{ErrorCode::storage_failure, work + ": no folder can be made there"};
  }
  const std::string plain = folder.path() + "/copy.db";
  CheckedBackup checked;
  if (key) {
    INSIEME_TRY_ASSIGN(const OpenedFile opened, unseal_file(file, plain, *key));
    checked.server = opened.header.server;
  } else {
    std::error_code failed;
    fs::copy_file(file, plain, failed);
    if (failed) return Error{ErrorCode::storage_failure, file + ": " + failed.message()};
  }
  INSIEME_TRY_ASSIGN(checked.space,
                     check_copy(plain, config, clock, Depth::whole, checked.report));
  return checked;
}

}  // namespace insieme::server
