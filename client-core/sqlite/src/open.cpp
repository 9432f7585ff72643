#include <sodium.h>
#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "detail.hpp"

namespace insieme::sqlite::detail {

namespace {

constexpr int kWalLimitBytes = 16 * 1024 * 1024;
constexpr int kRetryPauseMs = 10;
constexpr int kPageBytes = 4096;

bool exists(const std::string& path) noexcept {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  int found = 0;
  return vfs != nullptr &&
         vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0;
}

int open_flags(Mode mode) noexcept {
  // One thread at a time is the class's contract, so SQLite need not take a mutex per call.
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case Mode::read_only:
      return kCommon | SQLITE_OPEN_READONLY;
    case Mode::read_write:
      return kCommon | SQLITE_OPEN_READWRITE;
    case Mode::read_write_create:
      break;
  }
  return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

[[noreturn]] void throw_cannot_open(const OpenOptions& options, sqlite3* db, int code) {
  const std::size_t slash = options.path.find_last_of('/');
  if (slash != std::string::npos && slash > 0 && !exists(options.path.substr(0, slash))) {
    throw Error(ErrorKind::io, code, "cannot open the database: its folder does not exist");
  }
  throw_error(db, code, "cannot open the database");
}

Handle open_file(const OpenOptions& options, const std::string& name, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  Handle db(raw);
  if (code != SQLITE_OK) {
    throw_cannot_open(options, db.get(), code);
  }
  if (options.key) {
    const int key_code = set_key(db.get(), *options.key);
    if (key_code != SQLITE_OK) {
      throw_error(db.get(), key_code, "cannot set the database key");
    }
  }
  return db;
}

int read_header(sqlite3* db) noexcept {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, nullptr);
  if (code == SQLITE_OK) {
    code = sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    switch (c) {
      case '%':
        uri += "%25";
        break;
      case '?':
        uri += "%3f";
        break;
      case '#':
        uri += "%23";
        break;
      default:
        uri += c;
    }
  }
  return uri + "?immutable=1";
}

// Null for a database in memory.
sqlite3_file* main_file(sqlite3* db) noexcept {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

std::int64_t file_bytes(sqlite3* db) noexcept {
  sqlite3_file* file = main_file(db);
  sqlite3_int64 size = 0;
  return file != nullptr && file->pMethods->xFileSize(file, &size) == SQLITE_OK ? size : 0;
}

// Without this promise SQLite believes in sectors of 4096 bytes, writes journal headers of that
// size, and the cipher takes a header as large as a page for a page: after a crash the roll-back
// stops half-way. A file system of our own that forgets the promise must fail here, on its first
// day, and not in the field.
void require_powersafe_overwrite(sqlite3* db) {
  sqlite3_file* file = main_file(db);
  if (file != nullptr &&
      (file->pMethods->xDeviceCharacteristics(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0) {
    throw_misuse("the file system must promise SQLITE_IOCAP_POWERSAFE_OVERWRITE for encryption");
  }
}

// A rollback journal left by a crash is replayed by the first read, before anyone can know
// whether the key is right. Opened *without* a key, an encrypted journal looks damaged: SQLite
// stops at its first page, throws the journal away, and half a transaction stays in the file. So
// the key is first proven on a connection that ignores journals. Up to one page there is nothing
// to lose, and a crash while the file was created may have left that page torn.
void prove_key_before_rollback(const OpenOptions& options) {
  if (!exists(options.path + "-journal") || !exists(options.path)) {
    return;
  }
  const Handle probe = open_file(
      options, immutable_uri(options.path),
      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE);
  if (file_bytes(probe.get()) <= kPageBytes) {
    return;
  }
  const int code = read_header(probe.get());
  if ((code & 0xff) == SQLITE_NOTADB) {
    throw_error(probe.get(), code, "cannot read the database (wrong key, damaged, or none)");
  }
}

void set_switch(sqlite3* db, int option, int value) {
  const int code = sqlite3_db_config(db, option, value, nullptr);
  if (code != SQLITE_OK) {
    throw_error(db, code, "cannot configure the connection");
  }
}

// Two processes that create the same file meet here, and SQLite does not call its busy handler
// where a lock is raised, so the waiting is done by hand.
void enter_wal(sqlite3* db, const OpenOptions& options) {
  const int attempts = options.busy_timeout_ms / kRetryPauseMs + 1;
  for (int attempt = 1;; ++attempt) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(db, "PRAGMA journal_mode=WAL", -1, &statement, nullptr);
    if (code == SQLITE_OK) {
      code = sqlite3_step(statement);
    }
    std::string mode;
    if (code == SQLITE_ROW) {
      mode = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    if (mode == "wal" || mode == "memory") {
      return;
    }
    if (code == SQLITE_ROW) {
      throw Error(ErrorKind::io, SQLITE_IOERR, "cannot switch the database to WAL mode");
    }
    if ((code & 0xff) != SQLITE_BUSY || attempt >= attempts) {
      throw_error(db, code, "cannot switch the database to WAL mode");
    }
    sqlite3_sleep(kRetryPauseMs);
  }
}

const char* synchronous_sql(Synchronous synchronous) noexcept {
  switch (synchronous) {
    case Synchronous::off:
      return "PRAGMA synchronous=OFF";
    case Synchronous::normal:
      return "PRAGMA synchronous=NORMAL";
    case Synchronous::full:
      break;
  }
  return "PRAGMA synchronous=FULL";
}

}  // namespace

void Closer::operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }

void wipe(void* bytes, std::size_t size) noexcept {
  // Volatile, because a compiler may drop writes to memory that nobody reads again.
  volatile unsigned char* byte = static_cast<unsigned char*>(bytes);
  while (size-- > 0) {
    *byte++ = 0;
  }
}

int set_key(sqlite3* db, const Key& key) noexcept {
  // The page cipher computes with libsodium, which chooses here what this processor does best; the
  // outcome is the same without.
  static const int initialised = sodium_init();
  static_cast<void>(initialised);
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<char, 4 + 2 * std::tuple_size_v<Key>> text{'r', 'a', 'w', ':'};
  std::size_t at = 4;
  for (const std::uint8_t byte : key) {
    text[at++] = kDigits[byte >> 4U];
    text[at++] = kDigits[byte & 15U];
  }
  const int code = sqlite3_key(db, text.data(), static_cast<int>(text.size()));
  wipe(text.data(), text.size());
  return code;
}

namespace {

Handle open_once(const OpenOptions& options) {
  if (options.path.empty() || options.cache_kib < 64 || options.busy_timeout_ms < 0) {
    throw_misuse("open options out of range");
  }
  prove_key_before_rollback(options);
  Handle db = open_file(options, options.path, open_flags(options.mode));
  if (options.key) {
    require_powersafe_overwrite(db.get());
  }
  sqlite3_busy_timeout(db.get(), options.busy_timeout_ms);
  if (options.exclusive) {
    // Before the first read: WAL decides then whether it needs shared memory.
    execute(db.get(), "PRAGMA locking_mode=EXCLUSIVE", "cannot open the database");
  }

  // Closing the last connection copies the WAL into the file. With an unproven key that would
  // rewrite the file, so it is off until the first page has been read.
  set_switch(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
  const int code = read_header(db.get());
  if (code != SQLITE_OK) {
    if ((code & 0xff) == SQLITE_CANTOPEN) {
      throw_cannot_open(options, db.get(), code);
    }
    throw_error(db.get(), code,
                kind_of(code) == ErrorKind::corrupt_or_key
                    ? "cannot read the database (wrong key, damaged, or none)"
                    : "cannot read the database");
  }
  set_switch(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0);

  set_switch(db.get(), SQLITE_DBCONFIG_ENABLE_FKEY, 0);
  set_switch(db.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  set_switch(db.get(), SQLITE_DBCONFIG_DEFENSIVE, 1);
  set_switch(db.get(), SQLITE_DBCONFIG_DQS_DML, 0);
  set_switch(db.get(), SQLITE_DBCONFIG_DQS_DDL, 0);
  if (options.mode != Mode::read_only) {
    enter_wal(db.get(), options);
  }
  const std::string script = std::string(synchronous_sql(options.synchronous)) +
                             ";PRAGMA secure_delete=ON" + ";PRAGMA temp_store=MEMORY" +
                             ";PRAGMA cache_size=-" + std::to_string(options.cache_kib) +
                             ";PRAGMA journal_size_limit=" + std::to_string(kWalLimitBytes);
  execute(db.get(), script, "cannot configure the connection");
  return db;
}

}  // namespace

Handle open_database(const OpenOptions& options) {
  try {
    return open_once(options);
  } catch (const Error& error) {
    if (error.extended_code() != SQLITE_IOERR_SHMSIZE || options.exclusive) throw;
  }
  // A full disk has no room for the file of shared memory. Alone, a connection needs none, and what
  // is there can be read.
  OpenOptions alone = options;
  alone.exclusive = true;
  return open_once(alone);
}

}  // namespace insieme::sqlite::detail
