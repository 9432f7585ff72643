// The doctor's look at the virus scanner.
#include <fmt/format.h>

#include "blobs/blob_scanner.hpp"
#include "doctor.hpp"

namespace insieme::server {
namespace {

constexpr const char* kCheck = "scan";
constexpr std::string_view kHarmless = "insieme-server doctor: a text without a virus\n";

Scanned try_out(const ScanCommand& command) {
  const std::atomic<bool> stop{false};
  return run_scan(command,
                  std::span(reinterpret_cast<const std::uint8_t*>(kHarmless.data()),
                            kHarmless.size()),
                  stop);
}

}  // namespace

std::optional<Finding> examine_scan(Repository& repository, const Config& config) {
  const auto command = scan_command_of(config);
  const ScanCounts counts = blob_scans_of(repository).scan_counts();
  if (!command.ok()) {
    return Finding{kCheck, Health::fault, command.error().detail, "Correct blob_scan."};
  }
  if (command->has_value()) {
    const Scanned tried = try_out(**command);
    if (tried.verdict != ScanVerdict::clean) {
      const std::string why = tried.verdict == ScanVerdict::infected
                                  ? "it finds a virus in a text without one: " + tried.said
                                  : tried.said;
      return Finding{kCheck, Health::fault, why,
                     config.blob_scan_wait
                         ? "Mend blob_scan (for clamdscan: is clamav-daemon running?). Until then "
                           "no photo or file that is new reaches another tablet; records do."
                         : "Mend blob_scan (for clamdscan: is clamav-daemon running?). Until then "
                           "files are given out unseen (blob_scan_wait = no)."};
    }
  }
  if (counts.infected > 0) {
    return Finding{kCheck, Health::warning,
                   fmt::format("a virus was found in {} files", counts.infected),
                   "insieme-server scan lists them and says who attached them. They are given to "
                   "nobody; look at the tablet that they came from."};
  }
  if (!command->has_value()) return std::nullopt;
  if (counts.failed > 0) {
    return Finding{kCheck, Health::warning,
                   fmt::format("the scanner could not look at {} files", counts.failed),
                   "insieme-server scan says why; it is tried again every five minutes."};
  }
  return Finding{kCheck, Health::well,
                 fmt::format("{} files are clean, {} wait", counts.clean, counts.pending), {}};
}

}  // namespace insieme::server
