#pragma once
// The causal frontier of one document: what has been applied, and the end of each replica's chain.
// It decides whether a change may be applied now, waits, is known already, or belongs to a fork.

#include <functional>
#include <map>
#include <optional>

#include "insieme/sync/change.hpp"
#include "insieme/sync/dictionary.hpp"

namespace insieme::sync {

/// The newest applied change of one replica.
struct Head {
  std::uint64_t seq = 0;
  ChangeId id;
  VersionVector deps;  ///< of that change, in full, with its own replica at seq - 1
  Stamp stamp;
  friend bool operator==(const Head&, const Head&) = default;
};

/// Looks up the id of an applied change that is not the newest of its replica (in the change log).
/// Nothing: it is not kept any more.
using IdLookup = std::function<std::optional<ChangeId>(const ReplicaId&, std::uint64_t seq)>;

/// What a change turns out to be. `ready` carries what is needed to apply it.
struct Admission {
  ChangeId id;
  VersionVector deps;  ///< in full
};

/// A value; a pure function of the set of changes applied. Not thread-safe.
class Frontier {
 public:
  [[nodiscard]] const VersionVector& version() const noexcept { return version_; }
  [[nodiscard]] const std::map<ReplicaId, Head>& heads() const noexcept { return heads_; }
  [[nodiscard]] const Head* head(const ReplicaId& replica) const noexcept;
  /// Sum of the ids of all applied changes: the digest of the document's history.
  [[nodiscard]] const DigestSum& history() const noexcept { return history_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return version_.total(); }

  /// Whether `header` may be applied now. Errors: `duplicate` (applied already, same id), `not_yet`
  /// (something it depends on is missing), `fork` (another change stands at its place, or it
  /// depends on another than ours), `broken_chain` (deps that do not follow its own last ones).
  [[nodiscard]] Result<Admission> admit(const ChangeHeader& header, const IdLookup& ids) const;
  /// Records an admitted change. Must follow `admit` with nothing in between.
  void advance(const ChangeHeader& header, const Admission& admission);

  /// `replica`, `seq`, `previous_prefix` and `deps` for the next change of `replica`: everything
  /// applied here, moved entries only.
  void fill_next(ChangeHeader& header, const ReplicaId& replica) const;

  /// Rebuilds a frontier from its stored parts.
  [[nodiscard]] static Frontier from_parts(std::map<ReplicaId, Head> heads, DigestSum history);

  friend bool operator==(const Frontier&, const Frontier&) = default;

 private:
  /// `duplicate` or `fork`, for a change whose number is applied already.
  [[nodiscard]] Status judge_known(const ChangeHeader& header, const IdLookup& ids) const;
  [[nodiscard]] std::optional<ChangeId> id_at(const ReplicaId& replica, std::uint64_t seq,
                                              const IdLookup& ids) const;
  std::map<ReplicaId, Head> heads_;
  VersionVector version_;
  DigestSum history_;
};

/// For a store: with its numbers for replica ids.
[[nodiscard]] std::vector<std::uint8_t> pack_frontier(const Frontier& frontier,
                                                      Dictionary& dictionary);
[[nodiscard]] Result<Frontier> unpack_frontier(std::span<const std::uint8_t> bytes,
                                               const Dictionary& dictionary);

}  // namespace insieme::sync
