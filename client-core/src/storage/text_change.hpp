#pragma once
// What an edit did to a text, cut down to what a person reads in a list of changes.

#include <string>
#include <string_view>

namespace insieme::client {

/// The same stretch of a text before and after an edit: what differs, and a few words around it.
/// `…` stands for what was left out at either end. Empty where nothing was, or nothing is left.
struct TextChange {
  std::string before;
  std::string after;
};

/// Both must be valid UTF-8. Costs one pass over both.
[[nodiscard]] TextChange text_change(std::string_view before, std::string_view after);

}  // namespace insieme::client
