#include "storage/beside.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "storage/core.hpp"

namespace insieme::client {
namespace {

namespace fs = std::filesystem;

std::string generation_path(const std::string& store) { return store + ".generation"; }

}  // namespace

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_empty(const std::string& path) {
  std::error_code failed;
  return fs::file_size(path, failed) == 0 && !failed;
}

std::optional<std::uint64_t> free_bytes(const std::string& path) {
  std::error_code failed;
  const fs::space_info space = fs::space(path, failed);
  if (failed) return std::nullopt;
  return std::uint64_t{space.available};
}

void drop_file(const std::string& path) noexcept {
  std::remove(path.c_str());  // fs::remove allocates, and may throw where nothing may
}

Status put_in_place(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (!failed) return {};
  return {ErrorCode::storage_failure, "cannot put the file in place: " + to};
}

bool is_alone() noexcept { return false; }

std::string read_generation(const std::string& store) {
  std::ifstream in(generation_path(store));
  std::string text;
  in >> text;
  return text;
}

void forget_generation(const std::string& store) noexcept { drop_file(generation_path(store)); }

NewGeneration::NewGeneration(const std::string& store, const std::string& text)
    : path_(generation_path(store)), former_(path_ + ".old") {
  const std::string aside = path_ + ".new";
  {
    errno = 0;
    std::ofstream out(aside, std::ios::trunc);
    out << text << '\n';
    out.flush();
    if (!out) {
      const bool full = errno == ENOSPC || errno == EDQUOT;
      refuse(full ? ErrorCode::storage_full : ErrorCode::storage_failure,
             "cannot write beside the store: " + aside);
    }
  }
  std::error_code error;
  fs::rename(path_, former_, error);
  had_former_ = !error;
  fs::rename(aside, path_, error);
  if (error) refuse(ErrorCode::storage_failure, "cannot write beside the store: " + path_);
}

NewGeneration::~NewGeneration() {
  // Not by way of std::filesystem, which allocates: there may be no memory left.
  if (kept_) {
    std::remove(former_.c_str());
  } else if (had_former_) {
    std::rename(former_.c_str(), path_.c_str());
  } else {
    std::remove(path_.c_str());
  }
}

}  // namespace insieme::client
