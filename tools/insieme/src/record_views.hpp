#pragma once
// Records and items on a terminal.

#include "program.hpp"

namespace insieme::cli {

/// One line per record.
[[nodiscard]] std::string records_table(const json::array& records);
/// A whole record.
[[nodiscard]] std::string record_page(const json::object& record);
[[nodiscard]] std::string history_table(const json::object& reply);
/// One review item: base, alternatives, how to decide.
[[nodiscard]] std::string item_page(const json::object& item);
/// What a late or quarantined change wants to do, one line per operation.
[[nodiscard]] std::string operations_page(const json::object& change);
/// What a save did, and its warnings.
[[nodiscard]] std::string saved_lines(const json::object& reply);

}  // namespace insieme::cli
