#pragma once
// How records are called in an archive. An id that derives from a natural key derives from the id
// of the dossier, too, and a dossier gets another id where the archive is taken back; such a record
// is called by its type, its dossier's root and its key: `=["child_rating","…root…","…"]`.

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "commands/context.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::client::commands {

class ArchiveNames {
 public:
  /// A record of a type with a natural key. It is called by its key if its id derives from it.
  void note(const schema::RecordType& type, const sync::DossierId& dossier,
            const sync::RecordId& root, schema::RuleRecord record);
  [[nodiscard]] std::string of(const sync::RecordId& id) const;

 private:
  struct Keyed {
    const schema::RecordType* type = nullptr;
    sync::RecordId root;
    schema::RuleRecord record;
  };
  std::map<sync::RecordId, Keyed> keyed_;
};

/// The id that a name stands for here. `dossier_of` gives the id that a root's dossier has now.
/// `malformed`; `not_found` for a dossier that is not in the archive.
using DossierOfRoot = std::function<std::optional<sync::DossierId>(const std::string& root)>;
[[nodiscard]] Result<sync::RecordId> id_of_name(const schema::Bundle& bundle, std::string_view name,
                                                const DossierOfRoot& dossier_of);

}  // namespace insieme::client::commands
