#pragma once
// Rows of records that one change written here makes: their columns, words and merge state follow
// from its operations, so that no state is made for them. What is written is what RecordCache would
// have written; what it does not say plainly is left to that.

#include "storage/record_rows.hpp"

namespace insieme::client {

/// Operations on one record that stand together in a change.
struct MadeRecord {
  std::int64_t document = 0;
  const sync::ChangeHeader& header;
  const sync::VersionVector& deps;
  std::span<const sync::Operation> ops;
  std::uint32_t first_op = 0;  ///< place of the first of them in the change
  std::int64_t own = 0;        ///< changes.n
  std::int64_t author = 0;     ///< number of its name
};

/// Where the operations end that stand together with that one: on the same record.
[[nodiscard]] std::size_t end_of_run(std::span<const sync::Operation> ops, std::size_t first);
/// Writes the row of a record that `table` has not. False: nothing was written, for the operations
/// do more than give fields their values.
[[nodiscard]] bool write_made(Core& core, const TypedTable& table, const MadeRecord& made);

}  // namespace insieme::client
