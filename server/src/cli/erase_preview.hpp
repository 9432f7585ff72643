#pragma once
// What an erasure would take, for the person who asks for it.

#include <boost/json/object.hpp>

#include <string>
#include <vector>

#include "insieme/server/repository.hpp"

namespace insieme::server::cli {

struct Preview {
  struct Section {
    std::string name;
    std::size_t records = 0;
    std::size_t changes = 0;  ///< that lose their body or a part of it
  };
  /// A record that stays and refers to one that goes.
  struct Mention {
    std::string section;
    std::string type;
    sync::RecordId record;
  };
  std::vector<Section> sections;
  std::vector<Mention> mentions;
};

[[nodiscard]] Preview preview_of(Repository& repository, const sync::ErasureOrder& order);
[[nodiscard]] boost::json::object preview_json(const Preview& preview);
/// Every record that the dossier ever had.
[[nodiscard]] std::vector<sync::RecordId> records_of(Repository& repository,
                                                     const sync::DossierId& dossier);

}  // namespace insieme::server::cli
