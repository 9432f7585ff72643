// Databases that older releases left: whatever stood in them stands there after every migration,
// and today's server replays it.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include "../integration/database_file.hpp"
#include "cluster.hpp"
#include "insieme/server/postgres_repository.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/verify.hpp"
#include "postgres/schema.hpp"
#include "postgres/statement.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::postgres::Connection;
using server::postgres::PreparedStatement;

namespace {

/// PostgreSQL's first migration made what SQLite had after its fourth; each has had the same ones
/// since.
constexpr std::int64_t kSqliteAhead = 3;

struct OwnDatabase {
  OwnDatabase() : name("older" + std::to_string(++count)) {
    cluster().execute("CREATE DATABASE " + name, "postgres");
  }
  ~OwnDatabase() { cluster().execute("DROP DATABASE " + name + " WITH (FORCE)", "postgres"); }
  OwnDatabase(const OwnDatabase&) = delete;
  OwnDatabase& operator=(const OwnDatabase&) = delete;
  [[nodiscard]] std::string address() const { return cluster().address(name); }
  static inline int count = 0;
  std::string name;
};

std::vector<std::string> words_of(Connection& db, const std::string& sql) {
  std::vector<std::string> words;
  PreparedStatement rows(db, sql);
  while (rows.step()) words.emplace_back(rows.get_text(0));
  return words;
}

std::vector<std::string> tables_of(Connection& db) {
  return words_of(db, "SELECT c.relname::text COLLATE \"C\" FROM pg_class c"
                      " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
                      " AND c.relnamespace = 'public'::regnamespace"
                      " AND c.relname <> 'insieme_schema' ORDER BY 1");
}

struct Column {
  std::string name;
  std::string type;
  bool may_be_null = false;
  bool is_made = false;  ///< by the database alone
};

std::vector<Column> columns_of(Connection& db, const std::string& table) {
  std::vector<Column> columns;
  PreparedStatement rows(db,
                         "SELECT column_name::text, data_type::text, is_nullable::text,"
                         " is_identity::text FROM information_schema.columns"
                         " WHERE table_schema = 'public' AND table_name = '" + table +
                         "' ORDER BY ordinal_position");
  while (rows.step()) {
    columns.push_back({std::string(rows.get_text(0)), std::string(rows.get_text(1)),
                       rows.get_text(2) == "YES", rows.get_text(3) == "YES"});
  }
  return columns;
}

std::string names_of(const std::vector<Column>& columns) {
  std::string names;
  for (const Column& column : columns) names += (names.empty() ? "" : ", ") + column.name;
  return names;
}

/// What a table held, in the columns that it had then.
struct Kept {
  std::vector<Column> columns;
  std::vector<std::string> rows;  ///< sorted
};

std::vector<std::string> rows_in(Connection& db, const std::string& table,
                                 const std::vector<Column>& columns) {
  auto rows = words_of(db, "SELECT ROW(" + names_of(columns) + ")::text FROM " + table);
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::map<std::string, Kept> all_of(Connection& db) {
  std::map<std::string, Kept> all;
  for (const std::string& table : tables_of(db)) {
    Kept& kept = all[table];
    kept.columns = columns_of(db, table);
    kept.rows = rows_in(db, table, kept.columns);
  }
  return all;
}

void check_kept(Connection& db, const std::map<std::string, Kept>& before) {
  for (const auto& [table, kept] : before) {
    CAPTURE(table);
    CHECK_FALSE(kept.rows.empty());
    const auto now = rows_in(db, table, kept.columns);
    std::vector<std::string> lost;
    std::set_difference(kept.rows.begin(), kept.rows.end(), now.begin(), now.end(),
                        std::back_inserter(lost));
    CHECK(lost == std::vector<std::string>{});
  }
}

/// A value that no other row has; columns that may be empty are where `full` is not.
std::string invented(const Column& column, int number, bool full) {
  if (column.name == "space") return "1";
  if (column.may_be_null && !full) return "NULL";
  const std::string n = std::to_string(number);
  if (column.type == "bigint") return n;
  if (column.type == "text") return "'" + column.name + " " + n + "'";
  return "sha256(convert_to('" + column.name + " " + n + "', 'UTF8'))";
}

/// Two rows more in every table.
void write_rows(Connection& db, int& number) {
  for (const std::string& table : tables_of(db)) {
    std::vector<Column> columns = columns_of(db, table);
    std::erase_if(columns, [](const Column& one) { return one.is_made; });
    for (const bool full : {true, false}) {
      ++number;
      std::string values;
      for (const Column& column : columns) {
        values += (values.empty() ? "" : ", ") + invented(column, number, full);
      }
      db.execute("INSERT INTO " + table + "(" + names_of(columns) + ") VALUES(" + values + ")");
    }
  }
}

// ---- what a server wrote ------------------------------------------------------------------------

/// The server's file of each fixture, and the number of its last migration.
std::map<std::int64_t, std::string> kept_files() {
  std::map<std::int64_t, std::string> files;
  for (const auto& folder : std::filesystem::directory_iterator(INSIEME_FIXTURES)) {
    const std::string name = folder.path().filename().string();
    const std::size_t at = name.find("-server-v");
    if (name.rfind("store-v", 0) != 0 || at == std::string::npos) continue;
    files[std::stoll(name.substr(at + 9))] = folder.path().string() + "/server.db.zst";
  }
  return files;
}

/// Row by row into the tables that the older release had.
void copy_rows(sqlite::Connection& file, Connection& to) {
  for (const std::string& table : tables_of(to)) {
    CAPTURE(table);
    std::vector<Column> columns = columns_of(to, table);
    std::string places;
    for (std::size_t i = 0; i < columns.size(); ++i) places += i == 0 ? "?" : ",?";
    const bool is_made = std::any_of(columns.begin(), columns.end(),
                                     [](const Column& one) { return one.is_made; });
    PreparedStatement write(to, "INSERT INTO " + table + "(" + names_of(columns) + ")" +
                                    (is_made ? " OVERRIDING SYSTEM VALUE" : "") + " VALUES(" +
                                    places + ")");
    auto read = file.prepare("SELECT " + names_of(columns) + " FROM " + table);
    while (read.step()) {
      std::vector<server::sql::Value> values;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const int at = static_cast<int>(i);
        server::sql::Value& value = values.emplace_back();
        if (read.is_null(at)) continue;
        switch (read.type(at)) {
          case sqlite::ColumnType::integer: value.content = read.get_int64(at); break;
          case sqlite::ColumnType::text: value.content = read.get_text(at); break;
          default: value.content = read.get_blob(at); break;
        }
      }
      write.bind(values);
      write.run();
    }
  }
}

void check_same(const server::VerifyReport& file, const server::VerifyReport& postgres) {
  CHECK(file.faults == std::vector<std::string>{});
  CHECK(postgres.faults == std::vector<std::string>{});
  CHECK(file.audit_faults == postgres.audit_faults);
  CHECK(file.entries == postgres.entries);
  CHECK(file.manifests == postgres.manifests);
  REQUIRE(file.documents.size() == postgres.documents.size());
  CHECK_FALSE(file.documents.empty());
  for (std::size_t i = 0; i < file.documents.size(); ++i) {
    CHECK(file.documents[i].document == postgres.documents[i].document);
    CHECK(file.documents[i].history == postgres.documents[i].history);
    CHECK(file.documents[i].state == postgres.documents[i].state);
    CHECK(file.documents[i].hollow == postgres.documents[i].hollow);
  }
}

}  // namespace

TEST_CASE("postgres: rows that were written before a migration are the same after it, in every"
          " table and at every step [P2]", "[postgres][migration]") {
  const OwnDatabase own;
  Connection db(own.address());
  int number = 0;
  std::set<std::string> tables;
  for (std::int64_t step = 1; step < server::postgres::newest_version(); ++step) {
    CAPTURE(step);
    server::postgres::migrate(db, step);
    REQUIRE(server::postgres::version_of(db) == step);
    write_rows(db, number);
    const auto before = all_of(db);
    for (const auto& table : before) tables.insert(table.first);
    server::postgres::migrate(db, step + 1);
    check_kept(db, before);
  }
  CHECK(server::postgres::version_of(db) == server::postgres::newest_version());
  CHECK(tables.size() > 30);
}

TEST_CASE("postgres: what was assigned before there were mandates is one afterwards [P2]",
          "[postgres][migration]") {
  constexpr std::int64_t kBeforeMandates = 4;
  const OwnDatabase own;
  Connection db(own.address());
  server::postgres::migrate(db, kBeforeMandates);
  int number = 0;
  write_rows(db, number);
  const auto held = words_of(db, "SELECT account FROM assignments WHERE to_position IS NULL");
  REQUIRE(held.size() == 1);
  server::postgres::migrate(db);
  CHECK(words_of(db, "SELECT account FROM mandates WHERE basis = 'assigned'") == held);
}

TEST_CASE("postgres: a space as an older server wrote it is migrated with its records, and today's"
          " server replays every document [P2]", "[postgres][migration]") {
  std::size_t compared = 0;
  for (const auto& [version, packed] : kept_files()) {
    const std::int64_t step = version - kSqliteAhead;
    if (step < 1) continue;
    CAPTURE(packed);
    const TestFolder folder;
    const std::string path = folder.file("server.db");
    unpack_database(packed, path, {});
    const OwnDatabase own;
    {
      Connection db(own.address());
      server::postgres::migrate(db, step);
      sqlite::OpenOptions options;
      options.path = path;
      auto file = sqlite::Connection::open(options);
      copy_rows(file, db);
      const auto before = all_of(db);
      server::postgres::migrate(db);
      for (const auto& [table, kept] : before) {
        CAPTURE(table);
        CHECK(rows_in(db, table, kept.columns) == kept.rows);
      }
    }
    const auto clock = [] { return std::int64_t{1'800'000'000'000}; };
    const auto roles = server::Roles::defaults();
    const auto from = server::open_sqlite_repository(path, roles, clock).value();
    const auto to =
        server::open_postgres_repository(own.address(), from->space().id, roles, clock).value();
    CHECK(to->space().position == from->space().position);
    CHECK(to->users().size() == from->users().size());
    CHECK(to->devices().size() == from->devices().size());
    check_same(server::verify_repository(*from, {}), server::verify_repository(*to, {}));
    ++compared;
  }
  CHECK(compared >= 2);
}
