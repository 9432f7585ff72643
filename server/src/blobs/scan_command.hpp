#pragma once
// One run of the operator's virus scanner: a program that reads a file's content from its standard
// input, ends with 0 (nothing found), 1 (something found) or anything else (it could not say), as
// clamdscan does.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/server/blob_scans.hpp"

namespace insieme::server {

struct ScanCommand {
  std::vector<std::string> words;  ///< the first is an absolute path
  std::chrono::milliseconds timeout{60'000};
};
/// Words between blanks; no quotes, no shell. `invalid_argument`, in words for an operator.
[[nodiscard]] Result<std::vector<std::string>> split_command(std::string_view text);

struct Scanned {
  ScanVerdict verdict = ScanVerdict::failed;
  std::string said;  ///< the first line of what it printed, or why there is no verdict
};
/// Runs it in a process group of its own, without this process's environment, descriptors and
/// working folder, and ends what is left of it. The content is on no disk. `stop`: it is killed
/// when that becomes true.
[[nodiscard]] Scanned run_scan(const ScanCommand& command, std::span<const std::uint8_t> content,
                               const std::atomic<bool>& stop);

}  // namespace insieme::server
