#pragma once
// What has to be on disk, and not only in its cache.

#include <filesystem>

namespace insieme::server {

/// The names in a folder survive a crash, too; empty: the one where the process stands.
bool sync_folder(const std::filesystem::path& folder) noexcept;

}  // namespace insieme::server
