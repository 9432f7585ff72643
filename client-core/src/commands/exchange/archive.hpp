#pragma once
// What goes into an archive of records, and what is concerned when a person asks for their data.

#include <optional>
#include <string>
#include <vector>

#include "commands/lookup.hpp"

namespace insieme::client::commands {

/// A dossier and the parts of its records that an archive takes, in the order of its lines.
struct ArchivedDossier {
  sync::DossierId id;
  std::string type;  ///< of its root record
  sync::RecordId root;
  std::vector<RecordRef> parts;
  /// Sections that such a dossier may have and that this account holds none of: whether anything
  /// lies there is not known here.
  std::vector<std::string> left_out{};
  std::string title{};
};

/// Everything that this device holds, or one dossier.
[[nodiscard]] Outcome<std::vector<ArchivedDossier>> archive_all(
    Context& context, const std::optional<sync::DossierId>& only);
/// What concerns one person, whom `record` (a person, or a member of a household) is about: the
/// person's own dossiers, and of their households all but what is about other members alone.
[[nodiscard]] Outcome<std::vector<ArchivedDossier>> archive_of_person(Context& context,
                                                                      const RecordRef& record);

}  // namespace insieme::client::commands
