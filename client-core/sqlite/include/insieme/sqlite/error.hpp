#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace insieme::sqlite {

/// What a caller can sensibly do about an Error; finer than this only a log cares.
enum class ErrorKind : std::uint8_t {
  busy,            ///< someone else holds the lock; the same call may succeed later
  full,            ///< no room on the device; the last committed state is intact
  io,              ///< the file or its folder cannot be opened, read, written or synced
  corrupt_or_key,  ///< wrong key, damaged file, or no database at all: see below
  constraint,      ///< a UNIQUE, CHECK, NOT NULL or type rule of the schema said no
  interrupted,     ///< Connection::interrupt() stopped the call
  schema_newer,    ///< the database was migrated by a newer program; nothing was changed
  misuse,          ///< a bug in the calling code (wrong SQL shape, state or argument)
  other,
};

/// Thrown when an operation cannot go on.
///
/// `corrupt_or_key` is one kind on purpose: an encrypted page under a wrong key cannot be told
/// from a damaged page. Never take it as proof of either, and never delete a file because of it.
///
/// what() is short and never holds a bound value, so that it may be logged.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, int extended_code, std::string message);

  const char* what() const noexcept override { return message_.c_str(); }
  ErrorKind kind() const noexcept { return kind_; }
  /// SQLite's primary result code (the low byte of the extended one).
  int code() const noexcept { return extended_code_ & 0xff; }
  /// SQLite's extended result code.
  int extended_code() const noexcept { return extended_code_; }

 private:
  ErrorKind kind_;
  int extended_code_;
  std::string message_;
};

}  // namespace insieme::sqlite
