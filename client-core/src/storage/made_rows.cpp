#include "storage/made_rows.hpp"

#include <algorithm>

#include "insieme/sync/made_record.hpp"
#include "storage/marks.hpp"

namespace insieme::client {
namespace {

/// One column of the row: which operation speaks of it, and what it shows.
struct MadeColumn {
  const sync::Operation* op = nullptr;  ///< null: none
  ColumnValue value;                    ///< of a write
};

/// What a whole text put into its field.
const std::string* text_of(const sync::Operation& op) {
  const auto* splice = std::get_if<sync::SpliceOp>(&op.action);
  return splice != nullptr ? &splice->splices.front().inserted : nullptr;
}

const std::string* words_of(const sync::Operation& op) {
  const auto* write = std::get_if<sync::WriteOp>(&op.action);
  return write != nullptr ? std::get_if<std::string>(&write->value) : nullptr;
}

/// Whether the operation is the one that fields of this kind are filled with. A value that may name
/// a photo is more than a value.
bool fits(const schema::Field& field, const sync::Operation& op) {
  if (text_of(op) != nullptr) return field.merge == schema::MergeKind::text;
  const bool shows_writes = field.merge == schema::MergeKind::mv_register ||
                            field.merge == schema::MergeKind::list;
  const auto& value = std::get<sync::WriteOp>(op.action).value;
  return shows_writes && !std::holds_alternative<sync::Bytes>(value);
}

/// What the column of a field shows that nobody has filled in.
void bind_unfilled(sqlite::Statement& statement, int index, const schema::Field& field) {
  if (field.merge == schema::MergeKind::set) {
    statement.bind(index, std::string_view("[]"));
  } else if (field.merge == schema::MergeKind::counter) {
    statement.bind(index, std::int64_t{0});
  } else {
    statement.bind(index, nullptr);
  }
}

class RowMaker {
 public:
  RowMaker(Core& core, const TypedTable& table, const MadeRecord& made)
      : core_(core), table_(table), made_(made), columns_(table.columns.size()) {}

  bool make() {
    if (!sync::makes_plainly(made_.ops) || !fill()) return false;
    insert();
    add_words();
    return true;
  }

 private:
  bool fill() {
    exact_.reserve(made_.ops.size());
    std::size_t next = 0;  // forms mostly send fields in the order of the schema
    for (const sync::Operation& op : made_.ops) {
      const auto named = [&op](const schema::Field* field) { return field->name == op.field; };
      auto at = std::find_if(table_.columns.begin() + static_cast<std::ptrdiff_t>(next),
                             table_.columns.end(), named);
      if (at == table_.columns.end()) {
        at = std::find_if(table_.columns.begin(), table_.columns.end(), named);
      }
      if (at == table_.columns.end() || !fits(**at, op)) return false;
      next = static_cast<std::size_t>(at - table_.columns.begin());
      MadeColumn& column = columns_[next];
      column.op = &op;
      if (const auto* write = std::get_if<sync::WriteOp>(&op.action)) {
        column.value = register_column((*at)->kind, write->value);
      }
      exact_.push_back(column.value.exact);
    }
    return true;
  }

  void insert() {
    const sync::ChangeHeader& header = made_.header;
    const sync::Provenance first{
        sync::Dot{header.replica, header.seq, made_.first_op}, header.stamp, header.author,
        made_.deps};
    const auto crdt = sync::pack_made_plainly(made_.ops, first, core_.dictionary,
                                              [this](std::size_t i) -> bool { return exact_[i]; });
    auto& statement = core_.db.cached(table_.insert);
    const sqlite::ResetGuard guard(statement);
    statement.bind(1, std::int64_t{0}).bind(2, header.stamp.ms).bind(3, made_.author);
    statement.bind(4, std::int64_t{0}).bind(5, made_.own).bind(6, crdt).bind(7, nullptr);
    int index = 7;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      ++index;
      const MadeColumn& column = columns_[i];
      if (column.op == nullptr) {
        bind_unfilled(statement, index, *table_.columns[i]);
      } else if (const std::string* text = text_of(*column.op)) {
        statement.bind(index, std::string_view(*text));
      } else {
        bind_column(statement, index, column.value);
      }
    }
    statement.bind(index + 1, made_.ops.front().record.bytes).bind(index + 2, made_.document);
    statement.run();
  }

  void add_words() {
    const std::int64_t n = core_.db.last_insert_rowid();
    std::string names;
    std::string notes;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!table_.columns[i]->search || columns_[i].op == nullptr) continue;
      if (const std::string* text = text_of(*columns_[i].op)) {
        append_words(notes, *text);
      } else if (const std::string* words = words_of(*columns_[i].op)) {
        append_words(names, *words);
      }
    }
    add_to_search(core_, table_, n, names, notes);
  }

  Core& core_;
  const TypedTable& table_;
  const MadeRecord& made_;
  std::vector<MadeColumn> columns_;  ///< as the table's
  std::vector<bool> exact_;          ///< of each operation: its column gives its value back
};

}  // namespace

bool write_made(Core& core, const TypedTable& table, const MadeRecord& made) {
  return RowMaker(core, table, made).make();
}

void RecordCache::author(std::int64_t document, const sync::ChangeHeader& header,
                         const std::vector<sync::Operation>& ops, const sync::VersionVector& deps,
                         std::int64_t change) {
  // Marks ask questions about every record, new ones too: those are found in their states.
  if (!marks_in_document(*this, document, header.document).groups.empty()) {
    return apply(document, header, ops, deps, change);
  }
  const std::int64_t author = core_.dictionary.number_of_name(header.author);
  const TypedTable* grown = nullptr;
  for (std::size_t first = 0, end = 0; first < ops.size(); first = end) {
    end = end_of_run(ops, first);
    const std::span<const sync::Operation> together(&ops[first], end - first);
    const MadeRecord made{document, header,  deps, together, static_cast<std::uint32_t>(first),
                          change,   author};
    const TypedTable& table = core_.tables.table_for(ops[first].type, header.document.section);
    if (!is_unknown(made, table) || !write_made(core_, table, made)) {
      apply_all(document, made);
    } else if (grown != &table) {
      grown = &table;
      core_.tables.note_used(table);
    }
  }
}

}  // namespace insieme::client
