#pragma once
// Which records people said to be one person or one household.

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "insieme/schema/rules.hpp"

namespace insieme::reports {

using IdentityEdge = std::pair<sync::RecordId, sync::RecordId>;  ///< the lesser id first

/// A record of type `identity_edge`: of one that people took back, its values count, too.
struct EdgeCopy {
  schema::RecordValues values;
  bool retracted = false;
};

/// An edge lies in both dossiers, and one of its copies may be retracted while the other has not
/// heard of it: what one dossier says to have been taken back is taken back.
[[nodiscard]] std::set<IdentityEdge> active_edges(const std::vector<EdgeCopy>& copies);

/// What edges connect is one.
class Identities {
 public:
  explicit Identities(const std::set<IdentityEdge>& edges);
  void join(const sync::RecordId& a, const sync::RecordId& b);
  /// The least id that it is one with: its own if nobody said anything.
  [[nodiscard]] sync::RecordId of(const sync::RecordId& id) const;

 private:
  std::map<sync::RecordId, sync::RecordId> up_;
};

}  // namespace insieme::reports
