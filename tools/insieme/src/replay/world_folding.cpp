// What may be folded when: replicas of a script that stand on snapshots.
#include "insieme/sync/snapshot.hpp"
#include "replay/world.hpp"

namespace insieme::replay {

/// The most that may be folded where `newcomer` is handed it (nobody: at home): whatever anybody
/// may still apply, write, or save from an open form stands on all of it.
sync::VersionVector World::stable(std::size_t newcomer) const {
  std::optional<sync::VersionVector> least;
  const auto lower = [&](const sync::VersionVector& seen) {
    if (!least) least = seen;
    least->meet(seen);
  };
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    if (i != newcomer) lower(replicas_[i].document.frontier().version());
    for (const auto& [name, seen] : replicas_[i].forms) lower(seen);
  }
  for (bool lowered = true; lowered;) {
    const sync::VersionVector before = *least;
    for (const Replica& replica : replicas_) {
      const std::vector<Authored>& changes = replica.authored;
      for (std::uint64_t seq = (*least)[replica.id]; seq < changes.size(); ++seq) {
        lower(changes[static_cast<std::size_t>(seq)].stands_on);
      }
    }
    lowered = !(*least == before);
  }
  return *least;
}

Status World::compact(std::size_t on) { return replicas_[on].document.compact(stable(kNobody)); }

/// What may be folded of what `from` has goes in one piece, as to a first sync; the rest follows as
/// changes. A document too large for a snapshot goes as changes altogether.
Status World::install(std::size_t from, std::size_t to) {
  if (from == to) return {};
  const sync::Document& source = replicas_[from].document;
  Replica& target = replicas_[to];
  const sync::VersionVector at = stable(to);
  if (target.document.frontier().version().covers(at)) return {};
  INSIEME_TRY_ASSIGN(const sync::Snapshot folded, source.snapshot(at));
  const auto bytes = sync::encode_snapshot(folded);
  if (!bytes.ok() && bytes.error().code == ErrorCode::limit_exceeded) return {};
  if (!bytes.ok()) return bytes.error();
  INSIEME_TRY_ASSIGN(const sync::Snapshot received, sync::decode_snapshot(*bytes));
  INSIEME_TRY_ASSIGN(const bool installed, target.document.install(received));
  INSIEME_ASSERT(installed);
  forget_applied(target);
  return {};
}

std::uint64_t World::folded() const {
  std::uint64_t count = 0;
  for (const Replica& replica : replicas_) count += replica.document.horizon().total();
  return count;
}

}  // namespace insieme::replay
