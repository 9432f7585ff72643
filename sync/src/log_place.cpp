#include "insieme/sync/log_place.hpp"

#include <charconv>

namespace insieme::sync {
namespace {

/// Takes the number before the next dot, and the dot.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto taken = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || taken == text.size() || text[taken] != '.') return false;
  text.remove_prefix(taken + 1);
  return true;
}

}  // namespace

std::string to_text(const Cursor& cursor) {
  return std::to_string(cursor.epoch) + "." + std::to_string(cursor.position) + "." +
         to_hex(cursor.log_hash);
}

Result<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  if (!take_number(text, cursor.epoch) || !take_number(text, cursor.position) ||
      !from_hex(text, cursor.log_hash.bytes).ok()) {
    return Error{ErrorCode::malformed, "a place of the log is EPOCH.POSITION.HASH"};
  }
  return cursor;
}

}  // namespace insieme::sync
