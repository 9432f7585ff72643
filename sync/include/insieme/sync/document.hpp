#pragma once
// A whole document in memory: frontier, records, the log since its horizon (what came before is
// folded) and the changes that wait for others. Servers, tests and tools use it; a tablet keeps the
// same parts in its store and applies the same functions record by record.

#include <map>
#include <memory>
#include <vector>

#include "insieme/sync/change.hpp"
#include "insieme/sync/erasure.hpp"
#include "insieme/sync/frontier.hpp"
#include "insieme/sync/record.hpp"
#include "insieme/sync/review.hpp"
#include "insieme/sync/snapshot.hpp"

namespace insieme::sync {

enum class Delivery : std::uint8_t { applied, duplicate, waiting };

/// One replica's copy of a document. A value; not thread-safe.
class Document {
 public:
  Document(DocumentId id, DossierKey key) : id_(std::move(id)), key_(key) {}
  /// The document as it was folded: what `deliver` is given then is the tail.
  [[nodiscard]] static Document from_snapshot(Snapshot snapshot, DossierKey key);

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
  /// The body of a redacted change cannot be checked against its header: it is the caller who
  /// knows that it comes from somebody who was entitled to take the rest away.
  Result<Delivery> deliver(Change change);

  /// The document folded at `at`, a causally closed part of what is applied here. Errors:
  /// `invalid_argument` (not closed, not applied here, or folded here already beyond that);
  /// `not_yet`: a change here does not stand on all of it, or one in it is of a later engine.
  [[nodiscard]] Result<Snapshot> snapshot(const VersionVector& at) const;
  [[nodiscard]] Result<Snapshot> snapshot() const { return snapshot(frontier_.version()); }
  /// Drops the log up to `at` and keeps what `snapshot` makes of it. Same errors; nothing is then
  /// changed. Nothing that can be asked of state, digests or items changes.
  Status compact(const VersionVector& at);
  /// Takes a snapshot and replays on top what is here beyond it. False: all of it was here, nothing
  /// was done. Errors leave all as it was: `invalid_argument` (of another document), `not_yet`
  /// (something here stands on what was folded here and is not in it), `expired` (a change here
  /// does not stand on all that is folded in it: it must be authored again).
  Result<bool> install(const Snapshot& snapshot);
  /// Takes out of everything here what `redaction` names, and out of whatever comes from now on.
  /// Version, chains and history stay. In whatever order orders, changes and snapshots come, the
  /// document ends the same.
  void erase(const Redaction& redaction);
  [[nodiscard]] const Redaction& erased() const noexcept { return redaction_; }
  /// What is folded and not in the log.
  [[nodiscard]] const VersionVector& horizon() const noexcept;
  /// What the log stands on; null: the log is whole.
  [[nodiscard]] const Snapshot* ground() const noexcept { return ground_.get(); }

  /// Hash over all canonical record states and the version vector: equal iff the state is.
  [[nodiscard]] Digest state_digest() const;
  [[nodiscard]] std::vector<ReviewItem> review_items(const PolicyLookup& policy) const;

  /// The change with this dot, for history and provenance; null if not applied here.
  [[nodiscard]] const Change* find(const ReplicaId& replica, std::uint64_t seq) const;
  /// The values that a field showed to somebody with this context; nothing if the context is less
  /// than what is folded. Replays the log.
  [[nodiscard]] std::vector<Value> values_at(const RecordId& record, std::string_view field,
                                             const VersionVector& context) const;
  /// What a field showed before those parted whom an open item names. Replays the log.
  [[nodiscard]] std::vector<Value> base_of(const ReviewItem& item) const;
  /// The full deps of a change of the log.
  [[nodiscard]] VersionVector deps_of(const ReplicaId& replica, std::uint64_t seq) const;

 private:
  Result<Delivery> try_apply(const Change& change);
  void apply_ready();

  DocumentId id_;
  DossierKey key_;
  Redaction redaction_;
  std::shared_ptr<const Snapshot> ground_;
  Frontier frontier_;
  std::map<RecordId, RecordState> records_;
  std::map<RecordId, Mark> newest_;
  std::vector<Change> log_;
  std::map<std::pair<ReplicaId, std::uint64_t>, std::size_t> log_index_;
  std::vector<ChangeId> log_ids_;
  /// Two changes with one number may wait: which of them follows is seen when its turn comes.
  std::multimap<std::pair<ReplicaId, std::uint64_t>, Change> waiting_;
};

/// What a document's history is made of where it is not in memory as a Document: what is folded (or
/// null), and the changes since, in a causal order.
struct HistoryView {
  const Snapshot* ground = nullptr;
  const std::vector<Change>& log;
};

/// Walks a log in order and keeps the full deps of each replica's newest change.
class DepsWalker {
 public:
  /// `folded`: where the log begins; null: at the beginning.
  explicit DepsWalker(const Frontier* folded = nullptr);
  explicit DepsWalker(const Snapshot* ground)
      : DepsWalker(ground == nullptr ? nullptr : &ground->frontier) {}
  /// Full deps of `header`, which must follow the headers given before.
  const VersionVector& step(const ChangeHeader& header);

 private:
  std::map<ReplicaId, VersionVector> deps_;
};

/// As the members of Document.
[[nodiscard]] std::vector<Value> base_values(const HistoryView& history, const RecordId& record,
                                             std::string_view field, const VersionVector& context);
/// The values of a register that would stand if the changes of `without` held nothing, by dot.
[[nodiscard]] std::vector<Dot> standing_without(const HistoryView& history, const RecordId& record,
                                                std::string_view field,
                                                const std::vector<Dot>& without);
/// Of `dots`, those that the author of another one had in front of them and replaced; sorted. What
/// is folded, or held elsewhere, replaces nothing here.
[[nodiscard]] std::vector<Dot> replaced_among(const HistoryView& history,
                                              const std::vector<Dot>& dots);
/// For registers the distinct values, for texts the text. Where the parting is folded: what was
/// kept of it, which after a partial decision is the base of the disagreement as it stood before.
[[nodiscard]] std::vector<Value> base_of(const HistoryView& history, const RecordState& record,
                                         const ReviewItem& item);
/// For a passage of a text that is folded: by dot of the item, what each alternative made of the
/// text then. Empty where that is not kept.
[[nodiscard]] std::vector<Value> folded_alternatives(const HistoryView& history,
                                                     const ReviewItem& item);

}  // namespace insieme::sync
