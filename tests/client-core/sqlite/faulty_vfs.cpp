#include "faulty_vfs.hpp"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace insieme::testing {

namespace {

constexpr const char* kName = "insieme-faulty";
constexpr const char* kCipherName = "multipleciphers-insieme-faulty";

struct State {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs* former_default = nullptr;
  std::array<std::int64_t, 3> calls{};
  FileCall call = FileCall::read;
  int countdown = 0;  // 0: not armed
  int code = SQLITE_OK;
  FaultLife life = FaultLife::once;
  bool struck = false;
  int withdrawn_characteristics = 0;
};

// SQLite's methods are plain functions, so what they share is global; FaultyVfs resets it.
State state;       // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
sqlite3_vfs shim;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

// Memory of one open file: this, then the real file.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

int tick(FileCall call) {
  ++state.calls[static_cast<std::size_t>(call)];
  if (state.countdown == 0 || state.call != call) {
    return SQLITE_OK;
  }
  if (state.countdown > 1) {
    --state.countdown;
    return SQLITE_OK;
  }
  if (state.life == FaultLife::once) {
    state.countdown = 0;
  }
  state.struck = true;
  if (state.code == SQLITE_FULL) {
    return SQLITE_FULL;
  }
  switch (call) {
    case FileCall::read:
      return SQLITE_IOERR_READ;
    case FileCall::write:
      return SQLITE_IOERR_WRITE;
    case FileCall::sync:
      break;
  }
  return SQLITE_IOERR_FSYNC;
}

int io_close(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }

int io_read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  const int code = tick(FileCall::read);
  return code != SQLITE_OK ? code
                           : real_of(file)->pMethods->xRead(real_of(file), buffer, size, offset);
}

int io_write(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
  const int code = tick(FileCall::write);
  return code != SQLITE_OK ? code
                           : real_of(file)->pMethods->xWrite(real_of(file), buffer, size, offset);
}

int io_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

int io_sync(sqlite3_file* file, int flags) {
  const int code = tick(FileCall::sync);
  return code != SQLITE_OK ? code : real_of(file)->pMethods->xSync(real_of(file), flags);
}

int io_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

int io_lock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}

int io_unlock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

int io_check_lock(sqlite3_file* file, int* result) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

int io_control(sqlite3_file* file, int operation, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

int io_sector_size(sqlite3_file* file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}

int io_characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file)) &
         ~state.withdrawn_characteristics;
}

int io_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** region) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, region);
}

int io_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

void io_shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }

int io_shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// Version 2: shared memory, hence WAL, but no memory mapping, which would go round io_read.
constexpr sqlite3_io_methods kMethods = {
    2,
    io_close,
    io_read,
    io_write,
    io_truncate,
    io_sync,
    io_size,
    io_lock,
    io_unlock,
    io_check_lock,
    io_control,
    io_sector_size,
    io_characteristics,
    io_shm_map,
    io_shm_lock,
    io_shm_barrier,
    io_shm_unmap,
    nullptr,
    nullptr,
};

int vfs_open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  auto* mine = reinterpret_cast<File*>(file);
  mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
  mine->base.pMethods = nullptr;
  const int code = state.real->xOpen(state.real, name, mine->real, flags, out_flags);
  if (mine->real->pMethods != nullptr) {
    mine->base.pMethods = &kMethods;
  }
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() {
  if (state.real != nullptr) {
    throw std::logic_error("one FaultyVfs at a time");
  }
  sqlite3_initialize();
  state = State{};
  state.former_default = sqlite3_vfs_find(nullptr);
  state.real = sqlite3_vfs_find("unix");
  if (state.real == nullptr) {
    throw std::runtime_error("no real file system to fail on");
  }
  shim = *state.real;
  shim.zName = kName;
  shim.pNext = nullptr;
  shim.szOsFile = static_cast<int>(sizeof(File)) + state.real->szOsFile;
  shim.xOpen = vfs_open;
  if (sqlite3_vfs_register(&shim, 0) != SQLITE_OK || sqlite3mc_vfs_create(kName, 1) != SQLITE_OK) {
    throw std::runtime_error("cannot put the faulty file system below the cipher");
  }
}

FaultyVfs::~FaultyVfs() {
  sqlite3mc_vfs_destroy(kCipherName);
  sqlite3_vfs_unregister(&shim);
  sqlite3_vfs_register(state.former_default, 1);
  state = State{};
}

void FaultyVfs::arm(FileCall call, int nth, FileFault fault, FaultLife life) noexcept {
  state.call = call;
  state.countdown = nth;
  state.code = fault == FileFault::disk_full ? SQLITE_FULL : SQLITE_IOERR;
  state.life = life;
  state.struck = false;
}

void FaultyVfs::disarm() noexcept { state.countdown = 0; }

void FaultyVfs::withdraw_powersafe_overwrite() noexcept {
  state.withdrawn_characteristics = SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

bool FaultyVfs::struck() const noexcept { return state.struck; }

std::int64_t FaultyVfs::calls(FileCall call) const noexcept {
  return state.calls[static_cast<std::size_t>(call)];
}

}  // namespace insieme::testing
