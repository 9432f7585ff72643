#include "postgres/schema.hpp"

#include <array>

namespace insieme::server::postgres {
namespace {

/// Never changes: rows of a partitioned table stay where their hash put them.
constexpr int kPartitions = 8;
/// Of the lock that migrations hold; any number that nobody else takes.
constexpr std::int64_t kMigrationLock = 0x696e7369656d65;

// What SQLite's schema is after its fourth migration (storage/schema.cpp), column for column. Words
// that people type are BYTEA: they may hold a zero, which TEXT does not take, and nobody compares
// them.
// `spaces` alone is not cut up: it has one row for each space, and their uuids are unique.
constexpr std::string_view kSpaces = R"sql(
CREATE TABLE spaces(
  space BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY, uuid BYTEA NOT NULL UNIQUE,
  name BYTEA NOT NULL, epoch BIGINT NOT NULL, position BIGINT NOT NULL, log_hash BYTEA NOT NULL,
  log_bytes BIGINT NOT NULL, created_ms BIGINT NOT NULL);
CREATE SEQUENCE audit_ids;
)sql";

struct Table {
  std::string_view name;
  std::string_view columns;  ///< after `space`
};

constexpr std::array kTables{
    Table{"users", R"(account TEXT COLLATE "C" NOT NULL, display_name BYTEA NOT NULL,
      role TEXT COLLATE "C" NOT NULL, disabled BIGINT NOT NULL, created_ms BIGINT NOT NULL,
      PRIMARY KEY(space, account))"},
    Table{"invitations", R"(hash BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL,
      created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, used_by BYTEA, used_ms BIGINT,
      PRIMARY KEY(space, hash))"},
    Table{"devices", R"(device BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL,
      name BYTEA NOT NULL, public_key BYTEA NOT NULL, enrolled_ms BIGINT NOT NULL,
      last_sync_ms BIGINT, clock_offset_ms BIGINT, unsent BIGINT, revoked_ms BIGINT,
      revoke_reason BYTEA NOT NULL, cursor_position BIGINT NOT NULL DEFAULT 0,
      shipped_position BIGINT NOT NULL DEFAULT 0, given_up_ms BIGINT,
      PRIMARY KEY(space, device), UNIQUE(space, public_key))"},
    Table{"replicas", R"(replica BYTEA NOT NULL, device BYTEA NOT NULL,
      first_seen_ms BIGINT NOT NULL, PRIMARY KEY(space, replica))"},
    Table{"dossiers", R"(dossier BYTEA NOT NULL, key BYTEA NOT NULL,
      created_by TEXT COLLATE "C" NOT NULL, created_ms BIGINT NOT NULL,
      PRIMARY KEY(space, dossier))"},
    Table{"assignments", R"(dossier BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL,
      from_position BIGINT NOT NULL, to_position BIGINT, sections TEXT COLLATE "C" NOT NULL,
      PRIMARY KEY(space, dossier, account, from_position))"},
    Table{"log", R"(position BIGINT NOT NULL, kind BIGINT NOT NULL, dossier BYTEA NOT NULL,
      section TEXT COLLATE "C" NOT NULL, account TEXT COLLATE "C" NOT NULL, replica BYTEA NOT NULL,
      seq BIGINT NOT NULL, tx BYTEA, item_id BYTEA NOT NULL, log_hash BYTEA NOT NULL,
      received_ms BIGINT NOT NULL, header BYTEA NOT NULL, body BYTEA, grants BIGINT,
      PRIMARY KEY(space, position))"},
    Table{"documents", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      count BIGINT NOT NULL, history BYTEA NOT NULL, PRIMARY KEY(space, dossier, section))"},
    Table{"heads", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      replica BYTEA NOT NULL, seq BIGINT NOT NULL, id BYTEA NOT NULL, deps BYTEA NOT NULL,
      stamp_ms BIGINT NOT NULL, stamp_counter BIGINT NOT NULL,
      PRIMARY KEY(space, dossier, section, replica))"},
    Table{"held", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      replica BYTEA NOT NULL, seq BIGINT NOT NULL, position BIGINT NOT NULL,
      account TEXT COLLATE "C" NOT NULL, state BIGINT NOT NULL, code BIGINT NOT NULL,
      reason BYTEA NOT NULL, received_ms BIGINT NOT NULL, decided_by TEXT COLLATE "C",
      decided_ms BIGINT, body BYTEA, stands_on BIGINT, decision_reason BYTEA NOT NULL DEFAULT '',
      PRIMARY KEY(space, dossier, section, replica, seq))"},
    Table{"seen", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      account TEXT COLLATE "C" NOT NULL, version BYTEA NOT NULL,
      PRIMARY KEY(space, dossier, section, account))"},
    Table{"manifests", R"(first_position BIGINT NOT NULL, count BIGINT NOT NULL,
      device BYTEA NOT NULL, manifest BYTEA NOT NULL, signature BYTEA NOT NULL,
      at_ms BIGINT NOT NULL, PRIMARY KEY(space, first_position))"},
    Table{"audit", R"(id BIGINT NOT NULL DEFAULT nextval('audit_ids'), at_ms BIGINT NOT NULL,
      actor TEXT COLLATE "C" NOT NULL, action TEXT COLLATE "C" NOT NULL, subject BYTEA NOT NULL,
      PRIMARY KEY(space, id))"},
    Table{"acknowledgements", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      device BYTEA NOT NULL, replica BYTEA NOT NULL, version BYTEA NOT NULL,
      PRIMARY KEY(space, dossier, section, device))"},
    Table{"stable", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      version BYTEA NOT NULL, PRIMARY KEY(space, dossier, section))"},
    Table{"snapshots", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      digest BYTEA NOT NULL, version BYTEA NOT NULL, changes BIGINT NOT NULL,
      made_ms BIGINT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY(space, dossier, section))"},
};

constexpr std::string_view kIndexes = R"sql(
CREATE UNIQUE INDEX assignments_now ON assignments(space, account, dossier)
  WHERE to_position IS NULL;
CREATE INDEX log_of_dossier ON log(space, dossier, position);
CREATE UNIQUE INDEX log_changes ON log(space, dossier, section, replica, seq) WHERE kind <= 3;
CREATE INDEX log_grants ON log(space, dossier, section)
  WHERE kind = 1 AND grants IS DISTINCT FROM 0;
CREATE INDEX held_waiting ON held(space, position) WHERE state = 0;
CREATE INDEX held_standing ON held(space, stands_on) WHERE stands_on IS NOT NULL;
)sql";

std::string create(const Table& table) {
  const std::string name(table.name);
  std::string sql = "CREATE TABLE " + name + "(space BIGINT NOT NULL, " +
                    std::string(table.columns) + ") PARTITION BY HASH(space);\n";
  for (int i = 0; i < kPartitions; ++i) {
    sql += "CREATE TABLE " + name + "_" + std::to_string(i) + " PARTITION OF " + name +
           " FOR VALUES WITH (MODULUS " + std::to_string(kPartitions) + ", REMAINDER " +
           std::to_string(i) + ");\n";
  }
  return sql;
}

std::string first_release() {
  std::string sql(kSpaces);
  for (const Table& table : kTables) sql += create(table);
  return sql + std::string(kIndexes);
}

// SQLite's fifth.
constexpr Table kCovered{"covered", R"(dossier BYTEA NOT NULL, section TEXT COLLATE "C" NOT NULL,
      replica BYTEA NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY(space, dossier, section, replica))"};

std::string healing() {
  return "ALTER TABLE spaces ADD COLUMN covered_position BIGINT NOT NULL DEFAULT 0;\n" +
         create(kCovered) +
         "CREATE INDEX log_hollow ON log(space, dossier, section, replica, seq)\n"
         "  WHERE kind <= 3 AND body IS NULL;\n";
}

struct Migration {
  std::int64_t number;
  std::string_view name;
  std::string (*sql)();
};
constexpr std::array kMigrations{Migration{1, "first release", first_release},
                                 Migration{2, "what a restored server is given back", healing}};

std::int64_t version_of(Connection& connection) {
  sql::Statement& table = connection.cached("SELECT to_regclass('insieme_schema') IS NULL");
  {
    const sql::ResetGuard guard(table);
    if (!table.step() || table.get_int64(0) != 0) return 0;
  }
  sql::Statement& row =
      connection.cached("SELECT CAST(coalesce(max(number), 0) AS BIGINT) FROM insieme_schema");
  const sql::ResetGuard guard(row);
  return row.step() ? row.get_int64(0) : 0;
}

}  // namespace

std::vector<std::string> partitioned_tables() {
  std::vector<std::string> names;
  for (const Table& table : kTables) names.emplace_back(table.name);
  names.emplace_back(kCovered.name);
  return names;
}

void migrate(Connection& connection) {
  // Asked without the lock first: whoever serves needs no right to change the schema.
  std::int64_t version = version_of(connection);
  if (version < kMigrations.back().number) {
    connection.begin("BEGIN");
    try {
      connection.execute("SET LOCAL lock_timeout = '5min'; SELECT pg_advisory_xact_lock(" +
                         std::to_string(kMigrationLock) +
                         "); CREATE TABLE IF NOT EXISTS insieme_schema("
                         "number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
                         " applied TIMESTAMPTZ NOT NULL DEFAULT now())");
      version = version_of(connection);
      for (const Migration& migration : kMigrations) {
        if (migration.number <= version) continue;
        connection.execute(migration.sql());
        connection.cached("INSERT INTO insieme_schema(number, name) VALUES(?,?)")
            .bind_all(migration.number, migration.name)
            .run();
        version = migration.number;
      }
      connection.commit();
    } catch (...) {
      connection.rollback();
      throw;
    }
  }
  if (version > kMigrations.back().number) {
    throw StorageFailure(ErrorCode::storage_newer,
                         "the database was migrated by a newer release (schema " +
                             std::to_string(version) + ")");
  }
}

}  // namespace insieme::server::postgres
