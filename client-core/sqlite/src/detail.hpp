#pragma once

// Private to insieme::sqlite. sqlite3.h itself is for .cpp files only.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "insieme/sqlite/connection.hpp"

namespace insieme::sqlite::detail {

struct Closer {
  void operator()(sqlite3* db) const noexcept;
};
using Handle = std::unique_ptr<sqlite3, Closer>;

ErrorKind kind_of(int extended_code) noexcept;

/// For failures of preparing and of opening, where SQLite's text speaks of SQL and files only.
[[noreturn]] void throw_error(sqlite3* db, int code, std::string_view what);
/// For failures of a run, where SQLite's text may quote a value (an FTS query, a JSON path).
[[noreturn]] void throw_run_error(sqlite3* db, int code, std::string_view what);
[[noreturn]] void throw_misuse(std::string_view what);

/// `context` begins the text of an error.
void execute(sqlite3* db, std::string_view script, std::string_view context);

std::int64_t query_int64(sqlite3* db, const char* sql);

/// SQLITE_OK or the error; empties the key's text form from memory in any case.
int set_key(sqlite3* db, const Key& key) noexcept;

void wipe(void* bytes, std::size_t size) noexcept;

/// Everything that Connection::backup_to() promises, given the effective key.
void backup(sqlite3* source, const std::string& path, const std::optional<Key>& key,
            bool source_encrypted);

/// Everything that open() promises; see connection.hpp.
Handle open_database(const OpenOptions& options);

}  // namespace insieme::sqlite::detail
