#include "storage/record_rows.hpp"

#include <algorithm>
#include <set>

#include "insieme/schema/validate.hpp"
#include "storage/blobs.hpp"
#include "storage/made_rows.hpp"
#include "storage/marks.hpp"
#include "storage/name_words.hpp"

namespace insieme::client {
namespace {

/// Values of a field as the schema's functions take them.
std::vector<sync::Value> values_of(const sync::FieldState& field, sync::RegisterPolicy policy) {
  std::vector<sync::Value> out;
  for (const sync::SetMember& member : field.members) out.push_back(member.element);
  if (!field.shares.empty()) out.emplace_back(sync::counter_total(field));
  if (!field.text.empty()) out.emplace_back(field.text.text());
  if (!field.escrow.empty()) out.emplace_back(static_cast<std::int64_t>(field.escrow.left()));
  const sync::Survivor* shown = sync::displayed(field, policy);
  if (shown != nullptr) out.push_back(shown->value);
  return out;
}

/// Finds the columns of a record's fields, which are asked for in the order of their names.
class ColumnFinder {
 public:
  explicit ColumnFinder(const TypedTable& table) : table_(table) {}
  [[nodiscard]] std::size_t find(std::string_view field) {
    while (next_ < table_.by_name.size()) {
      const std::size_t place = table_.by_name[next_];
      const int order = table_.columns[place]->name.compare(field);
      if (order > 0) break;
      ++next_;
      if (order == 0) return place;
    }
    return table_.column(field);  // out of order, or not here
  }

 private:
  const TypedTable& table_;
  std::size_t next_ = 0;
};

/// What a record contributes to the search index.
void searchable(const LoadedRecord& record, std::string& names, std::string& notes) {
  for (const schema::Field* field : record.table->columns) {
    if (!field->search) continue;
    const sync::FieldState* state = record.state.field(field->name);
    if (state == nullptr) continue;
    if (field->merge == schema::MergeKind::text) {
      append_words(notes, state->text.text());
      continue;
    }
    for (const sync::SetMember& member : state->members) {
      if (const auto* text = std::get_if<std::string>(&member.element)) append_words(names, *text);
    }
    // Both sides of a disagreement can be found.
    for (const sync::Survivor& survivor : state->survivors) {
      if (const auto* text = std::get_if<std::string>(&survivor.value)) append_words(names, *text);
    }
  }
}

}  // namespace

void append_words(std::string& out, const std::string& words) {
  if (words.empty()) return;
  if (!out.empty()) out.push_back('\n');
  out += words;
}

void bind_column(sqlite::Statement& statement, int index, const ColumnValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.sql)) {
    statement.bind(index, *number);
  } else if (const auto* real = std::get_if<double>(&value.sql)) {
    statement.bind(index, *real);
  } else if (const auto* text = std::get_if<std::string>(&value.sql)) {
    statement.bind(index, std::string_view(*text));
  } else {
    statement.bind(index, nullptr);
  }
}

void add_to_search(Core& core, const TypedTable& table, std::int64_t n, const std::string& names,
                   const std::string& notes) {
  if (names.empty() && notes.empty()) return;
  core.db.cached("INSERT INTO search(rowid, names, notes) VALUES(?, ?, ?)")
      .bind_all(search_row(table.number, n), names, notes)
      .run();
  if (!names.empty()) note_name_words(core, names);
}

std::string title_of(const Core& core, const sync::RecordState& state) {
  const schema::RecordType* type = core.bundle.find_type(state.type);
  if (type == nullptr) return {};
  schema::RecordValues values;
  for (const sync::FieldState& field : state.fields) {
    // Notes are long, and most fields are in no title.
    if (type->title.find(field.name) == std::string::npos) continue;
    if (type->title.find("{" + field.name + "}") == std::string::npos) continue;
    values[field.name] = values_of(field, core.bundle.policy(state.type, field.name));
  }
  return schema::record_title(core.words(), *type, values, core.language);
}

void read_own_columns(LoadedRecord& record, const sqlite::Statement& row) {
  record.n = row.get_int64(kColN);
  record.edited_ms = row.get_int64(kColEditedMs);
  record.edited_by = row.get_int64(kColEditedBy);
  record.items = row.get_int64(kColItems);
  record.own = row.get_int64(kColOwn);
}

void read_row(Core& core, LoadedRecord& record, const sqlite::Statement& row) {
  read_own_columns(record, row);
  const TypedTable& table = *record.table;
  record.indexed.clear();
  if (!table.indexed.empty()) {
    record.indexed.emplace_back(row.get_text(kColRetracted));
    for (const std::size_t place : table.indexed) {
      const int column = kOwnColumns + static_cast<int>(place);
      record.indexed.emplace_back();
      if (!row.is_null(column)) record.indexed.back() = row.get_text(column);
    }
  }
  const std::string type = table.is_other() ? std::string(row.get_text(kColType)) : table.type;
  ColumnFinder finder(table);
  const auto refill = [&](std::string_view name) -> sync::Value {
    const std::size_t at = finder.find(name);
    if (at == TypedTable::kNoColumn) return sync::Null{};
    return value_from_column(*table.columns[at], row, kOwnColumns + static_cast<int>(at));
  };
  const sync::RecordId id = record.state.id;
  record.state =
      require(sync::unpack_record(row.get_blob(kColCrdt), id, type, core.dictionary, refill));
  record.names_before.clear();
  record.notes_before.clear();
  searchable(record, record.names_before, record.notes_before);
}

LoadedRecord& RecordCache::load(std::int64_t document, const sync::DocumentId& id,
                                const std::string& type, const sync::RecordId& record) {
  return *slot(document, id, type, record);
}

std::shared_ptr<const LoadedRecord> RecordCache::share(std::int64_t document,
                                                       const sync::DocumentId& id,
                                                       const std::string& type,
                                                       const sync::RecordId& record) {
  return slot(document, id, type, record);
}

std::shared_ptr<LoadedRecord> nothing_yet(std::int64_t document, const sync::DocumentId& id,
                                          const TypedTable& table, const std::string& type,
                                          const sync::RecordId& record) {
  auto nothing = std::make_shared<LoadedRecord>();
  nothing->document = document;
  nothing->document_id = id;
  nothing->table = &table;
  nothing->state.id = record;
  nothing->state.type = type;
  nothing->type = type;
  return nothing;
}

RecordCache::Slot& RecordCache::slot(std::int64_t document, const sync::DocumentId& id,
                                     const std::string& type, const sync::RecordId& record) {
  Slot& slot = records_[Key{document, record, type}];
  if (slot) {
    complete(*slot);
    return slot;
  }
  slot = nothing_yet(document, id, core_.tables.table_for(type, id.section), type, record);
  auto& find = core_.db.cached(slot->table->select_one);
  const sqlite::ResetGuard guard(find);
  find.bind(1, record.bytes).bind(2, document);
  if (slot->table->is_other()) find.bind(3, std::string_view(type));
  if (find.step()) read_row(core_, *slot, find);
  return slot;
}

bool RecordCache::is_unknown(const MadeRecord& some, const TypedTable& table) {
  const sync::Operation& op = some.ops.front();
  if (table.is_other() || op.type == sync::kMarksType) return false;
  Key key{some.document, op.record, op.type};
  if (records_.find(key) != records_.end()) return false;
  auto& find = core_.db.cached(table.select_one);
  const sqlite::ResetGuard guard(find);
  find.bind(1, op.record.bytes).bind(2, some.document);
  if (!find.step()) return true;
  Slot slot = nothing_yet(some.document, some.header.document, table, op.type, op.record);
  read_for(*slot, some.ops, find);
  records_.emplace(std::move(key), std::move(slot));
  return false;
}

std::size_t end_of_run(std::span<const sync::Operation> ops, std::size_t first) {
  const auto is_erased = [&](std::size_t at) {
    return std::holds_alternative<sync::ErasedOp>(ops[at].action);
  };
  std::size_t end = first + 1;
  while (end < ops.size() && ops[end].record == ops[first].record &&
         ops[end].type == ops[first].type && is_erased(end) == is_erased(first)) {
    ++end;
  }
  return end;
}

void RecordCache::apply(std::int64_t document, const sync::ChangeHeader& header,
                        const std::vector<sync::Operation>& ops, const sync::VersionVector& deps,
                        std::int64_t own_change) {
  apply_all(document, {document, header, deps, ops, 0, own_change,
                       core_.dictionary.number_of_name(header.author)});
}

void RecordCache::apply_all(std::int64_t document, const MadeRecord& some) {
  const sync::ChangeHeader& header = some.header;
  std::size_t end = 0;
  for (std::size_t first = 0; first < some.ops.size(); first = end) {
    end = end_of_run(some.ops, first);
    if (std::holds_alternative<sync::ErasedOp>(some.ops[first].action)) continue;
    LoadedRecord& record =
        load_for(document, header.document, some.ops.subspan(first, end - first));
    for (std::size_t i = first; i < end; ++i) {
      const auto place = some.first_op + static_cast<std::uint32_t>(i);
      sync::apply(record.state, some.ops[i],
                  sync::Provenance{sync::Dot{header.replica, header.seq, place}, header.stamp,
                                   header.author, some.deps});
    }
    if (header.stamp.ms >= record.edited_ms) {
      record.edited_ms = header.stamp.ms;
      record.edited_by = some.author;
    }
    if (some.own != 0) record.own = std::max(record.own, some.own);
    record.dirty = true;
  }
}

void RecordCache::put(std::int64_t document, const sync::DocumentId& id,
                      const sync::RecordState& state, const sync::Mark& newest) {
  LoadedRecord& record = load(document, id, state.type, state.id);
  record.state = state;
  const bool edited = newest.dot.seq != 0;
  record.edited_ms = edited ? newest.stamp.ms : INT64_MIN;
  if (edited) record.edited_by = core_.dictionary.number_of_name(newest.author);
  record.dirty = true;
}

namespace {

/// The questions about every record of a document hang on its marks. These come and go with a
/// closure, a merge or a hand-over, not with what people save every day.
void ask_anew(Core& core, RecordCache& records, const LoadedRecord& marks) {
  const std::int64_t document = marks.document;
  const sync::DocumentId id = marks.document_id;
  for (const TypedTable* table : core.tables.used()) {
    auto rows =
        core.db.prepare(std::string("SELECT _id, ") + (table->is_other() ? "_type" : "NULL") +
                        " FROM " + table->name + " WHERE _document = ?");
    rows.bind_all(document);
    while (rows.step()) {
      const std::string type = table->is_other() ? std::string(rows.get_text(1)) : table->type;
      records.load(document, id, type, id_from_blob<sync::RecordId>(rows.get_blob(0))).dirty = true;
    }
  }
  note_marks_due(core, id.dossier);
}

/// What each column shows. Fields and columns are walked side by side.
std::vector<ColumnValue> columns_of(const TypedTable& table, const sync::RecordState& state) {
  static const sync::FieldState kEmpty;
  std::vector<ColumnValue> columns(table.columns.size());
  auto field = state.fields.begin();
  for (const std::size_t place : table.by_name) {
    const std::string& name = table.columns[place]->name;
    while (field != state.fields.end() && field->name < name) ++field;
    const bool there = field != state.fields.end() && field->name == name;
    columns[place] = column_value(*table.columns[place], there ? *field : kEmpty);
  }
  return columns;
}

/// What the table's own index shows of a row, as the row itself would tell it.
LoadedRecord::Indexed indexed_of(const TypedTable& table, bool retracted,
                                 const std::vector<ColumnValue>& columns) {
  LoadedRecord::Indexed shown;
  if (table.indexed.empty()) return shown;
  shown.emplace_back(retracted ? "1" : "0");
  for (const std::size_t place : table.indexed) {
    const auto* text = std::get_if<std::string>(&columns[place].sql);
    // Of days, moments and codes. Anything else may be told otherwise by the row: written anew.
    if (text == nullptr && !std::holds_alternative<std::monostate>(columns[place].sql)) return {};
    shown.emplace_back();
    if (text != nullptr) shown.back() = *text;
  }
  return shown;
}

}  // namespace

void RecordCache::flush() {
  std::vector<const LoadedRecord*> marked;
  for (const auto& [key, record] : records_) {
    if (record->dirty && record->type == sync::kMarksType) marked.push_back(record.get());
  }
  for (const LoadedRecord* marks : marked) ask_anew(core_, *this, *marks);
  std::set<const TypedTable*> grown;
  std::int64_t document = 0;
  sync::DocumentMarks marks;  // of it
  for (auto& [key, record] : records_) {
    if (!record->dirty) continue;
    if (record->document != document) {
      document = record->document;
      marks = marks_in_document(*this, document, record->document_id);
    }
    if (record->n == 0) grown.insert(record->table);
    if (record->is_partial) {
      write_partly(*record, marks);
    } else {
      write(*record, marks);
    }
    record->dirty = false;
  }
  for (const TypedTable* table : grown) core_.tables.note_used(*table);
}

void RecordCache::write(LoadedRecord& record, const sync::DocumentMarks& marks) {
  const TypedTable& table = *record.table;
  const std::vector<ColumnValue> columns = columns_of(table, record.state);
  ColumnFinder finder(table);
  const auto elide = [&](const sync::FieldState& state) {
    const std::size_t at = finder.find(state.name);
    return at != TypedTable::kNoColumn && columns[at].exact;
  };
  write_items(record, marks);
  const auto crdt = sync::pack_record(record.state, core_.dictionary, elide);
  const bool is_new = record.n == 0;
  const bool retracted = record.state.lifecycle() == sync::Lifecycle::retracted;
  auto indexed = indexed_of(table, retracted, columns);
  const bool same_index = !is_new && !indexed.empty() && indexed == record.indexed;
  record.indexed = std::move(indexed);
  auto& statement = core_.db.cached(is_new       ? table.insert
                                    : same_index ? table.update_beside_index
                                                 : table.update);
  const sqlite::ResetGuard guard(statement);
  statement.bind(1, std::int64_t{retracted ? 1 : 0}).bind(2, record.edited_ms);
  statement.bind(3, record.edited_by).bind(4, record.items).bind(5, record.own);
  statement.bind(6, crdt);
  if (table.is_other()) {
    statement.bind(7, std::string_view(record.state.type));
  } else {
    statement.bind(7, nullptr);
  }
  int index = 7;
  for (const ColumnValue& column : columns) bind_column(statement, ++index, column);
  if (is_new) {
    statement.bind(index + 1, record.state.id.bytes).bind(index + 2, record.document);
  } else {
    statement.bind(index + 1, record.n);
  }
  statement.run();
  if (is_new) record.n = core_.db.last_insert_rowid();
  write_search(record, is_new);
  note_named_blobs(core_, record.document_id, record.state);
}

void RecordCache::write_search(const LoadedRecord& record, bool is_new) {
  std::string names;
  std::string notes;
  searchable(record, names, notes);
  const bool had = !record.names_before.empty() || !record.notes_before.empty();
  if (names == record.names_before && notes == record.notes_before) return;
  const std::int64_t row = search_row(record.table->number, record.n);
  if (had && !is_new) {
    core_.db.cached("DELETE FROM search WHERE rowid = ?").bind_all(row).run();
  }
  add_to_search(core_, *record.table, record.n, names, notes);
  if (names == record.names_before) return;
  if (is_new || record.names_before.empty()) return;
  DepartingNames before;
  before.note(record.names_before);
  before.forget(core_);
}

void RecordCache::write_items(LoadedRecord& record, const sync::DocumentMarks& marks) {
  const auto policy = [this](std::string_view type, std::string_view field) {
    return core_.bundle.policy(type, field);
  };
  const auto items = sync::review_items(record.state, policy, marks);
  if (record.items != 0) {
    core_.db.cached("DELETE FROM items WHERE record = ? AND document = ? AND type = ?")
        .bind_all(record.state.id.bytes, record.document, record.state.type)
        .run();
  }
  for (const sync::ReviewItem& item : items) {
    core_.db
        .cached(
            "INSERT INTO items(document, record, type, kind, field, generation) "
            "VALUES(?, ?, ?, ?, ?, ?)")
        .bind_all(record.document, record.state.id.bytes, record.state.type,
                  static_cast<std::int64_t>(item.kind), item.field,
                  static_cast<std::int64_t>(item.generation))
        .run();
  }
  record.items = static_cast<std::int64_t>(items.size());
}

void rebuild_search(Core& core) {
  core.db.execute("INSERT INTO search(search) VALUES('delete-all')");
  for (const TypedTable& table : core.tables.all()) {
    std::vector<std::tuple<std::int64_t, sync::RecordId, std::string>> records;
    const std::string type = table.is_other() ? "_type" : "NULL";
    auto rows = core.db.prepare("SELECT _document, _id, " + type + " FROM " + table.name);
    while (rows.step()) {
      records.emplace_back(
          rows.get_int64(0), id_from_blob<sync::RecordId>(rows.get_blob(1)),
          table.is_other() ? std::string(rows.get_text(2)) : table.type);
    }
    for (const auto& [document, id, name] : records) {
      LoadedRecord record;
      record.table = &table;
      record.state.id = id;
      auto& find = core.db.cached(table.select_one);
      const sqlite::ResetGuard guard(find);
      find.bind(1, id.bytes).bind(2, document);
      if (table.is_other()) find.bind(3, std::string_view(name));
      if (!find.step()) continue;
      read_row(core, record, find);
      if (record.names_before.empty() && record.notes_before.empty()) continue;
      core.db.cached("INSERT INTO search(rowid, names, notes) VALUES(?, ?, ?)")
          .bind_all(search_row(table.number, record.n), record.names_before, record.notes_before)
          .run();
    }
  }
  learn_name_words(core);
}

void delete_records(Core& core, std::int64_t document) {
  DepartingNames names;
  for (const TypedTable* table : core.tables.used()) {
    std::vector<std::int64_t> numbers;
    {
      auto& rows = core.db.cached("SELECT _n FROM " + table->name + " WHERE _document = ?");
      const sqlite::ResetGuard guard(rows);
      rows.bind_all(document);
      while (rows.step()) numbers.push_back(rows.get_int64(0));
    }
    if (numbers.empty()) continue;
    names.note(core, *table, document);
    for (const std::int64_t n : numbers) {
      core.db.cached("DELETE FROM search WHERE rowid = ?")
          .bind_all(search_row(table->number, n))
          .run();
    }
    core.db.cached("DELETE FROM " + table->name + " WHERE _document = ?").bind_all(document).run();
  }
  core.db.cached("DELETE FROM items WHERE document = ?").bind_all(document).run();
  names.forget(core);
}

}  // namespace insieme::client
