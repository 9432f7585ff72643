#pragma once
// Records as JSON for people's screens.

#include "commands/lookup.hpp"
#include "insieme/sync/review.hpp"

namespace insieme::client::commands {

[[nodiscard]] std::string_view receipt_words(Receipt receipt, schema::Language language);
[[nodiscard]] std::string_view kind_words(sync::ItemKind kind, schema::Language language);
[[nodiscard]] std::string_view outcome_name(sync::Outcome outcome);

/// `{id, short, title, type, …}` of a line of a list.
[[nodiscard]] json::object line_json(Context& context, const RecordLine& line);
/// Everything about a record; empty fields too if `all`.
[[nodiscard]] json::object record_json(Context& context, const Facets& facets, bool all);
/// `{dot, author, at, device, mine}` of whoever wrote something.
[[nodiscard]] json::object mark_json(Context& context, const sync::Mark& mark);
/// The section's label, or its name if the bundle does not know it.
[[nodiscard]] std::string section_label(Context& context, const std::string& name);
[[nodiscard]] std::string device_words(Context& context, const sync::ReplicaId& replica);

/// The text of a reference: the title of its record if that is here, else its short id.
[[nodiscard]] std::string shown_text(Context& context, const schema::Field* field,
                                     const sync::Value& value);

/// The fields of an entry as one line: how much, when, where, for whom.
[[nodiscard]] std::string entry_text(Context& context, const Facets& entry);

}  // namespace insieme::client::commands
