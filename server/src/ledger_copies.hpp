#pragma once
// The ledgers beside the database (erasures, denials, revocations): which there are, and their
// copies in the folder `ledgers` beside the copies of the database. A restore is only as good as
// the newest of them.

#include <string>
#include <vector>

#include "insieme/server/data_dir.hpp"

namespace insieme::server {

/// "erasures.ledger" and so on, in the order in which they are replayed.
[[nodiscard]] const std::vector<std::string>& ledger_names();

/// Those that the folder does not have.
[[nodiscard]] std::vector<std::string> missing_ledgers(const DataDir& dir);

/// An empty one for each that is missing. One that cannot be made is made by the first who writes.
void make_ledgers(const DataDir& dir) noexcept;

/// Into `ledgers/SPACE` beside `copy`, where those of all copies are one: what that folder knows
/// and this one does not stays there. `storage_failure` in words, also of a damaged one.
[[nodiscard]] Status copy_ledgers(const DataDir& dir, const std::string& copy,
                                  const sync::SpaceId& space);

/// What the folder beside `copy` knows and this data folder does not is added here.
[[nodiscard]] Status bring_ledgers(const DataDir& dir, const std::string& copy,
                                   const sync::SpaceId& space);

/// Those that the folder beside `copy` does not have.
[[nodiscard]] std::vector<std::string> missing_beside(const std::string& copy,
                                                      const sync::SpaceId& space);

/// Each that is here can be read and was not changed.
[[nodiscard]] Status check_ledgers(const DataDir& dir);

}  // namespace insieme::server
