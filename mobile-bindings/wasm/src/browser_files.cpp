// SQLite's file system in a browser: files of the Origin Private File System, which a worker opens
// beforehand, since opening takes a promise and SQLite cannot wait for one.
//
// `Module.files` (js/files.mjs) has them under their names. A file exists if it has bytes. There is
// one connection, so locks are nothing; there is no memory shared with others, so WAL wants
// locking_mode=EXCLUSIVE.
#include <emscripten.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

namespace {

constexpr int kDone = 0;
constexpr int kFull = 1;
constexpr int kPathBytesMax = 512;
constexpr sqlite3_int64 kUnixEpochMs = 210866760000000;

// Each gives -1 for a failure, which never crosses into C++ as an exception. HEAPU8 is looked up
// anew each time: it is another array after the memory grew. Offsets are exact as doubles.
EM_JS(int, files_open, (const char* name, int may_create), {
  return Module["files"].open(UTF8ToString(name), may_create !== 0);
});
EM_JS(int, files_read, (int file, void* to, int count, double at), {
  return Module["files"].read(file, HEAPU8.subarray(to, to + count), at);
});
EM_JS(int, files_write, (int file, const void* from, int count, double at), {
  return Module["files"].write(file, HEAPU8.subarray(from, from + count), at);
});
EM_JS(int, files_truncate, (int file, double size), {
  return Module["files"].truncate(file, size);
});
EM_JS(int, files_flush, (int file), { return Module["files"].flush(file); });
EM_JS(double, files_size, (int file), { return Module["files"].size(file); });
EM_JS(int, files_exists, (const char* name), {
  return Module["files"].exists(UTF8ToString(name)) ? 1 : 0;
});
EM_JS(int, files_remove, (const char* name), {
  return Module["files"].remove(UTF8ToString(name));
});

struct BrowserFile {
  sqlite3_file base;
  int file;
};

int file_of(sqlite3_file* base) { return reinterpret_cast<BrowserFile*>(base)->file; }

int write_code(int outcome, int failure) {
  if (outcome == kDone) return SQLITE_OK;
  return outcome == kFull ? SQLITE_FULL : failure;
}

int do_close(sqlite3_file*) { return SQLITE_OK; }

int do_read(sqlite3_file* base, void* to, int count, sqlite3_int64 at) {
  const int got = files_read(file_of(base), to, count, static_cast<double>(at));
  if (got < 0) return SQLITE_IOERR_READ;
  if (got == count) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + got, 0, static_cast<std::size_t>(count - got));
  return SQLITE_IOERR_SHORT_READ;
}

int do_write(sqlite3_file* base, const void* from, int count, sqlite3_int64 at) {
  return write_code(files_write(file_of(base), from, count, static_cast<double>(at)),
                    SQLITE_IOERR_WRITE);
}

int do_truncate(sqlite3_file* base, sqlite3_int64 size) {
  return write_code(files_truncate(file_of(base), static_cast<double>(size)),
                    SQLITE_IOERR_TRUNCATE);
}

int do_sync(sqlite3_file* base, int) {
  return write_code(files_flush(file_of(base)), SQLITE_IOERR_FSYNC);
}

int do_size(sqlite3_file* base, sqlite3_int64* size) {
  const double bytes = files_size(file_of(base));
  if (bytes < 0) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(bytes);
  return SQLITE_OK;
}

int do_lock(sqlite3_file*, int) { return SQLITE_OK; }

int do_is_reserved(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}

int do_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int do_sector_size(sqlite3_file*) { return 4096; }

// Without this promise the page cipher takes a journal's header for a page: see
// cmake/InsiemeSqlite.cmake.
int do_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods kMethods = {
    1,       do_close, do_read, do_write,       do_truncate, do_sync,        do_size,
    do_lock, do_lock,  do_is_reserved, do_control, do_sector_size, do_characteristics,
    nullptr, nullptr,  nullptr, nullptr,        nullptr,     nullptr};

int vfs_open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  base->pMethods = nullptr;
  // Temporary files live in memory (SQLITE_TEMP_STORE=3): unencrypted ones must not exist.
  if (name == nullptr) return SQLITE_CANTOPEN;
  const int file = files_open(name, (flags & SQLITE_OPEN_CREATE) != 0 ? 1 : 0);
  if (file < 0) return SQLITE_CANTOPEN;
  reinterpret_cast<BrowserFile*>(base)->file = file;
  base->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs*, const char* name, int) {
  return write_code(files_remove(name), SQLITE_IOERR_DELETE);
}

int vfs_access(sqlite3_vfs*, const char* name, int, int* out) {
  *out = files_exists(name);
  return SQLITE_OK;
}

int vfs_full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::strcpy(out, name);
  return SQLITE_OK;
}

int vfs_randomness(sqlite3_vfs*, int size, char* out) {
  return getentropy(out, static_cast<std::size_t>(size)) == 0 ? size : 0;
}

int vfs_sleep(sqlite3_vfs*, int us) { return us; }

int vfs_time_ms(sqlite3_vfs*, sqlite3_int64* out) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  *out = kUnixEpochMs + std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return SQLITE_OK;
}

int vfs_time(sqlite3_vfs* vfs, double* out) {
  sqlite3_int64 ms = 0;
  const int code = vfs_time_ms(vfs, &ms);
  *out = static_cast<double>(ms) / 86'400'000.0;
  return code;
}

int vfs_last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

extern "C" int sqlite3_os_init() {
  static sqlite3_vfs vfs = {2,           sizeof(BrowserFile), kPathBytesMax, nullptr,
                            "browser",   nullptr,             vfs_open,      vfs_delete,
                            vfs_access,  vfs_full_path,       nullptr,       nullptr,
                            nullptr,     nullptr,             vfs_randomness, vfs_sleep,
                            vfs_time,    vfs_last_error,      vfs_time_ms,   nullptr,
                            nullptr,     nullptr};
  return sqlite3_vfs_register(&vfs, 1);
}

extern "C" int sqlite3_os_end() { return SQLITE_OK; }
