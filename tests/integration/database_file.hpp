#pragma once
// A database as a small file that can be kept: without cipher, vacuumed, compressed; and back.

#include <optional>
#include <string>

#include "insieme/sqlite/connection.hpp"

namespace insieme::testing {

/// Writes `database`, which nobody uses and which is left as it is, to `packed`.
void pack_database(const std::string& database, const std::optional<sqlite::Key>& key,
                   const std::string& packed);
/// Runs `sql` on what is in `packed`, then writes it to `database`, a new file, under this key.
void unpack_database(const std::string& packed, const std::string& database,
                     const std::optional<sqlite::Key>& key, const std::string& sql = {});

/// 64 hexadecimal digits. Throws std::runtime_error.
[[nodiscard]] sqlite::Key key_from(const std::string& hex);
[[nodiscard]] std::string file_text(const std::string& path);

}  // namespace insieme::testing
