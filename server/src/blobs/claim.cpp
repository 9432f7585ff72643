#include "blobs/claim.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "durable.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "space";

Error failed(const std::string& folder) {
  return {ErrorCode::storage_failure, "blob_folder " + folder + ": " + std::strerror(errno)};
}

/// Written beside and linked: who reads it reads all of it, and of two only one is first.
bool write_first(const fs::path& path, const std::string& text) {
  const std::string own = path.string() + "." + std::to_string(::getpid()) + ".new";
  const int file = ::open(own.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  const bool linked = written && ::link(own.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::unlink(own.c_str());
  errno = error;
  return linked && sync_folder(path.parent_path());
}

}  // namespace

Status claim_blob_folder(const std::string& folder, const sync::SpaceId& space) {
  const fs::path path = fs::path(folder) / kFile;
  const std::string ours = sync::to_text(space) + "\n";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed(folder);
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) {
    if (write_first(path, ours)) return {};
    if (errno != EEXIST) return failed(folder);
    file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // somebody else was first
  }
  if (file < 0) return failed(folder);
  std::array<char, 64> text{};
  const ssize_t count = ::read(file, text.data(), text.size());
  ::close(file);
  if (count < 0) return failed(folder);
  if (std::string_view(text.data(), static_cast<std::size_t>(count)) == ours) return {};
  return {ErrorCode::conflict,
          "blob_folder " + folder + " is another space's: what this space does not name would be "
          "removed from it. Give each space a folder of its own (if this is a copy that shall "
          "become this space's, remove the file \"space\" in it)"};
}

}  // namespace insieme::server
