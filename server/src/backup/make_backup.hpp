#pragma once
// A copy of the space while it is used: taken at one moment, put into use as a restored server
// would be, checked there, and only then given its name.

#include <functional>
#include <string>
#include <vector>

#include "doctor.hpp"
#include "insieme/server/data_dir.hpp"
#include "insieme/server/sealed_backup.hpp"
#include "insieme/server/verify.hpp"

namespace insieme::server {

struct MadeBackup {
  std::uint64_t position = 0;   ///< of the log, that it holds
  std::uint64_t bytes = 0;      ///< of the file
  std::uint64_t documents = 0;  ///< replayed in the copy; none if it was checked quickly
  bool sealed = false;
  std::string sha256;           ///< of the file
  std::vector<std::string> audit_faults;  ///< a warning: the copy is whole, with these in it
};

/// The keys that the settings name; empty: copies are not sealed.
[[nodiscard]] std::vector<sync::PublicKey> backup_keys(const Config& config);

/// Into the new file `file`, sealed if the settings name keys. A sealed one is made of a plain copy
/// that lies in the data folder until then, and goes in any case; `storage_full`: there is no room
/// for it. `busy`: another backup is being made. `malformed`: what was copied is damaged, in words.
/// Notes in `backups.list` of the folder what was written; what is covered, the caller notes.
[[nodiscard]] Result<MadeBackup> make_backup(Repository& repository, const DataDir& dir,
                                             const Config& config, const std::string& file,
                                             const Clock& clock, Depth depth);

/// What `backups.list` of the data folder says of a file of this name: its SHA-256, or nothing.
[[nodiscard]] std::string noted_backup(const DataDir& dir, const std::string& name);

/// What a copy holds, replayed in a folder of its own that goes afterwards. Sealed ones are opened
/// with `key` into it. The copy itself is not touched.
struct CheckedBackup {
  SpaceInfo space;
  VerifyReport report;
  std::optional<sync::PublicKey> server;  ///< who signed it, if it is sealed
};
[[nodiscard]] Result<CheckedBackup> check_backup(const std::string& file, const Config& config,
                                                 const std::optional<sync::SecretKey>& key,
                                                 const std::string& work, const Clock& clock);

}  // namespace insieme::server
