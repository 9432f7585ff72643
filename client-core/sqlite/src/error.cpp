#include "insieme/sqlite/error.hpp"

#include <sqlite3.h>

#include <utility>

#include "detail.hpp"

namespace insieme::sqlite {

Error::Error(ErrorKind kind, int extended_code, std::string message)
    : kind_(kind), extended_code_(extended_code), message_(std::move(message)) {}

namespace detail {

ErrorKind kind_of(int extended_code) noexcept {
  if (extended_code == SQLITE_IOERR_DATA || extended_code == SQLITE_IOERR_CORRUPTFS) {
    return ErrorKind::corrupt_or_key;
  }
  if (extended_code == SQLITE_IOERR_SHMSIZE) return ErrorKind::full;
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // lost a race for the WAL's locks too often
      return ErrorKind::busy;
    case SQLITE_FULL:
      return ErrorKind::full;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
      return ErrorKind::io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::corrupt_or_key;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return ErrorKind::constraint;
    case SQLITE_INTERRUPT:
      return ErrorKind::interrupted;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return ErrorKind::misuse;
    case SQLITE_READONLY:
      // The bare code is a write through a read-only connection; the others are the file's state.
      return extended_code == SQLITE_READONLY ? ErrorKind::misuse : ErrorKind::io;
    default:
      return ErrorKind::other;
  }
}

namespace {

std::string join(std::string_view what, const char* reason) {
  std::string message(what);
  message.append(": ").append(reason);
  return message;
}

// The connection remembers the extended code only until its next call, and not for every error.
int extended_of(sqlite3* db, int code) noexcept {
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  return (extended & 0xff) == (code & 0xff) ? extended : code;
}

}  // namespace

void throw_error(sqlite3* db, int code, std::string_view what) {
  const int extended = extended_of(db, code);
  const bool known = db != nullptr && (sqlite3_errcode(db) & 0xff) == (code & 0xff);
  throw Error(kind_of(extended), extended,
              join(what, known ? sqlite3_errmsg(db) : sqlite3_errstr(code)));
}

void throw_run_error(sqlite3* db, int code, std::string_view what) {
  const int extended = extended_of(db, code);
  // Constraint texts name tables and columns of the schema, and without them nobody can tell
  // which rule it was.
  const bool safe = (extended & 0xff) == SQLITE_CONSTRAINT;
  throw Error(kind_of(extended), extended,
              join(what, safe ? sqlite3_errmsg(db) : sqlite3_errstr(extended)));
}

void throw_misuse(std::string_view what) {
  throw Error(ErrorKind::misuse, SQLITE_MISUSE, std::string(what));
}

}  // namespace detail
}  // namespace insieme::sqlite
