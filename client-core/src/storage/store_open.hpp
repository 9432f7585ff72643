#pragma once

#include <memory>

#include "storage/core.hpp"

namespace insieme::client {

/// Opens the file, migrates it, adapts typed tables, loads identity, and notices a copied store.
[[nodiscard]] std::unique_ptr<Core> open_core(const StoreOptions& options, bool create);
/// A consistent copy at `path`, which is whole or not there. Throws Refused or sqlite::Error.
void backup_core(Core& core, const std::string& path);
/// Makes a new store out of a backup file. Throws Refused or sqlite::Error.
void restore_core(const std::string& backup_path, const StoreOptions& options);

}  // namespace insieme::client
