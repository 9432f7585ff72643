#pragma once
// insieme.conf, edited by a command: its comments and all other lines stay as they are.

#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::server::cli {

using Settings = std::vector<std::pair<std::string, std::string>>;  ///< key, value

/// The text with each key's value in the lines that set it, or in a new one at its end.
[[nodiscard]] std::string with_settings(const std::string& text, const Settings& settings);

/// What the text says of the key; empty: nothing.
[[nodiscard]] std::string setting_in(const std::string& text, const std::string& key);
/// Empty if there is no such file.
[[nodiscard]] std::string settings_text(const std::string& path);
/// Reads the text as settings first: `invalid_argument`, naming its line. Then whole, or not at
/// all; owner and permissions stay. `storage_failure`.
[[nodiscard]] Status write_settings(const std::string& path, const std::string& text);

}  // namespace insieme::server::cli
