#include "backup/sealed_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "durable.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

Error failed(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {full ? ErrorCode::storage_full : ErrorCode::storage_failure,
          path + ": " + std::strerror(error)};
}

/// What passes through it is hashed.
class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void add(std::span<const std::uint8_t> bytes) {
    crypto_hash_sha256_update(&state_, bytes.data(), bytes.size());
  }
  std::string finish() {
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state_, hash.data());
    return sync::to_hex(hash);
  }

 private:
  crypto_hash_sha256_state state_{};
};

}  // namespace

Result<WholeFile> WholeFile::create(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return Error{ErrorCode::already_exists, path + " exists already"};
  }
  const int file = ::open((path + ".part").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                          S_IRUSR | S_IWUSR);
  if (file < 0) return failed(path, errno);
  return WholeFile(path, file);
}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

WholeFile::~WholeFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(part().c_str());
}

Status WholeFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ::ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Status WholeFile::commit() {
  if (::fsync(file_) != 0) return failed(path_, errno);
  const int file = std::exchange(file_, -1);
  // Some network file systems say only now that there was no room.
  if (::close(file) != 0 || ::rename(part().c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(part().c_str());
    return failed(path_, error);
  }
  if (!sync_folder(fs::path(path_).parent_path())) return failed(path_, errno);
  return {};
}

Result<FileReader> FileReader::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) return FileReader(path, file);
  if (errno == ENOENT) return Error{ErrorCode::not_found, path + " is no file"};
  return failed(path, errno);
}

FileReader::FileReader(FileReader&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

FileReader::~FileReader() {
  if (file_ >= 0) ::close(file_);
}

ByteSource FileReader::source() {
  return [this](std::span<std::uint8_t> out) -> Result<std::size_t> {
    std::size_t done = 0;
    while (done < out.size()) {
      const ::ssize_t count = ::read(file_, out.data() + done, out.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed(path_, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  };
}

bool is_sealed_file(const std::string& path) {
  auto reader = FileReader::open(path);
  if (!reader.ok()) return false;
  std::array<std::uint8_t, 16> beginning{};
  const auto count = reader->source()(beginning);
  return count.ok() && is_sealed_backup(std::span(beginning).first(*count));
}

Result<std::string> sha256_of(const std::string& path) {
  INSIEME_TRY_ASSIGN(FileReader reader, FileReader::open(path));
  const ByteSource source = reader.source();
  std::vector<std::uint8_t> piece(kBackupPieceBytes);
  Sha256 hash;
  while (true) {
    INSIEME_TRY_ASSIGN(const std::size_t count, source(piece));
    hash.add(std::span(piece).first(count));
    if (count < piece.size()) return hash.finish();
  }
}

Result<SealedFile> seal_file(const std::string& plain, const std::string& path,
                             const std::vector<sync::PublicKey>& keys, const sync::SpaceId& space,
                             const sync::KeyPair& server, std::int64_t made_ms) {
  INSIEME_TRY_ASSIGN(FileReader reader, FileReader::open(plain));
  INSIEME_TRY_ASSIGN(WholeFile file, WholeFile::create(path));
  SealedFile sealed;
  Sha256 hash;
  const ByteSink sink = [&](std::span<const std::uint8_t> bytes) -> Status {
    hash.add(bytes);
    sealed.bytes += bytes.size();
    return file.write(bytes);
  };
  INSIEME_TRY_ASSIGN(sealed.content,
                     seal_backup(reader.source(), sink, keys, space, server, made_ms));
  INSIEME_TRY(file.commit());
  sealed.sha256 = hash.finish();
  return sealed;
}

Result<OpenedFile> unseal_file(const std::string& path, const std::string& plain,
                               const sync::SecretKey& key) {
  INSIEME_TRY_ASSIGN(FileReader reader, FileReader::open(path));
  const ByteSource source = reader.source();
  OpenedFile opened;
  INSIEME_TRY_ASSIGN(opened.header, read_backup_header(source));
  INSIEME_TRY_ASSIGN(WholeFile file, WholeFile::create(plain));
  const ByteSink sink = [&file](std::span<const std::uint8_t> bytes) { return file.write(bytes); };
  INSIEME_TRY_ASSIGN(opened.content, open_backup(opened.header, source, key, sink));
  INSIEME_TRY(file.commit());
  return opened;
}

}  // namespace insieme::server
