#pragma once
// Where data of one person lie, and who can hand them out: whoever asks for access to their data
// gets all of them, also from sections that no single account may see (docs/archive.md).

#include <map>
#include <string>
#include <vector>

#include "insieme/server/repository.hpp"

namespace insieme::server {

struct SubjectDossier {
  sync::DossierId dossier;
  /// Each section in which something was written, with the active accounts that see all of it now.
  std::map<std::string, std::vector<std::string>> sections;
};

struct SubjectAccess {
  sync::RecordId record;
  std::vector<SubjectDossier> dossiers;  ///< that have a record of this person, by their ids
  std::vector<std::string> whole;        ///< accounts that see every section of all of them
};

/// `record`: a person or a member of a household, by its id or the last digits of it (8 or more).
/// Replays every document with people: costs their whole logs. `not_found` (none, or several).
[[nodiscard]] Result<SubjectAccess> subject_access(Repository& repository,
                                                   const std::string& record);

}  // namespace insieme::server
