#include "durable.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace insieme::server {

bool sync_folder(const std::filesystem::path& folder) noexcept {
  const int file =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

}  // namespace insieme::server
