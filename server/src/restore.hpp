#pragma once
// A data folder, or its space in PostgreSQL, is put back from a copy that `backup` wrote.

#include <optional>
#include <string>
#include <vector>

#include "insieme/server/data_dir.hpp"

namespace insieme::server {

struct RestoredSpace {
  std::uint64_t position = 0;   ///< of the copy
  std::uint64_t epoch = 0;      ///< from now on
  // That the ledgers know and the copy did not:
  std::uint64_t erasures = 0;     ///< carried out again
  std::uint64_t denials = 0;      ///< stand again
  std::uint64_t revocations = 0;  ///< accounts, devices, machines, passwords: shut out again
  std::vector<std::string> missing;  ///< ledgers that are not there, as was meant
  std::vector<std::string> audit_faults;  ///< a warning: of the copy's audit, in words
  std::string kept;             ///< the file that holds what stood there; empty if nothing did
};

enum class LedgersNeeded { all, those_there };

/// In the audit, of a restore without them: the subject names the ledgers.
inline constexpr const char* kWithoutLedgers = "restore.without_ledgers";

/// The copy is checked whole, then takes the place of the database in one step; what stood there
/// is kept under another name. Tablets find a raised epoch and offer what the copy lacks.
/// A sealed copy is opened with `key`, and has to be signed by the folder's own server.
/// The ledgers are those of the folder, with what the database that stands there and the folder
/// `ledgers` beside the copy add to them. If one is nowhere: `not_found`, unless `needed` says that
/// it is meant; the audit then says so, and `doctor`.
/// Interrupted anywhere it can be given again. `wrong_key`: sealed, and `key` is missing or is
/// another's. `busy`: a server runs on it. `not_found`, `conflict`
/// (the copy is of another space; the folder's space is in PostgreSQL and `postgres` is empty),
/// `malformed` (damaged).
/// With `postgres`, its address: all rows of the space are replaced in one transaction, so that
/// servers of other folders, which nobody can see from here, read the old ones or the new ones.
/// Throws StorageFailure when it cannot be reached.
[[nodiscard]] Result<RestoredSpace> restore_space(const DataDir& dir, const std::string& copy,
                                                  const Roles& roles, const Clock& clock,
                                                  const std::optional<sync::SecretKey>& key = {},
                                                  const std::string& postgres = {},
                                                  LedgersNeeded needed = LedgersNeeded::all);

}  // namespace insieme::server
