#pragma once
// Two copies of one store may author the same unsent work again, each under a name of its own. The
// server takes it once: of the other copy's, it says that the work is there under another name.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/documents.hpp"

namespace insieme::client {

/// The answer to a change of this store.
void note_elsewhere(Core& core, std::int64_t n);

/// Such changes of one authoring again, and what stands for them. A value of one transaction.
class Elsewhere {
 public:
  void add(std::int64_t document, const sync::Change& here);
  /// Looks for them in the log, by what both author again, stamp, author and work.
  void look(Core& core);
  /// Whoever had seen the work as it was named here, `seen`, has seen what stands for it: raises
  /// `context` as far as nothing is named beside it that was not seen.
  void extend(std::int64_t document, const sync::VersionVector& seen,
              sync::VersionVector& context) const;
  /// Where an operation of it stands; nothing if it is none of it, or folded.
  [[nodiscard]] std::optional<sync::Dot> follow(std::int64_t document, const sync::Dot& dot) const;

 private:
  using Name = std::pair<sync::ReplicaId, std::uint64_t>;  ///< replica and seq
  struct Missing {
    Name here;
    sync::Origin origin;
    sync::Stamp stamp;
    std::string author;
    sync::Digest work;
  };
  std::map<std::int64_t, std::vector<Missing>> missing_;  ///< by document
  std::map<std::pair<std::int64_t, Name>, Name> there_;
  /// By document and replica there: in the order of numbers, under which name it was seen here.
  std::map<std::pair<std::int64_t, sync::ReplicaId>, std::vector<Name>> named_;
};

}  // namespace insieme::client
