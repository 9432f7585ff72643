#pragma once
// From a file of the data folder into PostgreSQL, once and for good.

#include <cstdint>
#include <string>

#include "insieme/server/data_dir.hpp"

namespace insieme::server {

struct MovedSpace {
  std::uint64_t rows = 0;
  std::uint64_t documents = 0;
  std::uint64_t position = 0;
  std::string kept;  ///< the file, under another name
};

/// Copies the folder's space in one transaction; then counts, log hash, every history and every
/// replayed document must be equal on both sides, and only then the folder changes over: the file
/// gets another name, and insieme.conf the address. Interrupted anywhere, it can be called again.
///
/// `not_found`: the folder has no file. `busy`: a server runs on it.
/// `conflict`: the two sides differ; the folder stays as it was. Throws StorageFailure.
[[nodiscard]] Result<MovedSpace> move_space_to_postgres(const DataDir& dir,
                                                        const std::string& address,
                                                        const Roles& roles, const Clock& clock);

}  // namespace insieme::server
