#pragma once
// A record whose fields lie in several sections has a part in each: one record, several rows of the
// store.

#include <algorithm>

#include "commands/lookup.hpp"

namespace insieme::client::commands {

/// Whether this is such a further part of a record whose own part is held here, too. In a list or a
/// table of records it would be the same record once more, without its name.
[[nodiscard]] inline bool is_further_part(Context& context, const RecordRef& ref) {
  const schema::RecordType* type = context.bundle().find_type(ref.type);
  const std::string& section = ref.document.section;
  if (type == nullptr || section == type->section) return false;
  const std::vector<std::string> parts = type->facet_sections();
  if (std::find(parts.begin(), parts.end(), section) == parts.end()) return false;
  const auto own = context.store().locate(ref.id);
  return own.ok() && !(own->document == ref.document);
}

}  // namespace insieme::client::commands
