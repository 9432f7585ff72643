#include <sqlite3.h>

#include <cstddef>
#include <optional>
#include <string>

#include "detail.hpp"

namespace insieme::sqlite::detail {

namespace {

// Removes a file that was begun and not finished.
class Target {
 public:
  Target(sqlite3_vfs* vfs, const std::string& path) : vfs_(vfs), path_(path) {}
  ~Target() {
    if (!kept_) {
      vfs_->xDelete(vfs_, path_.c_str(), 0);
      vfs_->xDelete(vfs_, (path_ + "-journal").c_str(), 0);
    }
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  void keep() noexcept { kept_ = true; }

 private:
  sqlite3_vfs* vfs_;
  const std::string& path_;
  bool kept_ = false;
};

Handle open_target(const std::string& path, const std::optional<Key>& key) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &raw,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  Handle target(raw);
  if (code != SQLITE_OK) {
    throw_error(raw, code, "cannot create the backup");
  }
  if (key) {
    const int key_code = set_key(raw, *key);
    if (key_code != SQLITE_OK) {
      throw_error(raw, key_code, "cannot set the backup's key");
    }
  }
  return target;
}

}  // namespace

// Page by page through sqlite3_backup rather than VACUUM INTO: it keeps rowids of tables without
// an integer key, works while other statements are between rows, and re-encrypts under whatever
// key the target has. What it cannot do is go from a plain file to an encrypted one, because
// encrypted pages reserve room for nonce and tag.
void backup(sqlite3* source, const std::string& path, const std::optional<Key>& key,
            bool source_encrypted) {
  if (sqlite3_get_autocommit(source) == 0) {
    throw_misuse("a backup cannot be taken inside a transaction");
  }
  if (key && !source_encrypted) {
    throw_misuse("a plain database cannot be backed up under a key");
  }
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  int found = 0;
  const int access = vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &found);
  if (access != SQLITE_OK || found != 0) {
    throw_misuse("the backup's target exists already");
  }

  Target file(vfs, path);  // outlives the handle below: closed first, then removed
  const Handle target = open_target(path, key);
  sqlite3_backup* copy = sqlite3_backup_init(target.get(), "main", source, "main");
  if (copy == nullptr) {
    throw_error(target.get(), sqlite3_extended_errcode(target.get()), "cannot begin the backup");
  }
  // All pages in one step: one read transaction, hence one moment. In WAL mode nobody waits.
  const int step = sqlite3_backup_step(copy, -1);
  const int finish = sqlite3_backup_finish(copy);
  if (step != SQLITE_DONE) {
    throw_error(nullptr, finish != SQLITE_OK ? finish : step, "cannot write the backup");
  }
  if (finish != SQLITE_OK) {
    throw_error(nullptr, finish, "cannot finish the backup");
  }
  file.keep();
}

}  // namespace insieme::sqlite::detail
