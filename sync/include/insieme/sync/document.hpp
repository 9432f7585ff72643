#pragma once
// A whole document in memory: frontier, records, the log of changes and the changes that wait for
// something they depend on. Servers, tests and tools use it; a tablet keeps the same parts in its
// store and applies the same functions record by record.

#include <map>
#include <vector>

#include "insieme/sync/change.hpp"
#include "insieme/sync/frontier.hpp"
#include "insieme/sync/record.hpp"
#include "insieme/sync/review.hpp"

namespace insieme::sync {

enum class Delivery : std::uint8_t { applied, duplicate, waiting };

/// One replica's copy of a document. A value; not thread-safe.
class Document {
 public:
  Document(DocumentId id, DossierKey key) : id_(std::move(id)), key_(key) {}

  [[nodiscard]] const DocumentId& id() const noexcept { return id_; }
  [[nodiscard]] const Frontier& frontier() const noexcept { return frontier_; }
  [[nodiscard]] const std::map<RecordId, RecordState>& records() const noexcept { return records_; }
  /// Applied changes in the order of application, which is causal.
  [[nodiscard]] const std::vector<Change>& log() const noexcept { return log_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

  /// Authors a change here: everything applied is its deps. The caller brings stamp, author and
  /// operations. Errors: `limit_exceeded`, `malformed`; nothing is applied then.
  Result<Change> author(const ReplicaId& replica, const Stamp& stamp, std::string author,
                        std::uint32_t schema_version, std::vector<Operation> ops,
                        std::optional<Transaction> transaction = {},
                        std::optional<Origin> origin = {});

  /// Takes a change from elsewhere, in any order and any number of times. A change that waits is
  /// applied when the last thing it waited for arrives. Errors: `fork`, `broken_chain`, `checksum`
  /// (the body is not the one that the header names), `limit_exceeded` (too much waits).
  Result<Delivery> deliver(Change change);

  /// Hash over all canonical record states and the version vector: equal iff the state is.
  [[nodiscard]] Digest state_digest() const;
  [[nodiscard]] std::vector<ReviewItem> review_items(const PolicyLookup& policy) const;

  /// The change with this dot, for history and provenance; null if not applied here.
  [[nodiscard]] const Change* find(const ReplicaId& replica, std::uint64_t seq) const;
  /// The values that a field showed to somebody with this context: the *base* of a disagreement.
  /// Replays the log.
  [[nodiscard]] std::vector<Value> values_at(const RecordId& record, std::string_view field,
                                             const VersionVector& context) const;
  /// The full deps of an applied change.
  [[nodiscard]] VersionVector deps_of(const ReplicaId& replica, std::uint64_t seq) const;

 private:
  Result<Delivery> try_apply(const Change& change);
  void apply_ready();

  DocumentId id_;
  DossierKey key_;
  Frontier frontier_;
  std::map<RecordId, RecordState> records_;
  std::vector<Change> log_;
  std::map<std::pair<ReplicaId, std::uint64_t>, std::size_t> log_index_;
  std::vector<ChangeId> log_ids_;
  /// Two changes with one number may wait: which of them follows is seen when its turn comes.
  std::multimap<std::pair<ReplicaId, std::uint64_t>, Change> waiting_;
};

/// The same from a log: `log` holds the document's changes in a causal order, from the first on.
[[nodiscard]] std::vector<Value> base_values(const std::vector<Change>& log, const RecordId& record,
                                             std::string_view field, const VersionVector& context);

}  // namespace insieme::sync
