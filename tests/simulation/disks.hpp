#pragma once
// A file system below the cipher that fails as disks do: it stops at the n-th write, loses or tears
// what was not synced, is full, cannot read. The files are real ones in a folder of memory; what a
// power cut may take from them is remembered beside.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "simulation/chance.hpp"

namespace insieme::simulation {

/// How a machine ends that stops in the middle of something.
enum class Stop : std::uint8_t {
  kill,   ///< the process is gone, the system keeps what was written
  power,  ///< the machine is gone: of what was not synced some is there, some is not, some is torn
};

struct DiskCounts {
  std::uint64_t writes = 0;  ///< writes, truncations, syncs, deletions
  std::uint64_t syncs = 0;
  std::uint64_t stops = 0;
  std::uint64_t writes_lost = 0;
  std::uint64_t writes_torn = 0;
  std::uint64_t refused_full = 0;
  std::uint64_t refused_io = 0;
};

/// The disk of one machine: every file below its folder. Bound to one thread.
class Disk {
 public:
  /// `folder` exists and stays until the disk is gone.
  explicit Disk(std::string folder);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

  /// The machine stops at its n-th write from now (from 1); 0: not at all.
  void stop_at(std::size_t nth) noexcept { countdown_ = nth; }
  /// From the stop on nothing is read or written until `revive`.
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  /// The machine stops now.
  void stop() noexcept { stopped_ = true; }
  /// After everything that had files open there is gone. `power` decides what is left of them.
  void revive(Stop how, Chance& chance);

  void set_full(bool full) noexcept { full_ = full; }
  [[nodiscard]] bool full() const noexcept { return full_; }
  /// The n-th read, write or sync from now fails, once.
  void fail_at(std::size_t nth) noexcept { failing_ = nth; }
  /// How far off that is, and the stop; 0: not at all.
  [[nodiscard]] std::size_t fails_in() const noexcept { return failing_; }
  [[nodiscard]] std::size_t stops_in() const noexcept { return countdown_; }
  void calm() noexcept { full_ = false, failing_ = 0, countdown_ = 0; }
  /// What is armed waits.
  void pause() noexcept {
    paused_ = {countdown_, failing_};
    countdown_ = failing_ = 0;
  }
  void resume() noexcept { std::tie(countdown_, failing_) = paused_; }

  /// A file that appeared without this file system (copied there): it counts as synced.
  void forget(const std::string& path) { files_.erase(path); }

  [[nodiscard]] const DiskCounts& counts() const noexcept { return counts_; }

 private:
  friend struct DiskCalls;
  struct Write {
    std::int64_t offset = 0;
    std::vector<std::uint8_t> bytes;  ///< empty: a truncation to `offset`
    bool truncates = false;
  };
  struct File {
    std::vector<std::uint8_t> durable;
    std::vector<Write> pending;  ///< since the last sync, in order
  };
  void leave(const std::string& path, File& file, Chance& chance);

  std::string folder_;
  std::map<std::string, File> files_;
  std::size_t countdown_ = 0;
  std::size_t failing_ = 0;
  std::pair<std::size_t, std::size_t> paused_;
  bool stopped_ = false;
  bool full_ = false;
  DiskCounts counts_;
};

/// While it lives, it is SQLite's default file system and its source of chance: every connection
/// goes through it, files outside of all disks straight to the real one. One at a time; it outlives
/// connections.
class FileSystem {
 public:
  FileSystem();
  ~FileSystem();
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  /// Starts the sequence of what SQLite draws anew, for a run that can be repeated.
  void reseed(std::uint64_t seed);
};

/// Whether the simulated file system is at work just now: what it allocates is none of SQLite's or
/// the program's.
[[nodiscard]] bool is_at_disk() noexcept;

/// The one of this process, made at its first use.
[[nodiscard]] FileSystem& file_system();

/// A folder of its own, in memory where there is such a place; removed with all in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// A new folder inside.
  [[nodiscard]] std::string make(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace insieme::simulation
