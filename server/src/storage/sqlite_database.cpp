// The repository in a SQLite file.
#include <unordered_map>
#include <utility>

#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sqlite/migrations.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_database.hpp"

namespace insieme::server {
namespace {

sqlite::Connection open_writer(const std::string& path) {
  sqlite::OpenOptions options;
  options.path = path;
  options.synchronous = sqlite::Synchronous::full;
  options.busy_timeout_ms = 10'000;
  options.cache_kib = 16 * 1024;
  sqlite::Connection connection = sqlite::Connection::open(options);
  sqlite::migrate(connection, server_migrations());
  return connection;
}

ErrorCode code_of(sqlite::ErrorKind kind) noexcept {
  switch (kind) {
    case sqlite::ErrorKind::busy: return ErrorCode::busy;
    case sqlite::ErrorKind::full: return ErrorCode::storage_full;
    case sqlite::ErrorKind::schema_newer: return ErrorCode::storage_newer;
    case sqlite::ErrorKind::misuse:
    case sqlite::ErrorKind::constraint: return ErrorCode::internal;
    case sqlite::ErrorKind::io:
    case sqlite::ErrorKind::corrupt_or_key:
    case sqlite::ErrorKind::interrupted:
    case sqlite::ErrorKind::other: break;
  }
  return ErrorCode::storage_failure;
}

/// What SQLite throws comes out as a StorageFailure.
template <class Work>
decltype(auto) guarded(Work work) {
  try {
    return work();
  } catch (const sqlite::Error& error) {
    throw StorageFailure(code_of(error.kind()), error.what());
  }
}

class SqliteStatement final : public sql::Statement {
 public:
  explicit SqliteStatement(sqlite::Statement statement) : statement_(std::move(statement)) {}

  bool step() override {
    return guarded([&] { return statement_.step(); });
  }
  void reset() noexcept override { statement_.reset(); }
  std::int64_t get_int64(int column) const noexcept override {
    return statement_.get_int64(column);
  }
  std::string_view get_text(int column) const noexcept override {
    return statement_.get_text(column);
  }
  sql::Blob get_blob(int column) const noexcept override { return statement_.get_blob(column); }
  bool is_null(int column) const noexcept override { return statement_.is_null(column); }

 private:
  void bind(std::span<const sql::Value> values) override {
    guarded([&] {
      int index = 0;
      for (const sql::Value& value : values) bind_one(++index, value);
    });
  }
  void bind_one(int index, const sql::Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value.content)) {
      statement_.bind(index, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&value.content)) {
      if (value.temporary) {
        statement_.bind(index, std::string(*text));
      } else {
        statement_.bind(index, *text);
      }
    } else if (const auto* blob = std::get_if<sql::Blob>(&value.content)) {
      if (value.temporary) {
        statement_.bind(index, std::vector<std::uint8_t>(blob->begin(), blob->end()));
      } else {
        statement_.bind(index, *blob);
      }
    } else {
      statement_.bind(index, nullptr);
    }
  }

  sqlite::Statement statement_;
};

class SqliteConnection final : public sql::Connection {
 public:
  explicit SqliteConnection(sqlite::Connection db) : db_(std::move(db)) {}

  sql::Statement& cached(std::string_view sql) override {
    auto at = statements_.find(sql);
    if (at == statements_.end()) {
      auto made = std::make_unique<SqliteStatement>(guarded([&] { return db_.prepare(sql); }));
      at = statements_.emplace(sql, std::move(made)).first;
    }
    at->second->reset();
    return *at->second;
  }
  std::unique_ptr<sql::Statement> walk(std::string_view sql) override {
    return std::make_unique<SqliteStatement>(guarded([&] { return db_.prepare(sql); }));
  }
  std::int64_t changes() const noexcept override { return db_.changes(); }
  std::int64_t size_bytes() override {
    return guarded([&] { return db_.size_bytes(); });
  }
  void begin_writing(std::int64_t) override { begin(sqlite::TransactionKind::immediate); }
  void begin_reading() override { begin(sqlite::TransactionKind::deferred); }
  void commit() override {
    guarded([&] { transaction_->commit(); });
    transaction_.reset();
  }
  void rollback() noexcept override { transaction_.reset(); }

  [[nodiscard]] sqlite::Connection& native() noexcept { return db_; }

 private:
  void begin(sqlite::TransactionKind kind) {
    guarded([&] { transaction_.emplace(db_, kind); });
  }

  sqlite::Connection db_;
  std::unordered_map<std::string_view, std::unique_ptr<SqliteStatement>> statements_;
  std::optional<sqlite::Transaction> transaction_;
};

class SqliteDatabase final : public sql::Database {
 public:
  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}

  std::unique_ptr<sql::Connection> connect_reader() override {
    sqlite::OpenOptions options;
    options.path = path_;
    options.mode = sqlite::Mode::read_write;  // a reader of a WAL must be able to create its index
    options.cache_kib = 4 * 1024;
    return std::make_unique<SqliteConnection>(
        guarded([&] { return sqlite::Connection::open(options); }));
  }
  std::string integrity_check(sql::Connection& reader) override {
    return guarded([&] { return native(reader).integrity_check(); });
  }
  void backup_to(sql::Connection& reader, const std::string& path) override {
    guarded([&] { native(reader).backup_to(path); });
  }
  void rewrite(sql::Connection& writer) override {
    guarded([&] {
      native(writer).execute("VACUUM");
      native(writer).checkpoint();
    });
  }
  std::int64_t schema_version(sql::Connection& reader) override {
    return guarded([&] {
      sqlite::Statement row = native(reader).prepare("PRAGMA user_version");
      return row.step() ? row.get_int64(0) : std::int64_t{0};
    });
  }
  void checkpoint(sql::Connection& writer) override {
    guarded([&] { native(writer).checkpoint(); });
  }

 private:
  [[nodiscard]] static sqlite::Connection& native(sql::Connection& connection) noexcept {
    return static_cast<SqliteConnection&>(connection).native();
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<sql::Connection> open_sqlite_writer(const std::string& path) {
  return std::make_unique<SqliteConnection>(guarded([&] { return open_writer(path); }));
}

Status create_space(const std::string& path, const sync::SpaceId& id, const std::string& name,
                    std::int64_t now_ms) {
  return guarded([&]() -> Status {
    sqlite::Connection db = open_writer(path);
    sqlite::Transaction transaction(db);
    sqlite::Statement& any = db.cached("SELECT 1 FROM spaces");
    {
      const sqlite::ResetGuard guard(any);
      if (any.step()) return {ErrorCode::already_exists, "the database holds a space already"};
    }
    const sync::Digest zero;
    db.cached("INSERT INTO spaces(uuid, name, epoch, position, log_hash, log_bytes, created_ms)"
              " VALUES(?,?,1,0,?,0,?)")
        .bind_all(id.bytes, name, zero.bytes, now_ms)
        .run();
    transaction.commit();
    return {};
  });
}

Result<std::unique_ptr<Repository>> open_sqlite_repository(const std::string& path, Roles roles,
                                                           Clock clock,
                                                           SnapshotPolicy snapshots) {
  return guarded([&]() -> Result<std::unique_ptr<Repository>> {
    sqlite::Connection db = open_writer(path);
    std::int64_t space = 0;
    {
      sqlite::Statement& row = db.cached("SELECT space FROM spaces ORDER BY space LIMIT 1");
      const sqlite::ResetGuard guard(row);
      if (!row.step()) return Error{ErrorCode::not_found, "the database holds no space"};
      space = row.get_int64(0);
    }
    std::unique_ptr<Repository> repository = std::make_unique<SqlRepository>(
        std::make_unique<SqliteDatabase>(path),
        std::make_unique<SqliteConnection>(std::move(db)), space, std::move(roles),
        std::move(clock), snapshots);
    return repository;
  });
}

}  // namespace insieme::server
