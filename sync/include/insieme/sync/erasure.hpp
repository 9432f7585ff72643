#pragma once
// Erasure: what an order takes away of documents, and how changes and snapshots are rewritten by
// it. An order wins for ever: an operation on an erased record has no effect, whenever it comes
// (docs/merge-algebra.md, "Erasure"; docs/adr/0018).
//
// Headers stay, so that chains, causality, versions and sums are as if nothing had been erased. Of
// a body every operation on an erased record becomes an `ErasedOp`, which says nothing and keeps
// the places of the others; a body of which nothing else is left goes, and the change is hollow.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/change.hpp"
#include "insieme/sync/snapshot.hpp"

namespace insieme::sync {

/// What is erased of one document. It only grows. A value; not thread-safe.
class Redaction {
 public:
  [[nodiscard]] bool empty() const noexcept { return !whole_ && records_.empty(); }
  /// The whole document: whatever it ever held or will be sent.
  [[nodiscard]] bool whole() const noexcept { return whole_; }
  /// Sorted. Empty for a whole document of which no record was erased by itself.
  [[nodiscard]] const std::vector<RecordId>& records() const noexcept { return records_; }
  [[nodiscard]] bool covers(const RecordId& record) const noexcept;
  void add(const RecordId& record);
  void add_whole() noexcept { whole_ = true; }
  /// True if anything was new.
  bool merge(const Redaction& other);
  friend bool operator==(const Redaction&, const Redaction&) = default;

 private:
  bool whole_ = false;
  std::vector<RecordId> records_;
};

/// Which part of a dossier goes. Without a section: of all its sections, also those still to come.
/// Without a record (nil): all of it.
struct ErasureTarget {
  std::string section;
  RecordId record;
  friend bool operator==(const ErasureTarget&, const ErasureTarget&) = default;
};

/// What every store that ever held the dossier has to do. `reason` is shown to people: the legal
/// ground in words, never what was erased.
struct ErasureOrder {
  ErasureId id;
  DossierId dossier;
  std::vector<ErasureTarget> targets;  ///< 1..kErasureTargetsMax
  std::string reason;                  ///< at most kReasonBytesMax bytes
  friend bool operator==(const ErasureOrder&, const ErasureOrder&) = default;

  /// Nothing of the dossier is to stay.
  [[nodiscard]] bool is_whole_dossier() const noexcept;
  [[nodiscard]] bool touches(std::string_view section) const noexcept;
};

/// Ids, sections, number of targets, UTF-8. `malformed` or `limit_exceeded`.
[[nodiscard]] Status check_order(const ErasureOrder& order);
/// Adds what the order takes of this section of its dossier. True if anything was new.
bool add_order(Redaction& redaction, const ErasureOrder& order, std::string_view section);
/// Canonical bytes, for stores and the ledger.
[[nodiscard]] std::vector<std::uint8_t> encode_order(const ErasureOrder& order);
[[nodiscard]] Result<ErasureOrder> decode_order(std::span<const std::uint8_t> bytes);

/// Whether something of the body was erased and something is left. The body digest of the header
/// is then that of the body as its author wrote it, which nobody can compute any more.
[[nodiscard]] bool is_redacted(const Change& change) noexcept;
/// Takes out of a change what is erased. True if anything was there.
bool redact(Change& change, const Redaction& redaction);
/// The same for a document that is folded: its erased records, and the evidence about them.
/// What `snapshot` makes of the redacted log is what this makes of the log's snapshot.
bool redact(Snapshot& snapshot, const Redaction& redaction);

}  // namespace insieme::sync
