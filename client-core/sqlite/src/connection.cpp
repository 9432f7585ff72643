#include "insieme/sqlite/connection.hpp"

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

#include "detail.hpp"

namespace insieme::sqlite {

namespace {

constexpr int kIntegrityProblemsMax = 20;
constexpr std::string_view kBlanks = " \t\r\n;";

bool blank(std::string_view sql) noexcept {
  return sql.find_first_not_of(kBlanks) == std::string_view::npos;
}

sqlite3_stmt* compile(sqlite3* db, std::string_view& sql, unsigned flags,
                      std::string_view context) {
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &handle, &rest);
  if (code != SQLITE_OK) {
    detail::throw_error(db, code, context);
  }
  sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
  return handle;
}

sqlite3_stmt* compile_one(sqlite3* db, std::string_view sql, unsigned flags) {
  std::string_view rest = sql;
  sqlite3_stmt* handle = compile(db, rest, flags, "cannot prepare a statement");
  if (handle == nullptr || !blank(rest)) {
    sqlite3_finalize(handle);
    detail::throw_misuse("exactly one SQL statement is expected");
  }
  return handle;
}

}  // namespace

namespace detail {

void execute(sqlite3* db, std::string_view script, std::string_view context) {
  struct Finalizer {
    void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
  };
  while (!script.empty()) {
    const std::unique_ptr<sqlite3_stmt, Finalizer> handle(compile(db, script, 0, context));
    int code = handle != nullptr ? SQLITE_ROW : SQLITE_DONE;
    while (code == SQLITE_ROW) {
      code = sqlite3_step(handle.get());
    }
    if (code != SQLITE_DONE) {
      throw_run_error(db, code, context);
    }
  }
}

std::int64_t query_int64(sqlite3* db, const char* sql) {
  sqlite3_stmt* handle = nullptr;
  int code = sqlite3_prepare_v2(db, sql, -1, &handle, nullptr);
  std::int64_t value = 0;
  if (code == SQLITE_OK) {
    code = sqlite3_step(handle);
    value = code == SQLITE_ROW ? sqlite3_column_int64(handle, 0) : 0;
  }
  sqlite3_finalize(handle);
  if (code != SQLITE_ROW) {
    throw_run_error(db, code, "cannot query the database");
  }
  return value;
}

}  // namespace detail

struct Connection::Impl {
  struct Entry {
    std::string sql;
    Statement statement;
  };

  explicit Impl(const OpenOptions& options)
      : db(detail::open_database(options)), key(options.key) {}
  ~Impl() {
    if (key) {
      detail::wipe(key->data(), key->size());
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Statement& cached(std::string_view sql);

  // Most callers pass the same literal or the same string again: then its place tells which
  // statement it is, and comparing the text costs less than hashing it.
  struct Recent {
    const char* data = nullptr;
    std::list<Entry>::iterator entry;
  };
  static constexpr std::size_t kRecentMax = 128;
  Recent& recent_at(std::string_view sql) {
    constexpr unsigned kAlignmentBits = 3;
    const auto place = reinterpret_cast<std::uintptr_t>(sql.data()) >> kAlignmentBits;
    return recent[static_cast<std::size_t>(place % kRecentMax)];
  }

  // Members die in reverse order: statements before the handle, which then closes for good.
  detail::Handle db;
  std::optional<Key> key;
  std::list<Entry> entries;  // most recently used first
  // Keys view Entry::sql, so a look-up needs no string of its own.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_sql;
  std::array<Recent, kRecentMax> recent{};
};

Statement& Connection::Impl::cached(std::string_view sql) {
  Recent& here = recent_at(sql);
  if (here.data == sql.data() && here.data != nullptr && here.entry->sql == sql) {
    entries.splice(entries.begin(), entries, here.entry);
    Statement& statement = entries.front().statement;
    statement.reset();
    return statement;
  }
  const auto found = by_sql.find(sql);
  if (found != by_sql.end()) {
    here = {sql.data(), found->second};
    entries.splice(entries.begin(), entries, found->second);
    Statement& statement = entries.front().statement;
    statement.reset();
    return statement;
  }
  Statement statement(compile_one(db.get(), sql, SQLITE_PREPARE_PERSISTENT));
  if (entries.size() >= kCachedStatementsMax) {
    by_sql.erase(entries.back().sql);
    entries.pop_back();
    recent = {};
  }
  entries.push_front(Entry{std::string(sql), std::move(statement)});
  by_sql.emplace(entries.front().sql, entries.begin());
  return entries.front().statement;
}

Connection::Connection(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection Connection::open(const OpenOptions& options) {
  return Connection(std::make_unique<Impl>(options));
}

Statement Connection::prepare(std::string_view sql) {
  return Statement(compile_one(impl_->db.get(), sql, 0));
}

Statement& Connection::cached(std::string_view sql) { return impl_->cached(sql); }

void Connection::execute(std::string_view script) {
  detail::execute(impl_->db.get(), script, "cannot execute a script");
}

std::int64_t Connection::last_insert_rowid() const noexcept {
  return sqlite3_last_insert_rowid(impl_->db.get());
}

int Connection::changes() const noexcept { return sqlite3_changes(impl_->db.get()); }

bool Connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(impl_->db.get()) == 0;
}

std::string Connection::integrity_check() {
  const std::string sql = "PRAGMA integrity_check(" + std::to_string(kIntegrityProblemsMax) + ")";
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(impl_->db.get(), sql.c_str(), -1, &raw, nullptr);
  const Statement owner(raw);
  std::string verdict;
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(raw);
    if (code == SQLITE_ROW) {
      verdict.append(verdict.empty() ? "" : "\n");
      verdict.append(reinterpret_cast<const char*>(sqlite3_column_text(raw, 0)));
    }
  }
  if (code == SQLITE_DONE) {
    return verdict;
  }
  if (detail::kind_of(code) == ErrorKind::corrupt_or_key) {
    // Damage can be such that the check itself cannot go on; that is a verdict too.
    return verdict.append(verdict.empty() ? "" : "\n").append(sqlite3_errstr(code));
  }
  detail::throw_run_error(impl_->db.get(), code, "cannot check the database");
}

void Connection::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(impl_->db.get(), "main", SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) {
    detail::throw_run_error(impl_->db.get(), code, "cannot checkpoint the WAL");
  }
}

void Connection::interrupt() noexcept { sqlite3_interrupt(impl_->db.get()); }

std::int64_t Connection::page_count() {
  return detail::query_int64(impl_->db.get(), "PRAGMA page_count");
}

std::int64_t Connection::size_bytes() {
  return page_count() * detail::query_int64(impl_->db.get(), "PRAGMA page_size");
}

sqlite3* Connection::native_handle() const noexcept { return impl_->db.get(); }

void Connection::backup_to(const std::string& path, const std::optional<Key>& key) {
  detail::backup(impl_->db.get(), path, key ? key : impl_->key, impl_->key.has_value());
}

}  // namespace insieme::sqlite
