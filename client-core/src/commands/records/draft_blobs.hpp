#pragma once
// Files of a draft: what is photographed or signed during a visit is kept, sealed, before there is
// a record. The draft holds the reference as it would be typed; its commit saves it like any field.

#include "commands/context.hpp"

namespace insieme::client::commands {

/// blob.add with `draft`: content and reference in one save.
[[nodiscard]] Outcome<json::object> add_to_draft(Context& context);
/// blob.get with `draft`.
[[nodiscard]] Outcome<json::object> get_of_draft(Context& context);

}  // namespace insieme::client::commands
