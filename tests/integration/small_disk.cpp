#include "small_disk.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "support/process.hpp"

namespace insieme::testing {
namespace {

bool mount_at(const std::filesystem::path& folder, std::uint64_t bytes) {
  std::filesystem::create_directories(folder);
  const std::string options = "size=" + std::to_string(bytes);
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

}  // namespace

SmallDisk::SmallDisk(std::filesystem::path folder, std::uint64_t bytes)
    : folder_(std::move(folder)) {
  if (!mount_at(folder_, bytes)) throw std::runtime_error("cannot mount a disk");
}

// Lazily: a process that has not quite ended may still have a file open.
SmallDisk::~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }

bool SmallDisk::is_possible() {
  const TestFolder folder;
  const std::filesystem::path at = folder.path() / "probe";
  if (!mount_at(at, 65'536)) return false;
  ::umount2(at.c_str(), MNT_DETACH);
  return true;
}

void SmallDisk::fill() const {
  const int file = ::open((folder_ / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::array<char, 4096> bytes{};
  for (std::size_t size : {4096UL, 512UL, 1UL}) {
    while (::write(file, bytes.data(), size) > 0) {
    }
  }
  ::close(file);
}

void SmallDisk::free() const { std::filesystem::remove(folder_ / "filler"); }

}  // namespace insieme::testing
