#include "insieme/sqlite/files.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <memory>

namespace insieme::sqlite {
namespace {

/// One open file of the default file system. Not a database, so nothing of it is encrypted.
class File {
 public:
  explicit File(const std::string& path) : vfs_(sqlite3_vfs_find(nullptr)) {
    if (vfs_ == nullptr) return;
    bytes_ = std::make_unique<std::max_align_t[]>(
        static_cast<std::size_t>(vfs_->szOsFile) / sizeof(std::max_align_t) + 1);
    file_ = reinterpret_cast<sqlite3_file*>(bytes_.get());
    constexpr int kFlags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_TRANSIENT_DB;
    code_ = vfs_->xOpen(vfs_, path.c_str(), file_, kFlags, nullptr);
  }
  ~File() {
    if (file_ != nullptr && file_->pMethods != nullptr) file_->pMethods->xClose(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] sqlite3_file* get() const noexcept { return file_; }
  [[nodiscard]] const sqlite3_io_methods& methods() const noexcept { return *file_->pMethods; }

 private:
  sqlite3_vfs* vfs_ = nullptr;
  std::unique_ptr<std::max_align_t[]> bytes_;
  sqlite3_file* file_ = nullptr;
  int code_ = SQLITE_CANTOPEN;
};

enum class Rest { cut, kept };

SmallWrite write_at(const std::string& path, int offset, const std::string& text,
                    Rest rest) noexcept {
  if (offset < 0 || text.size() + static_cast<std::size_t>(offset) > kSmallFileBytesMax) {
    return SmallWrite::failed;
  }
  const File file(path);
  int code = file.code();
  const auto size = static_cast<int>(text.size());
  if (code == SQLITE_OK) code = file.methods().xWrite(file.get(), text.data(), size, offset);
  if (code == SQLITE_OK && rest == Rest::cut) {
    code = file.methods().xTruncate(file.get(), offset + size);
  }
  if (code == SQLITE_OK) code = file.methods().xSync(file.get(), SQLITE_SYNC_FULL);
  if (code == SQLITE_OK) return SmallWrite::done;
  return (code & 0xff) == SQLITE_FULL ? SmallWrite::full : SmallWrite::failed;
}

}  // namespace

bool file_exists(const std::string& path) noexcept {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  int found = 0;
  return vfs != nullptr &&
         vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0;
}

void remove_file(const std::string& path) noexcept {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  if (vfs != nullptr) vfs->xDelete(vfs, path.c_str(), 1);
}

std::string read_small_file(const std::string& path) {
  if (!file_exists(path)) return {};
  const File file(path);
  sqlite3_int64 size = 0;
  if (file.code() != SQLITE_OK ||
      file.methods().xFileSize(file.get(), &size) != SQLITE_OK || size > kSmallFileBytesMax) {
    return {};
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  if (file.methods().xRead(file.get(), text.data(), static_cast<int>(size), 0) != SQLITE_OK) {
    return {};
  }
  return text;
}

SmallWrite write_small_file(const std::string& path, const std::string& text) noexcept {
  return write_at(path, 0, text, Rest::cut);
}

SmallWrite write_small_part(const std::string& path, int offset, const std::string& text) noexcept {
  return write_at(path, offset, text, Rest::kept);
}

}  // namespace insieme::sqlite
