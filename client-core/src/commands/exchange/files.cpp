#include "commands/exchange/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace insieme::client::commands {
namespace {

constexpr std::uintmax_t kFileBytesMax = 256 * 1024 * 1024;

Status write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return {errno == ENOSPC ? ErrorCode::storage_full : ErrorCode::storage_failure,
              "the file could not be written\nil file non si è potuto scrivere"};
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Outcome<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return Failure("not_found", "Il file " + quoted_it(path) + " non c'è.",
                   "There is no file " + quoted_en(path) + ".", "path");
  }
  if (std::filesystem::is_directory(path, ignored)) {
    return Failure("invalid_argument", quoted_it(path) + " è una cartella, non un file.",
                   quoted_en(path) + " is a folder, not a file.", "path");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Failure("not_found", "Il file " + quoted_it(path) + " non si può leggere.",
                   "The file " + quoted_en(path) + " cannot be read.", "path");
  }
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::uintmax_t>(file.tellg());
  if (!file || size > kFileBytesMax)
    return Error{ErrorCode::limit_exceeded,
                 "the file is larger than 256 MiB\nil file supera i 256 MiB"};
  file.seekg(0);
  std::string content(static_cast<std::size_t>(size), '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (!file) {
    return Error{ErrorCode::storage_failure,
                 "the file could not be read\nil file non si è potuto leggere"};
  }
  return content;
}

Status write_new_file(const std::string& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return errno == EEXIST
               ? Status(ErrorCode::already_exists,
                        "the file exists: " + path + "\nil file c'è già: " + path)
               : Status(ErrorCode::storage_failure, "the file cannot be made: " + path +
                                                        "\nil file non si può fare: " + path);
  }
  Status status = write_all(file, content);
  if (status.ok() && ::fsync(file) != 0) {
    status = {ErrorCode::storage_failure,
              "the file could not be written\nil file non si è potuto scrivere"};
  }
  ::close(file);
  if (!status.ok()) ::unlink(path.c_str());
  return status;
}

}  // namespace insieme::client::commands
