#include "ledger_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "durable.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kLedgerBytesMax = 256U * 1024 * 1024;

}  // namespace

LedgerFile::LedgerFile(std::string path, std::string what, For use)
    : path_(std::move(path)), what_(std::move(what)) {
  const bool appends = use == For::appending;
  const int flags = (appends ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC;
  file_ = ::open(path_.c_str(), flags, 0600);
  missing_ = file_ < 0 && !appends && errno == ENOENT;
  while (file_ >= 0 && ::flock(file_, appends ? LOCK_EX : LOCK_SH) != 0) {
    if (errno == EINTR) continue;
    ::close(file_);
    file_ = -1;
  }
}

LedgerFile::~LedgerFile() {
  if (file_ >= 0) ::close(file_);
}

Status LedgerFile::cannot(const char* why) const {
  return {ErrorCode::storage_failure, "the ledger of " + what_ + ", " + path_ + ", " + why};
}

Status LedgerFile::read(const std::function<bool(std::string_view line)>& take) {
  if (missing_) return {};
  if (file_ < 0) return cannot("cannot be opened");
  std::string text;
  std::array<char, 64 * 1024> buffer{};
  for (;;) {
    const ::ssize_t count =
        ::pread(file_, buffer.data(), buffer.size(), static_cast<::off_t>(text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("cannot be read");
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLedgerBytesMax) return cannot("is too large");
  }
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', whole_)) {
    if (!take(std::string_view(text).substr(whole_, end - whole_))) {
      return cannot("was changed or is damaged: put it back from your copy");
    }
    whole_ = end + 1;
  }
  return {};
}

Status LedgerFile::append(const std::string& line) {
  if (file_ < 0) return cannot("cannot be opened for writing");
  if (::ftruncate(file_, static_cast<::off_t>(whole_)) != 0) return cannot("cannot be written");
  for (std::size_t at = 0; at < line.size();) {
    const ::ssize_t count = ::pwrite(file_, line.data() + at, line.size() - at,
                                     static_cast<::off_t>(whole_ + at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return cannot("cannot be written");
    at += static_cast<std::size_t>(count);
  }
  // Its name survives a crash, too.
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  if (::fsync(file_) != 0 || !sync_folder(folder)) return cannot("cannot be written");
  whole_ += line.size();
  return {};
}

}  // namespace insieme::server
