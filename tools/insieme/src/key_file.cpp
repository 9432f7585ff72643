#include "key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "program.hpp"

namespace insieme::cli {
namespace {

/// Under another name, so that nobody ever finds half a key: a store made under it would be lost.
bool write_aside(const std::string& aside, const std::string& key) {
  ::unlink(aside.c_str());
  const int file =
      ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return false;
  const std::string line = key + "\n";
  const bool written =
      ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(file) == 0;
  return ::close(file) == 0 && written;
}

void settle(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  static_cast<void>(::fsync(file));
  ::close(file);
}

[[noreturn]] void stop_for(const std::string& path) {
  throw Stop(
      kStorage,
      tr("Non si può scrivere il file della chiave: ", "The key file cannot be written: ") + path);
}

}  // namespace

void write_new_key_file(const std::string& path, const std::string& key) {
  const std::string aside = path + ".new";
  // Unlike a renamed file, a linked one never takes the place of another.
  const bool written = write_aside(aside, key) && ::link(aside.c_str(), path.c_str()) == 0;
  ::unlink(aside.c_str());
  if (!written) stop_for(path);
  settle(path);
}

void replace_key_file(const std::string& path, const std::string& key) {
  const std::string aside = path + ".new";
  if (!write_aside(aside, key) || std::rename(aside.c_str(), path.c_str()) != 0) {
    ::unlink(aside.c_str());
    stop_for(path);
  }
  settle(path);
}

void remove_key_file(const std::string& path) noexcept {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    constexpr std::array<char, 64> kNothing{};
    static_cast<void>(::pwrite(file, kNothing.data(), kNothing.size(), 0));
    static_cast<void>(::fsync(file));
    ::close(file);
  }
  ::unlink(path.c_str());
}

}  // namespace insieme::cli
