#pragma once
// Sealed copies as files: written whole or not at all, read in pieces.

#include <string>
#include <vector>

#include "insieme/server/sealed_backup.hpp"

namespace insieme::server {

/// A file that has its name only once all of it is on the disk: until then it is `NAME.part`, which
/// goes when this is destroyed, and which the next try overwrites if the process was killed.
class WholeFile {
 public:
  /// `already_exists`, `storage_failure`.
  [[nodiscard]] static Result<WholeFile> create(const std::string& path);
  ~WholeFile();
  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;
  /// `storage_full`, `storage_failure`.
  [[nodiscard]] Status write(std::span<const std::uint8_t> bytes);
  /// Durable, and named, when it returns.
  [[nodiscard]] Status commit();

 private:
  WholeFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
  [[nodiscard]] std::string part() const { return path_ + ".part"; }
  std::string path_;
  int file_;
};

/// Reads a file from its beginning. `not_found`, `storage_failure`.
class FileReader {
 public:
  [[nodiscard]] static Result<FileReader> open(const std::string& path);
  ~FileReader();
  FileReader(FileReader&& other) noexcept;
  FileReader& operator=(FileReader&&) = delete;
  /// Valid as long as this is.
  [[nodiscard]] ByteSource source();

 private:
  FileReader(std::string path, int file) : path_(std::move(path)), file_(file) {}
  std::string path_;
  int file_;
};

/// False also if it cannot be read.
[[nodiscard]] bool is_sealed_file(const std::string& path);

/// The SHA-256 of a file, as `sha256sum` writes it.
[[nodiscard]] Result<std::string> sha256_of(const std::string& path);

struct SealedFile {
  BackupContent content;
  std::uint64_t bytes = 0;  ///< of the file
  std::string sha256;       ///< of the file
};
[[nodiscard]] Result<SealedFile> seal_file(const std::string& plain, const std::string& path,
                                           const std::vector<sync::PublicKey>& keys,
                                           const sync::SpaceId& space,
                                           const sync::KeyPair& server, std::int64_t made_ms);

struct OpenedFile {
  BackupHeader header;
  BackupContent content;
};
/// Into `plain`, a new file, which is not there if anything was wrong.
[[nodiscard]] Result<OpenedFile> unseal_file(const std::string& path, const std::string& plain,
                                             const sync::SecretKey& key);

}  // namespace insieme::server
