#pragma once

#include <cstdint>

namespace insieme::testing {

enum class FileCall : std::uint8_t { read, write, sync };
enum class FileFault : std::uint8_t { disk_full, io_error };
enum class FaultLife : std::uint8_t { once, until_disarmed };

/// A file system that fails when told to. It lies *below* the cipher, so that encrypted databases
/// meet its faults as they would meet a real disk's.
///
/// While one lives it is SQLite's default: every connection opened meanwhile goes through it, with
/// no help from the code under test. At most one at a time, one thread, and it must outlive those
/// connections.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  /// The `nth` call of this kind from now (from 1), on any file, fails; with `until_disarmed`
  /// those after it too, as on a full disk.
  void arm(FileCall call, int nth, FileFault fault, FaultLife life = FaultLife::once) noexcept;
  void disarm() noexcept;

  /// From now on, files do not promise that a write leaves its neighbours alone on a power cut
  /// (SQLITE_IOCAP_POWERSAFE_OVERWRITE).
  void withdraw_powersafe_overwrite() noexcept;

  /// Whether the armed fault has struck since arm().
  bool struck() const noexcept;
  /// Calls of this kind since construction.
  std::int64_t calls(FileCall call) const noexcept;
};

}  // namespace insieme::testing
