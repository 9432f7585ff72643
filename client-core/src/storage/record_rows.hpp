#pragma once
// Record states in and out of their typed rows, with the search index and the list of open items
// kept in step. Rows are loaded once per transaction and written back once, however many changes
// touch them.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sync/dossier_mark.hpp"
#include "insieme/sync/left_fields.hpp"
#include "storage/core.hpp"

namespace insieme::client {

struct MadeRecord;

struct LoadedRecord {
  std::int64_t document = 0;
  sync::DocumentId document_id;
  const TypedTable* table = nullptr;
  std::string type;    ///< that it was asked for by; the state may know a lesser one
  std::int64_t n = 0;  ///< 0: no row yet
  sync::RecordState state;
  std::int64_t edited_ms = INT64_MIN;
  std::int64_t edited_by = 0;  ///< number of the author's name
  std::int64_t own = 0;        ///< newest change that touched it and that was written here, or
                               ///< handed over by a device (changes.n), 0: none
  std::int64_t items = 0;
  using Indexed = std::vector<std::optional<std::string>>;
  Indexed indexed;  ///< what an index of the table's own holds of the row; empty: not known
  std::string names_before;  ///< what the search index holds
  std::string notes_before;
  bool dirty = false;
  /// Only what an edit touches was read: `state` lacks what is in `left`, and neither what the
  /// search index nor what an index of the table's own holds is known. Only RecordCache sees such.
  bool is_partial = false;
  sync::LeftFields left;
  std::vector<std::size_t> touched;  ///< places of columns to be written; of a partial one
};

class RecordCache {
 public:
  explicit RecordCache(Core& core) : core_(core) {}
  /// The record's state as of now in this transaction; a fresh one if there is none.
  LoadedRecord& load(std::int64_t document, const sync::DocumentId& id, const std::string& type,
                     const sync::RecordId& record);
  /// The same, for readers who keep it longer than this cache.
  std::shared_ptr<const LoadedRecord> share(std::int64_t document, const sync::DocumentId& id,
                                            const std::string& type, const sync::RecordId& record);
  /// Applies the operations of one change. `own_change` is changes.n when this device wrote it.
  void apply(std::int64_t document, const sync::ChangeHeader& header,
             const std::vector<sync::Operation>& ops, const sync::VersionVector& deps,
             std::int64_t own_change);
  /// The same of a change that is being written here. Records that it makes are written at once,
  /// and are not loaded.
  void author(std::int64_t document, const sync::ChangeHeader& header,
              const std::vector<sync::Operation>& ops, const sync::VersionVector& deps,
              std::int64_t change);
  /// Puts a state in place of what the row holds; `newest` is the newest operation on
  /// it, or the default: none yet.
  void put(std::int64_t document, const sync::DocumentId& id, const sync::RecordState& state,
           const sync::Mark& newest);
  /// Writes what is dirty: row, search index, items.
  void flush();
  /// Forgets what was loaded; nothing may be dirty.
  void clear() { records_.clear(); }

 private:
  void apply_all(std::int64_t document, const MadeRecord& some);
  /// What operations that stand together are applied to. What they do not touch may be left.
  LoadedRecord& load_for(std::int64_t document, const sync::DocumentId& id,
                         std::span<const sync::Operation> ops);
  void read_for(LoadedRecord& record, std::span<const sync::Operation> ops,
                const sqlite::Statement& row);
  /// Brings what the operations touch into a partial record. False: they touch more than columns.
  bool bring(LoadedRecord& record, std::span<const sync::Operation> ops);
  /// Reads what was left.
  void complete(LoadedRecord& record);
  void write_partly(LoadedRecord& record, const sync::DocumentMarks& marks);
  /// Whether nothing is here of a record, neither in this cache nor in `table`; what is, is loaded.
  bool is_unknown(const MadeRecord& some, const TypedTable& table);
  void write(LoadedRecord& record, const sync::DocumentMarks& marks);
  void write_search(const LoadedRecord& record, bool is_new);
  void write_items(LoadedRecord& record, const sync::DocumentMarks& marks);
  using Slot = std::shared_ptr<LoadedRecord>;
  Slot& slot(std::int64_t document, const sync::DocumentId& id, const std::string& type,
             const sync::RecordId& record);
  Core& core_;
  using Key = std::tuple<std::int64_t, sync::RecordId, std::string>;
  std::map<Key, Slot> records_;
};

/// Adds the words of a field to those of a record.
void append_words(std::string& out, const std::string& words);
/// A record's words, which the search index has none of yet.
void add_to_search(Core& core, const TypedTable& table, std::int64_t n, const std::string& names,
                   const std::string& notes);
void bind_column(sqlite::Statement& statement, int index, const ColumnValue& value);
/// A record of which there is nothing here.
[[nodiscard]] std::shared_ptr<LoadedRecord> nothing_yet(std::int64_t document,
                                                        const sync::DocumentId& id,
                                                        const TypedTable& table,
                                                        const std::string& type,
                                                        const sync::RecordId& record);
/// The store's own columns of a row that a statement stands on.
void read_own_columns(LoadedRecord& record, const sqlite::Statement& row);
/// Reads a row that a statement stands on (columns as in TypedTable::select_one).
void read_row(Core& core, LoadedRecord& record, const sqlite::Statement& row);
/// Title of a record from its type's template; empty for types without one.
[[nodiscard]] std::string title_of(const Core& core, const sync::RecordState& state);
/// Deletes every record of a document, with search index and items.
void delete_records(Core& core, std::int64_t document);
/// Makes the search index anew, so that no word is in it that is in no record.
void rebuild_search(Core& core);

}  // namespace insieme::client
