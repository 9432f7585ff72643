#pragma once
// Which records people said to be one person or one household.

#include <map>
#include <set>
#include <utility>

#include "commands/context.hpp"

namespace insieme::client::commands {

using IdentityEdge = std::pair<sync::RecordId, sync::RecordId>;  ///< the lesser id first

/// Active edges that are held here. One of two copies may be retracted while the other has not
/// heard of it: what one dossier says to have been taken back is taken back.
[[nodiscard]] Outcome<std::set<IdentityEdge>> identity_edges(Context& context);

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

}  // namespace insieme::client::commands
