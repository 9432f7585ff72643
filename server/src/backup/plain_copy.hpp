#pragma once
// A database in clear that must not stay: a copy on its way to being sealed, checked or put back.

#include <filesystem>
#include <string>

namespace insieme::server {

/// What SQLite and whoever writes a file piece by piece put beside a database. What is not there is
/// no fault.
inline void remove_beside(const std::string& path) {
  std::error_code ignored;
  for (const char* rest : {"-wal", "-shm", "-journal"}) {
    std::filesystem::remove(path + rest, ignored);
  }
}
inline void remove_database(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  std::filesystem::remove(path + ".part", ignored);
  remove_beside(path);
}

/// Nothing of it is there before, and nothing is left, whatever happens.
class PlainCopy {
 public:
  explicit PlainCopy(std::string path) : path_(std::move(path)) { remove_database(path_); }
  ~PlainCopy() { remove_database(path_); }
  PlainCopy(const PlainCopy&) = delete;
  PlainCopy& operator=(const PlainCopy&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace insieme::server
