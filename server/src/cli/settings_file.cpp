#include "cli/settings_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "durable.hpp"
#include "insieme/server/config.hpp"

namespace insieme::server::cli {
namespace {

/// What a line sets; empty: nothing.
std::string key_of(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  const std::size_t equals = line.find('=');
  if (first == std::string::npos || line[first] == '#' || equals == std::string::npos) return {};
  const std::size_t last = line.find_last_not_of(" \t", equals == 0 ? 0 : equals - 1);
  return last == std::string::npos || last < first ? "" : line.substr(first, last - first + 1);
}

Status failed(const std::string& path) {
  return {ErrorCode::storage_failure, path + ": " + std::strerror(errno)};
}

bool write_all(int file, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

std::string with_settings(const std::string& text, const Settings& settings) {
  std::string out;
  std::vector<bool> set(settings.size(), false);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    const std::string key = key_of(line);
    for (std::size_t i = 0; i < settings.size(); ++i) {
      if (key != settings[i].first) continue;
      line = key + " = " + settings[i].second;
      set[i] = true;
    }
    out += line + "\n";
  }
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (!set[i]) out += settings[i].first + " = " + settings[i].second + "\n";
  }
  return out;
}

std::string setting_in(const std::string& text, const std::string& key) {
  std::string value;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (key_of(line) != key) continue;
    const std::size_t first = line.find_first_not_of(" \t", line.find('=') + 1);
    const std::size_t last = line.find_last_not_of(" \t\r");
    value = first == std::string::npos || last < first ? "" : line.substr(first, last - first + 1);
  }
  return value;  // the last one counts
}

std::string settings_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Status write_settings(const std::string& path, const std::string& text) {
  Config read;
  INSIEME_TRY(load_config_text(read, text, path));
  struct ::stat before {};
  const bool was_there = ::stat(path.c_str(), &before) == 0;
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(fresh);
  bool whole = write_all(file, text) && ::fsync(file) == 0;
  if (was_there) {
    whole = whole && ::fchmod(file, before.st_mode & 07777) == 0 &&
            ::fchown(file, before.st_uid, before.st_gid) == 0;
  }
  const int error = errno;
  ::close(file);
  errno = error;
  if (whole && ::rename(fresh.c_str(), path.c_str()) == 0) {
    sync_folder(std::filesystem::path(path).parent_path());
    return {};
  }
  const Status why = failed(path);
  ::unlink(fresh.c_str());
  return why;
}

}  // namespace insieme::server::cli
