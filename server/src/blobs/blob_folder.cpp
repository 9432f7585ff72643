// Blobs in files.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "durable.hpp"
#include "insieme/server/blobs.hpp"
#include "insieme/sync/sealed_blob.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr const char* kPart = ".part";

/// What went wrong, without a path that names a dossier.
[[noreturn]] void fail(const char* what) {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT;
  throw StorageFailure(full ? ErrorCode::storage_full : ErrorCode::storage_failure,
                       std::string("blobs: ") + what + ": " + std::strerror(error));
}

class File {
 public:
  File(const fs::path& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const noexcept { return file_ >= 0; }

  /// Until the end of the scope nobody else, of this server or another, appends to it.
  void lock() const {
    while (::flock(file_, LOCK_EX) != 0) {
      if (errno != EINTR) fail("lock");
    }
  }
  [[nodiscard]] std::uint64_t size() const {
    struct ::stat state {};
    if (::fstat(file_, &state) != 0) fail("stat");
    return static_cast<std::uint64_t>(state.st_size);
  }
  /// False: the file was removed or renamed meanwhile, and this is another one.
  [[nodiscard]] bool is_still(const fs::path& path) const {
    struct ::stat mine {};
    struct ::stat theirs {};
    return ::fstat(file_, &mine) == 0 && ::stat(path.c_str(), &theirs) == 0 &&
           mine.st_ino == theirs.st_ino && mine.st_dev == theirs.st_dev;
  }
  void write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count =
          ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("write");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = ::pread(file_, out.data() + done, out.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("read");
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }
  void cut_to(std::uint64_t size) const noexcept {
    static_cast<void>(::ftruncate(file_, static_cast<off_t>(size)) == 0);
  }
  void make_durable() const {
    if (::fsync(file_) != 0) fail("fsync");
  }

 private:
  int file_;
};

sync::Digest name_of(const File& file) {
  sync::BlobNamer namer;
  std::vector<std::uint8_t> buffer(kReadBytes);
  std::uint64_t offset = 0;
  while (const std::size_t count = file.read_at(offset, buffer)) {
    namer.add(std::span(buffer).subspan(0, count));
    offset += count;
  }
  return namer.finish();
}

std::optional<BlobKey> key_of(const fs::path& folder, const std::string& file) {
  BlobKey key;
  const bool named = sync::from_hex(folder.filename().string(), key.dossier.bytes).ok() &&
                     sync::from_hex(file, key.name.bytes).ok();
  if (!named) return std::nullopt;
  return key;
}

class BlobFolder final : public BlobStore {
 public:
  explicit BlobFolder(const std::string& folder) : folder_(folder) {}

  BlobState state(const BlobKey& key) override {
    if (const File whole(path_of(key), O_RDONLY); whole.is_open()) return {whole.size(), true};
    const File part(part_of(key), O_RDONLY);
    return {part.is_open() ? part.size() : 0, false};
  }

  Result<BlobState> append(const BlobKey& key, std::uint64_t offset,
                           std::span<const std::uint8_t> piece, std::uint64_t size) override {
    if (offset > size || piece.size() > size - offset) {
      return Error{ErrorCode::invalid_argument, "more bytes than the reference says"};
    }
    make_folder(key);
    while (true) {
      if (const BlobState now = state(key); now.whole) return now;
      const File part(part_of(key), O_RDWR | O_CREAT);
      if (!part.is_open()) fail("open");
      part.lock();
      if (!part.is_still(part_of(key))) continue;  // somebody else finished it just now
      return append_to(part, key, offset, piece, size);
    }
  }

  Result<std::vector<std::uint8_t>> read(const BlobKey& key, std::uint64_t offset,
                                         std::size_t length) override {
    const File whole(path_of(key), O_RDONLY);
    if (!whole.is_open()) return Error{ErrorCode::not_found, "these bytes are not here yet"};
    const std::uint64_t size = whole.size();
    if (offset >= size) return Error{ErrorCode::invalid_argument, "it has no byte there"};
    std::vector<std::uint8_t> bytes(
        static_cast<std::size_t>(std::min<std::uint64_t>(length, size - offset)));
    bytes.resize(whole.read_at(offset, bytes));
    return bytes;
  }

  bool is_sound(const BlobKey& key) override {
    const File whole(path_of(key), O_RDONLY);
    return whole.is_open() && name_of(whole) == key.name;
  }

  void remove(const BlobKey& key) override {
    std::error_code failed;
    bool removed = fs::remove(path_of(key), failed);
    if (!failed) removed = fs::remove(part_of(key), failed) || removed;
    if (failed && failed != std::errc::no_such_file_or_directory) {
      throw StorageFailure(ErrorCode::storage_failure, "blobs: remove: " + failed.message());
    }
    if (removed) sync_folder(folder_of(key));
  }

  void visit(const std::function<void(const BlobKey&, bool, std::int64_t)>& visitor) override {
    std::error_code ignored;
    for (fs::directory_iterator folders(folder_, ignored), end; folders != end;
         folders.increment(ignored)) {
      for (fs::directory_iterator files(folders->path(), ignored); files != end;
           files.increment(ignored)) {
        std::string file = files->path().filename().string();
        const bool whole = !file.ends_with(kPart);
        if (!whole) file.resize(file.size() - std::strlen(kPart));
        const auto key = key_of(folders->path(), file);
        struct ::stat state {};
        if (!key || ::stat(files->path().c_str(), &state) != 0) continue;
        visitor(*key, whole, std::int64_t{state.st_mtime} * 1'000);
      }
    }
  }

  Status check() override {
    std::error_code ignored;
    if (!fs::exists(folder_, ignored) || ::access(folder_.c_str(), W_OK | X_OK) == 0) return {};
    return {ErrorCode::storage_failure, folder_.string() + " cannot be written to"};
  }

 private:
  [[nodiscard]] fs::path folder_of(const BlobKey& key) const {
    return folder_ / sync::to_hex(key.dossier.bytes);
  }
  [[nodiscard]] fs::path path_of(const BlobKey& key) const {
    return folder_of(key) / sync::to_hex(key.name);
  }
  [[nodiscard]] fs::path part_of(const BlobKey& key) const {
    return folder_of(key) / (sync::to_hex(key.name) + kPart);
  }

  void make_folder(const BlobKey& key) const {
    for (const fs::path& folder : {folder_, folder_of(key)}) {
      if (::mkdir(folder.c_str(), 0700) == 0) {
        sync_folder(folder.parent_path());
      } else if (errno != EEXIST) {
        fail("mkdir");
      }
    }
  }

  [[nodiscard]] Result<BlobState> append_to(const File& part, const BlobKey& key,
                                            std::uint64_t offset,
                                            std::span<const std::uint8_t> piece,
                                            std::uint64_t size) const {
    const std::uint64_t received = part.size();
    if (offset > received) return Error{ErrorCode::conflict, "the bytes before these are missing"};
    const std::uint64_t end = offset + piece.size();
    if (end > received) {
      try {
        part.write_at(received, piece.subspan(static_cast<std::size_t>(received - offset)));
      } catch (const StorageFailure&) {
        part.cut_to(received);  // what did not fit whole takes no room from records
        throw;
      }
    }
    const std::uint64_t now = std::max(received, end);
    if (now < size) return BlobState{now, false};
    if (now > size || name_of(part) != key.name) {
      fs::remove(part_of(key));
      return Error{ErrorCode::checksum, "these bytes are not those that were named"};
    }
    part.make_durable();
    if (::rename(part_of(key).c_str(), path_of(key).c_str()) != 0) fail("rename");
    if (!sync_folder(folder_of(key))) fail("fsync");
    return BlobState{size, true};
  }

  fs::path folder_;
};

}  // namespace

std::unique_ptr<BlobStore> open_blob_folder(const std::string& folder) {
  return std::make_unique<BlobFolder>(folder);
}

}  // namespace insieme::server
