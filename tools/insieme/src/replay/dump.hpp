#pragma once
// What a replica shows, as one line of canonical JSON.

#include <map>
#include <string>
#include <vector>

#include "insieme/sync/document.hpp"

namespace insieme::replay {

struct Named {
  std::string name;
  sync::ReplicaId id;
};

/// `replicas` by name; `records` names every record of the document.
[[nodiscard]] std::string dump_document(const sync::Document& document, const std::string& on,
                                        const std::vector<Named>& replicas,
                                        const std::map<sync::RecordId, std::string>& records);

}  // namespace insieme::replay
