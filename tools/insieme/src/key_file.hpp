#pragma once
// The file with the key: whole at every moment, and its owner's alone.

#include <string>

namespace insieme::cli {

/// Throws Stop if there is one already, or it cannot be written.
void write_new_key_file(const std::string& path, const std::string& key);
/// Durable when it returns; until then the former one is there. Throws Stop.
void replace_key_file(const std::string& path, const std::string& key);

/// Writes over it and removes it; what cannot be removed stays.
void remove_key_file(const std::string& path) noexcept;

}  // namespace insieme::cli
