#pragma once

#include <cstdint>
#include <string>

#include "storage/sql.hpp"

namespace insieme::server {

/// Copies all rows of the space that `from` holds, which is inside a transaction, in one
/// transaction; their number. `already_exists`: the database holds the space. Throws
/// StorageFailure.
[[nodiscard]] Result<std::uint64_t> copy_space_to_postgres(sql::Connection& from,
                                                           const std::string& address);

}  // namespace insieme::server
