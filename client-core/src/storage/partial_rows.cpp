// Rows of which an edit touches one field or a few. The merge state is unpacked for these alone,
// and only their columns are written: of the others, what the old bytes say goes into the new ones.
#include <algorithm>

#include "storage/blobs.hpp"
#include "storage/made_rows.hpp"

namespace insieme::client {
namespace {

/// Each touched column takes a statement of its own, so that there is one to be compiled a column
/// and not one for each selection of them. Of more, the whole row costs less.
constexpr std::size_t kTouchedMax = 3;
constexpr std::size_t kOpsMax = 8;

/// Whether the operation can change nothing but its field and when the record was edited.
bool is_about_its_field(const sync::Action& action) {
  return std::holds_alternative<sync::WriteOp>(action) ||
         std::holds_alternative<sync::AddOp>(action) ||
         std::holds_alternative<sync::RemoveOp>(action) ||
         std::holds_alternative<sync::IncrementOp>(action) ||
         std::holds_alternative<sync::SpliceOp>(action);
}

/// Adds the columns that the operations touch. False: they touch more than columns. Words of the
/// search index are made of several fields.
bool add_touched(const TypedTable& table, std::span<const sync::Operation> ops,
                 std::vector<std::size_t>& touched) {
  if (table.is_other() || ops.size() > kOpsMax) return false;
  for (const sync::Operation& op : ops) {
    if (!is_about_its_field(op.action)) return false;
    const std::size_t place = table.column(op.field);
    if (place == TypedTable::kNoColumn || table.columns[place]->search) return false;
    if (std::find(touched.begin(), touched.end(), place) != touched.end()) continue;
    if (touched.size() == kTouchedMax) return false;
    touched.push_back(place);
  }
  return true;
}

/// Whether questions about the record need more than what was read of it.
bool has_a_past(const sync::RecordState& state) {
  return !state.decisions.empty() || !state.retractions.empty() || !state.restores.empty();
}

std::string update_of(const TypedTable& table, std::size_t column) {
  std::string sql;
  sql.reserve(160);
  sql.append("UPDATE ").append(table.name);
  sql.append(" SET _edited_ms=?, _edited_by=?, _items=?, _own=?, _crdt=?, ");
  sql.append(quoted(table.columns[column]->name)).append("=? WHERE _n=?");
  return sql;
}

}  // namespace

void RecordCache::read_for(LoadedRecord& record, std::span<const sync::Operation> ops,
                           const sqlite::Statement& row) {
  const TypedTable& table = *record.table;
  record.touched.clear();
  if (!add_touched(table, ops, record.touched)) return read_row(core_, record, row);
  const auto leave = [&](std::string_view name) {
    const bool is_touched =
        std::any_of(record.touched.begin(), record.touched.end(),
                    [&](std::size_t place) { return table.columns[place]->name == name; });
    if (is_touched || !table.has_blobs) return !is_touched;
    const std::size_t place = table.column(name);
    return place != TypedTable::kNoColumn &&
           table.columns[place]->kind != schema::FieldKind::blob;
  };
  const auto refill = [&](std::string_view name) -> sync::Value {
    const std::size_t place = table.column(name);
    if (place == TypedTable::kNoColumn) return sync::Null{};
    return value_from_column(*table.columns[place], row, kOwnColumns + static_cast<int>(place));
  };
  record.left = {};
  auto state = require(sync::unpack_partly(row.get_blob(kColCrdt), record.state.id, table.type,
                                           core_.dictionary, refill, leave, record.left));
  if (record.left.fields.empty() || has_a_past(state)) return read_row(core_, record, row);
  read_own_columns(record, row);
  record.state = std::move(state);
  record.is_partial = true;
}

LoadedRecord& RecordCache::load_for(std::int64_t document, const sync::DocumentId& id,
                                    std::span<const sync::Operation> ops) {
  const sync::Operation& op = ops.front();
  Slot& slot = records_[Key{document, op.record, op.type}];
  if (slot) {
    if (slot->is_partial && !bring(*slot, ops)) complete(*slot);
    return *slot;
  }
  const TypedTable& table = core_.tables.table_for(op.type, id.section);
  slot = nothing_yet(document, id, table, op.type, op.record);
  auto& find = core_.db.cached(table.select_one);
  const sqlite::ResetGuard guard(find);
  find.bind(1, op.record.bytes).bind(2, document);
  if (table.is_other()) find.bind(3, std::string_view(op.type));
  if (find.step()) read_for(*slot, ops, find);
  return *slot;
}

bool RecordCache::bring(LoadedRecord& record, std::span<const sync::Operation> ops) {
  const TypedTable& table = *record.table;
  if (!add_touched(table, ops, record.touched)) return false;
  for (const std::size_t place : record.touched) {
    const std::string& name = table.columns[place]->name;
    const auto& left = record.left.fields;
    const auto at = std::find_if(left.begin(), left.end(),
                                 [&](const sync::LeftField& field) { return field.name == name; });
    if (at == left.end()) continue;
    auto& find = core_.db.cached("SELECT " + quoted(name) + " FROM " + table.name +
                                 " WHERE _n=?");
    const sqlite::ResetGuard guard(find);
    find.bind_all(record.n);
    if (!find.step()) refuse(ErrorCode::storage_failure, "a record is missing from the store");
    require(sync::bring_back(record.state, record.left,
                             static_cast<std::size_t>(at - left.begin()),
                             value_from_column(*table.columns[place], find, 0)));
  }
  return true;
}

void RecordCache::complete(LoadedRecord& record) {
  if (!record.is_partial) return;
  LoadedRecord whole = *nothing_yet(record.document, record.document_id, *record.table,
                                    record.type, record.state.id);
  {
    auto& find = core_.db.cached(record.table->select_one);
    const sqlite::ResetGuard guard(find);
    find.bind(1, record.state.id.bytes).bind(2, record.document);
    if (!find.step()) refuse(ErrorCode::storage_failure, "a record is missing from the store");
    read_row(core_, whole, find);
  }
  if (record.dirty) {
    // What was left is as the row says; the rest is further than that.
    for (const sync::LeftField& left : record.left.fields) {
      auto& from = whole.state.fields;
      const auto by_name = [](const sync::FieldState& field, const std::string& name) {
        return field.name < name;
      };
      const auto found = std::lower_bound(from.begin(), from.end(), left.name, by_name);
      auto& to = record.state.fields;
      to.insert(std::lower_bound(to.begin(), to.end(), left.name, by_name), std::move(*found));
    }
    whole.state = std::move(record.state);
    whole.edited_ms = record.edited_ms;
    whole.edited_by = record.edited_by;
    whole.own = record.own;
    whole.dirty = true;
  }
  record = std::move(whole);
}

void RecordCache::write_partly(LoadedRecord& record, const sync::DocumentMarks& marks) {
  const TypedTable& table = *record.table;
  write_items(record, marks);
  static const sync::FieldState kEmpty;
  const auto column_of = [&](std::size_t place) {
    const sync::FieldState* field = record.state.field(table.columns[place]->name);
    return column_value(*table.columns[place], field != nullptr ? *field : kEmpty);
  };
  const auto elide = [&](const sync::FieldState& field) {
    const std::size_t place = table.column(field.name);
    return place != TypedTable::kNoColumn && column_value(*table.columns[place], field).exact;
  };
  const auto crdt = sync::pack_partly(record.state, record.left, core_.dictionary, elide);
  for (const std::size_t place : record.touched) {
    auto& update = core_.db.cached(update_of(table, place));
    const sqlite::ResetGuard guard(update);
    update.bind(1, record.edited_ms).bind(2, record.edited_by).bind(3, record.items);
    update.bind(4, record.own).bind(5, crdt);
    const ColumnValue value = column_of(place);
    bind_column(update, 6, value);
    update.bind(7, record.n).run();
  }
  record.touched.clear();
  note_named_blobs(core_, record.document_id, record.state);
}

}  // namespace insieme::client
