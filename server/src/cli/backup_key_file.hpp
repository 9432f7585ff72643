#pragma once
// What `--key-file` names.

#include <optional>
#include <string>

#include "insieme/sync/digest.hpp"

namespace insieme::server::cli {

/// Nothing if no file is named. Throws CommandError in words.
[[nodiscard]] std::optional<sync::SecretKey> backup_secret(const std::string& path);

}  // namespace insieme::server::cli
