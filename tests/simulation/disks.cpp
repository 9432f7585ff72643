#include "simulation/disks.hpp"

#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace insieme::simulation {
namespace {

constexpr const char* kName = "insieme-simulated";
constexpr const char* kCipherName = "multipleciphers-insieme-simulated";
constexpr std::size_t kSectorBytes = 512;

struct State {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs* former_default = nullptr;
  std::map<std::string, Disk*> disks;  ///< by folder
  Chance chance{0};
  int at_work = 0;
};

// SQLite's methods are plain functions, so what they share is global; FileSystem owns it.
State state;       // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
sqlite3_vfs shim;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

struct AtWork {
  AtWork() { ++state.at_work; }
  ~AtWork() { --state.at_work; }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
};

/// Memory of one open file: this, then the real file.
struct Open {
  sqlite3_file base;
  sqlite3_file* real;
  Disk* disk;
  std::string* path;
};

Open& mine(sqlite3_file* file) { return *reinterpret_cast<Open*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return mine(file).real; }

Disk* disk_of(const char* path) {
  if (path == nullptr) return nullptr;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const auto found = state.disks.find(folder);
  return found == state.disks.end() ? nullptr : found->second;
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  std::vector<std::uint8_t> bytes(ignored ? 0 : size);
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

/// What the calls of SQLite do to a disk.
struct DiskCalls {
  static int may_read(Disk* disk) {
    if (disk == nullptr) return SQLITE_OK;
    if (disk->stopped_) return SQLITE_IOERR_READ;
    return fails(*disk) ? SQLITE_IOERR_READ : SQLITE_OK;
  }
  /// Before something changes: a stop strikes here, and then nothing changes any more.
  static int may_change(Disk* disk, int code) {
    if (disk == nullptr) return SQLITE_OK;
    if (disk->stopped_) return code;
    ++disk->counts_.writes;
    if (disk->countdown_ != 0 && --disk->countdown_ == 0) {
      disk->stopped_ = true;
      ++disk->counts_.stops;
      return code;
    }
    return fails(*disk) ? code : SQLITE_OK;
  }
  static bool fails(Disk& disk) {
    if (disk.failing_ == 0 || --disk.failing_ != 0) return false;
    ++disk.counts_.refused_io;
    return true;
  }
  static bool is_full(Disk* disk) {
    if (disk == nullptr || !disk->full_) return false;
    ++disk->counts_.refused_full;
    return true;
  }
  static Disk::File& file(Disk& disk, const std::string& path) {
    const auto known = disk.files_.find(path);
    if (known != disk.files_.end()) return known->second;
    Disk::File& fresh = disk.files_[path];
    fresh.durable = read_file(path);
    return fresh;
  }
  static void note(Open& open, Disk::Write write) {
    if (open.disk != nullptr) file(*open.disk, *open.path).pending.push_back(std::move(write));
  }
  static void note_sync(Open& open) {
    if (open.disk == nullptr) return;
    ++open.disk->counts_.syncs;
    Disk::File& kept = file(*open.disk, *open.path);
    for (const Disk::Write& write : kept.pending) perform(kept.durable, write, write.bytes.size());
    kept.pending.clear();
  }
  static void perform(std::vector<std::uint8_t>& to, const Disk::Write& write, std::size_t bytes) {
    const auto offset = static_cast<std::size_t>(write.offset);
    if (write.truncates) {
      if (offset < to.size()) to.resize(offset);
      return;
    }
    if (to.size() < offset + bytes) to.resize(offset + bytes);
    std::copy_n(write.bytes.begin(), bytes, to.begin() + write.offset);
  }
  static void gone(Disk* disk, const std::string& path) {
    if (disk != nullptr) disk->files_.erase(path);
  }
};

namespace {

int io_close(sqlite3_file* file) {
  delete mine(file).path;
  mine(file).path = nullptr;
  return real_of(file)->pMethods->xClose(real_of(file));
}
int io_read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  const int code = DiskCalls::may_read(mine(file).disk);
  return code != SQLITE_OK ? code
                           : real_of(file)->pMethods->xRead(real_of(file), buffer, size, offset);
}
int io_write(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
  const AtWork at_work;
  Open& open = mine(file);
  // A stop in a write: part of it may be there. That is what `pending` is for.
  const auto* bytes = static_cast<const std::uint8_t*>(buffer);
  const bool was_stopped = open.disk != nullptr && open.disk->stopped();
  const int code = DiskCalls::may_change(open.disk, SQLITE_IOERR_WRITE);
  if (code != SQLITE_OK) {
    if (!was_stopped && open.disk->stopped()) {
      DiskCalls::note(open, {offset, {bytes, bytes + size}, false});
    }
    return code;
  }
  if (DiskCalls::is_full(open.disk)) return SQLITE_FULL;
  const int done = open.real->pMethods->xWrite(open.real, buffer, size, offset);
  if (done == SQLITE_OK) DiskCalls::note(open, {offset, {bytes, bytes + size}, false});
  return done;
}
int io_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const AtWork at_work;
  Open& open = mine(file);
  const int code = DiskCalls::may_change(open.disk, SQLITE_IOERR_TRUNCATE);
  if (code != SQLITE_OK) return code;
  const int done = open.real->pMethods->xTruncate(open.real, size);
  if (done == SQLITE_OK) DiskCalls::note(open, {size, {}, true});
  return done;
}
int io_sync(sqlite3_file* file, int) {
  const AtWork at_work;
  Open& open = mine(file);
  const int code = DiskCalls::may_change(open.disk, SQLITE_IOERR_FSYNC);
  if (code == SQLITE_OK) DiskCalls::note_sync(open);
  return code;
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
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
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
constexpr sqlite3_io_methods kMethods = {2,
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
                                         nullptr};

int vfs_open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  const AtWork at_work;
  Open& open = mine(file);
  open.real = reinterpret_cast<sqlite3_file*>(&open + 1);
  open.base.pMethods = nullptr;
  open.disk = disk_of(name);
  open.path = nullptr;
  if (open.disk != nullptr && open.disk->stopped()) return SQLITE_CANTOPEN;
  const int code = state.real->xOpen(state.real, name, open.real, flags, out_flags);
  if (open.real->pMethods != nullptr) {
    open.base.pMethods = &kMethods;
    open.path = new std::string(name == nullptr ? "" : name);  // freed by io_close
  }
  return code;
}
int vfs_delete(sqlite3_vfs*, const char* name, int sync_folder) {
  const AtWork at_work;
  Disk* disk = disk_of(name);
  const int code = DiskCalls::may_change(disk, SQLITE_IOERR_DELETE);
  if (code != SQLITE_OK) return code;
  DiskCalls::gone(disk, name);
  return state.real->xDelete(state.real, name, sync_folder);
}
int vfs_randomness(sqlite3_vfs*, int size, char* bytes) {
  state.chance.fill({reinterpret_cast<std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
  return size;
}
/// Nobody else runs here: waiting for a lock would be waiting for ever.
int vfs_sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

}  // namespace

Disk::Disk(std::string folder) : folder_(std::move(folder)) { state.disks[folder_] = this; }
Disk::~Disk() { state.disks.erase(folder_); }

void Disk::revive(Stop how, Chance& chance) {
  if (how == Stop::power) {
    for (auto& [path, file] : files_) leave(path, file, chance);
  }
  files_.clear();
  stopped_ = false;
  countdown_ = 0;
  failing_ = 0;
}

/// Writes back what a power cut leaves: of what was not synced any part, in any combination.
void Disk::leave(const std::string& path, File& file, Chance& chance) {
  if (file.pending.empty()) return;
  // Mostly the tail is lost, as a disk works on in order; sometimes anything.
  const bool in_order = chance.percent(60);
  const std::size_t kept = chance.below(file.pending.size() + 1);
  for (std::size_t i = 0; i < file.pending.size(); ++i) {
    const Write& write = file.pending[i];
    const bool stays = in_order ? i < kept : chance.one_in(2);
    if (stays && chance.percent(85)) {
      DiskCalls::perform(file.durable, write, write.bytes.size());
    } else if (stays && !write.truncates) {
      ++counts_.writes_torn;
      const std::size_t sectors = write.bytes.size() / kSectorBytes;
      const std::size_t part =
          sectors > 1 ? kSectorBytes * chance.below(sectors) : chance.below(write.bytes.size());
      DiskCalls::perform(file.durable, write, part);
    } else {
      ++counts_.writes_lost;
    }
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(file.durable.data()),
            static_cast<std::streamsize>(file.durable.size()));
}

FileSystem::FileSystem() {
  if (state.real != nullptr) throw std::logic_error("one file system at a time");
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1);  // counted, for the bound on memory
  sqlite3_initialize();
  state.former_default = sqlite3_vfs_find(nullptr);
  state.real = sqlite3_vfs_find("unix");
  if (state.real == nullptr) throw std::runtime_error("no real file system below");
  shim = *state.real;
  shim.zName = kName;
  shim.pNext = nullptr;
  shim.szOsFile = static_cast<int>(sizeof(Open)) + state.real->szOsFile;
  shim.xOpen = vfs_open;
  shim.xDelete = vfs_delete;
  shim.xRandomness = vfs_randomness;
  shim.xSleep = vfs_sleep;
  if (sqlite3_vfs_register(&shim, 0) != SQLITE_OK || sqlite3mc_vfs_create(kName, 1) != SQLITE_OK) {
    throw std::runtime_error("cannot put the simulated file system below the cipher");
  }
}

FileSystem::~FileSystem() {
  sqlite3mc_vfs_destroy(kCipherName);
  sqlite3_vfs_unregister(&shim);
  sqlite3_vfs_register(state.former_default, 1);
  state.real = nullptr;
}

void FileSystem::reseed(std::uint64_t seed) {
  state.chance = Chance(seed);
  sqlite3_randomness(0, nullptr);  // SQLite asks again at its next need
}

bool is_at_disk() noexcept { return state.at_work != 0; }

FileSystem& file_system() {
  static FileSystem files;
  return files;
}

Folder::Folder() {
  std::error_code ignored;
  std::string base = "/dev/shm";
  if (!std::filesystem::is_directory(base, ignored)) {
    base = std::filesystem::temp_directory_path().string();
  }
  path_ = base + "/insieme-simulation-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder for the disks");
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::make(const std::string& name) const {
  const std::string made = path_ + "/" + name;
  std::filesystem::create_directory(made);
  return made;
}

}  // namespace insieme::simulation
