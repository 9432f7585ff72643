#pragma once
// What is denied, once more, outside the database: one that is put back from a copy knows only the
// denials of its day, and would hand a protected address to whoever it was denied to since.

#include <cstdint>
#include <string>
#include <vector>

#include "insieme/server/permission.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::server {

/// One word on one account and dossier; a later one takes its place.
struct DenialEntry {
  sync::DossierId dossier;
  Denial denial;  ///< without its reason, which may say more than a file should
  bool denied = true;
};

/// A file of lines, each sealed with a hash over all before it. Several processes may use it at
/// once.
class DenialLedger {
 public:
  explicit DenialLedger(std::string path) : path_(std::move(path)) {}
  /// The last word on each account and dossier. A last line that was cut short by a crash does not
  /// count. `storage_failure`: it cannot be read, or somebody changed it.
  [[nodiscard]] Result<std::vector<DenialEntry>> read() const;
  /// On disk when it returns.
  [[nodiscard]] Status append(const DenialEntry& entry) const;

 private:
  std::string path_;
};

}  // namespace insieme::server
