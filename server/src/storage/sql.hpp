#pragma once
// What the repository needs of a database: statements, transactions, connections. One repository
// runs on every database that offers this; SQLite's is in sqlite_database.cpp, PostgreSQL's in
// ../postgres.
//
// SQL is what both speak: parameters are `?` or `?1`, conflicts name their columns, sums are cast
// to BIGINT. `INDEXED BY` is SQLite's alone and dropped elsewhere. Whatever cannot be done is
// thrown as StorageFailure.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "insieme/server/repository.hpp"

namespace insieme::server::sql {

using Blob = std::span<const std::uint8_t>;

/// A parameter. The bytes are the caller's; those of a `temporary` do not outlive the call.
struct Value {
  std::variant<std::monostate, std::int64_t, std::string_view, Blob> content;
  bool temporary = false;
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
[[nodiscard]] Value make_value(T&& value) {
  using Plain = std::remove_cvref_t<T>;
  constexpr bool kView = std::is_same_v<Plain, std::string_view> || std::is_same_v<Plain, Blob> ||
                         std::is_pointer_v<std::decay_t<T>>;
  constexpr bool kTemporary = !kView && !std::is_lvalue_reference_v<T>;
  if constexpr (kIsOptional<Plain>) {
    if (!value) return {};
    Value inner = make_value(*value);
    using Inner = typename Plain::value_type;
    inner.temporary = kTemporary && !std::is_same_v<Inner, Blob> &&
                      !std::is_same_v<Inner, std::string_view>;
    return inner;
  } else if constexpr (std::is_integral_v<Plain>) {
    static_assert(std::is_signed_v<Plain> || sizeof(Plain) < sizeof(std::int64_t));
    return {static_cast<std::int64_t>(value), false};
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    return {std::string_view(value), kTemporary};
  } else {
    return {Blob(value), kTemporary};
  }
}

/// Bind, step until false, and it is ready to be bound again. One run at a time. Columns are of the
/// current row, from 0; NULL reads as 0 and as empty views, which are valid until the next step.
class Statement {
 public:
  virtual ~Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Containers that are not temporary are borrowed until the reset.
  template <class... Args>
  Statement& bind_all(Args&&... args) {
    const std::array<Value, sizeof...(Args)> values{make_value(std::forward<Args>(args))...};
    bind(values);
    return *this;
  }
  [[nodiscard]] virtual bool step() = 0;
  virtual void reset() noexcept = 0;
  void run() {
    while (step()) {
    }
  }

  [[nodiscard]] virtual std::int64_t get_int64(int column) const noexcept = 0;
  [[nodiscard]] virtual std::string_view get_text(int column) const noexcept = 0;
  [[nodiscard]] virtual Blob get_blob(int column) const noexcept = 0;
  [[nodiscard]] virtual bool is_null(int column) const noexcept = 0;

  /// As bind_all, for values that are known only while the program runs.
  virtual void bind(std::span<const Value> values) = 0;

 protected:
  Statement() = default;
};

/// Resets a statement at the end of a scope.
class [[nodiscard]] ResetGuard {
 public:
  explicit ResetGuard(Statement& statement) noexcept : statement_(statement) {}
  ~ResetGuard() { statement_.reset(); }
  ResetGuard(const ResetGuard&) = delete;
  ResetGuard& operator=(const ResetGuard&) = delete;

 private:
  Statement& statement_;
};

/// Used by one thread at a time.
class Connection {
 public:
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Kept under its text, which is a literal. Not to be asked for again while its rows are read.
  [[nodiscard]] virtual Statement& cached(std::string_view sql) = 0;
  /// For a long walk, during which other statements run: never are all of its rows in memory.
  [[nodiscard]] virtual std::unique_ptr<Statement> walk(std::string_view sql) = 0;
  /// Rows that the last statement changed.
  [[nodiscard]] virtual std::int64_t changes() const noexcept = 0;
  [[nodiscard]] virtual std::int64_t size_bytes() = 0;

  /// From here on nobody else writes to the space, and everything that was committed is seen.
  virtual void begin_writing(std::int64_t space) = 0;
  /// From here on one committed state is seen.
  virtual void begin_reading() = 0;
  /// Durable when it returns.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;

 protected:
  Connection() = default;
};

/// Rolled back by the destructor unless committed.
class [[nodiscard]] Transaction {
 public:
  /// Reads.
  explicit Transaction(Connection& connection) : connection_(connection) {
    connection_.begin_reading();
  }
  /// Writes.
  Transaction(Connection& connection, std::int64_t space) : connection_(connection) {
    connection_.begin_writing(space);
  }
  ~Transaction() {
    if (open_) connection_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    open_ = false;
    try {
      connection_.commit();
    } catch (...) {
      connection_.rollback();
      throw;
    }
  }

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Thread-safe.
class Database {
 public:
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] virtual std::unique_ptr<Connection> connect_reader() = 0;
  /// Of this process alone, unless the database can tell of others.
  [[nodiscard]] virtual std::shared_ptr<CommitEar> listen();
  /// "ok", or what is wrong.
  [[nodiscard]] virtual std::string integrity_check(Connection& reader) = 0;
  virtual void backup_to(Connection& reader, const std::string& path) = 0;
  virtual void checkpoint(Connection& writer) = 0;
  /// Number of the last migration that was applied.
  [[nodiscard]] virtual std::int64_t schema_version(Connection& reader) = 0;
  /// Writes all that is kept anew, so that nothing deleted lives on beside it.
  virtual void rewrite(Connection& writer) = 0;

 protected:
  Database() = default;
};

}  // namespace insieme::server::sql
