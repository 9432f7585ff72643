#include "postgres/copy_space.hpp"

#include "postgres/connection.hpp"
#include "postgres/schema.hpp"
#include "postgres/statement.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

struct Column {
  std::string name;
  bool is_number = false;
};

std::vector<Column> columns_of(sql::Connection& to, const std::string& table) {
  sql::Statement& rows =
      to.cached("SELECT column_name, data_type = 'bigint' FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND table_name = ?"
                " AND column_name <> 'space' ORDER BY ordinal_position");
  const sql::ResetGuard guard(rows);
  rows.bind_all(table);
  std::vector<Column> columns;
  while (rows.step()) columns.push_back({std::string(rows.get_text(0)), rows.get_int64(1) != 0});
  return columns;
}

std::uint64_t count(sql::Connection& db, const std::string& table, std::int64_t space) {
  const auto row = db.walk("SELECT count(*) FROM " + table + " WHERE space = ?");
  row->bind_all(space);
  return row->step() ? u64(row->get_int64(0)) : 0;
}

struct Copy {
  sql::Connection& from;
  postgres::Connection& to;
  std::int64_t from_space;
  std::int64_t to_space;

  std::uint64_t table(const std::string& name) const {
    const std::vector<Column> columns = columns_of(to, name);
    std::string names;
    std::string places = "?";
    for (const Column& column : columns) {
      names += (names.empty() ? "" : ", ") + column.name;
      places += ",?";
    }
    const auto read = from.walk("SELECT " + names + " FROM " + name + " WHERE space = ?");
    postgres::PreparedStatement write(
        to, "INSERT INTO " + name + "(space, " + names + ") VALUES(" + places + ")");
    read->bind_all(from_space);
    std::uint64_t rows = 0;
    for (std::vector<sql::Value> values; read->step(); ++rows) {
      values.assign(1, sql::Value{to_space});
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const int at = static_cast<int>(i);
        sql::Value& value = values.emplace_back();
        if (read->is_null(at)) continue;
        if (columns[i].is_number) {
          value.content = read->get_int64(at);
        } else {
          value.content = read->get_blob(at);
        }
      }
      write.bind(values);
      write.run();
    }
    if (count(from, name, from_space) != rows || count(to, name, to_space) != rows) {
      throw StorageFailure(ErrorCode::internal, "not all rows of " + name + " were copied");
    }
    return rows;
  }
};

/// The new row's number; none when the space is there.
std::optional<std::int64_t> insert_space(postgres::Connection& to, const SpaceInfo& space) {
  sql::Statement& row =
      to.cached("INSERT INTO spaces(uuid, name, epoch, position, log_hash, log_bytes, created_ms,"
                " covered_position)"
                " VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(uuid) DO NOTHING RETURNING space");
  const sql::ResetGuard guard(row);
  row.bind_all(space.id.bytes, space.name, i64(space.epoch), i64(space.position),
               space.log_hash.bytes, i64(space.log_bytes), space.created_ms,
               i64(space.covered_position));
  if (!row.step()) return std::nullopt;
  return row.get_int64(0);
}

/// Where the access log ends.
void copy_access_end(sql::Connection& from, std::int64_t from_space, postgres::Connection& to,
                     std::int64_t to_space) {
  const auto row = from.walk("SELECT access_number, access_hash FROM spaces WHERE space = ?");
  row->bind_all(from_space);
  if (!row->step()) return;
  to.cached("UPDATE spaces SET access_number = ?, access_hash = ? WHERE space = ?")
      .bind_all(row->get_int64(0), get_vector(*row, 1), to_space)
      .run();
}

}  // namespace

Result<std::uint64_t> copy_space_to_postgres(sql::Connection& from, const std::string& address) {
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
    const auto to_space = insert_space(to, load_space(from, from_space));
    if (!to_space) {
      to.rollback();
      return Error{ErrorCode::already_exists, "the database holds this space already"};
    }
    const Copy copy{from, to, from_space, *to_space};
    std::uint64_t rows = 0;
    for (const std::string& table : postgres::partitioned_tables()) rows += copy.table(table);
    copy_access_end(from, from_space, to, *to_space);
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

}  // namespace insieme::server
