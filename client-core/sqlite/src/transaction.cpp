#include "insieme/sqlite/transaction.hpp"

#include <sqlite3.h>

#include "detail.hpp"

namespace insieme::sqlite {

namespace {

// One name for all: SQLite always means the innermost savepoint of a name, and scopes nest.
constexpr const char* kUndoSavepoint = "ROLLBACK TO insieme; RELEASE insieme";

}  // namespace

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  if (connection_.in_transaction()) {
    detail::throw_misuse("a transaction is open already; nest with a savepoint");
  }
  connection_.cached(kind == Kind::immediate ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED").run();
}

Transaction::~Transaction() {
  if (open_ && connection_.in_transaction()) {
    sqlite3_exec(connection_.native_handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  if (!open_ || !connection_.in_transaction()) {
    detail::throw_misuse("the transaction is over: committed, or rolled back by an error");
  }
  connection_.cached("COMMIT").run();
  open_ = false;
}

Savepoint::Savepoint(Connection& connection) : connection_(connection) {
  if (!connection_.in_transaction()) {
    detail::throw_misuse("a savepoint needs an open transaction");
  }
  connection_.cached("SAVEPOINT insieme").run();
}

Savepoint::~Savepoint() {
  if (open_ && connection_.in_transaction()) {
    sqlite3_exec(connection_.native_handle(), kUndoSavepoint, nullptr, nullptr, nullptr);
  }
}

void Savepoint::release() {
  if (!open_ || !connection_.in_transaction()) {
    detail::throw_misuse("the savepoint is over: released, or rolled back by an error");
  }
  connection_.cached("RELEASE insieme").run();
  open_ = false;
}

}  // namespace insieme::sqlite
