#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "insieme/sqlite/connection.hpp"

namespace insieme::testing {

/// A folder of its own for a test, removed at the end.
class StoreFolder {
 public:
  StoreFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "insieme-sqlite-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary folder");
    }
    path_ = pattern;
  }
  ~StoreFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  std::string file(std::string_view name = "store.db") const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline sqlite::Key key_of(std::uint8_t seed) {
  sqlite::Key key{};
  for (std::uint8_t& byte : key) {
    byte = seed++;
  }
  return key;
}

inline sqlite::OpenOptions encrypted(std::string path, std::uint8_t seed = 1) {
  sqlite::OpenOptions options;
  options.path = std::move(path);
  options.key = key_of(seed);
  return options;
}

inline std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

inline std::int64_t query_int(sqlite::Connection& db, std::string_view sql) {
  sqlite::Statement statement = db.prepare(sql);
  return statement.step() ? statement.get_int64(0) : -1;
}

inline std::string query_text(sqlite::Connection& db, std::string_view sql) {
  sqlite::Statement statement = db.prepare(sql);
  return statement.step() ? std::string(statement.get_text(0)) : std::string();
}

/// Runs `act` and returns the Error that it must throw.
template <typename Act>
sqlite::Error error_of(Act&& act) {
  try {
    act();
  } catch (const sqlite::Error& error) {
    return error;
  }
  throw std::logic_error("an Error was expected");
}

}  // namespace insieme::testing
