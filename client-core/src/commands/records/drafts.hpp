#pragma once
// A draft as its commands see it.

#include <string>

#include "commands/context.hpp"

namespace insieme::client::commands {

/// By its id, or how that ends.
[[nodiscard]] Outcome<Draft> find_draft(Context& context, const std::string& id);
/// `fields`, `version`, `base`.
[[nodiscard]] json::object content_of(const Draft& draft);
[[nodiscard]] json::object draft_json(Context& context, const Draft& draft);

}  // namespace insieme::client::commands
