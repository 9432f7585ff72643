#pragma once
// The typed SQL tables that derive from the schema bundle: one per record type and section, one row
// per record, one column per field, and one blob with what the merge needs beyond the values.

#include <map>
#include <string>
#include <vector>

#include "insieme/schema/bundle.hpp"
#include "insieme/sqlite/connection.hpp"
#include "insieme/sync/record.hpp"

namespace insieme::client {

/// One table. Own columns begin with an underscore, so that no field can clash with them.
struct TypedTable {
  std::string name;  ///< `rec_visit`, `rec_member__health`
  std::string type;  ///< empty for the table of unknown types
  std::string section;
  std::vector<const schema::Field*> columns;
  std::vector<std::size_t> by_name;  ///< places in `columns`, in the order of their names
  std::int64_t number = 0;  ///< of the table, part of search row ids
  std::string select_one;   ///< by (_id, _document)
  std::string insert;
  std::string update;
  /// The same for rows of which an index of the program's own shows what it showed before: SQLite
  /// writes an index anew wherever a statement names one of its columns.
  std::string update_beside_index;
  std::vector<std::size_t> indexed;  ///< places in `columns` that such an index names
  bool has_blobs = false;  ///< some column names bytes
  /// Fields of the type's title that stand here. A line of a list is made of them alone.
  std::vector<const schema::Field*> title;
  /// Whether it can be: not for unknown types, nor when a set is part of the title.
  bool has_lines = false;
  [[nodiscard]] bool is_other() const noexcept { return type.empty(); }
  static constexpr std::size_t kNoColumn = SIZE_MAX;
  /// The place of a field in `columns`; kNoColumn: it is not here.
  [[nodiscard]] std::size_t column(std::string_view field) const noexcept;
};

/// Columns before the fields, in `select_one`, `insert` and `update`.
enum OwnColumn : int {
  kColN = 0,
  kColRetracted,
  kColEditedMs,
  kColEditedBy,
  kColItems,
  kColOwn,
  kColCrdt,
  kColType,
  kOwnColumns
};

/// Row id in the search index: which table, which row.
[[nodiscard]] constexpr std::int64_t search_row(std::int64_t table, std::int64_t n) noexcept {
  return (table << 40) | n;
}

class TypedTables {
 public:
  TypedTables(sqlite::Connection& db, const schema::Bundle& bundle) : db_(db), bundle_(bundle) {}
  /// Makes tables and columns what the bundle says. Those of types and fields that left it go, and
  /// the rows that were there must be rebuilt: what they said stays in log and blobs. Returns the
  /// tables that gained columns: their rows must be rebuilt, too.
  std::vector<const TypedTable*> adapt();
  /// The same for a store that `adapt` made what this very bundle and program say: nothing in it is
  /// looked at but the tables' numbers. False if one is missing: `adapt` mends it.
  [[nodiscard]] bool recall();
  /// Changes whenever a program makes other tables of the same bundle than the one before.
  static constexpr std::int64_t kShape = 2;
  /// Where records of this type in this section live; the table of unknown types if nowhere.
  [[nodiscard]] const TypedTable& table_for(const std::string& type,
                                            const std::string& section) const;
  [[nodiscard]] const std::vector<TypedTable>& all() const noexcept { return tables_; }
  [[nodiscard]] const TypedTable* by_number(std::int64_t number) const noexcept;
  /// Those that hold records or once held some, in the order of `all()`: most types of a bundle are
  /// used by few, and a table that never had a row need not be asked. Within a transaction.
  [[nodiscard]] const std::vector<const TypedTable*>& used();
  /// From here to `end_reading` nothing changes: `used` looks once.
  void begin_reading() noexcept {
    is_reading_ = true;
    has_looked_ = false;
  }
  void end_reading() noexcept { is_reading_ = false; }
  /// To be told, in the same transaction, of every table that gains a row.
  void note_used(const TypedTable& table);
  /// Finds a record by id alone: place of its table in `all()`, _document, _type; the first table
  /// first. Empty if no table is used. Within a transaction.
  [[nodiscard]] const std::string& locate();

 private:
  void describe();
  void drop_what_left();
  void index();
  void number(TypedTable& table);
  void note_all_used();
  sqlite::Connection& db_;
  const schema::Bundle& bundle_;
  std::vector<TypedTable> tables_;
  bool is_reading_ = false;
  bool has_looked_ = false;
  std::vector<std::int64_t> used_numbers_;  ///< what `used_` and `locate_` were made of
  std::vector<const TypedTable*> used_;
  std::string locate_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

/// What a field shows in its column. `exact` says that the column gives the same value back, so
/// that the blob need not hold it.
struct ColumnValue {
  std::variant<std::monostate, std::int64_t, double, std::string> sql;
  bool exact = false;
};
[[nodiscard]] ColumnValue column_value(const schema::Field& field, const sync::FieldState& state);
/// The same for a register with one value.
[[nodiscard]] ColumnValue register_column(schema::FieldKind kind, const sync::Value& value);
/// The way back, for values that were left out of the blob.
[[nodiscard]] sync::Value value_from_column(const schema::Field& field,
                                            const sqlite::Statement& row, int column);
[[nodiscard]] std::string quoted(const std::string& name);

}  // namespace insieme::client
