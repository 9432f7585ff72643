#include "insieme/server/postgres_repository.hpp"

#include "postgres/connection.hpp"
#include "postgres/copy_space.hpp"
#include "postgres/notify_ear.hpp"
#include "postgres/schema.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

class PostgresDatabase final : public sql::Database {
 public:
  PostgresDatabase(std::string address, const sync::SpaceId& space)
      : address_(std::move(address)), space_(space) {}

  std::unique_ptr<sql::Connection> connect_reader() override {
    return std::make_unique<postgres::Connection>(address_);
  }
  std::shared_ptr<CommitEar> listen() override {
    return postgres::make_notify_ear(address_, space_);
  }
  /// Pages are PostgreSQL's own to check (data checksums, pg_amcheck); what is looked at here is
  /// that no index was left half made.
  std::string integrity_check(sql::Connection& reader) override {
    const sql::Transaction transaction(reader);
    sql::Statement& row = reader.cached(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE NOT i.indisvalid AND c.relnamespace = (SELECT relnamespace FROM pg_class"
        " WHERE oid = to_regclass('spaces'))"
        " LIMIT 1");
    const sql::ResetGuard guard(row);
    if (!row.step()) return "ok";
    return "an index is not valid: " + std::string(row.get_text(0));
  }
  /// This space alone, as a server's file: other spaces of the database are other people's.
  void backup_to(sql::Connection& reader, const std::string& path) override {
    copy_space_to_file(reader, space_, path);
  }
  void checkpoint(sql::Connection&) override {}
  std::int64_t schema_version(sql::Connection& reader) override {
    return postgres::version_of(static_cast<postgres::Connection&>(reader));
  }
  /// The tables that hold content. The log of transactions that PostgreSQL keeps (pg_wal, archives)
  /// is the cluster's, and forgets by itself (docs/postgresql.md).
  void rewrite(sql::Connection& writer) override {
    auto& native = static_cast<postgres::Connection&>(writer);
    for (const char* table : {"log", "held", "snapshots"}) {
      native.execute(std::string("VACUUM (FULL) ") + table);
    }
  }

 private:
  std::string address_;
  sync::SpaceId space_;
};

}  // namespace

Status create_postgres_space(const std::string& address, const sync::SpaceId& id,
                             const std::string& name, std::int64_t now_ms) {
  INSIEME_TRY(postgres::check_address(address));
  postgres::Connection connection(address);
  postgres::migrate(connection);
  const sync::Digest zero;
  connection
      .cached("INSERT INTO spaces(uuid, name, epoch, position, log_hash, log_bytes, created_ms)"
              " VALUES(?,?,1,0,?,0,?) ON CONFLICT(uuid) DO NOTHING")
      .bind_all(id.bytes, name, zero.bytes, now_ms)
      .run();
  if (connection.changes() == 0) {
    return {ErrorCode::already_exists, "the database holds this space already"};
  }
  return {};
}

Result<std::unique_ptr<Repository>> open_postgres_repository(const std::string& address,
                                                             const sync::SpaceId& space,
                                                             Roles roles, Clock clock,
                                                             SnapshotPolicy snapshots) {
  INSIEME_TRY(postgres::check_address(address));
  auto writer = std::make_unique<postgres::Connection>(address);
  postgres::migrate(*writer);
  std::int64_t number = 0;
  {
    sql::Statement& row = writer->cached("SELECT space FROM spaces WHERE uuid = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space.bytes);
    if (!row.step()) {
      return Error{ErrorCode::not_found, "the database does not hold the space " +
                                             sync::to_text(space)};
    }
    number = row.get_int64(0);
  }
  std::unique_ptr<Repository> repository = std::make_unique<SqlRepository>(
      std::make_unique<PostgresDatabase>(address, space), std::move(writer), number,
      std::move(roles), std::move(clock), snapshots);
  return repository;
}

}  // namespace insieme::server
