#pragma once
// Documents and their log within one transaction: frontiers are loaded once, advanced by every
// change, and written back with the records that the changes touched.

#include <map>
#include <memory>
#include <optional>

#include "insieme/sync/document.hpp"
#include "storage/record_rows.hpp"

namespace insieme::client {

struct OpenDocument {
  std::int64_t n = 0;
  sync::DocumentId id;
  sync::DossierKey key;
  sync::Frontier frontier;
  sync::Frontier horizon;  ///< what is folded: the log begins after it
  sync::VersionVector promised;  ///< a server was told that all new work here has seen this
  sync::DigestSum accepted;   ///< of folded changes and of those of the log with a position
  std::int64_t accepted_count = 0;
  sync::Redaction redaction;  ///< what was erased: nothing of it comes in again
  bool dirty = false;
  [[nodiscard]] bool is_folded() const noexcept { return horizon.count() != 0; }
};

/// A line of the log.
struct LoggedChange {
  std::int64_t n = 0;
  sync::Change change;
  sync::ChangeId id;
  bool own = false;
  ChangeState state = ChangeState::accepted;
  std::optional<std::int64_t> position;
};

/// Readers never make a row.
enum class Access : std::uint8_t { read, write };

class Documents {
 public:
  explicit Documents(Core& core, Access access = Access::write)
      : core_(core), access_(access), records_(core) {}
  /// The document; a writer makes it if it is not there but its dossier is. Null: not here.
  OpenDocument* find(const sync::DocumentId& id);
  /// The same, of a dossier that was looked up already.
  OpenDocument* find(const sync::DocumentId& id, const DossierRow& dossier);
  OpenDocument& by_number(std::int64_t n);
  [[nodiscard]] RecordCache& records() noexcept { return records_; }

  /// Whether the change may be applied now.
  [[nodiscard]] Result<sync::Admission> admit(const OpenDocument& document,
                                              const sync::ChangeHeader& header);
  /// Appends an admitted change to the log and applies it. Returns changes.n. `body`: the content's
  /// bytes, if whoever calls has them already.
  std::int64_t append(OpenDocument& document, const sync::Change& change,
                      const sync::Admission& admission, ChangeState state,
                      std::optional<std::int64_t> position, std::vector<std::uint8_t> body = {});
  /// Notes that a change of the log has a position in the server's.
  void note_accepted(OpenDocument& document, std::int64_t change_n, const sync::ChangeId& id,
                     std::int64_t position, ChangeState state);
  /// Takes the body out of a logged change and makes the document's records what they are without.
  void hollow_out(OpenDocument& document, std::int64_t change_n);
  /// Puts the body of a logged change that was hollow in its place, likewise.
  void fill_in(OpenDocument& document, std::int64_t change_n,
               const std::vector<sync::Operation>& ops);
  /// Makes all records of a document anew from its ground and its log.
  void rebuild(OpenDocument& document);
  /// After rows of the log were taken out: frontier and records are made anew from the others.
  void retrace(OpenDocument& document);
  /// What the log stands on; nothing if it is whole. `storage_failure` if it is damaged.
  [[nodiscard]] std::optional<sync::Snapshot> ground(const OpenDocument& document);
  /// Puts the document on a snapshot: what it folds leaves the log (own changes are kept aside),
  /// the rest of the log, which stands on it, is replayed on top, and every record is written anew.
  void stand_on(OpenDocument& document, const sync::Snapshot& snapshot,
                std::span<const std::uint8_t> bytes);
  void flush();
  /// After documents were deleted: nothing must be written back. Nothing may be dirty.
  void forget_closed() {
    open_.clear();
    records_.clear();
  }

 private:
  OpenDocument* load(std::int64_t n, const sync::DocumentId& id, const sync::DossierKey& key);
  void replay(OpenDocument& document, const sync::Snapshot* ground);
  Core& core_;
  Access access_;
  RecordCache records_;
  std::map<sync::DocumentId, std::unique_ptr<OpenDocument>> open_;
};

/// The log of a document in order. `visit` returns false to stop.
void for_each_change(Core& core, std::int64_t document,
                     const std::function<bool(LoggedChange&&)>& visit);
/// One change of the log by its place; nothing if it is not there.
[[nodiscard]] std::optional<LoggedChange> find_change(Core& core, std::int64_t document,
                                                      const sync::ReplicaId& replica,
                                                      std::uint64_t seq);

}  // namespace insieme::client
