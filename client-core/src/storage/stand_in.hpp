#pragma once
// Late work of somebody else, accepted here. What they wrote afterwards had seen it; a version
// vector can say so only if the accepted changes of one author stand under a replica id of their
// own, since naming one of ours would name all before it, which they had not seen.

#include "storage/documents.hpp"

namespace insieme::client {

/// The replica id under which a store writes what it accepts of `author`.
[[nodiscard]] sync::ReplicaId stand_in_for(const sync::ReplicaId& self,
                                           const sync::ReplicaId& author);

/// Whether this store writes under it, or did once.
[[nodiscard]] bool is_own(Core& core, const sync::ReplicaId& replica);
/// Whether this store wrote `header` for somebody else, under whatever replica id it had then.
[[nodiscard]] bool is_stand_in(Core& core, const sync::ChangeHeader& header);

/// What of an author's late work has been accepted in one document, by anybody.
class AcceptedWork {
 public:
  AcceptedWork(Core& core, std::int64_t document, const sync::ReplicaId& author);
  /// Adds the accepted changes that stand for those in `context`, as far as no other change would
  /// be named by it.
  void extend(sync::VersionVector& context) const;
  /// Where an operation of theirs stands now; it stays where it was if it was not accepted.
  void follow(sync::Dot& dot) const;

 private:
  sync::ReplicaId author_;
  /// By replica, in the order of its changes from the first on: what each stands for. Ends before
  /// the first that stands for nothing of the author's.
  std::map<sync::ReplicaId, std::vector<std::uint64_t>> origins_;
};

}  // namespace insieme::client
