#pragma once
// A place of a server's log as text, for queries and JSON: `EPOCH.POSITION.HASH`, decimal numbers
// and 64 hexadecimal digits.

#include <string>
#include <string_view>

#include "insieme/sync/protocol.hpp"

namespace insieme::sync {

[[nodiscard]] std::string to_text(const Cursor& cursor);
/// `malformed`.
[[nodiscard]] Result<Cursor> parse_cursor(std::string_view text);

}  // namespace insieme::sync
