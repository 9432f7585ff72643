#pragma once
// What an operator should know before anybody else tells them: each check says what is the case and
// what to do.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/server/blobs.hpp"
#include "insieme/server/data_dir.hpp"

namespace insieme::server {

enum class Health : std::uint8_t {
  well,
  warning,  ///< will become trouble
  fault,    ///< is trouble, now or at the next restart
};

struct Finding {
  std::string check;  ///< `disk`, `certificate` …; never renamed
  Health health = Health::well;
  std::string says;
  std::string advice;  ///< empty if all is well
};

/// Of the machine, seen without the network.
struct MachineState {
  std::uint64_t free_disk_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::optional<bool> clock_synchronised;  ///< nothing: the kernel does not say
};
[[nodiscard]] MachineState look_at_machine(const std::string& folder);

/// Folder, settings, disk, clock, certificates: all that needs no database.
[[nodiscard]] std::vector<Finding> examine_machine(const DataDir& dir, const Config& config,
                                                   const MachineState& machine,
                                                   std::int64_t now_ms);

/// Replaying every document takes minutes where there are many.
enum class Depth : std::uint8_t { quick, whole };
/// Schema, pages, log and digests, backup, people and devices.
[[nodiscard]] std::vector<Finding> examine_space(Repository& repository, const Config& config,
                                                 std::int64_t now_ms, Depth depth);

/// Whether the virus scanner works, tried with a text that harms nobody, and what it found; nothing
/// where there is none.
[[nodiscard]] std::optional<Finding> examine_scan(Repository& repository, const Config& config);

/// Whether photos and files that were brought are still there; whole: and what they were.
[[nodiscard]] Finding examine_blobs(Repository& repository, BlobStore& store, Depth depth);

}  // namespace insieme::server
