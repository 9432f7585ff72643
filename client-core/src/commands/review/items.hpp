#pragma once
// Open review items: found by what people name, shown with their alternatives.

#include "commands/lookup.hpp"

namespace insieme::client::commands {

/// Of one page.
inline constexpr std::int64_t kItemsMax = 1'000;

/// By the item's id, its beginning (4 digits or more), or `record/field`.
[[nodiscard]] Outcome<OpenItem> find_item(Context& context, std::string_view named);

/// An alternative of an item: what one side wrote.
struct Alternative {
  sync::Mark mark;
  std::optional<sync::Value> value;  ///< of registers
  std::string text;                  ///< what a person reads; of a text, what choosing it makes
  bool is_known = true;              ///< false: folded, and what it was is told nowhere any more
  /// The decision by which it came: a value that somebody chose, or one that lost and was brought
  /// back by who disagrees.
  std::optional<sync::Decision> decision = {};
};
struct ItemView {
  const schema::Field* field = nullptr;
  std::vector<Alternative> alternatives;
  std::string base;  ///< empty: unknown, or the field was empty
  std::string now;   ///< what is shown until somebody decides
  std::optional<sync::Decision> contest;  ///< of an earlier decision, which opened it again
  std::string entry;       ///< of a provisional spend: id of the record that tells of it, if any
  std::string entry_text;  ///< what that says: how much, when, where, for whom
};
[[nodiscard]] Outcome<ItemView> view_item(Context& context, const OpenItem& item);

}  // namespace insieme::client::commands
