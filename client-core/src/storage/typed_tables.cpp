#include "storage/typed_tables.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "insieme/schema/civil.hpp"
#include "insieme/sqlite/statement.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client {
namespace {

constexpr const char* kOwnDefinitions =
    "_n INTEGER PRIMARY KEY, _id BLOB, _document INTEGER, _retracted INTEGER, _edited_ms INTEGER, "
    "_edited_by INTEGER, _items INTEGER, _own INTEGER, _crdt BLOB, _type TEXT";

/// Indexes beside those that every table has: so that Store::agenda reads no rows but the ones that
/// it shows. Of types and fields that the bundle has; another list is another TypedTables::kShape.
struct OwnIndex {
  const char* name;
  const char* type;
  std::vector<const char*> fields;
  const char* definition;
};
const std::vector<OwnIndex>& own_indexes() {
  static const std::vector<OwnIndex> all{
      {"agenda_visit", "visit", {"start_at", "next_date"},
       "(_document, start_at, next_date) WHERE _retracted = 0"},
      {"agenda_objective", "objective", {"due_on", "status"},
       "(due_on, status, _document) WHERE _retracted = 0 AND due_on IS NOT NULL"},
      {"agenda_commitment", "commitment", {"to_date", "status"},
       "(to_date, status, _document) WHERE _retracted = 0 AND to_date IS NOT NULL"},
      {"agenda_meeting", "monitoring_meeting", {"planned_on", "state"},
       "(planned_on, state, _document) WHERE _retracted = 0 AND planned_on IS NOT NULL"},
  };
  return all;
}

using Columns = std::map<std::string, std::string>;  ///< name → declared type

Columns columns_of(sqlite::Connection& db, const std::string& table) {
  Columns columns;
  auto info = db.prepare("SELECT name, type FROM pragma_table_info(?)");
  info.bind_all(table);
  while (info.step()) columns.emplace(info.get_text(0), info.get_text(1));
  return columns;
}

/// Makes the columns of fields what the bundle says. A column of another type is made anew, since
/// its affinity would turn what it is given into what it was: "007" into 7. Whether any is new.
bool fit_columns(sqlite::Connection& db, const TypedTable& table, Columns present) {
  bool added = false;
  const std::string alter = "ALTER TABLE " + table.name;
  for (const schema::Field* field : table.columns) {
    const std::string type(schema::sql_type(*field));
    const auto found = present.find(field->name);
    const bool fits = found != present.end() && found->second == type;
    if (found != present.end() && !fits) db.execute(alter + " DROP COLUMN " + quoted(field->name));
    if (found != present.end()) present.erase(found);
    if (fits) continue;
    db.execute(alter + " ADD COLUMN " + quoted(field->name) + " " + type);
    added = true;
  }
  // Of fields that left the bundle: what they say stays in the blob.
  for (const auto& [name, type] : present) {
    if (name.front() != '_') db.execute(alter + " DROP COLUMN " + quoted(name));
  }
  return added;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

std::string plain_text(const sync::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* ref = std::get_if<sync::Reference>(&value)) return sync::to_text(ref->record);
  if (const auto* date = std::get_if<sync::Date>(&value)) return schema::iso_text(*date);
  if (const auto* instant = std::get_if<sync::Instant>(&value)) return schema::iso_text(*instant);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "1" : "0";
  if (const auto* bytes = std::get_if<sync::Bytes>(&value)) return sync::to_hex(bytes->data);
  return {};
}

/// Sets stand in their column as a JSON array, which SQLite's json_each reads.
std::string set_text(const sync::FieldState& state) {
  std::string out = "[";
  for (const sync::SetMember& member : state.members) {
    if (out.size() > 1) out.push_back(',');
    append_json_string(out, plain_text(member.element));
  }
  out.push_back(']');
  return out;
}

template <class T>
ColumnValue as_column(const T& sql, bool exact) {
  ColumnValue column;
  column.sql = sql;
  column.exact = exact;
  return column;
}

}  // namespace

ColumnValue register_column(schema::FieldKind kind, const sync::Value& value) {
  using Kind = schema::FieldKind;
  if (std::holds_alternative<sync::Null>(value)) return {{}, true};
  if (const auto* date = std::get_if<sync::Date>(&value); date && kind == Kind::date) {
    const std::string text = schema::iso_text(*date);
    const auto back = schema::date_from_iso(text);
    return as_column(text, back && *back == *date);
  }
  if (const auto* at = std::get_if<sync::Instant>(&value); at && kind == Kind::instant) {
    const std::string text = schema::iso_text(*at);
    const auto back = schema::instant_from_iso(text);
    return as_column(text, back && *back == *at);
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return as_column(*number, kind == Kind::integer || kind == Kind::money);
  }
  if (const auto* truth = std::get_if<bool>(&value)) {
    return as_column(std::int64_t{*truth ? 1 : 0}, kind == Kind::boolean);
  }
  if (const auto* real = std::get_if<double>(&value)) return as_column(*real, kind == Kind::real);
  const bool is_text = std::holds_alternative<std::string>(value);
  const bool words = kind == Kind::string || kind == Kind::code || kind == Kind::position;
  const bool fits = (is_text && words) ||
                    (std::holds_alternative<sync::Reference>(value) && kind == Kind::reference) ||
                    (std::holds_alternative<sync::Bytes>(value) && kind == Kind::blob);
  return as_column(plain_text(value), fits);
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

std::size_t TypedTable::column(std::string_view field) const noexcept {
  const auto at = std::lower_bound(
      by_name.begin(), by_name.end(), field,
      [this](std::size_t place, std::string_view wanted) { return columns[place]->name < wanted; });
  return at != by_name.end() && columns[*at]->name == field ? *at : kNoColumn;
}

ColumnValue column_value(const schema::Field& field, const sync::FieldState& state) {
  switch (field.merge) {
    case schema::MergeKind::set:
      return as_column(set_text(state), false);
    case schema::MergeKind::counter:
      return as_column(sync::counter_total(state), false);
    case schema::MergeKind::text:
      if (state.text.empty()) return {};
      return as_column(state.text.text(), true);
    case schema::MergeKind::escrow:
      if (state.escrow.empty()) return {};
      return as_column(static_cast<std::int64_t>(state.escrow.left()), false);
    case schema::MergeKind::mv_register:
    case schema::MergeKind::blob:
    case schema::MergeKind::list:
      break;
  }
  const sync::Survivor* shown = sync::displayed(state, field.policy);
  return shown == nullptr ? ColumnValue{} : register_column(field.kind, shown->value);
}

sync::Value value_from_column(const schema::Field& field, const sqlite::Statement& row,
                              int column) {
  using Kind = schema::FieldKind;
  if (row.is_null(column)) return sync::Null{};
  switch (field.kind) {
    case Kind::integer:
    case Kind::money:
    case Kind::counter:
    case Kind::escrow:
      return row.get_int64(column);
    case Kind::real:
      return row.get_double(column);
    case Kind::boolean:
      return row.get_int64(column) != 0;
    default:
      break;
  }
  // Only here: SQLite would make a text of every number that is asked for as one.
  const std::string_view text = row.get_text(column);
  switch (field.kind) {
    case Kind::date:
      if (const auto date = schema::date_from_iso(text)) return *date;
      return sync::Null{};
    case Kind::instant:
      if (const auto instant = schema::instant_from_iso(text)) return *instant;
      return sync::Null{};
    case Kind::reference:
      if (auto id = sync::id_from_text<sync::RecordId>(text); id.ok()) {
        return sync::Reference{id.value()};
      }
      return sync::Null{};
    case Kind::blob: {
      sync::Bytes bytes;
      bytes.data.resize(text.size() / 2);
      if (sync::from_hex(text, bytes.data).ok()) return bytes;
      return sync::Null{};
    }
    default:
      return std::string(text);
  }
}

namespace {

/// Its parameters have the places that they have in `update`.
void phrase_beside_index(TypedTable& table) {
  table.indexed.clear();
  for (const OwnIndex& index : own_indexes()) {
    if (table.name != std::string("rec_") + index.type) continue;
    for (const char* field : index.fields) {
      const std::size_t place = table.column(field);
      if (place != TypedTable::kNoColumn) table.indexed.push_back(place);
    }
  }
  if (table.indexed.empty()) return;
  std::string sql = "UPDATE " + table.name +
                    " SET _edited_ms=?2, _edited_by=?3, _items=?4, _own=?5, _crdt=?6, _type=?7";
  int at = kOwnColumns - 1;
  for (std::size_t place = 0; place < table.columns.size(); ++place) {
    ++at;
    if (std::find(table.indexed.begin(), table.indexed.end(), place) != table.indexed.end()) {
      continue;
    }
    sql += ", " + quoted(table.columns[place]->name) + "=?" + std::to_string(at);
  }
  table.update_beside_index = sql + " WHERE _n = ?" + std::to_string(at + 1);
}

/// The statements that its rows are read and written with.
void phrase(TypedTable& table) {
  std::string names = "_retracted, _edited_ms, _edited_by, _items, _own, _crdt, _type";
  std::string marks = "?,?,?,?,?,?,?";
  std::string sets = "_retracted=?, _edited_ms=?, _edited_by=?, _items=?, _own=?, _crdt=?, _type=?";
  for (const schema::Field* field : table.columns) {
    names += ", " + quoted(field->name);
    marks += ",?";
    sets += ", " + quoted(field->name) + "=?";
  }
  table.select_one = "SELECT _n, " + names + " FROM " + table.name +
                     " WHERE _id = ? AND _document = ?" +
                     (table.is_other() ? " AND _type = ?" : "");
  table.insert =
      "INSERT INTO " + table.name + "(" + names + ", _id, _document) VALUES(" + marks + ",?,?)";
  table.update = "UPDATE " + table.name + " SET " + sets + " WHERE _n = ?";
  table.by_name.resize(table.columns.size());
  std::iota(table.by_name.begin(), table.by_name.end(), std::size_t{0});
  std::sort(table.by_name.begin(), table.by_name.end(), [&](std::size_t a, std::size_t b) {
    return table.columns[a]->name < table.columns[b]->name;
  });
  phrase_beside_index(table);
}

}  // namespace

void TypedTables::describe() {
  tables_.clear();
  by_name_.clear();
  for (const schema::RecordType& type : bundle_.types) {
    for (const std::string& section : type.facet_sections()) {
      TypedTable table;
      table.name =
          section == type.section ? "rec_" + type.name : "rec_" + type.name + "__" + section;
      table.type = type.name;
      table.section = section;
      for (const schema::Field& field : type.fields) {
        if (field.section != section) continue;
        table.columns.push_back(&field);
        table.has_blobs = table.has_blobs || field.kind == schema::FieldKind::blob;
      }
      table.has_lines = true;
      for (const schema::Field* field : table.columns) {
        if (type.title.find("{" + field->name + "}") == std::string::npos) continue;
        table.title.push_back(field);
        table.has_lines = table.has_lines && !field->is_set();
      }
      tables_.push_back(std::move(table));
    }
  }
  TypedTable other;
  other.name = "rec_other_types";
  tables_.push_back(std::move(other));
  used_numbers_.clear();
  used_.clear();
  locate_.clear();
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    by_name_.emplace(tables_[i].name, i);
    phrase(tables_[i]);
  }
}

void TypedTables::number(TypedTable& table) {
  db_.cached("INSERT OR IGNORE INTO typed_tables(name) VALUES(?)").bind_all(table.name).run();
  auto& find = db_.cached("SELECT n FROM typed_tables WHERE name = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(table.name);
  if (find.step()) table.number = find.get_int64(0);
}

/// Of those that it is not known of yet.
void TypedTables::note_all_used() {
  std::vector<std::int64_t> unknown;
  {
    auto& rows = db_.cached("SELECT n FROM typed_tables WHERE used = 2");
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) unknown.push_back(rows.get_int64(0));
  }
  for (const std::int64_t n : unknown) {
    const TypedTable* table = by_number(n);
    if (table == nullptr) continue;
    db_.prepare("UPDATE typed_tables SET used = EXISTS(SELECT 1 FROM " + table->name +
                ") WHERE n = ?")
        .bind_all(n)
        .run();
  }
}

bool TypedTables::recall() {
  describe();
  std::size_t known = 0;
  auto& rows = db_.cached("SELECT name, n, used FROM typed_tables");
  const sqlite::ResetGuard guard(rows);
  while (rows.step()) {
    const auto at = by_name_.find(rows.get_text(0));
    if (at == by_name_.end() || rows.get_int64(2) == 2) return false;
    tables_[at->second].number = rows.get_int64(1);
    ++known;
  }
  return known == tables_.size();
}

const std::vector<const TypedTable*>& TypedTables::used() {
  if (is_reading_ && has_looked_) return used_;
  has_looked_ = true;
  auto& rows = db_.cached("SELECT n FROM typed_tables WHERE used = 1 ORDER BY n");
  const sqlite::ResetGuard guard(rows);
  std::size_t count = 0;
  bool same = true;
  std::vector<std::int64_t> numbers;
  while (rows.step()) {
    const std::int64_t n = rows.get_int64(0);
    same = same && count < used_numbers_.size() && used_numbers_[count] == n;
    numbers.push_back(n);
    ++count;
  }
  if (same && count == used_numbers_.size()) return used_;
  used_numbers_ = std::move(numbers);
  used_.clear();
  locate_.clear();
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    const TypedTable& table = tables_[i];
    if (!std::binary_search(used_numbers_.begin(), used_numbers_.end(), table.number)) continue;
    used_.push_back(&table);
    locate_ += std::string(locate_.empty() ? "" : " UNION ALL ") + "SELECT " + std::to_string(i) +
               ", _document, _type FROM " + table.name + " WHERE _id = ?1";
  }
  return used_;
}

void TypedTables::note_used(const TypedTable& table) {
  db_.cached("UPDATE typed_tables SET used = 1 WHERE n = ? AND used <> 1")
      .bind_all(table.number)
      .run();
}

const std::string& TypedTables::locate() {
  static_cast<void>(used());
  return locate_;
}

void TypedTables::drop_what_left() {
  auto& found = db_.cached("SELECT name, n FROM typed_tables");
  const sqlite::ResetGuard guard(found);
  std::vector<std::pair<std::string, std::int64_t>> gone;
  while (found.step()) {
    std::string name(found.get_text(0));
    if (by_name_.count(name) == 0) gone.emplace_back(std::move(name), found.get_int64(1));
  }
  for (const auto& [name, number] : gone) {
    auto rows = db_.prepare("SELECT _n FROM " + name);
    while (rows.step()) {
      db_.cached("DELETE FROM search WHERE rowid = ?")
          .bind_all(search_row(number, rows.get_int64(0)))
          .run();
    }
  }
  for (const auto& [name, number] : gone) {
    db_.execute("DROP TABLE " + name);
    db_.cached("DELETE FROM typed_tables WHERE n = ?").bind_all(number).run();
  }
}

void TypedTables::index() {
  for (const OwnIndex& index : own_indexes()) {
    const schema::RecordType* type = bundle_.find_type(index.type);
    if (type == nullptr) continue;
    const TypedTable& table = table_for(type->name, type->section);
    const bool has_all = std::all_of(index.fields.begin(), index.fields.end(), [&](const char* f) {
      return std::any_of(table.columns.begin(), table.columns.end(),
                         [f](const schema::Field* field) { return field->name == f; });
    });
    if (!has_all) continue;
    db_.execute(std::string("CREATE INDEX ") + index.name + " ON " + table.name +
                index.definition);
  }
}

std::vector<const TypedTable*> TypedTables::adapt() {
  describe();
  // A column that an index names cannot be dropped.
  for (const OwnIndex& index : own_indexes()) {
    db_.execute(std::string("DROP INDEX IF EXISTS ") + index.name);
  }
  drop_what_left();
  std::vector<const TypedTable*> grown;
  for (TypedTable& table : tables_) {
    const auto present = columns_of(db_, table.name);
    if (present.empty()) {
      std::string sql = "CREATE TABLE " + table.name + "(" + kOwnDefinitions;
      for (const schema::Field* field : table.columns) {
        sql += ", " + quoted(field->name) + " " + std::string(schema::sql_type(*field));
      }
      sql += "); CREATE UNIQUE INDEX " + table.name + "_id ON " + table.name + "(_id, _document" +
             (table.is_other() ? ", _type" : "") + "); CREATE INDEX " + table.name +
             "_document ON " + table.name + "(_document);";
      db_.execute(sql);
    } else {
      if (fit_columns(db_, table, present)) grown.push_back(&table);
    }
    number(table);
  }
  note_all_used();
  index();
  return grown;
}

const TypedTable& TypedTables::table_for(const std::string& type,
                                         const std::string& section) const {
  const schema::RecordType* known = bundle_.find_type(type);
  if (known != nullptr) {
    const bool main = section == known->section ||
                      std::find(known->also_sections.begin(), known->also_sections.end(),
                                section) != known->also_sections.end();
    const auto at = by_name_.find(main ? "rec_" + type : "rec_" + type + "__" + section);
    if (at != by_name_.end()) return tables_[at->second];
  }
  return tables_.back();
}

const TypedTable* TypedTables::by_number(std::int64_t number) const noexcept {
  for (const TypedTable& table : tables_) {
    if (table.number == number) return &table;
  }
  return nullptr;
}

}  // namespace insieme::client
