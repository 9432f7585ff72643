// Of a browser: what there is of files is what SQLite's file system has (insieme/sqlite/files.hpp).
#include "insieme/sqlite/files.hpp"
#include "storage/beside.hpp"
#include "storage/core.hpp"

namespace insieme::client {
namespace {

std::string generation_path(const std::string& store) { return store + ".generation"; }

}  // namespace

bool file_exists(const std::string& path) { return sqlite::file_exists(path); }

// There what is empty does not exist.
bool is_empty(const std::string&) { return false; }

void drop_file(const std::string& path) noexcept { sqlite::remove_file(path); }

std::optional<std::uint64_t> free_bytes(const std::string&) { return std::nullopt; }

Status put_in_place(const std::string&, const std::string& to) {
  return {ErrorCode::storage_failure, "files cannot be renamed here: " + to +
                                          "\nqui i file non si possono rinominare: " + to};
}

bool is_alone() noexcept { return true; }

std::string read_generation(const std::string& store) {
  return sqlite::read_small_file(generation_path(store));
}

void forget_generation(const std::string& store) noexcept { drop_file(generation_path(store)); }

// A few bytes, all within one sector, written and flushed at once: they are never torn.
NewGeneration::NewGeneration(const std::string& store, const std::string& text)
    : path_(generation_path(store)), former_(read_generation(store)), had_former_(true) {
  const sqlite::SmallWrite done = sqlite::write_small_file(path_, text);
  if (done == sqlite::SmallWrite::done) return;
  const bool full = done == sqlite::SmallWrite::full;
  refuse(full ? ErrorCode::storage_full : ErrorCode::storage_failure,
         "cannot write beside the store: " + path_);
}

NewGeneration::~NewGeneration() {
  if (!kept_ && had_former_) static_cast<void>(sqlite::write_small_file(path_, former_));
}

}  // namespace insieme::client
