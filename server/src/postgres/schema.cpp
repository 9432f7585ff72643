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

// SQLite's sixth migration.
constexpr std::array kErasureTables{
    Table{"erasures", R"(id BYTEA NOT NULL, dossier BYTEA NOT NULL, state BIGINT NOT NULL,
      asked_by TEXT COLLATE "C" NOT NULL, proposed_ms BIGINT NOT NULL,
      confirmed_by TEXT COLLATE "C" NOT NULL, decided_ms BIGINT, position BIGINT NOT NULL,
      cleaned_ms BIGINT, payload BYTEA NOT NULL, PRIMARY KEY(space, id))"},
    Table{"erasure_devices", R"(id BYTEA NOT NULL, device BYTEA NOT NULL,
      confirmed_ms BIGINT NOT NULL, PRIMARY KEY(space, id, device))"},
    Table{"holds", R"(dossier BYTEA NOT NULL, set_by TEXT COLLATE "C" NOT NULL,
      reason BYTEA NOT NULL, since_ms BIGINT NOT NULL, PRIMARY KEY(space, dossier))"},
};

// SQLite's eighth.
constexpr std::array kFlowTables{
    Table{"flows", R"(ts_ms BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,
      kind TEXT COLLATE "C" NOT NULL, body_code TEXT COLLATE "C" NOT NULL,
      body_name BYTEA NOT NULL, added_ms BIGINT NOT NULL, digest BYTEA NOT NULL,
      withdrawn_ms BIGINT, reason BYTEA NOT NULL, xml BYTEA,
      PRIMARY KEY(space, ts_ms), UNIQUE(space, name))"},
    Table{"flow_outcomes", R"(name TEXT COLLATE "C" NOT NULL, flow_ts_ms BIGINT NOT NULL,
      acquired_ms BIGINT NOT NULL, code TEXT COLLATE "C" NOT NULL,
      kind TEXT COLLATE "C" NOT NULL, description BYTEA NOT NULL, siuss_id BYTEA NOT NULL,
      received_ms BIGINT NOT NULL,
      PRIMARY KEY(space, name, flow_ts_ms, acquired_ms, code))"},
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

std::string erasures() {
  std::string sql = "ALTER TABLE devices ADD COLUMN protocol BIGINT NOT NULL DEFAULT 0;\n";
  for (const Table& table : kErasureTables) sql += create(table);
  return sql +
         "CREATE INDEX erasures_of_dossier ON erasures(space, dossier) WHERE state = 1;\n";
}

struct Migration {
  std::int64_t number;
  std::string_view name;
  std::string (*sql)();
};
// SQLite's seventh.
std::string origins() {
  return R"sql(
ALTER TABLE log ADD COLUMN origin BYTEA;
CREATE INDEX log_origins ON log(space, dossier, section, origin) WHERE origin IS NOT NULL;
)sql";
}

std::string flows() {
  std::string sql;
  for (const Table& table : kFlowTables) sql += create(table);
  return sql;
}

// SQLite's eighth.
constexpr std::array kPermissionTables{
    Table{"organizations", R"(organization TEXT COLLATE "C" NOT NULL, name BYTEA NOT NULL,
      parent TEXT COLLATE "C" NOT NULL, territories BYTEA NOT NULL, from_day BIGINT,
      until_day BIGINT, PRIMARY KEY(space, organization))"},
    Table{"mandates", R"(dossier BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL,
      basis TEXT COLLATE "C" NOT NULL, sections TEXT COLLATE "C" NOT NULL, from_day BIGINT,
      until_day BIGINT, team BIGINT NOT NULL, kept_to BIGINT, since_ms BIGINT NOT NULL,
      PRIMARY KEY(space, dossier, account))"},
    Table{"denials", R"(dossier BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL,
      sections TEXT COLLATE "C" NOT NULL, excepted BYTEA NOT NULL, reason BYTEA NOT NULL,
      set_by TEXT COLLATE "C" NOT NULL, since_ms BIGINT NOT NULL,
      PRIMARY KEY(space, dossier, account))"},
    Table{"access_log", R"(number BIGINT NOT NULL, at_ms BIGINT NOT NULL, kind BIGINT NOT NULL,
      account TEXT COLLATE "C" NOT NULL, device BYTEA NOT NULL, dossier BYTEA NOT NULL,
      sections TEXT COLLATE "C" NOT NULL, changes BIGINT NOT NULL,
      purpose TEXT COLLATE "C" NOT NULL, hash BYTEA NOT NULL, PRIMARY KEY(space, number))"},
};

std::string permission() {
  std::string sql = R"sql(
ALTER TABLE spaces ADD COLUMN settled TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE spaces ADD COLUMN access_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE spaces ADD COLUMN access_hash BYTEA NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN organization TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN from_day BIGINT;
ALTER TABLE users ADD COLUMN until_day BIGINT;
ALTER TABLE dossiers ADD COLUMN organization TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN territory BYTEA NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN kept_to BIGINT;
)sql";
  for (const Table& table : kPermissionTables) sql += create(table);
  return sql + R"sql(
CREATE INDEX mandates_of_account ON mandates(space, account, dossier);
CREATE INDEX access_of_dossier ON access_log(space, dossier, number);
INSERT INTO mandates(space, dossier, account, basis, sections, team, since_ms)
  SELECT space, dossier, account, 'assigned', CASE sections WHEN
    'core,education,economic,health,judicial,person,network,project,registry,governance,front_desk'
    THEN '' ELSE sections END, 0, 0 FROM assignments
  WHERE to_position IS NULL;
)sql";
}

// SQLite's tenth.
std::string openings() {
  return R"sql(
ALTER TABLE access_log ADD COLUMN opened_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE access_log ADD COLUMN opened_day BIGINT;
ALTER TABLE access_log ADD COLUMN opened_for TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX access_opened ON
  access_log(space, device, dossier, sections, opened_day, opened_for) WHERE kind = 4;
)sql";
}

// What names which sealed bytes, as in SQLite.
constexpr std::array kBlobTables{
    Table{"blobs", R"(dossier BYTEA NOT NULL, name BYTEA NOT NULL, size BIGINT NOT NULL,
      state BIGINT NOT NULL, PRIMARY KEY(space, dossier, name))"},
    Table{"blob_places", R"(dossier BYTEA NOT NULL, name BYTEA NOT NULL,
      section TEXT COLLATE "C" NOT NULL, account TEXT COLLATE "C" NOT NULL,
      position BIGINT NOT NULL, PRIMARY KEY(space, dossier, name, section, account))"},
};

// SQLite's thirteenth.
constexpr std::array kGlassTables{
    Table{"glass", R"(id BYTEA NOT NULL, dossier BYTEA NOT NULL, account TEXT COLLATE "C" NOT NULL,
      reason BYTEA NOT NULL, opened_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, ended_ms BIGINT,
      ended_by TEXT COLLATE "C" NOT NULL, seen_by TEXT COLLATE "C" NOT NULL, seen_ms BIGINT,
      note BYTEA NOT NULL, refused BIGINT NOT NULL, PRIMARY KEY(space, id))"},
};

std::string glass() {
  std::string sql;
  for (const Table& table : kGlassTables) sql += create(table);
  return sql + R"sql(
CREATE INDEX glass_open ON glass(space, until_ms) WHERE ended_ms IS NULL;
CREATE INDEX glass_of_dossier ON glass(space, dossier, account);
CREATE INDEX glass_of_account ON glass(space, account, opened_ms);
)sql";
}

std::string blobs() {
  std::string sql;
  for (const Table& table : kBlobTables) sql += create(table);
  return sql + "CREATE INDEX blobs_erased ON blobs(space, dossier, name) WHERE state = 3;\n";
}

// SQLite's twelfth.
constexpr std::array kSignInTables{
    Table{"sign_in_links", R"(issuer TEXT COLLATE "C" NOT NULL, by_email BIGINT NOT NULL,
      name TEXT COLLATE "C" NOT NULL, account TEXT COLLATE "C" NOT NULL,
      created_ms BIGINT NOT NULL, used_ms BIGINT, PRIMARY KEY(space, issuer, by_email, name))"},
};

std::string sign_in() {
  std::string sql;
  for (const Table& table : kSignInTables) sql += create(table);
  return sql;
}

// SQLite's fourteenth.
constexpr std::array kAccountTables{
    Table{"local_accounts", R"(account TEXT COLLATE "C" NOT NULL,
      password TEXT COLLATE "C" NOT NULL, first_until_ms BIGINT, disabled BIGINT NOT NULL,
      totp_required BIGINT NOT NULL, totp BYTEA NOT NULL, totp_step BIGINT NOT NULL,
      generation BIGINT NOT NULL, created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL,
      used_ms BIGINT, PRIMARY KEY(space, account))"},
    Table{"recovery_codes", R"(account TEXT COLLATE "C" NOT NULL, code BYTEA NOT NULL,
      PRIMARY KEY(space, account, code))"},
    Table{"sign_in_attempts", R"(who BYTEA NOT NULL, attempts BIGINT NOT NULL,
      last_ms BIGINT NOT NULL, PRIMARY KEY(space, who))"},
    Table{"sign_ins", R"(kind BIGINT NOT NULL, name BYTEA NOT NULL, sealed BYTEA NOT NULL,
      until_ms BIGINT NOT NULL, PRIMARY KEY(space, kind, name))"},
};

std::string local_accounts() {
  std::string sql;
  for (const Table& table : kAccountTables) sql += create(table);
  return sql;
}

// What is ordered of a device, and what it handed over, as in SQLite.
constexpr std::array kOrderTables{
    Table{"escrow_parcels", R"(device BYTEA NOT NULL, name BYTEA NOT NULL, kind BIGINT NOT NULL,
      size BIGINT NOT NULL, received_ms BIGINT NOT NULL, fate BYTEA NOT NULL, sealed BYTEA,
      PRIMARY KEY(space, device, name))"},
};

std::string device_orders() {
  std::string sql;
  for (const Table& table : kOrderTables) sql += create(table);
  return sql + R"sql(
ALTER TABLE devices ADD COLUMN app BYTEA NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN order_id BYTEA;
ALTER TABLE devices ADD COLUMN order_kind BIGINT NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN order_reason BYTEA NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN ordered_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN order_told_ms BIGINT;
ALTER TABLE devices ADD COLUMN order_escrowed_ms BIGINT;
ALTER TABLE devices ADD COLUMN order_destroyed_ms BIGINT;
)sql";
}

// SQLite's fifteenth.
constexpr std::array kMachineTables{
    Table{"machines", R"(client TEXT COLLATE "C" NOT NULL, title BYTEA NOT NULL,
      keys TEXT COLLATE "C" NOT NULL, scopes TEXT COLLATE "C" NOT NULL, generation BIGINT NOT NULL,
      created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL, used_ms BIGINT, revoked_ms BIGINT,
      revoke_reason BYTEA NOT NULL, PRIMARY KEY(space, client))"},
    Table{"machine_marks", R"(kind BIGINT NOT NULL, name BYTEA NOT NULL,
      client TEXT COLLATE "C" NOT NULL, scopes TEXT COLLATE "C" NOT NULL, until_ms BIGINT NOT NULL,
      PRIMARY KEY(space, kind, name))"},
};

std::string machines() {
  std::string sql;
  for (const Table& table : kMachineTables) sql += create(table);
  return sql;
}

// SQLite's seventeenth.
constexpr std::array kAbsenceTables{
    Table{"absences", R"(number BIGINT NOT NULL, account TEXT COLLATE "C" NOT NULL,
      deputy TEXT COLLATE "C" NOT NULL, from_day BIGINT NOT NULL, until_day BIGINT NOT NULL,
      declared_by TEXT COLLATE "C" NOT NULL, declared_ms BIGINT NOT NULL, ended_ms BIGINT,
      ended_by TEXT COLLATE "C" NOT NULL, PRIMARY KEY(space, number))"},
};

std::string absences() {
  std::string sql;
  for (const Table& table : kAbsenceTables) sql += create(table);
  return sql;
}

// SQLite's eighteenth. A server of the release before that still runs is refused its next line: one
// without a number, behind others, would break the chain for good.
std::string audit() {
  return R"sql(
ALTER TABLE spaces ADD COLUMN audit_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE spaces ADD COLUMN audit_hash BYTEA NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ALTER COLUMN number DROP DEFAULT;
ALTER TABLE audit ADD COLUMN reason BYTEA NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN salt BYTEA NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN seal BYTEA NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash BYTEA NOT NULL DEFAULT '';
CREATE INDEX audit_of_subject ON audit(space, subject);
)sql";
}

// SQLite's nineteenth.
constexpr std::array kScanTables{
    Table{"blob_scans", R"(dossier BYTEA NOT NULL, name BYTEA NOT NULL, verdict BIGINT NOT NULL,
      again BIGINT NOT NULL, tries BIGINT NOT NULL, looked_ms BIGINT NOT NULL,
      said TEXT COLLATE "C" NOT NULL, PRIMARY KEY(space, dossier, name))"},
};

std::string blob_scans() {
  std::string sql;
  for (const Table& table : kScanTables) sql += create(table);
  return sql;
}

constexpr std::array kMigrations{Migration{1, "first release", first_release},
                                 Migration{2, "what a restored server is given back", healing},
                                 Migration{3, "erasures", erasures},
                                 Migration{4, "what is authored again", origins},
                                 Migration{5, "permission", permission},
                                 Migration{6, "flows for INPS", flows},
                                 Migration{7, "what was opened on tablets", openings},
                                 Migration{8, "blobs that records name", blobs},
                                 Migration{9, "who somebody at an identity provider is", sign_in},
                                 Migration{10, "what is opened for a while", glass},
                                 Migration{11, "passwords of this server, sign-ins under way",
                                           local_accounts},
                                 Migration{12, "machines with keys of their own", machines},
                                 Migration{13, "what is ordered of devices", device_orders},
                                 Migration{14, "who is away, and who stands in", absences},
                                 Migration{15, "an audit that is sealed", audit},
                                 Migration{16, "what a scanner said of blobs", blob_scans}};

}  // namespace

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

std::vector<std::string> partitioned_tables() {
  std::vector<std::string> names;
  for (const Table& table : kTables) names.emplace_back(table.name);
  names.emplace_back(kCovered.name);
  for (const Table& table : kErasureTables) names.emplace_back(table.name);
  for (const Table& table : kFlowTables) names.emplace_back(table.name);
  for (const Table& table : kBlobTables) names.emplace_back(table.name);
  for (const Table& table : kGlassTables) names.emplace_back(table.name);
  for (const Table& table : kAccountTables) names.emplace_back(table.name);
  for (const Table& table : kOrderTables) names.emplace_back(table.name);
  for (const Table& table : kSignInTables) names.emplace_back(table.name);
  for (const Table& table : kPermissionTables) names.emplace_back(table.name);
  for (const Table& table : kMachineTables) names.emplace_back(table.name);
  for (const Table& table : kAbsenceTables) names.emplace_back(table.name);
  for (const Table& table : kScanTables) names.emplace_back(table.name);
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
