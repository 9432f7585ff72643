#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace insieme::sqlite {

namespace detail {
template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
}  // namespace detail

enum class ColumnType : std::uint8_t { integer, real, text, blob, null };

/// One prepared SQL statement.
///
/// Movable; used by one thread at a time, the thread that uses its Connection. It may outlive
/// the Connection object (SQLite then keeps the file open until the statement dies too).
///
/// Life of a run: bind, step() until false, and it is reset and ready to be bound again. Every
/// reset also clears the bindings, so a resting statement never points into caller's memory.
/// A statement left between two rows keeps a read transaction open: step to the end, or reset
/// (ResetGuard does it on every path).
class Statement {
 public:
  Statement() noexcept = default;

  /// Binds parameter `index` (from 1). Takes bool, signed integers and unsigned ones up to 32
  /// bits, floating point, text (what converts to string_view), blobs (what converts to
  /// span<const uint8_t>), nullptr/nullopt, and optional<> of these.
  ///
  /// Views and named containers are borrowed, not copied: the bytes must stay as they are until
  /// the statement is reset. Temporary containers (an rvalue string, vector, array) are copied.
  /// A view *of* a temporary cannot be recognised and must not be passed beyond one expression.
  /// Throws Error{misuse} for an index out of range or a statement between two rows.
  template <typename T>
  Statement& bind(int index, T&& value);

  /// Binds parameters 1..n; n must be the number of parameters, else Error{misuse}.
  template <typename... Args>
  Statement& bind_all(Args&&... args);

  /// Advances to the next row: true when there is one. On false and on a throw the statement is
  /// reset. Throws Error (busy, full, io, corrupt_or_key, constraint, interrupted, …).
  [[nodiscard]] bool step();

  /// Steps to the end, ignoring rows, and resets.
  void run();

  /// Back to the start, bindings cleared. Harmless at any time.
  void reset() noexcept;

  // Columns of the current row, from 0; valid between a step() that gave true and the next
  // step() or reset(). SQLite's conversions apply when the stored type differs; a column that
  // does not exist reads as NULL. NULL reads as 0, 0.0 and empty views.
  std::int64_t get_int64(int column) const noexcept;
  double get_double(int column) const noexcept;
  std::string_view get_text(int column) const noexcept;
  std::span<const std::uint8_t> get_blob(int column) const noexcept;
  bool is_null(int column) const noexcept;
  /// The stored type; ask before a getter converts.
  ColumnType type(int column) const noexcept;

  int column_count() const noexcept;
  /// Name of a result column; empty if there is no such column. Valid while the statement lives.
  std::string_view column_name(int column) const noexcept;
  int parameter_count() const noexcept;
  /// True if the statement cannot change the database itself.
  bool read_only() const noexcept;

 private:
  friend class Connection;
  explicit Statement(sqlite3_stmt* handle) noexcept : handle_(handle) {}

  enum class Bytes : std::uint8_t { borrow, copy };

  void bind_null(int index);
  void bind_int64(int index, std::int64_t value);
  void bind_double(int index, double value);
  void bind_text(int index, std::string_view value, Bytes bytes);
  void bind_blob(int index, std::span<const std::uint8_t> value, Bytes bytes);
  void require_parameters(int count) const;

  struct Finalizer {
    void operator()(sqlite3_stmt* handle) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
  bool is_at_rest_ = true;  ///< nothing is bound, no row is stood on
};

/// Resets a statement at the end of a scope, also when the scope ends by an exception.
class [[nodiscard]] ResetGuard {
 public:
  explicit ResetGuard(Statement& statement) noexcept : statement_(statement) {}
  ~ResetGuard() { statement_.reset(); }
  ResetGuard(const ResetGuard&) = delete;
  ResetGuard& operator=(const ResetGuard&) = delete;

 private:
  Statement& statement_;
};

template <typename T>
Statement& Statement::bind(int index, T&& value) {
  using Value = std::remove_cvref_t<T>;
  using Blob = std::span<const std::uint8_t>;
  if constexpr (detail::kIsOptional<Value>) {
    if (value.has_value()) {
      return bind(index, *std::forward<T>(value));
    }
    bind_null(index);
  } else if constexpr (std::same_as<Value, std::nullptr_t> || std::same_as<Value, std::nullopt_t>) {
    bind_null(index);
  } else if constexpr (std::integral<Value>) {
    static_assert(std::signed_integral<Value> || sizeof(Value) < sizeof(std::int64_t),
                  "SQLite has no unsigned 64-bit integer: store a blob or convert by intent");
    bind_int64(index, static_cast<std::int64_t>(value));
  } else if constexpr (std::floating_point<Value>) {
    bind_double(index, static_cast<double>(value));
  } else if constexpr (std::convertible_to<T, std::string_view>) {
    constexpr bool kOwner = std::is_class_v<Value> && !std::same_as<Value, std::string_view>;
    constexpr bool kTemporary = kOwner && !std::is_lvalue_reference_v<T>;
    bind_text(index, value, kTemporary ? Bytes::copy : Bytes::borrow);
  } else {
    const Blob blob(value);
    constexpr bool kView =
        std::same_as<Value, Blob> || std::same_as<Value, std::span<std::uint8_t>>;
    constexpr bool kTemporary = !kView && !std::is_lvalue_reference_v<T>;
    bind_blob(index, blob, kTemporary ? Bytes::copy : Bytes::borrow);
  }
  return *this;
}

template <typename... Args>
Statement& Statement::bind_all(Args&&... args) {
  require_parameters(static_cast<int>(sizeof...(Args)));
  [[maybe_unused]] int index = 0;
  (bind(++index, std::forward<Args>(args)), ...);
  return *this;
}

}  // namespace insieme::sqlite
