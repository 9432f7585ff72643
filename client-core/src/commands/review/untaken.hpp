#pragma once
// Changes that are in no log whole (late ones, held or refused ones), as a person reads them.

#include <string>

#include "commands/lookup.hpp"

namespace insieme::client::commands {

/// record, short, type, type_label, title?, field, label, text.
[[nodiscard]] json::object operation_json(Context& context, const sync::Operation& op);
/// What the server, or somebody who decided, said of a change; as it stands if it is not known.
[[nodiscard]] std::string reason_text(schema::Language language, const std::string& reason);

}  // namespace insieme::client::commands
