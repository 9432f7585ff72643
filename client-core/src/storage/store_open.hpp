#pragma once

#include <memory>

#include "storage/core.hpp"

namespace insieme::client {

/// Opens the file, migrates it, adapts typed tables, loads identity, and notices a copied store.
[[nodiscard]] std::unique_ptr<Core> open_core(const StoreOptions& options, bool create);
/// Makes a new store out of a backup file. Throws Refused or sqlite::Error.
void restore_core(const std::string& backup_path, const StoreOptions& options);

}  // namespace insieme::client
