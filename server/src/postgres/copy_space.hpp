#pragma once
// A space from one kind of database into the other, row by row: memory stays the same for any size.

#include <cstdint>
#include <string>

#include "storage/sql.hpp"

namespace insieme::server {

/// Copies all rows of the space that `from` holds, which is inside a transaction, in one
/// transaction; their number. `already_exists`: the database holds the space. Throws
/// StorageFailure.
[[nodiscard]] Result<std::uint64_t> copy_space_to_postgres(sql::Connection& from,
                                                           const std::string& address);

/// The same, in place of the rows that the database holds of this space. Servers of other spaces do
/// not notice; one of this space sees the old rows or the new ones. Throws StorageFailure.
[[nodiscard]] Result<std::uint64_t> replace_space_in_postgres(sql::Connection& from,
                                                              const std::string& address);

/// All rows of a space of PostgreSQL, as of one moment, into a new SQLite file as a server has it;
/// nothing is left of the file if that does not work. Throws StorageFailure.
void copy_space_to_file(sql::Connection& from, const sync::SpaceId& space,
                        const std::string& path);

}  // namespace insieme::server
