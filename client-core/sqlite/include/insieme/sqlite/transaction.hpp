#pragma once

#include <cstdint>

#include "insieme/sqlite/connection.hpp"

namespace insieme::sqlite {

/// `immediate` takes the write lock at once, so that busy can only happen at the start.
/// `deferred` begins as a reader; its first write may fail with busy, and waiting would not help
/// (its snapshot is old): use it for reading only.
enum class TransactionKind : std::uint8_t { deferred, immediate };

/// A transaction for a scope: begun by the constructor, rolled back by the destructor unless
/// commit() returned.
///
/// The connection must outlive it and stay in place. Error{misuse} if one is open already: nest
/// with Savepoint.
class [[nodiscard]] Transaction {
 public:
  using Kind = TransactionKind;

  explicit Transaction(Connection& connection, Kind kind = Kind::immediate);

  /// Never throws: it often runs while another exception is on its way, and there is nothing to
  /// repair either: what was not committed is not there for the next reader, even if the
  /// rollback itself fails.
  ~Transaction();

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Makes the writes durable (as the connection's `synchronous` says). Throws Error; the
  /// transaction is then not committed. After Error{busy} it is still open and may be committed
  /// again. Error{misuse} if SQLite rolled it back on its own after an earlier error.
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// A part of a transaction that can be undone alone: rolled back by the destructor unless
/// release() returned. Nests to any depth, ends in reverse order. Error{misuse} outside of a
/// transaction.
class [[nodiscard]] Savepoint {
 public:
  explicit Savepoint(Connection& connection);
  ~Savepoint();  ///< Never throws, for Transaction's reason.

  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  /// Keeps the writes, as part of the enclosing transaction.
  void release();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace insieme::sqlite
