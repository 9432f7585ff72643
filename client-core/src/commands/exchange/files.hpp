#pragma once
// Whole files, read and written.

#include <string>
#include <string_view>

#include "commands/failure.hpp"

namespace insieme::client::commands {

/// `not_found`, `invalid_argument` (a folder), `storage_failure`, or `limit_exceeded` beyond 256
/// MiB.
[[nodiscard]] Outcome<std::string> read_file(const std::string& path);
/// A new file that only its owner may read; `already_exists` if there is one.
[[nodiscard]] Status write_new_file(const std::string& path, std::string_view content);

}  // namespace insieme::client::commands
