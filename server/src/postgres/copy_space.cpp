#include "postgres/copy_space.hpp"

#include <filesystem>
#include <functional>
#include <optional>

#include "backup/plain_copy.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "postgres/connection.hpp"
#include "postgres/schema.hpp"
#include "postgres/statement.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/sqlite_database.hpp"

namespace insieme::server {
namespace {

enum class Kind : std::uint8_t { number, text, bytes };

struct Column {
  std::string name;
  Kind kind = Kind::bytes;
};

/// The file declares what a value is; PostgreSQL keeps many texts as bytes.
std::vector<Column> columns_of_file(sql::Connection& file, const std::string& table) {
  sql::Statement& rows =
      file.cached("SELECT name, type FROM pragma_table_info(?) WHERE name <> 'space'"
                  " ORDER BY cid");
  const sql::ResetGuard guard(rows);
  rows.bind_all(table);
  std::vector<Column> columns;
  while (rows.step()) {
    const std::string_view type = rows.get_text(1);
    const Kind kind = type == "INTEGER" ? Kind::number : type == "TEXT" ? Kind::text : Kind::bytes;
    columns.push_back({std::string(rows.get_text(0)), kind});
  }
  return columns;
}

std::int64_t columns_in_postgres(sql::Connection& postgres, const std::string& table) {
  sql::Statement& row =
      postgres.cached("SELECT count(*) FROM information_schema.columns"
                      " WHERE table_schema = current_schema() AND table_name = ?"
                      " AND column_name <> 'space'");
  const sql::ResetGuard guard(row);
  row.bind_all(table);
  return row.step() ? row.get_int64(0) : 0;
}

std::uint64_t count(sql::Connection& db, const std::string& table, std::int64_t space) {
  const auto row = db.walk("SELECT count(*) FROM " + table + " WHERE space = ?");
  row->bind_all(space);
  return row->step() ? u64(row->get_int64(0)) : 0;
}

void read_row(const sql::Statement& row, const std::vector<Column>& columns,
              std::vector<sql::Value>& values) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int at = static_cast<int>(i);
    sql::Value& value = values.emplace_back();
    if (row.is_null(at)) continue;
    switch (columns[i].kind) {
      case Kind::number: value.content = row.get_int64(at); break;
      case Kind::text: value.content = row.get_text(at); break;
      case Kind::bytes: value.content = row.get_blob(at); break;
    }
  }
}

using MakeWriter = std::function<std::unique_ptr<sql::Statement>(const std::string&)>;

/// One of the two is a file.
struct Copy {
  sql::Connection& from;
  sql::Connection& to;
  sql::Connection& file;
  sql::Connection& postgres;
  std::int64_t from_space;
  std::int64_t to_space;
  MakeWriter make_writer;  ///< a statement of `to` that is run for each row

  [[nodiscard]] std::vector<Column> columns_of(const std::string& table) const {
    std::vector<Column> columns = columns_of_file(file, table);
    if (columns_in_postgres(postgres, table) == static_cast<std::int64_t>(columns.size())) {
      return columns;
    }
    throw StorageFailure(ErrorCode::internal, "the two databases differ in the table " + table);
  }

  [[nodiscard]] std::uint64_t table(const std::string& name) const {
    const std::vector<Column> columns = columns_of(name);
    std::string names;
    std::string places = "?";
    for (const Column& column : columns) {
      names += (names.empty() ? "" : ", ") + column.name;
      places += ",?";
    }
    const auto read = from.walk("SELECT " + names + " FROM " + name + " WHERE space = ?");
    const auto write =
        make_writer("INSERT INTO " + name + "(space, " + names + ") VALUES(" + places + ")");
    read->bind_all(from_space);
    std::uint64_t rows = 0;
    for (std::vector<sql::Value> values; read->step(); ++rows) {
      values.assign(1, sql::Value{to_space});
      read_row(*read, columns, values);
      write->bind(values);
      write->run();
    }
    if (count(from, name, from_space) != rows || count(to, name, to_space) != rows) {
      throw StorageFailure(ErrorCode::internal, "not all rows of " + name + " were copied");
    }
    return rows;
  }

  /// Everything that `spaces` says but its number and its id.
  void space_row() const {
    std::vector<Column> columns = columns_of("spaces");
    std::erase_if(columns, [](const Column& column) { return column.name == "uuid"; });
    std::string names;
    std::string settings;
    for (const Column& column : columns) {
      names += (names.empty() ? "" : ", ") + column.name;
      settings += (settings.empty() ? "" : ", ") + column.name + " = ?";
    }
    const auto read = from.walk("SELECT " + names + " FROM spaces WHERE space = ?");
    read->bind_all(from_space);
    if (!read->step()) throw StorageFailure(ErrorCode::not_found, "the space is gone");
    std::vector<sql::Value> values;
    read_row(*read, columns, values);
    values.push_back(sql::Value{to_space});
    const auto write = make_writer("UPDATE spaces SET " + settings + " WHERE space = ?");
    write->bind(values);
    write->run();
  }
};

std::optional<std::int64_t> number_of(sql::Connection& db, const sync::SpaceId& space) {
  sql::Statement& row = db.cached("SELECT space FROM spaces WHERE uuid = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space.bytes);
  if (!row.step()) return std::nullopt;
  return row.get_int64(0);
}

/// The new row's number; none when the space is there.
std::optional<std::int64_t> insert_space(sql::Connection& to, const SpaceInfo& space) {
  sql::Statement& row =
      to.cached("INSERT INTO spaces(uuid, name, epoch, position, log_hash, log_bytes, created_ms)"
                " VALUES(?,?,1,0,?,0,?) ON CONFLICT(uuid) DO NOTHING RETURNING space");
  const sql::ResetGuard guard(row);
  const sync::Digest zero;
  row.bind_all(space.id.bytes, space.name, zero.bytes, space.created_ms);
  if (!row.step()) return std::nullopt;
  return row.get_int64(0);
}

enum class Present : std::uint8_t { refused, replaced };

/// Where the rows go. What is to be replaced is locked against every writer first.
std::optional<std::int64_t> place_for(postgres::Connection& to, const SpaceInfo& space,
                                      Present present) {
  if (const auto made = insert_space(to, space)) return made;
  if (present == Present::refused) return std::nullopt;
  sql::Statement& lock = to.cached("SELECT space FROM spaces WHERE uuid = ? FOR UPDATE");
  std::int64_t number = 0;
  {
    const sql::ResetGuard guard(lock);
    lock.bind_all(space.id.bytes);
    if (!lock.step()) throw StorageFailure(ErrorCode::busy, "the space is being removed");
    number = lock.get_int64(0);
  }
  for (const std::string& table : postgres::partitioned_tables()) {
    postgres::PreparedStatement clear(to, "DELETE FROM " + table + " WHERE space = ?");
    clear.bind_all(number);
    clear.run();
  }
  return number;
}

Result<std::uint64_t> copy_file(sql::Connection& from, const std::string& address,
                                Present present) {
  INSIEME_TRY(postgres::check_address(address));
  std::int64_t from_space = 0;
  {
    sql::Statement& row = from.cached("SELECT space FROM spaces ORDER BY space LIMIT 1");
    const sql::ResetGuard guard(row);
    if (!row.step()) return Error{ErrorCode::not_found, "the file holds no space"};
    from_space = row.get_int64(0);
  }
  postgres::Connection to(address);
  postgres::migrate(to);
  to.begin("BEGIN");
  try {
    const auto to_space = place_for(to, load_space(from, from_space), present);
    if (!to_space) {
      to.rollback();
      return Error{ErrorCode::already_exists, "the database holds this space already"};
    }
    const Copy copy{from, to, from, to, from_space, *to_space, [&to](const std::string& sql) {
                      return std::make_unique<postgres::PreparedStatement>(to, sql);
                    }};
    std::uint64_t rows = 0;
    for (const std::string& table : postgres::partitioned_tables()) rows += copy.table(table);
    copy.space_row();
    // Copied rows brought their numbers; later ones follow them.
    to.execute("SELECT setval('audit_ids', greatest(nextval('audit_ids'),"
               " (SELECT coalesce(max(id), 0) FROM audit)))");
    to.commit();
    return rows;
  } catch (...) {
    to.rollback();
    throw;
  }
}

void fill_file(sql::Connection& from, const sync::SpaceId& space, const std::string& path) {
  const sql::Transaction one_state(from);
  const auto from_space = number_of(from, space);
  if (!from_space) throw StorageFailure(ErrorCode::not_found, "the space is gone");
  const SpaceInfo info = load_space(from, *from_space);
  const Status made = create_space(path, info.id, info.name, info.created_ms);
  if (!made.ok()) throw StorageFailure(made.error().code, made.error().detail);
  const auto to = open_sqlite_writer(path);
  const auto to_space = number_of(*to, space);
  if (!to_space) throw StorageFailure(ErrorCode::internal, "the new file holds no space");
  const Copy copy{from,     *to,         *to,       from, *from_space, *to_space,
                  [&to](const std::string& sql) { return to->walk(sql); }};
  // A transaction for each: nobody sees the file before it is whole, and its log stays small.
  for (const std::string& table : postgres::partitioned_tables()) {
    sql::Transaction writing(*to, *to_space);
    static_cast<void>(copy.table(table));
    writing.commit();
  }
  sql::Transaction writing(*to, *to_space);
  copy.space_row();
  writing.commit();
}

}  // namespace

Result<std::uint64_t> copy_space_to_postgres(sql::Connection& from, const std::string& address) {
  return copy_file(from, address, Present::refused);
}

Result<std::uint64_t> replace_space_in_postgres(sql::Connection& from,
                                                const std::string& address) {
  return copy_file(from, address, Present::replaced);
}

void copy_space_to_file(sql::Connection& from, const sync::SpaceId& space,
                        const std::string& path) {
  if (std::filesystem::exists(path)) {
    throw StorageFailure(ErrorCode::already_exists, path + " exists already");
  }
  try {
    fill_file(from, space, path);
  } catch (...) {
    remove_database(path);
    throw;
  }
}

}  // namespace insieme::server
