#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "lock/host.hpp"

namespace insieme::client::lock {

Alone::Alone(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_ >= 0) static_cast<void>(::flock(file_, LOCK_EX));
}

Alone::~Alone() {
  if (file_ >= 0) ::close(file_);
}

void settle_new_file(const std::string& path) noexcept {
  static_cast<void>(::chmod(path.c_str(), S_IRUSR | S_IWUSR));
  try {
    std::string folder = std::filesystem::path(path).parent_path().string();
    if (folder.empty()) folder = ".";
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    static_cast<void>(::fsync(file));
    ::close(file);
  } catch (...) {
    return;  // no memory: the file system writes it a little later
  }
}

}  // namespace insieme::client::lock
