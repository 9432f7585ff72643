#pragma once
// Records as lines of JSON that say of themselves what they are, so that everything that a space
// holds can be read without this program and taken back by it: docs/archive.md.

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/operation.hpp"
#include "insieme/sync/record.hpp"
#include "insieme/sync/review.hpp"

namespace insieme::client::exports {

namespace json = boost::json;

/// How a record is called in an archive, both ways. Ids that derive from their dossier's id are
/// written as what they derive from, since a dossier gets another id where it is taken back.
using NameOf = std::function<std::string(const sync::RecordId&)>;
using IdOf = std::function<Result<sync::RecordId>(std::string_view name)>;

/// The fields of one part of a record: `{"value": V}` (with `"also": […]` where people disagree),
/// `{"set": […]}`, `{"count": "…"}`, `{"text": "…"}`, `{"rights": {"granted", "spent"}}`. V is a
/// text, true or false, or `{"int"}`, `{"real"}`, `{"date"}`, `{"instant"}`, `{"record"}`,
/// `{"bytes"}` with a text. Fields that show nothing are left out.
[[nodiscard]] json::object archive_fields(const sync::RecordState& part,
                                          const sync::PolicyLookup& policy, const NameOf& name_of);

/// What writes these fields into a record that is not there yet, on replica `self`. `malformed`
/// with the field's name for what archive_fields does not write.
[[nodiscard]] Result<std::vector<sync::Operation>> archive_operations(const json::object& fields,
                                                                      const sync::RecordId& record,
                                                                      const std::string& type,
                                                                      const sync::ReplicaId& self,
                                                                      const IdOf& id_of);

/// Fields of which only the shown value is taken back: the others are in the archive.
[[nodiscard]] std::vector<std::string> contested_fields(const json::object& fields);

/// Lines with their end line, which holds a digest of all before it.
[[nodiscard]] std::string sealed_lines(const std::vector<json::object>& lines);
/// The lines again. `malformed` (and which line), `checksum`: cut short or altered.
[[nodiscard]] Result<std::vector<json::object>> opened_lines(std::string_view text);

}  // namespace insieme::client::exports
