#pragma once
// What one device may see of a row of the log, and what it hears of it.

#include <map>
#include <optional>
#include <set>

#include "storage/erasures.hpp"
#include "storage/repository_impl.hpp"
#include "storage/stability.hpp"

namespace insieme::server {

enum LogColumn : int {
  kPosition, kKind, kDossier, kSection, kAccount, kReplica, kSeq, kTx, kHeader, kBody
};
#define INSIEME_LOG_COLUMNS \
  "SELECT position, kind, dossier, section, account, replica, seq, tx, header, body FROM log "

/// For one page, over one committed state. Assignments are looked up once and remembered. The
/// caller and the replica id outlive it.
class LogView {
 public:
  using Item = std::optional<sync::StreamItem>;

  /// `takes`: of what the device can read. Snapshots: what it has folded is not sent again. Orders
  /// to erase: without them a dossier of which something was erased is none of its dossiers.
  LogView(sql::Connection& db, std::int64_t space, const Caller& caller,
          const sync::ReplicaId& replica, const sync::ReadAction& takes)
      : db_(db),
        space_(space),
        caller_(caller),
        replica_(replica),
        snapshots_(takes.snapshots),
        takes_erasures_(takes.erasures),
        takes_late_texts_(takes.late_texts),
        stability_(db, space),
        erasures_(db, space) {}

  /// Of a row of `INSIEME_LOG_COLUMNS` at `position`, in the stream; nothing if it is not for it.
  Item stream_item(const sql::Statement& row, std::uint64_t position);
  /// The same among the older changes that come after a grant.
  Item backfill_item(const sql::Statement& row, std::uint64_t position);

  const Access& access(const sync::DossierId& dossier);
  /// Documents of which the page tells anything.
  void touch(const sync::DocumentId& document) { touched_.insert(document); }
  [[nodiscard]] const std::set<sync::DocumentId>& touched() const noexcept { return touched_; }
  void note_folded(const sync::DocumentId& document, const sync::VersionVector& version) {
    known_[document].merge(version);
  }

  [[nodiscard]] static EntryKind kind_of(const sql::Statement& row) noexcept {
    return static_cast<EntryKind>(row.get_int64(kKind));
  }

 private:
  Item change_item(const sql::Statement& row, std::uint64_t position);
  /// The device has it, so it is not sent. Unless the store is a copy and its twin wrote it under
  /// the same replica id: the digest shows that.
  Item own_change(const sql::Statement& row, std::uint64_t position);
  /// Whether the device has this change folded, from a snapshot of this page or from one that it
  /// has acknowledged since. What others may have under its name does not count.
  bool knows(const sync::DocumentId& document, const sync::ReplicaId& replica, std::uint64_t seq);
  Item grant_item(const sql::Statement& row, std::uint64_t position);
  Item revoke_item(const sql::Statement& row, std::uint64_t position);
  /// Only while it waits: who comes later has nothing to decide.
  Item held_item(const sql::Statement& row, std::uint64_t position);
  Item held_closed_item(const sql::Statement& row, std::uint64_t position);
  /// For whoever held the dossier once.
  Item erasure_item(const sql::Statement& row, std::uint64_t position);
  Item seen_item(const sql::Statement& row, std::uint64_t position);
  /// Whether the row's section is in an assignment that holds now and did so at `position`.
  bool started_by(const sql::Statement& row, std::uint64_t position);

  sql::Connection& db_;
  std::int64_t space_;
  const Caller& caller_;
  const sync::ReplicaId& replica_;
  bool snapshots_;
  bool takes_erasures_;
  bool takes_late_texts_;
  Stability stability_;
  Erasures erasures_;
  std::map<sync::DossierId, Access> access_;
  std::set<sync::DocumentId> touched_;
  std::map<sync::DocumentId, sync::VersionVector> known_;  ///< folded on the device
  std::set<sync::DocumentId> acknowledged_;                ///< looked up for `known_`
};

}  // namespace insieme::server
